import { TUNED } from '../lib/measures/thresholds.ts';
import { integer, list, number, object } from '../lib/runner/schema.ts';

export const params = object({
  /** Neurons whose two-dimensional spectra are drawn. */
  neurons: list(integer({ min: 0 }), { default: [0], minLength: 1 }),
  /** A neuron joins the cluster of a frequency that explains more than this share of its variance; 0.85 in Nanda et al. 2023. */
  cluster_above: number({ default: TUNED, min: 0, below: 1 }),
});
