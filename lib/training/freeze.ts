// Training with some weights frozen: they take no step and do not decay, and their moments do not change.
import type { Engine, TrainingState } from '../engines/engine.ts';
import { viewWeights, type ModelConfig, type WeightName } from '../network/config.ts';
import type { Trainee } from './loop.ts';

/** The engine, with these weights and their moments put back after every step. */
export function freeze(
  engine: Trainee & Pick<Engine, 'writeState'>,
  config: ModelConfig,
  names: readonly WeightName[],
): Trainee {
  if (names.length === 0) return engine;
  const held = engine.readState();
  return {
    readState: () => engine.readState(),
    evaluate: (pairs) => engine.evaluate(pairs),
    train: async (pairs, adamw, steps) => {
      const [loss, accuracy] = [new Float64Array(steps), new Float64Array(steps)];
      for (let i = 0; i < steps; i++) {
        const step = await engine.train(pairs, adamw, 1);
        [loss[i], accuracy[i]] = [step.loss[0]!, step.accuracy[0]!];
        engine.writeState(putBack(engine.readState(), held, config, names));
      }
      return { loss, accuracy };
    },
  };
}

function putBack(
  state: TrainingState,
  held: TrainingState,
  config: ModelConfig,
  names: readonly WeightName[],
): TrainingState {
  for (const part of ['weights', 'm', 'v'] as const) {
    const [to, from] = [viewWeights(config, state[part]), viewWeights(config, held[part])];
    for (const name of names) to[name].data.set(from[name].data);
  }
  return state;
}
