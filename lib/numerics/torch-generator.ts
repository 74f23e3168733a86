// PyTorch's CPU random numbers: MT19937 as `torch.manual_seed` starts it, `randperm`, and `normal_` for float32.
// The permutations are PyTorch's bit for bit. The normals are within 4 units in the last place of PyTorch's, whose own
// builds (vectorised or not) differ as much.
// Source: Matsumoto and Nishimura 1998; ATen/core/MT19937RNGEngine.h, ATen/native/cpu/DistributionTemplates.h.
import { cos, log, sin } from './elementary.ts';

const STATE_SIZE = 624;
const SHIFT = 397;
const UNIFORM_24 = 2 ** -24;
const UNIFORM_53 = 2 ** -53;
/** In float32, as in PyTorch's vectorised Box-Muller. */
const TWO_PI = Math.fround(2 * Math.PI);
/** Fewer values than this PyTorch draws one by one in double precision, more in blocks of this size. */
const BLOCK = 16;

export class TorchGenerator {
  readonly #state = new Uint32Array(STATE_SIZE);
  #next = STATE_SIZE;
  #spareNormal: number | null = null;

  constructor(seed: number) {
    this.#state[0] = seed >>> 0;
    for (let i = 1; i < STATE_SIZE; i++) {
      const previous = this.#state[i - 1]!;
      this.#state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** The next 32 random bits. */
  uint32(): number {
    if (this.#next === STATE_SIZE) this.#twist();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** `torch.randperm(n)` for n below 2^32 / 20. */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.uint32() % (n - i));
      const swapped = order[i]!;
      order[i] = order[j]!;
      order[j] = swapped;
    }
    return order;
  }

  /** `torch.empty(n).normal_(0, deviation)`: n float32 values. */
  normal(n: number, deviation: number): Float32Array {
    const values = new Float32Array(n);
    if (n < BLOCK) return values.map(() => this.#normalDouble() * deviation);
    for (let i = 0; i < n; i++) values[i] = this.#uniform24();
    for (let i = 0; i + BLOCK <= n; i += BLOCK) toNormal(values.subarray(i, i + BLOCK), deviation);
    if (n % BLOCK !== 0) {
      const last = values.subarray(n - BLOCK);
      for (let i = 0; i < BLOCK; i++) last[i] = this.#uniform24();
      toNormal(last, deviation);
    }
    return values;
  }

  #uniform24(): number {
    return (this.uint32() & 0xffffff) * UNIFORM_24;
  }

  #uniform53(): number {
    const high = this.uint32() & 0x1fffff;
    return (high * 2 ** 32 + this.uint32()) * UNIFORM_53;
  }

  /** Box-Muller in double precision. It gives pairs: the second value of a pair is returned by the next call. */
  #normalDouble(): number {
    if (this.#spareNormal !== null) {
      const value = this.#spareNormal;
      this.#spareNormal = null;
      return value;
    }
    const u1 = this.#uniform53();
    const u2 = this.#uniform53();
    const radius = Math.sqrt(-2 * log(1 - u2));
    this.#spareNormal = radius * sin(2 * Math.PI * u1);
    return radius * cos(2 * Math.PI * u1);
  }

  #twist(): void {
    const s = this.#state;
    for (let i = 0; i < STATE_SIZE; i++) {
      const y = (s[i]! & 0x80000000) | (s[(i + 1) % STATE_SIZE]! & 0x7fffffff);
      s[i] = s[(i + SHIFT) % STATE_SIZE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

/** Box-Muller on sixteen uniforms in place, rounded to float32 at every step as PyTorch does. */
function toNormal(block: Float32Array, deviation: number): void {
  const scale = Math.fround(deviation);
  for (let j = 0; j < BLOCK / 2; j++) {
    const u1 = Math.fround(1 - block[j]!);
    const u2 = block[j + BLOCK / 2]!;
    const radius = Math.fround(Math.sqrt(Math.fround(-2 * Math.fround(log(u1)))));
    const theta = Math.fround(TWO_PI * u2);
    block[j] = Math.fround(radius * Math.fround(cos(theta))) * scale;
    block[j + BLOCK / 2] = Math.fround(radius * Math.fround(sin(theta))) * scale;
  }
}
