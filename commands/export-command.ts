/**
 * `npm run export -- --checkpoint EPOCH --out FILE.safetensors` as a function: writes one checkpoint of a run as a model
 * with TransformerLens' names.
 */
import { lstat, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openCheckpoints, type Checkpoints } from '../lib/artifacts/checkpoints.ts';
import { readSummary } from '../lib/artifacts/summary.ts';
import { readNetwork, trainSummary } from '../lib/artifacts/train.ts';
import { Failure } from '../lib/files/failure.ts';
import { kindOf } from '../lib/files/regular-file.ts';
import { writeLines } from '../lib/files/visible.ts';
import { writeWhole } from '../lib/files/whole-file.ts';
import { writeModel } from '../lib/network/model-file.ts';
import { exitCodeOf, type CommandIO } from './command.ts';
import { readOptions, wrongLine } from './options.ts';

const HELP = `Writes the weights after one epoch as a model in safetensors, with TransformerLens' names.

  npm run export -- --checkpoint 9700 --out at-9700.safetensors

  --checkpoint EPOCH       an epoch that has a checkpoint (by default every 100, and every 25 up to 300)
  --out FILE               the file to write; one that exists is refused
  -f, --force              replace a file that exists
  --artifacts DIR          where the stage folders are (default: artifacts/)
  -h, --help               this text
`;

const EXAMPLE = 'npm run export -- --checkpoint 9700 --out at-9700.safetensors';

const OPTIONS = {
  checkpoint: { type: 'string', example: '9700' },
  out: { type: 'string', example: 'at-9700.safetensors' },
  artifacts: { type: 'string', example: 'PATH' },
  force: { type: 'boolean', short: 'f' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Runs the command with these arguments and returns the exit code. Never throws. */
export const runExportCommand = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { stdout, stderr }: CommandIO,
): Promise<number> => exitCodeOf(() => execute(readOptions('export', args, OPTIONS, env), stdout), stderr);

async function execute(
  given: ReturnType<typeof readOptions<typeof OPTIONS>>,
  stdout: CommandIO['stdout'],
): Promise<number> {
  if (given.help) {
    stdout.write(HELP);
    return 0;
  }
  const { checkpoint, out, artifacts = 'artifacts', force = false } = given;
  if (checkpoint === undefined) throw wrongLine('--checkpoint', 'is missing', EXAMPLE);
  if (out === undefined) throw wrongLine('--out', 'is missing', EXAMPLE);
  if (!/^\d+$/.test(checkpoint))
    throw wrongLine(`--checkpoint ${checkpoint}:`, 'must be the number of an epoch', EXAMPLE);
  await checkTarget(out, force);

  const train = join(artifacts, 'train');
  await refuseWithout(train);
  const { config } = await readNetwork(train);
  const checkpoints = await openCheckpoints(train, config);
  try {
    const index = findEpoch(checkpoints, Number(checkpoint));
    const { epoch, train_loss, test_loss } = checkpoints.records[index]!;
    const extra = { epoch, train_loss, test_loss };
    const metadata = Object.fromEntries(Object.entries(extra).map(([name, value]) => [name, String(value)]));
    const { weights, biases } = await checkpoints.read(index);
    await writeWhole(out, (path) => writeModel(path, config, weights, metadata, biases));
    writeLines(stdout, [`${out}: the weights after epoch ${epoch}, test loss ${test_loss.toExponential(2)}`]);
    return 0;
  } finally {
    await checkpoints.close();
  }
}

async function checkTarget(out: string, force: boolean): Promise<void> {
  const folder = await stat(dirname(out)).catch(() => null);
  if (!folder?.isDirectory())
    throw new Failure(`--out ${out}: ${dirname(out)} is not a folder`, 'make it first');
  const found = await lstat(out).catch(() => null);
  const kind = found && kindOf(found);
  if (kind !== null) throw new Failure(`--out ${out}: is ${kind} (only a file is replaced)`, EXAMPLE);
  if (found && !force) throw new Failure(`--out ${out}: exists already`, 'replace it with --force');
}

async function refuseWithout(train: string): Promise<void> {
  const path = join(train, 'checkpoints.arrow');
  if (await stat(path).catch(() => null)) return;
  const summary = await readSummary(train, trainSummary).catch(() => null);
  if (summary && 'pretrained' in summary)
    throw new Failure(
      `${path} is missing: the model came without checkpoints`,
      `its only weights are ${join(train, 'model.safetensors')}`,
    );
  throw new Failure(`${path} is missing`, 'run `npm run pipeline -- train` first');
}

/** Index of the checkpoint at `epoch`. If there is none, throws a Failure with the nearest epochs that exist. */
function findEpoch({ records }: Checkpoints, epoch: number): number {
  const index = records.findIndex((record) => record.epoch === epoch);
  if (index >= 0) return index;
  const epochs = records.map((record) => record.epoch);
  const nearest = [epochs.findLast((e) => e < epoch), epochs.find((e) => e > epoch)];
  throw new Failure(
    `--checkpoint ${epoch}: there is none (${epochs.length} from epoch ${epochs[0]} to ${epochs.at(-1)})`,
    `nearest: ${nearest.filter((e) => e !== undefined).join(' and ')}`,
  );
}
