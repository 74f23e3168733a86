import type { Identity, Note } from '../lib/engines/engine.ts';
import { choice, file, integer, nullable, number, object, type ParamsOf } from '../lib/runner/schema.ts';
import { engineIdentity, ENGINES } from '../lib/engines/registry.ts';

// Defaults: TransformerLens' reference run (demos/Grokking_Demo.ipynb), 25,000 epochs without an early stop.
export const params = object({
  d_model: integer({ default: 128, min: 1 }),
  n_heads: integer({ default: 4, min: 1 }),
  d_head: integer({ default: 32, min: 1 }),
  d_mlp: integer({ default: 512, min: 1 }),
  seed: integer({ default: 999, min: 0, max: 2 ** 32 - 1 }),
  epochs: integer({ default: 25_000, min: 1, max: 2 ** 31 - 1 }),
  learning_rate: number({ default: 1e-3, above: 0 }),
  weight_decay: number({ default: 1, min: 0 }),
  beta1: number({ default: 0.9, min: 0, below: 1 }),
  beta2: number({ default: 0.98, min: 0, below: 1 }),
  epsilon: number({ default: 1e-8, min: 0 }),
  stop_below_test_loss: nullable(number({ above: 0 }), { default: null }),
  log_every: integer({ default: 10, min: 1 }),
  checkpoint_every: integer({ default: 100, min: 1 }),
  engine: choice(ENGINES, { default: 'auto', isResolved: true }),
  /**
   * A model trained elsewhere, taken instead of training: a safetensors file under TransformerLens' names, or a folder
   * with one and what is known of its training. Of the other params only `engine` counts then; sizes are the file's.
   */
  pretrained: nullable(file({ folderOf: ['model.safetensors', 'checkpoints.arrow', 'history.arrow'] }), {
    default: null,
  }),
});

export type TrainParams = ParamsOf<typeof params>;

/** What the engine resolves to on this machine, since other engines give other bits. */
export const identity = ({ engine }: TrainParams, note: Note): Promise<Identity> =>
  engineIdentity(engine, note);
