import { integer, object } from '../lib/runner/schema.ts';

export const params = object({
  /** How many left singular vectors of W_E go into the spectra; 8 in the notebook, two for each of four frequencies. */
  components: integer({ default: 8, min: 1 }),
});
