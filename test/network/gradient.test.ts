// Gradients by the embeddings against finite differences of the layers as they are written.
import { test } from 'node:test';
import { weightShapes } from '../../lib/network/config.ts';
import { embeddingGradients } from '../../lib/network/gradient.ts';
import { assertClose } from '../assert-close.ts';
import { plainForward } from './plain-forward.ts';
import { config, flatten, network, weights } from './small-network.ts';

test('gradients by the embeddings of both summands agree with finite differences', () => {
  const gradients = embeddingGradients(network, weights);
  const flat = flatten(weights);
  const start = weightShapes(config).W_E.reduce((n, d) => n * d);
  // The row of a position reaches the residual stream as an embedding does, and only there.
  const differences = (position: number, [a, b, c]: [number, number, number]): number[] =>
    Array.from({ length: config.d_model }, (_, i) => {
      const at = (step: number): number => {
        const moved = flat.slice();
        moved[start + position * config.d_model + i]! += step;
        return plainForward(config, moved, a, b).logits[c]!;
      };
      return (at(1e-6) - at(-1e-6)) / 2e-6;
    });
  for (const triple of [
    [0, 0, 0],
    [2, 5, 1],
    [6, 3, 4],
  ] as [number, number, number][])
    gradients(triple[0] * config.p + triple[1], triple[2]).forEach((gradient, position) =>
      assertClose(`${triple.join()} at ${position}`, gradient, differences(position, triple), {
        ofLargest: 1e-6,
        atol: 1e-8,
      }),
    );
});
