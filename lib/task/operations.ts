// The operations that a model can be asked to learn, each with its label function on 0 <= a, b < p.

export const OPERATIONS = {
  add: (a: number, b: number, p: number): number => (a + b) % p,
  subtract: (a: number, b: number, p: number): number => (a - b + p) % p,
  multiply: (a: number, b: number, p: number): number => (a * b) % p,
  /** x^2 + xy + y^2, the symmetric polynomial of Power et al. 2022. */
  quadratic: (a: number, b: number, p: number): number => (a * a + a * b + b * b) % p,
} as const;

export type Operation = keyof typeof OPERATIONS;

export const OPERATION_NAMES = Object.keys(OPERATIONS) as [Operation, ...Operation[]];
