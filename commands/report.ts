/** `npm run report`: opens the explorer page in the browser, through a server on this machine's loopback interface. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from '../lib/files/failure.ts';
import { shortPath } from '../lib/files/short-path.ts';
import { writeLines } from '../lib/files/visible.ts';
import { buildComparison } from '../lib/report/compare.ts';
import { buildLive, livePath, readLive } from '../lib/report/live.ts';
import { openReport, parentOf } from '../lib/report/open-report.ts';
import { serve, type Made } from '../lib/report/server.ts';
import { runCommand } from './command.ts';
import { readOptions } from './options.ts';
import { showPage } from './show-page.ts';

const HELP = `Opens the explorer page in the browser, through a server that only this machine can reach. If training is
running in the folder, opens a page that follows it. Ctrl-C stops the server.

  npm run report
  npm run report -- --artifacts artifacts/quick
  npm run report -- --artifacts artifacts/sweeps/NAME/POINT
  npm run report -- --compare artifacts/quick

  --artifacts DIR   where the stage folders are (default: artifacts/)
  --compare DIR     show this run and that of another folder on one page
  --no-open         only print the address, without opening a browser
  -h, --help        this text
`;

const OPTIONS = {
  artifacts: { type: 'string', example: 'PATH' },
  compare: { type: 'string', example: 'PATH' },
  'no-open': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** A page that compares both runs, and the explorer of the other run. */
async function comparison(artifacts: string, other: string): Promise<Made> {
  const [first, second] = [await openReport(artifacts), await openReport(other)];
  const page = await buildComparison([
    { name: shortPath(artifacts), data: first.data },
    { name: shortPath(other), data: second.data },
  ]);
  return { '/compare/': () => Promise.resolve(page), '/other/report/': () => Promise.resolve(second.html) };
}

await runCommand(async (args, env) => {
  const given = readOptions('report', args, OPTIONS, env);
  if (given.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const artifacts = given.artifacts ?? 'artifacts';
  const page = join(artifacts, 'report', 'index.html');
  const isLive = given.compare === undefined && existsSync(livePath(artifacts));
  const hasRun = existsSync(page) || existsSync(join(artifacts, 'train', 'summary.json'));
  if (!isLive && !hasRun && given.compare === undefined)
    throw new Failure(
      `${page} is missing`,
      'run `npm run pipeline` first, or name another folder with --artifacts',
    );
  const parent = given.compare === undefined && hasRun ? await parentOf(artifacts) : null;
  const other = given.compare ?? parent?.artifacts;
  const own = hasRun && !existsSync(page) ? (await openReport(artifacts)).html : null;
  const compared = other === undefined ? {} : await comparison(artifacts, other);
  let live: Promise<string> | null = null;
  const { server, url } = await serve(resolve(artifacts), {
    '/live/': () => (live ??= buildLive()),
    '/live/train.json': () => readLive(artifacts),
    ...(own !== null && { '/report/': () => Promise.resolve(own) }),
    ...compared,
  });
  const lines = [
    ...(parent ? [`this run goes on from ${shortPath(parent.artifacts)} after epoch ${parent.epoch}`] : []),
    ...(other === undefined ? [] : [`both runs: ${url}compare/`, `the other run: ${url}other/report/`]),
  ];
  writeLines(process.stdout, lines);
  const shown = given.compare === undefined ? (isLive ? 'live/' : 'report/') : 'compare/';
  await showPage(server, url + shown, !given['no-open']);
  return 0;
});
