// How much of the forward passes the activations stage keeps. Apart from activation-format.ts because the choices are
// read by every command, which should not have to load Arrow for them.
import { ACTIVATION_NAMES, type ActivationName } from './hooks.ts';

export const DTYPES = ['float32', 'float16'] as const;
export const POSITIONS = ['all', 'last'] as const;

/** What is kept: the names that get a file, the precision, and all three positions or the last, `=`. */
export interface Selection {
  readonly hooks: readonly ActivationName[];
  readonly dtype: (typeof DTYPES)[number];
  readonly positions: (typeof POSITIONS)[number];
}

export const EVERYTHING: Selection = { hooks: ACTIVATION_NAMES, dtype: 'float32', positions: 'all' };
