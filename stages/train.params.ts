import { join } from 'node:path';
import type { Identity, Note } from '../lib/engines/engine.ts';
import {
  choice,
  constant,
  either,
  file,
  flag,
  group,
  integer,
  list,
  nullable,
  number,
  object,
  text,
  type Field,
  type NamedFile,
  type ParamsOf,
} from '../lib/runner/schema.ts';
import { engineIdentity, ENGINES } from '../lib/engines/registry.ts';
import { WEIGHT_NAMES } from '../lib/network/config.ts';
import type { Edit, TakenFromModel } from '../lib/training/edit.ts';
import { anyStart, modelIn, nearestStates, parseStart, stateFile } from '../lib/training/start-source.ts';

const FOLDER_OF = ['model.safetensors', 'checkpoints.arrow', 'history.arrow'] as const;

/** The file that a start names. */
function namesStart(text: string): NamedFile | null {
  const source = parseStart(text);
  if (source.kind === 'seed') return null;
  if (source.kind === 'state')
    return { path: join(source.folder, stateFile(source.epoch)), others: nearestStates };
  return {
    path: source.path,
    folderOf: FOLDER_OF,
    others: anyStart,
    ...(source.run !== null && { rest: `#${source.run}` }),
  };
}

const FREQUENCIES = list(integer({ min: 1 }), { minLength: 1 });
const NEURONS = either(
  list(integer({ min: 0 }), { minLength: 1 }),
  group({ frequency: integer({ min: 1 }) }),
);
const EDIT = either(
  group({ W_E: choice(['keep', 'remove']), frequencies: FREQUENCIES }),
  group({ head: integer({ min: 0 }), zero: constant(true) }),
  group({ neurons: NEURONS, zero: constant(true) }),
  group({ neurons: NEURONS, keep: constant(true) }),
  takenFromModel(),
);

/** A weight of another model: a group for each name of a weight, described as one. */
function takenFromModel(): Field<TakenFromModel> {
  const groups = WEIGHT_NAMES.map((name) => group({ [name]: constant('from'), model: text() }));
  return {
    schema: either(...groups).schema as never,
    must: '{ W_U: from, model: a model file } (or another weight)',
  };
}

/** A list of interventions, some of which name model files. */
const EDITS: Field<readonly Edit[]> = {
  ...list<Edit>(EDIT, { default: [] }),
  names: (model) => {
    const { path, run } = modelIn(model);
    return { path, folderOf: FOLDER_OF.slice(0, 1), ...(run !== null && { rest: `#${run}` }) };
  },
  textsAt: (edits) =>
    (edits as readonly Edit[]).flatMap((edit, i) => ('model' in edit ? [[i, 'model']] : [])),
};

// Defaults: TransformerLens' reference run (demos/Grokking_Demo.ipynb), 25,000 epochs without an early stop.
export const params = object(
  {
    /** Width of the residual stream. */
    d_model: integer({ default: 128, min: 1 }),
    /** Attention heads. */
    n_heads: integer({ default: 4, min: 1 }),
    /** Width of a head. */
    d_head: integer({ default: 32, min: 1 }),
    /** Neurons of the MLP. */
    d_mlp: integer({ default: 512, min: 1 }),
    /**
     * Where the weights come from: `seed` draws them; a model file (safetensors or torch.save; `FILE#2` is run 2 of several) or
     * a folder with model.safetensors is used as it is. The sizes are then those of the file, and of the other params only
     * `engine` and `edit` matter, unless `go_on` is true. `RUN@9000` continues another run from the state that it kept
     * after the step of epoch 9,000.
     */
    start: file({ default: 'seed', folderOf: FOLDER_OF, names: namesStart }),
    /** Trains the model given as start further, with zero moments and epochs counted from 0. */
    go_on: flag({ default: false }),
    /**
     * Interventions on the weights before training, applied in order; one can also take a weight from another model. The
     * moments of the weights that change are set to zero.
     */
    edit: EDITS,
    /** Weights that take no step and do not decay. */
    freeze: list(choice(WEIGHT_NAMES), { default: [] }),
    /** Seed of PyTorch's generator for the initial weights, drawn as TransformerLens draws them. */
    seed: integer({ default: 999, min: 0, max: 2 ** 32 - 1 }),
    /** Steps of full-batch AdamW, unless training stops earlier. */
    epochs: integer({ default: 25_000, min: 1, max: 2 ** 31 - 1 }),
    /** AdamW's step size. */
    learning_rate: number({ default: 1e-3, above: 0 }),
    /** AdamW's decay: a step first multiplies each weight by 1 - learning_rate · weight_decay. */
    weight_decay: number({ default: 1, min: 0 }),
    /** AdamW's decay of the mean of gradients. */
    beta1: number({ default: 0.9, min: 0, below: 1 }),
    /** AdamW's decay of the mean of squared gradients. */
    beta2: number({ default: 0.98, min: 0, below: 1 }),
    /** AdamW's term beside the root of the mean square, which keeps the quotient finite. */
    epsilon: number({ default: 1e-8, min: 0 }),
    /**
     * Training ends once the test loss (nats) is below this, checked every `log_every` epochs; null: only after `epochs`.
     */
    stop_below_test_loss: nullable(number({ above: 0 }), { default: null }),
    /** Epochs between two rows of the history. */
    log_every: integer({ default: 10, min: 1 }),
    /** Epochs between two checkpoints, at which the network is measured; up to epoch 300 there is also one every 25 epochs. */
    checkpoint_every: integer({ default: 100, min: 1 }),
    /** Epochs between two full states, from which other runs can go on; 0: none, null: a tenth of the epochs. */
    state_every: nullable(integer({ min: 0 }), { default: null }),
    /**
     * What trains: the kernel (`native`, `relaxed`, `wasm`; `auto` is the fastest that runs here) or
     * `tensorflow`. Engines with the same arithmetic share results.
     */
    engine: choice(ENGINES, { default: 'auto', isResolved: true }),
    /** @deprecated The name of `start` up to 0.1. */
    pretrained: nullable(file({ folderOf: FOLDER_OF }), { default: null }),
  },
  ({ start, pretrained, go_on }) =>
    pretrained !== null && start !== 'seed'
      ? { param: 'pretrained', must: 'left out if start names a model (it is the old name of start)' }
      : go_on && start === 'seed' && pretrained === null
        ? { param: 'go_on', must: 'false if start is seed, which always trains' }
        : null,
);

/** No network can be trained if the training pairs are not known. */
export function agrees(
  { start, pretrained, go_on }: Readonly<Record<string, unknown>>,
  { dataset }: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): { stage: string; param: string; must: string } | null {
  const isTaken = parseStart(String(pretrained ?? start)).kind === 'model' && go_on === false;
  if (isTaken || dataset?.['seed'] !== null) return null;
  const must = 'a number if a network is trained (null is for a model in train.start that is taken as it is)';
  return { stage: 'dataset', param: 'seed', must };
}

/** Only forks read these, by name. */
export const aside = ['states/'] as const;

export type TrainParams = ParamsOf<typeof params>;

/** What the engine resolves to on this machine, since other engines give other bits. */
export const identity = ({ engine }: TrainParams, note: Note): Promise<Identity> =>
  engineIdentity(engine, note);
