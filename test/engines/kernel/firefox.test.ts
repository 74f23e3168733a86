// The kernel in a worker of a page that was opened from the file system, in Firefox: the page sends what it trained to a
// server on loopback, so that nothing need drive the browser.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { findFirefox } from '../../report/browser.ts';
import { temporaryFolder } from '../../stages/start-stage.ts';
import { assertShortRuns, shortRuns, writeWorkerPage, type Trained } from './worker-page.ts';

const firefox = findFirefox();
const skip = !process.env['GROKSCOPE_LONG']
  ? 'long: npm run test:long'
  : firefox
    ? false
    : 'no Firefox on this machine: apt-get install firefox-esr, or set GROKSCOPE_FIREFOX';

test(
  'a worker of a file:// page in Firefox trains to the known bits, in both arithmetics',
  { skip },
  async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const send = `(async () => {
      const trained = [await train(${shortRuns(false)}), await train(${shortRuns(true)})];
      await fetch('http://127.0.0.1:${port}/', { method: 'POST', mode: 'no-cors', body: JSON.stringify(trained) });
    })();`;
    const page = await writeWorkerPage(await temporaryFolder(t), send);
    const profile = await temporaryFolder(t);
    const browser = spawn(firefox!, ['--headless', '--no-remote', '--profile', profile, page], {
      stdio: 'ignore',
    });
    const ended = once(browser, 'exit');
    try {
      const [request, response] = (await Promise.race([
        once(server, 'request'),
        ended.then(() => assert.fail('Firefox ended before it sent anything')),
      ])) as [IncomingMessage, ServerResponse];
      const [fastest, plain] = JSON.parse((await buffer(request)).toString()) as [Trained, Trained];
      response.end();
      assert.deepEqual([fastest.arithmetic, plain.arithmetic], ['fused', 'separate']);
      for (const trained of [fastest, plain]) assertShortRuns(trained, 'Firefox');
    } finally {
      browser.kill();
      await ended.catch(() => {});
    }
  },
);
