/** `npm run report`: opens the explorer page in the browser, through a server on this machine's loopback interface. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from '../lib/files/failure.ts';
import { writeLines } from '../lib/files/visible.ts';
import { serveFolder } from '../lib/report/server.ts';
import { runCommand } from './command.ts';
import { readOptions } from './options.ts';

const HELP = `Opens the explorer page in the browser, through a server on this machine only. Ctrl-C ends it.

  npm run report
  npm run report -- --artifacts artifacts/quick

  --artifacts DIR   where the stage folders are (default: artifacts/)
  --no-open         print the address, open nothing
  -h, --help        this text
`;

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

const OPTIONS = {
  artifacts: { type: 'string', example: 'PATH' },
  'no-open': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

await runCommand(async (args, env) => {
  const given = readOptions('report', args, OPTIONS, env);
  if (given.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const artifacts = given.artifacts ?? 'artifacts';
  const page = join(artifacts, 'report', 'index.html');
  if (!existsSync(page))
    throw new Failure(
      `${page} is missing`,
      'run `npm run pipeline` first, or name another folder with --artifacts',
    );
  const { server, url } = await serveFolder(resolve(artifacts));
  const address = `${url}report/`;
  writeLines(process.stdout, [`${address}  (Ctrl-C ends it)`]);
  if (!given['no-open']) openBrowser(address);
  await once(server, 'close');
  return 0;
});

/** Tries to open a browser; without one, the printed address has to do. */
function openBrowser(address: string): void {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  spawn(command, [...args, address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
