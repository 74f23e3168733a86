// A real Slurm on this machine: munged, slurmctld and two slurmd of two cores each, on loopback, in a temporary folder.
// Needs root and Debian's packages munge, slurmctld, slurmd and slurm-client (22.05); no systemd, no cgroups, no database.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const PATH = `${process.env['PATH']}:/usr/sbin:/sbin`;
const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol'];

/** Why no cluster can be started here; false where one can. */
export async function whyNoCluster(): Promise<string | false> {
  if (process.getuid?.() !== 0) return 'Slurm is started as root only';
  for (const program of PROGRAMS)
    try {
      await execute('which', [program], { env: { PATH } });
    } catch {
      return `${program} is not installed (Debian: apt-get install munge slurmctld slurmd slurm-client)`;
    }
  return false;
}

export class Cluster {
  readonly #folder: string;
  readonly #daemons = new Map<string, ChildProcess>();
  /** What Slurm's commands need. */
  readonly env: NodeJS.ProcessEnv;

  private constructor(folder: string) {
    this.#folder = folder;
    this.env = { ...process.env, PATH, SLURM_CONF: join(folder, 'slurm.conf') };
  }

  /** `max_array_size`: as in slurm.conf; one more than the largest index. */
  static async start(max_array_size: number): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'grokscope-slurm-'));
    const cluster = new Cluster(folder);
    await chmod(folder, 0o755);
    for (const name of ['state', 'spool', 'munge']) await mkdir(join(folder, name), { mode: 0o755 });
    await writeFile(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o600 });
    await writeFile(join(folder, 'slurm.conf'), await configure(folder, max_array_size));
    const munge = ['key-file=munge.key', 'socket=munge/sock', 'pid-file=munge/pid', 'log-file=munge/log'];
    const places = [...munge, 'seed-file=munge/seed'].map((each) => `--${each.replace('=', `=${folder}/`)}`);
    try {
      cluster.#spawn('munged', ['--foreground', '--force', ...places]);
      await until('munged', () => readFile(join(folder, 'munge/pid')).then(() => true));
      cluster.#spawn('slurmctld', ['-D', '-c']);
      for (const node of ['n1', 'n2']) cluster.startNode(node);
      await until(
        'idle nodes',
        async () =>
          (await cluster.ask('sinfo', '-h', '-N', '-p', 'low', '-o', '%t'))
            .split('\n')
            .filter((state) => state === 'idle').length === 2,
      );
    } catch (error) {
      const logs = await Promise.all(
        ['munge/log', 'slurmctld.log', 'slurmd.n1.log'].map((name) =>
          readFile(join(folder, name), 'utf8').catch(() => ''),
        ),
      );
      await cluster.stop();
      throw new Error(`${(error as Error).message}\n${logs.map((log) => log.slice(-1500)).join('\n')}`);
    }
    return cluster;
  }

  startNode(node: string): void {
    this.#spawn('slurmd', ['-D', '-N', node], node);
  }

  /** Kills a node's daemon; what it started goes on, as on a real cluster. */
  async killNode(node: string): Promise<void> {
    const daemon = this.#daemons.get(node)!;
    const gone = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGKILL');
    await gone;
  }

  async ask(program: string, ...args: string[]): Promise<string> {
    return (await execute(program, args, { env: this.env })).stdout;
  }

  /** Cancels what runs, ends the daemons and removes the folder. */
  async stop(): Promise<void> {
    await this.ask('scancel', '--user=root').catch(() => {});
    await until('an empty queue', async () => (await this.ask('squeue', '-h')) === '', 15_000).catch(
      () => {},
    );
    for (const daemon of [...this.#daemons.values()].reverse()) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
      const gone = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill('SIGTERM');
      const timer = setTimeout(() => daemon.kill('SIGKILL'), 5000);
      await gone;
      clearTimeout(timer);
    }
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #spawn(program: string, args: readonly string[], name = program): void {
    this.#daemons.set(name, spawn(program, args, { env: this.env, stdio: 'ignore' }));
  }
}

/** Waits until `holds` returns true; if it fails, it is asked again. */
export async function until(what: string, holds: () => Promise<boolean>, ms = 30_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > end) throw new Error(`waited ${ms / 1000} s for ${what}`);
    await sleep(100);
  }
}

async function configure(folder: string, max_array_size: number): Promise<string> {
  const [controller, first, second] = await freePorts(3);
  const node = (name: string, port: number | undefined): string =>
    `NodeName=${name} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${port} CPUs=2 RealMemory=1000 State=UNKNOWN`;
  return `ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=${controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/sock
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool/%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdPidFile=${folder}/slurmd.%n.pid
SlurmdLogFile=${folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=1
SlurmdTimeout=10
KillWait=2
MaxArraySize=${max_array_size}
JobRequeue=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
${node('n1', first)}
${node('n2', second)}
PartitionName=low Nodes=n1,n2 Default=YES PriorityTier=1 PreemptMode=REQUEUE GraceTime=0
PartitionName=high Nodes=n1,n2 PriorityTier=10 PreemptMode=OFF
`;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
