/**
 * The referee of changes that should change no result: small pipelines of every kind into a folder, before and after the
 * change, and the two folders compared file by file.
 *
 *     node --import ./lib/files/typescript.mjs test/long/same-artifacts.ts make FOLDER                      # about three minutes on two cores
 *     node --import ./lib/files/typescript.mjs test/long/same-artifacts.ts compare BEFORE AFTER [TOLERANCE]
 *
 * Both folders are made on one machine, each with the version of the project that this file belongs to. Files must be
 * equal byte by byte; with a tolerance, such as 1e-12, numbers may differ by that much of the largest of their column.
 * What may differ all the same is in may-differ.ts. Exit codes: 0 equal, 1 not, 2 the command line is wrong.
 */
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareFolders } from './compare-folders.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

const words = (text: string): string[] => text.split(/\s+/);
const TINY = words(
  'dataset.p=7 train.d_model=16 train.d_head=4 train.d_mlp=32 train.epochs=20 train.checkpoint_every=10',
);

/** What runs into which folder: the last stage that is wanted, if it is not all of them, and the params. */
const PIPELINES: Readonly<Record<string, { readonly until?: string; readonly set: readonly string[] }>> = {
  'model-p113': { until: 'train', set: ['train.epochs=200', 'train.engine=native'] },
  'pretrained-p113': {
    set: ['train.start=FOLDER/model-p113/train/model.safetensors', 'activations.positions=last'],
  },
  'checkpoints-p53': {
    set: words(`dataset.p=53 dataset.train_fraction=0.8
      train.epochs=1000 train.checkpoint_every=50 train.engine=native`),
  },
  'subtract-p31': {
    set: words(`dataset.p=31 dataset.operation=subtract dataset.train_fraction=0.7 activations.dtype=float16
      train.epochs=800 train.checkpoint_every=200 train.engine=native`),
  },
  'wasm-p7': { until: 'train', set: [...TINY, 'train.engine=wasm'] },
  'tensorflow-p7': { until: 'train', set: [...TINY, 'train.engine=tensorflow'] },
};

/** One with seeds and published numbers, one over two axes: runs that never learn, that memorise and that grok. */
const SET =
  'dataset.p: 31, train.d_model: 32, train.d_head: 8, train.d_mlp: 64, train.epochs: 1000, train.stop_below_test_loss: 1.0e-3';
const SWEEPS = `
sweeps:
  lines:
    until: train
    set: { ${SET}, train.learning_rate: 3.0e-3 }
    matrix: { dataset.train_fraction: [0.5, 0.9], train.seed: [999, 1] }
    published: { 0.5: 500, 0.9: 200 }
  grid:
    until: train
    set: { ${SET} }
    matrix: { dataset.train_fraction: [0.5, 0.9], train.learning_rate: [1.0e-5, 3.0e-3] }
`;

/** Makes everything anew, from an empty cache; returns what went wrong, if anything did. */
async function make(folder: string): Promise<string | null> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) return `${folder} is not empty: name another folder, or remove it`;
  const temporary = await mkdtemp(join(tmpdir(), 'grokscope-same-artifacts-'));
  const cache = ['--cache', join(temporary, 'cache')];
  try {
    const file = join(temporary, 'pipeline.yaml');
    const stages = (await readFile(join(project, 'pipeline.yaml'), 'utf8')).split('\nsweeps:')[0]!;
    await writeFile(file, stages + SWEEPS);
    const sweepRoots = ['--file', file, '--artifacts', join(folder, 'sweep')];
    const commands = [
      ...Object.entries(PIPELINES).map(([name, { until, set }]) => {
        const sets = set.flatMap((each) => ['--set', each.replace('FOLDER', folder)]);
        return ['pipeline', ...(until ? [until] : []), '--artifacts', join(folder, name), ...sets];
      }),
      ...['lines', 'grid'].map((name) => ['sweep', name, ...sweepRoots]),
    ];
    for (const words of commands) {
      const code = run(...words, ...cache);
      if (code !== 0) return `npm run ${words.join(' ')}: exit code ${code}`;
    }
    const lib = await readdir(join(project, 'lib'), { recursive: true });
    const kernel = lib.find((path) => path.endsWith('kernel.wasm'))!;
    await copyFile(join(project, 'lib', kernel), join(folder, 'kernel.wasm'));
    return null;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** With the same number of threads everywhere, and without a compiler named in this shell. Returns the exit code. */
function run(command = '', ...words: string[]): number | null {
  const { CC: _, ...env } = process.env;
  return spawnSync('npm', ['run', '--silent', command, '--', ...words], {
    cwd: project,
    env: { ...env, GROKSCOPE_THREADS: '2' },
    stdio: 'inherit',
  }).status;
}

/** Gives the exit code. */
async function compare(before: string, after: string, tolerance: number): Promise<number> {
  for (const folder of [before, after])
    if (!(await stat(folder).catch(() => null))?.isDirectory()) {
      console.error(`${folder} is not a folder: make it first`);
      return 2;
    }
  const { files, equal, differences } = await compareFolders(before, after, tolerance);
  const of = (kind: string) => differences.filter((each) => each.kind === kind);
  for (const kind of ['within', 'beyond'])
    for (const { file, part, says } of of(kind)) console.log(`${kind}  ${file}: ${part}: ${says}`);
  const allowed = new Set(of('allowed').map(({ file }) => file));
  console.log(
    `${files} files: ${equal} equal byte by byte, ${allowed.size} differ where they may; ` +
      `${of('within').length} parts within ${tolerance}, ${of('beyond').length} beyond`,
  );
  return of('beyond').length === 0 ? 0 : 1;
}

const [command, ...given] = process.argv.slice(2);
const tolerance = Number(given[2] ?? 0);
if (command === 'make' && given.length === 1) {
  const failure = await make(resolve(given[0]!));
  if (failure !== null) console.error(failure);
  process.exitCode = failure === null ? 0 : 1;
} else if (command === 'compare' && [2, 3].includes(given.length) && tolerance >= 0)
  process.exitCode = await compare(resolve(given[0]!), resolve(given[1]!), tolerance);
else {
  console.error('same-artifacts.ts make FOLDER, or same-artifacts.ts compare BEFORE AFTER [TOLERANCE]');
  process.exitCode = 2;
}
