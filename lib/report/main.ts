// `npm run report`: opens the explorer page in the browser, through a server on this machine's loopback interface.
//   --artifacts DIR   where the stage folders are (default: artifacts/)
//   --no-open         prints the address only
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ExpectedError } from '../files/expected-error.ts';
import { keptByNpm } from '../runner/npm.ts';
import { renderProblem } from '../runner/problem.ts';
import { writeLines } from '../runner/visible.ts';
import { serveFolder } from './server.ts';

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
  artifacts: { type: 'string', default: 'artifacts' },
  'no-open': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function readOptions() {
  try {
    const [kept] = keptByNpm('report', process.argv.slice(2), OPTIONS, process.env);
    if (kept) throw new Error(renderProblem(kept));
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    writeLines(process.stderr, [(error as Error).message, '', ...HELP.split('\n')]);
    return process.exit(2);
  }
}

const options = readOptions();
if (options.help) {
  process.stdout.write(HELP);
  process.exit();
}
try {
  const folder = resolve(options.artifacts);
  if (!existsSync(join(folder, 'report', 'index.html')))
    throw new ExpectedError(
      `${join(options.artifacts, 'report', 'index.html')} is missing`,
      'run `npm run pipeline` first, or name another folder with --artifacts',
    );
  const { url } = await serveFolder(folder);
  const page = `${url}report/`;
  writeLines(process.stdout, [`${page}  (Ctrl-C ends it)`]);
  if (!options['no-open']) open(page);
} catch (error) {
  if (!(error instanceof ExpectedError)) throw error;
  writeLines(process.stderr, [error.message, error.remedy], '    ');
  process.exit(1);
}

/** Where there is no browser the address is enough. */
function open(page: string): void {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  spawn(command, [...args, page], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
