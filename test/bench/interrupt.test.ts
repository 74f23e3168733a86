// An interrupted bench keeps what was measured, and leaves neither processes nor folders behind.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDead, ownerOf } from '../../lib/runner/disk/owner.ts';
import { loader } from '../loader.ts';

const script = fileURLToPath(new URL('./long-section.ts', import.meta.url));

interface Said {
  readonly type: string;
  readonly section?: string;
  readonly outcome?: string;
  readonly folder?: string;
  readonly pids?: readonly number[];
  readonly rounds?: readonly object[];
}

/** Waits until all are gone, as a killed process takes a moment to die. */
async function deaths(owners: readonly ReturnType<typeof ownerOf>[]): Promise<void> {
  for (let tries = 0; !owners.every(isDead); tries++) {
    assert.ok(tries < 3000, 'a program goes on');
    await sleep(20);
  }
}

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  test(`${signal} ends the bench with ${exitCode}; what was measured is kept`, async () => {
    const child = spawn(process.execPath, ['--import', loader, script, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said: Said[] = [];
    let owners: ReturnType<typeof ownerOf>[] = [];
    const read = (async () => {
      for await (const line of createInterface({ input: child.stdout })) {
        const event = JSON.parse(line) as Said;
        said.push(event);
        if (!event.pids) continue;
        owners = event.pids.map((pid) => ownerOf(pid));
        child.kill(signal);
      }
    })();
    const [[code]] = await Promise.all([once(child, 'exit') as Promise<[number]>, read]);
    assert.equal(code, exitCode);
    assert.deepEqual(
      said.map(({ type, section, outcome }) => [type, section, outcome].filter(Boolean).join(' ')),
      ['machine', 'measured done', 'end done ran', 'measured long', 'measured long', 'end long interrupted'],
    );
    assert.deepEqual(said[4]?.rounds, [{ a: 1, b: 2 }]);
    assert.equal(owners.length, 2);
    await deaths(owners);
    assert.ok(!existsSync(said[3]!.folder!), 'a folder is left');
  });
