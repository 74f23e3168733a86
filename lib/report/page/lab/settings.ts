// What the lab can be asked to train: each field with its name in pipeline.yaml, what it may be, and where it starts. The
// address of the page holds them under these names, so that a link opens the lab as it was.
import { OPERATION_NAMES, OPERATIONS } from '../../../task/operations.ts';
import { pairCount } from '../../../task/split.ts';
import type { Settings } from '../../worker/messages.ts';

export interface Field {
  readonly name: keyof Settings;
  /** As `--set` of npm run pipeline calls it. */
  readonly param: string;
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** min and max themselves are too far. */
  readonly open?: boolean;
}

const MAX_SEED = 2 ** 32 - 1;
/** Above that a browser's single thread takes hours. */
const MAX_P = 113;

const whole = (name: Field['name'], param: string, label: string, min: number, max: number): Field => ({
  ...{ name, param, label, min, max },
  whole: true,
});

export const FIELDS: readonly Field[] = [
  whole('p', 'dataset.p', 'p', 3, MAX_P),
  {
    ...{ name: 'train_fraction', param: 'dataset.train_fraction', label: 'fraction to train on' },
    ...{ min: 0, max: 1, whole: false, open: true },
  },
  {
    name: 'weight_decay',
    param: 'train.weight_decay',
    label: 'weight decay',
    min: 0,
    max: 100,
    whole: false,
  },
  {
    ...{ name: 'learning_rate', param: 'train.learning_rate', label: 'learning rate' },
    ...{ min: 0, max: 1, whole: false, open: true },
  },
  whole('seed', 'train.seed', 'seed of the weights', 0, MAX_SEED),
  whole('split_seed', 'dataset.seed', 'seed of the split', 0, MAX_SEED),
];

export const SIZES: readonly Field[] = [
  whole('d_model', 'train.d_model', 'dimensions', 1, 256),
  whole('n_heads', 'train.n_heads', 'heads', 1, 16),
  whole('d_head', 'train.d_head', 'dimensions of a head', 1, 128),
  whole('d_mlp', 'train.d_mlp', 'neurons', 1, 1024),
];

export const OPERATION = { param: 'dataset.operation', label: 'operation' } as const;
/** A setting that groks within seconds; seeds and sizes are those of the published run. */
export const START: Settings = {
  ...{ p: 59, d_model: 128, n_heads: 4, d_head: 32, d_mlp: 512 },
  ...{ operation: 'add', train_fraction: 0.5, split_seed: 598, seed: 999 },
  ...{ learning_rate: 1e-3, weight_decay: 1 },
};

/** What a field must be, to complete "p must be"; null where the value is fine. */
export function findFault({ min, max, whole, open }: Field, value: number): string | null {
  const range = open ? `above ${min} and below ${max}` : `from ${min} to ${max}`;
  const isInside = open ? value > min && value < max : value >= min && value <= max;
  if (isInside && (!whole || Number.isInteger(value))) return null;
  return whole ? `a whole number ${range}` : range;
}

/** What is wrong with the settings together, by the name of a field. */
export function findClash({
  p,
  operation,
  train_fraction,
}: Settings): { name: keyof Settings; must: string } | null {
  const refusal = OPERATIONS[operation].refuses(p);
  if (refusal !== null) return { name: 'p', must: refusal };
  const pairs = pairCount(p, operation);
  if (train_fraction * pairs < 1)
    return { name: 'train_fraction', must: `at least 1/${pairs}, or there is nothing to train on` };
  return null;
}

/** The settings that an address asks for; what it does not name, or names wrongly, is as at the start. */
export function readSettings(address: URLSearchParams): Settings {
  const settings: Record<string, unknown> = { ...START };
  for (const field of [...FIELDS, ...SIZES]) {
    const text = address.get(field.param);
    if (text !== null && text.trim() !== '' && findFault(field, Number(text)) === null)
      settings[field.name] = Number(text);
  }
  const operation = OPERATION_NAMES.find((name) => name === address.get(OPERATION.param));
  if (operation !== undefined) settings['operation'] = operation;
  return findClash(settings as unknown as Settings) === null ? (settings as unknown as Settings) : START;
}

/** Every setting by its param. */
export const paramsOf = (settings: Settings): [string, string][] => [
  [OPERATION.param, settings.operation],
  ...[...FIELDS, ...SIZES].map(({ name, param }): [string, string] => [param, String(settings[name])]),
];

/** Those that are not as in the project's own pipeline.yaml, whose run is the published one. */
const PIPELINE: Settings = { ...START, p: 113, train_fraction: 0.3 };

/** The line that trains the same network, bit for bit where the arithmetic is the same. */
export function pipelineLine(settings: Settings, epochs: number): string {
  const written = new Map(paramsOf(PIPELINE));
  const sets = paramsOf(settings).filter(([param, value]) => written.get(param) !== value);
  const words = [...sets, ['train.epochs', String(epochs)]].map(
    ([param, value]) => `--set ${param}=${value}`,
  );
  return `npm run pipeline -- train ${words.join(' ')}`;
}
