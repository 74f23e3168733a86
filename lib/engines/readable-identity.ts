// What the readable forward pass would run on here, for the key of a stage: apart from the registry, so that no engine's
// code is in that key.
import type { Identity } from './engine.ts';
import { backendIdentity } from './tensorflow/identity.ts';

/** Backends of TensorFlow.js round differently. Nothing is loaded to find out. */
export const readableIdentity = (): Promise<Identity> => backendIdentity();
