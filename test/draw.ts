/**
 * A part of the long tests, drawn by a seed: `node --import ./lib/files/typescript.mjs test/draw.ts SEED [--list]`. The gate
 * takes the hash of the commit as seed, so that in the course of commits every long test has its turn. --list names the
 * files and ends.
 */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loader } from './loader.ts';
import { LONG_SECONDS } from './long-seconds.ts';

const BUDGET_SECONDS = 300;

/** Files in the order of the seed, as many as fit into the budget on quiet cores. */
export function draw(seed: string, seconds: Readonly<Record<string, number>>, budget: number): string[] {
  const place = (path: string): string => createHash('sha256').update(`${seed} ${path}`).digest('hex');
  const paths = Object.keys(seconds).sort((a, b) => (place(a) < place(b) ? -1 : 1));
  let left = budget;
  return paths.filter((path) => {
    const fits = seconds[path]! <= left;
    if (fits) left -= seconds[path]!;
    return fits;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [seed = '', list] = process.argv.slice(2);
  if (seed === '' || seed.startsWith('-')) {
    console.error('draw.ts needs a seed, for example the hash of the commit');
    process.exit(2);
  }
  const files = draw(seed, LONG_SECONDS, BUDGET_SECONDS);
  console.log(`drawn by ${seed}: ${files.join(' ')}`);
  if (list === '--list') process.exit(0);
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const env = { ...process.env, GROKSCOPE_LONG: '1' };
  const { status } = spawnSync(process.execPath, ['--import', loader, main, ...files], {
    env,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
