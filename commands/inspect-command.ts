/**
 * `npm run inspect -- FILE` as a function: what is in a model file, and whether the pipeline can take it. Ends with 0 where
 * it can, 1 where the file is good and something else is in it, and 2 where it is no model file.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, Malformed } from '../lib/files/failure.ts';
import { ConfigurationError } from '../lib/files/problem.ts';
import { writeLines } from '../lib/files/visible.ts';
import { describeRun, openModelFile, type Contents, type ModelFile } from '../lib/network/model-contents.ts';
import { readStateDict, type FoundModel } from '../lib/network/state-dict.ts';
import { parseStart } from '../lib/training/start-source.ts';
import { exitCodeOf, type Outside } from './command.ts';
import { readWords, wrongLine } from './options.ts';

const HELP = `Says what is in a model file (safetensors or torch.save), and whether the pipeline can take it.

  npm run inspect -- grokking_demo.pth
  npm run inspect -- runs.pth#3            run 3 of a file with several
  npm run inspect -- artifacts/train       a folder with model.safetensors

  -h, --help   this text

No code in the file is ever executed: only tensors, numbers and containers are read.
`;

const OPTIONS = { help: { type: 'boolean', short: 'h' } } as const;
const EXAMPLE = 'npm run inspect -- grokking_demo.pth';
/** So many lines of tensors are shown. */
const MAX_TENSORS = 60;

/** Runs the command with these arguments and returns the exit code. Never throws. */
export const runInspectCommand = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { stdout, stderr }: Outside,
): Promise<number> =>
  exitCodeOf(async () => {
    const { values, names, problems } = readWords('inspect', args, OPTIONS, env);
    if (problems.length > 0) throw new ConfigurationError(problems);
    if (values.help) {
      stdout.write(HELP);
      return 0;
    }
    const [given, ...others] = names;
    if (given === undefined || others.length > 0)
      throw wrongLine('inspect', `takes one file, got ${names.join(' ') || 'none'}`, EXAMPLE);
    const { lines, isTaken } = await asConfiguration(given, () => inspect(given));
    writeLines(stdout, lines);
    return isTaken ? 0 : 1;
  }, stderr);

/** What is wrong with the file is wrong with the command line, in a line. */
async function asConfiguration<T>(given: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof Malformed) throw wrongLine(given, error.message);
    if (!(error instanceof Failure)) throw error;
    throw wrongLine(
      given,
      error.message.startsWith(given) ? error.message.slice(given.length).trim() : error.message,
    );
  }
}

interface Inspection {
  readonly lines: readonly string[];
  readonly isTaken: boolean;
}

async function inspect(given: string): Promise<Inspection> {
  const source = parseStart(given);
  if (source.kind !== 'model') throw wrongLine(given, 'is not the name of a file', EXAMPLE);
  const isFolder = (await stat(source.path).catch(() => null))?.isDirectory() ?? false;
  const path = isFolder ? join(source.path, 'model.safetensors') : source.path;
  const file = await openModelFile(path);
  try {
    const { runs, format } = file;
    if (runs.length > 1 && source.run === null) return listRuns(path, file);
    if (source.run !== null && source.run >= runs.length)
      throw wrongLine(given, `is not there: it holds ${runs.length} (numbers from 0)`);
    const contents = await file.read(source.run ?? 0);
    const found = await readStateDict(contents.model, contents.stated).catch((error: unknown) => {
      if (error instanceof Malformed) return error.message;
      throw error;
    });
    const head = `${given}: ${format}, ${contents.model.size} tensors`;
    return {
      lines: [head, ...describe(contents), ...conclude(given, found)],
      isTaken: typeof found !== 'string',
    };
  } finally {
    await file.close();
  }
}

function listRuns(path: string, { format, runs }: ModelFile): Inspection {
  const lines = runs.map((run, i) => `  ${path}#${i}  ${describeRun(run)}`);
  return {
    lines: [`${path}: ${format}, ${runs.length} runs`, ...lines, `npm run inspect -- ${path}#0`],
    isTaken: true,
  };
}

function describe({ model, stated, losses, checkpoints, unused }: Contents): string[] {
  const names = [...model].slice(0, MAX_TENSORS);
  const width = Math.max(...names.map(([name]) => name.length));
  const tensors = names.map(
    ([name, { dtype, shape }]) => `  ${name.padEnd(width)}  ${dtype} [${shape.join(', ')}]`,
  );
  if (model.size > names.length) tensors.push(`  and ${model.size - names.length} more`);
  const config = Object.entries(stated).map(([name, value]) => `${name} ${String(value)}`);
  const lines = [...tensors];
  if (config.length > 0) lines.push(`config: ${config.join(', ')}`);
  if (losses) lines.push(`losses of ${losses.train.length} epochs, ${checkpoints.length} checkpoints`);
  if (unused.length > 0) lines.push(`beside these: ${unused.join(', ')}`);
  return lines;
}

/** Whether it can be taken, and by which line; `found` is why not where it cannot. */
function conclude(given: string, found: FoundModel | string): string[] {
  if (typeof found === 'string') return [`this pipeline cannot take it: ${found}`];
  const { layout, config, notes } = found;
  const { p, d_model, n_heads, d_head, d_mlp } = config;
  return [
    `layout: ${layout.name} (${layout.from})`,
    `sizes: p ${p}, d_model ${d_model}, n_heads ${n_heads}, d_head ${d_head}, d_mlp ${d_mlp}`,
    ...notes,
    'this pipeline can use it. Give the dataset.seed and train_fraction it was trained with, or dataset.seed=null if unknown:',
    `  npm run pipeline -- --artifacts artifacts/theirs --set train.start=${given} --set dataset.p=${p} --set dataset.seed=SEED`,
  ];
}
