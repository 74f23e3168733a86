/**
 * The process that made a lock or a temporary folder, and whether it is proven dead. A process is identified by its id
 * and its start time, as ids are reused, together with host, boot and process-id namespace (containers).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface Owner {
  readonly host: string;
  /** Differs after a reboot. */
  readonly boot: string;
  /** Processes see each other only within one namespace. */
  readonly namespace: string;
  readonly pid: number;
  /** Start time, as the system writes it. */
  readonly started: string;
}

const attempt = (read: () => string): string => {
  try {
    return read().trim();
  } catch {
    return '';
  }
};

/** The same language and time zone always, so that start times can be compared as text. */
const ENV = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };

const run = (program: string, ...args: string[]): string =>
  attempt(() =>
    execFileSync(program, args, { encoding: 'utf8', env: ENV, stdio: ['ignore', 'pipe', 'ignore'] }),
  );

const isLinux = process.platform === 'linux';

let here: Pick<Owner, 'host' | 'boot' | 'namespace'> | undefined;

/** This boot of this host. */
export function machine(): Pick<Owner, 'host' | 'boot' | 'namespace'> {
  here ??= {
    host: hostname(),
    boot: isLinux
      ? attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))
      : run('sysctl', '-n', 'kern.bootsessionuuid'), // kern.boottime changes when the clock is set
    namespace: isLinux ? attempt(() => readlinkSync('/proc/self/ns/pid')) : '',
  };
  return here;
}

/** A living process of this machine as an owner; by default the current one. */
export function ownerOf(pid: number = process.pid): Owner {
  return { ...machine(), pid, started: startOf(pid) };
}

/** When a process began; empty if that is unknown, `ended` if it is a zombie. */
function startOf(pid: number): string {
  const [state = '', started = ''] = isLinux ? readProc(pid) : askPs(pid);
  return /^[ZX]/.test(state) ? 'ended' : started;
}

/** State and start time: the first and the 20th field of /proc/PID/stat after the name in parentheses (proc(5)). */
function readProc(pid: number): (string | undefined)[] {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [fields[0], fields[19]];
}

function askPs(pid: number): string[] {
  const [state = '', ...started] = run('ps', '-o', 'stat=,lstart=', '-p', String(pid)).split(/\s+/);
  return [state, started.join(' ')];
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // a process of another user exists, too
  }
}

/** Whether the owner is proven dead: never for another host or container, or if its start time cannot be read. */
export function isDead(owner: Owner): boolean {
  const { host, boot } = machine();
  if (owner.host === host && owner.boot !== boot) return true;
  if (!isOnThisHost(owner)) return false;
  if (!exists(owner.pid)) return true;
  const started = startOf(owner.pid);
  return started !== owner.started && started !== '' && owner.started !== '';
}

/** Whether the process id of the owner means the same process here. */
export function isOnThisHost(owner: Owner): boolean {
  const { host, boot, namespace } = machine();
  return owner.host === host && owner.boot === boot && owner.namespace === namespace;
}

/** The owner named in the text of a lock or marker file; null if there is none. */
export function parseOwner(text: string): Owner | null {
  try {
    const { host, boot, namespace, pid, started } = JSON.parse(text) as Partial<Owner>;
    if (typeof host !== 'string' || typeof boot !== 'string' || typeof namespace !== 'string') return null;
    if (!Number.isSafeInteger(pid) || typeof started !== 'string') return null;
    return { host, boot, namespace, pid: pid!, started };
  } catch {
    return null;
  }
}
