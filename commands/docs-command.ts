/**
 * `npm run docs` as a function: writes the pages of docs/ that are made from the code. With --check it writes nothing,
 * and exits with 1 if a page differs from what the code gives.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readText } from '../lib/files/regular-file.ts';
import { writeLines } from '../lib/files/visible.ts';
import { replaceFile } from '../lib/files/whole-file.ts';
import { exitCodeOf, type CommandIO } from './command.ts';
import { readOptions } from './options.ts';
import { measuresPage } from './measures-page.ts';
import { paramsPage } from './params-page.ts';

const HELP = `Writes the pages of docs/ that are made from the code.

  npm run docs
  npm run docs -- --check    writes nothing; exits with 1 if a page is stale

  -h, --help   this text
`;

const OPTIONS = { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

const DOCS = fileURLToPath(new URL('../docs', import.meta.url));
const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'measures.md': measuresPage,
  'params.md': paramsPage,
};

/** Runs the command with these arguments and returns the exit code. Never throws. */
export const runDocsCommand = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { stdout, stderr }: CommandIO,
): Promise<number> =>
  exitCodeOf(async () => {
    const { check = false, help = false } = readOptions('docs', args, OPTIONS, env);
    if (help) {
      stdout.write(HELP);
      return 0;
    }
    const stale: string[] = [];
    for (const [name, make] of Object.entries(PAGES)) {
      const [path, text] = [join(DOCS, name), await make()];
      if ((await readText(path).catch(() => '')) === text) continue;
      stale.push(name);
      if (!check) await replaceFile(path, text);
    }
    if (check && stale.length > 0)
      writeLines(
        stderr,
        [`stale: ${stale.map((name) => `docs/${name}`).join(', ')}`, 'run: npm run docs'],
        '    ',
      );
    if (!check) writeLines(stdout, [stale.length === 0 ? 'nothing to do' : `written: ${stale.join(', ')}`]);
    return check && stale.length > 0 ? 1 : 0;
  }, stderr);
