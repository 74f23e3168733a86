// The settings of the lab: each field with its name in pipeline.yaml, its range and its first value. The address of the
// page holds them under these names, so that a link opens the lab with the same settings.
import { OPERATION_NAMES, OPERATIONS } from '../../../task/operations.ts';
import { pairCount } from '../../../task/split.ts';
import type { Settings } from '../../worker/messages.ts';

export interface Field {
  readonly name: keyof Settings;
  /** Its name for `--set` of npm run pipeline. */
  readonly param: string;
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** Whether min and max themselves are excluded. */
  readonly open?: boolean;
}

const MAX_SEED = 2 ** 32 - 1;
/** With a larger p a browser's single thread would take hours. */
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

/** What the value must be, to complete "p must be"; null if the value is fine. */
export function findFault({ min, max, whole, open }: Field, value: number): string | null {
  const range = open ? `above ${min} and below ${max}` : `from ${min} to ${max}`;
  const isInside = open ? value > min && value < max : value >= min && value <= max;
  if (isInside && (!whole || Number.isInteger(value))) return null;
  return whole ? `a whole number ${range}` : range;
}

/** A field whose value does not go with the others, and what it must be; null if all go together. */
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

/** The settings in an address. What it does not name, or names wrongly, is as in START. */
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

/** The param and the value of every setting. */
export const paramsOf = (settings: Settings): [string, string][] => [
  [OPERATION.param, settings.operation],
  ...[...FIELDS, ...SIZES].map(({ name, param }): [string, string] => [param, String(settings[name])]),
];

/** The settings of the project's own pipeline.yaml, which are those of the published run. */
const PIPELINE: Settings = { ...START, p: 113, train_fraction: 0.3 };

/**
 * The command that trains the same network, bit for bit if the arithmetic is the same. It names what differs from
 * PIPELINE.
 */
export function pipelineLine(settings: Settings, epochs: number): string {
  const written = new Map(paramsOf(PIPELINE));
  const sets = paramsOf(settings).filter(([param, value]) => written.get(param) !== value);
  const words = [...sets, ['train.epochs', String(epochs)]].map(
    ([param, value]) => `--set ${param}=${value}`,
  );
  return `npm run pipeline -- train ${words.join(' ')}`;
}
