// npm run export -- --checkpoint EPOCH --out FILE.safetensors: one checkpoint of a run as a model, under TransformerLens'
// names. The file appears whole or not at all.
import { lstat, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ExpectedError } from '../files/expected-error.ts';
import { runScript } from '../files/run-script.ts';
import { kindOf } from '../files/regular-file.ts';
import { readSummary } from '../files/summary.ts';
import { readModel, writeModel } from '../model/model-file.ts';
import { keptByNpm } from '../runner/npm.ts';
import { openCheckpoints, type Checkpoints } from './checkpoints.ts';

const HELP = `Writes the weights after the step of one epoch as a model in safetensors, under TransformerLens' names.

  npm run export -- --checkpoint 9700 --out at-9700.safetensors

  --checkpoint EPOCH       an epoch of train/checkpoints.arrow
  --out FILE               where to; a file that exists is refused
  -f, --force              replace it
  --artifacts DIR          where the stage folders are (default: artifacts/)
  -h, --help               this text
`;

const EXAMPLE = 'npm run export -- --checkpoint 9700 --out at-9700.safetensors';

const OPTIONS = {
  checkpoint: { type: 'string' },
  out: { type: 'string' },
  artifacts: { type: 'string', default: 'artifacts' },
  force: { type: 'boolean', short: 'f', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

await runScript(async () => {
  const [kept] = keptByNpm('export', process.argv.slice(2), OPTIONS, process.env);
  if (kept) throw new ExpectedError(`${kept.place} ${kept.message}`, kept.hint ?? '');
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return void process.stdout.write(HELP);
  const { checkpoint, out, artifacts, force } = values;
  if (checkpoint === undefined || out === undefined)
    throw new ExpectedError(`--${checkpoint === undefined ? 'checkpoint' : 'out'} is missing`, EXAMPLE);
  if (!/^\d+$/.test(checkpoint))
    throw new ExpectedError(`--checkpoint ${checkpoint}: must be the number of an epoch`, EXAMPLE);
  await checkTarget(out, force);

  const train = join(artifacts, 'train');
  await refuseWithout(train);
  const { config } = await readModel(join(train, 'model.safetensors'));
  const checkpoints = await openCheckpoints(join(train, 'checkpoints.arrow'), config);
  try {
    const index = findEpoch(checkpoints, Number(checkpoint));
    const { epoch, train_loss, test_loss } = checkpoints.records[index]!;
    const extra = { epoch, train_loss, test_loss };
    const metadata = Object.fromEntries(Object.entries(extra).map(([name, value]) => [name, String(value)]));
    const weights = await checkpoints.read(index);
    await replaceFile(out, (path) => writeModel(path, config, weights, metadata));
    console.log(`${out}: the weights after epoch ${epoch}, test loss ${test_loss.toExponential(2)}`);
  } finally {
    await checkpoints.close();
  }
});

async function checkTarget(out: string, force: boolean): Promise<void> {
  const folder = await stat(dirname(out)).catch(() => null);
  if (!folder?.isDirectory())
    throw new ExpectedError(`--out ${out}: ${dirname(out)} is not a folder`, 'make it first');
  const found = await lstat(out).catch(() => null);
  const kind = found && kindOf(found);
  if (kind !== null) throw new ExpectedError(`--out ${out}: is ${kind} (only a file is replaced)`, EXAMPLE);
  if (found && !force) throw new ExpectedError(`--out ${out}: exists already`, 'replace it with --force');
}

async function refuseWithout(train: string): Promise<void> {
  const path = join(train, 'checkpoints.arrow');
  if (await stat(path).catch(() => null)) return;
  const summary = await readSummary(train).catch(() => null);
  if (summary?.['pretrained'] === true)
    throw new ExpectedError(
      `${path} is missing: the pretrained model came without checkpoints`,
      `its only weights are ${join(train, 'model.safetensors')}`,
    );
  throw new ExpectedError(`${path} is missing`, 'run `npm run pipeline -- train` first');
}

/** Number of the checkpoint of that epoch. Throws ExpectedError with the nearest that there are. */
function findEpoch({ records }: Checkpoints, epoch: number): number {
  const index = records.findIndex((record) => record.epoch === epoch);
  if (index >= 0) return index;
  const epochs = records.map((record) => record.epoch);
  const nearest = [epochs.findLast((e) => e < epoch), epochs.find((e) => e > epoch)];
  throw new ExpectedError(
    `--checkpoint ${epoch}: there is none (${epochs.length} from epoch ${epochs[0]} to ${epochs.at(-1)})`,
    `nearest: ${nearest.filter((e) => e !== undefined).join(' and ')}`,
  );
}

/** What `write` writes under another name becomes `path` once it is complete. */
async function replaceFile(path: string, write: (path: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  try {
    await write(temporary);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
