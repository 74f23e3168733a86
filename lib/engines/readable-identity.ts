// What the readable forward pass would run on here, for the key of a stage. It is separate from the registry, so that
// this key contains no engine's code.
import type { Identity } from './engine.ts';
import { backendIdentity } from './tensorflow/identity.ts';

/** The backend of TensorFlow.js, as backends round differently. This process loads none to find out. */
export const readableIdentity = (): Promise<Identity> => backendIdentity();
