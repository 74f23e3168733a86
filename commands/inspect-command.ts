/**
 * `npm run inspect -- FILE` as a function: says what is in a model file, and whether the pipeline can use it. Exits
 * with 0 if it can, and with 2 if it cannot: damage can make a good file look like one of another model, so no difference is
 * made between the two.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, Malformed } from '../lib/files/failure.ts';
import { ConfigurationError } from '../lib/files/problem.ts';
import { writeLines } from '../lib/files/visible.ts';
import { describeRun, openModelFile, type Contents, type ModelFile } from '../lib/network/model-contents.ts';
import { readStateDict, type FoundModel } from '../lib/network/state-dict.ts';
import { parseStart } from '../lib/training/start-source.ts';
import { exitCodeOf, type CommandIO } from './command.ts';
import { readWords, wrongLine } from './options.ts';

const HELP = `Says what is in a model file (safetensors or torch.save), and whether the pipeline can use it.

  npm run inspect -- grokking_demo.pth
  npm run inspect -- runs.pth#3            run 3 of a file with several
  npm run inspect -- artifacts/train       a folder with model.safetensors

  -h, --help   this text

No code in the file is ever executed: only tensors, numbers and containers are read.
Exit codes: 0 the pipeline can use it, 2 it cannot, or the command line is wrong.
`;

const OPTIONS = { help: { type: 'boolean', short: 'h' } } as const;
const EXAMPLE = 'npm run inspect -- grokking_demo.pth';
/** The most tensors that are listed. */
const MAX_TENSORS = 60;

/** Runs the command with these arguments and returns the exit code. Never throws. */
export const runInspectCommand = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { stdout, stderr }: CommandIO,
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
    const { lines, isUsable } = await asConfiguration(given, () => inspect(given));
    writeLines(stdout, lines);
    return isUsable ? 0 : 2;
  }, stderr);

/** Turns what is wrong with the file into an error of the command line that takes one line. */
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
  readonly isUsable: boolean;
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
      throw wrongLine(given, `does not exist: the file holds ${runs.length} runs, numbered from 0`);
    const contents = await file.read(source.run ?? 0);
    const found = await readStateDict(contents.model, contents.stated).catch((error: unknown) => {
      if (error instanceof Malformed) return error.message;
      throw error;
    });
    const head = `${given}: ${format}, ${contents.model.size} tensors`;
    return {
      lines: [head, ...describe(contents), ...conclude(given, found)],
      isUsable: typeof found !== 'string',
    };
  } finally {
    await file.close();
  }
}

function listRuns(path: string, { format, runs }: ModelFile): Inspection {
  const lines = runs.map((run, i) => `  ${path}#${i}  ${describeRun(run)}`);
  return {
    lines: [`${path}: ${format}, ${runs.length} runs`, ...lines, `npm run inspect -- ${path}#0`],
    isUsable: true,
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
  if (unused.length > 0) lines.push(`also in the file: ${unused.join(', ')}`);
  return lines;
}

/** Whether the pipeline can use the model, and by which command. `found`: the model, or why it cannot be used. */
function conclude(given: string, found: FoundModel | string): string[] {
  if (typeof found === 'string') return [`this pipeline cannot use it: ${found}`];
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
