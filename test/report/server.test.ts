// The server of npm run report under clients that leave, and files that change, in the middle of an answer.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readlink, realpath, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { Agent, get, request, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../../lib/report/server.ts';

const BYTES = 8 << 20;
const PATIENCE_MS = 20_000;
const skip = process.platform === 'linux' ? false : 'only Linux lists the open files of a process';

describe('the report server', () => {
  let folder: string;
  let server: Server;
  let url: string;
  const path = (name: string): string => join(folder, name);

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'grokscope-server-')));
    await writeFile(path('big.arrow'), Buffer.alloc(BYTES, 'x'));
    await writeFile(path('empty.txt'), '');
    ({ server, url } = await serve(folder));
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The first bytes of an answer; the rest waits until somebody reads it. */
  const begin = (name: string, agent: Agent | false = false): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const asked = get(url + name, { agent }, (response) =>
        response.once('readable', () => resolve(response)),
      );
      asked.on('error', reject);
    });

  test('closes the file of a download that was broken off', { skip }, async () => {
    for (let i = 0; i < 30; i++) (await begin('big.arrow')).destroy();
    await untilClosed(folder);
  });

  test('closes the file of a client that leaves before the answer comes', { skip }, async () => {
    const { port } = new URL(url);
    for (let i = 0; i < 30; i++) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {});
      const asked = `GET /big.arrow HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`;
      await new Promise<void>((resolve) => socket.write(asked.repeat(3), () => resolve()));
      socket.destroy();
    }
    await untilClosed(folder);
  });

  test('ends the connection where the file is cut while it is sent', async () => {
    await writeFile(path('cut.arrow'), Buffer.alloc(BYTES, 'x'));
    const agent = new Agent({ keepAlive: true });
    const response = await begin('cut.arrow', agent);
    await truncate(path('cut.arrow'), BYTES / 2);
    response.setTimeout(PATIENCE_MS, () => response.destroy(new Error('waits for ever')));
    await assert.rejects(count(response), /aborted/);
    agent.destroy();
  });

  test('sends the file that it announced where another takes its place, or it grows', async () => {
    for (const change of ['replaced', 'grown'] as const) {
      const name = `${change}.arrow`;
      await writeFile(path(name), Buffer.alloc(BYTES, 'x'));
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const response = await begin(name, agent);
      await writeFile(path('other'), Buffer.alloc(3 * BYTES, 'y'));
      if (change === 'replaced') await rename(path('other'), path(name));
      else await writeFile(path(name), Buffer.alloc(BYTES, 'y'), { flag: 'a' });
      assert.equal(response.headers['content-length'], String(BYTES));
      assert.equal(await count(response, 'x'), BYTES);
      assert.equal(await count(await begin('big.arrow', agent)), BYTES, 'the connection is in order');
      agent.destroy();
    }
  });

  test('answers HEAD with the size and no body, and an empty file with nothing', async () => {
    const head = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${url}big.arrow`, { method: 'HEAD', agent: false }, resolve).on('error', reject).end();
    });
    assert.equal(head.headers['content-length'], String(BYTES));
    assert.equal(await count(head), 0);
    const empty = await fetch(`${url}empty.txt`);
    assert.equal(empty.status, 200);
    assert.equal(await empty.text(), '');
  });
});

async function count(response: IncomingMessage, only?: string): Promise<number> {
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (only !== undefined) assert.ok(chunk.every((byte) => byte === only.charCodeAt(0)));
    bytes += chunk.length;
  }
  return bytes;
}

/** Waits until this process has no file below `folder` open. */
async function untilClosed(folder: string): Promise<void> {
  const limit = Date.now() + PATIENCE_MS;
  for (;;) {
    const links = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    const open = links.filter((link) => link.startsWith(folder));
    if (open.length === 0) return;
    assert.ok(Date.now() < limit, `${open.length} files stay open`);
    await sleep(20);
  }
}
