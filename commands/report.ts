/** `npm run report`: opens the explorer page in the browser, through a server on this machine's loopback interface. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from '../lib/files/failure.ts';
import { buildLive, livePath, readLive } from '../lib/report/live.ts';
import { serve } from '../lib/report/server.ts';
import { runCommand } from './command.ts';
import { readOptions } from './options.ts';
import { showPage } from './show-page.ts';

const HELP = `Opens the explorer page in the browser, through a server that only this machine can reach. If training is
running in the folder, opens a page that follows it. Ctrl-C ends it.

  npm run report
  npm run report -- --artifacts artifacts/quick

  --artifacts DIR   where the stage folders are (default: artifacts/)
  --no-open         print the address, open nothing
  -h, --help        this text
`;

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
  const isLive = existsSync(livePath(artifacts));
  if (!isLive && !existsSync(page))
    throw new Failure(
      `${page} is missing`,
      'run `npm run pipeline` first, or name another folder with --artifacts',
    );
  let live: Promise<string> | null = null;
  const { server, url } = await serve(resolve(artifacts), {
    '/live/': () => (live ??= buildLive()),
    '/live/train.json': () => readLive(artifacts),
  });
  await showPage(server, isLive ? `${url}live/` : `${url}report/`, !given['no-open']);
  return 0;
});
