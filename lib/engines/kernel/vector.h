// Vectors of float32 whose width is fixed when the kernel is compiled, and the few functions on them that C lacks:
// multiply-add, transpose, sums across lanes, exp and log1p. Only IEEE additions, multiplications, divisions, multiply-adds
// and bit operations, no libm, and it is compiled with -ffp-contract=off: each operation written here is one operation, so
// that the width, the compiler and its level of optimisation decide nothing about the bits. What is left are two
// arithmetics, FUSED and not: a multiply-add that rounds once, or twice.
#ifndef GROKSCOPE_VECTOR_H
#define GROKSCOPE_VECTOR_H

// LANES: floats in a vector, any width being as right as another. TILE_ROWS x TILE_VECTORS: accumulators of the product's
// inner loop, as many as fit in the registers beside TILE_VECTORS operands and a broadcast one. hardware: a vector that the
// processor multiplies and adds in one instruction, where it does.
#if defined(__AVX512F__)
#include <immintrin.h>
#define HARDWARE_LANES 16
#define TILE_ROWS 14
typedef __m512 hardware;
#define FUSED(x, y, z) _mm512_fmadd_ps(x, y, z)
#elif defined(__AVX__)
#include <immintrin.h>
#define HARDWARE_LANES 8
#define TILE_ROWS 6
typedef __m256 hardware;
#ifdef __FMA__
#define FUSED(x, y, z) _mm256_fmadd_ps(x, y, z)
#endif
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#define HARDWARE_LANES 4
#define TILE_ROWS 12
typedef float32x4_t hardware;
#define FUSED(x, y, z) vfmaq_f32(z, x, y)
#else // WebAssembly, SSE2: 16 registers
#define HARDWARE_LANES 4
#define TILE_ROWS 4
typedef float hardware __attribute__((vector_size(16)));
#ifdef __wasm_relaxed_simd__
#define FUSED(x, y, z) __builtin_wasm_relaxed_madd_f32x4(x, y, z)
#endif
#endif
#ifndef LANES
#define LANES HARDWARE_LANES
#endif
#define TILE_VECTORS 2

// Sums across lanes are of 16 partial sums, and rows are padded to 16 floats, whatever LANES is.
enum { SUM_LANES = 16, SUM_VECTORS = SUM_LANES / LANES };

typedef float vec __attribute__((vector_size(4 * LANES), may_alias));
typedef int ivec __attribute__((vector_size(4 * LANES), may_alias));

#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#define SHUFFLE(x, y, ...) __builtin_shufflevector(x, y, __VA_ARGS__)
#else
#define UNROLL _Pragma("GCC unroll 16")
#define SHUFFLE(x, y, ...) __builtin_shuffle(x, y, (ivec){__VA_ARGS__})
#endif

INLINE vec splat(float x) { return x - (vec){0}; }
INLINE ivec isplat(int x) { return x - (ivec){0}; }
INLINE const vec *at(const float *x) { return (const vec *)x; }
INLINE vec *to(float *x) { return (vec *)x; }
INLINE int smaller(int x, int y) { return x < y ? x : y; }

/** x y + z, rounded once where the arithmetic is fused. */
INLINE vec multiply_add(vec x, vec y, vec z) {
#ifndef FUSED
  return x * y + z;
#elif LANES == HARDWARE_LANES
  return (vec)FUSED((hardware)x, (hardware)y, (hardware)z);
#else // wider than the hardware: tested, not used
  union { vec whole; hardware part[LANES / HARDWARE_LANES]; } a = {x}, b = {y}, c = {z};
  UNROLL for (int i = 0; i < LANES / HARDWARE_LANES; i++) c.part[i] = FUSED(a.part[i], b.part[i], c.part[i]);
  return c.whole;
#endif
}

/** mask ? x : y, lane by lane; a mask's lane is 0 or -1, as comparisons give it. */
INLINE vec choose(ivec mask, vec x, vec y) { return (vec)((mask & (ivec)x) | (~mask & (ivec)y)); }

// Gradients and moments of a smaller magnitude count as 0. Beside epsilon, 1e-8, they are nothing (2^-63 is 1e-19), but they
// lead to subnormal numbers, on which many processors are a hundred times slower: the square of 2^-63 is the smallest normal
// number. Late in training, when most are so small, a step would take several times as long.
#define LEAST 0x1p-63f

/** x, or 0 where its magnitude is below `least`. */
INLINE vec drop_below(vec x, float least) { return choose((x < least) & (x > -least), splat(0.0f), x); }

// Lanes of x and y alternating: first halves, second halves.
#if LANES == 16
#define INTERLEAVE_LOW(x, y) SHUFFLE(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(x, y) SHUFFLE(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif LANES == 8
#define INTERLEAVE_LOW(x, y) SHUFFLE(x, y, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_HIGH(x, y) SHUFFLE(x, y, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define INTERLEAVE_LOW(x, y) SHUFFLE(x, y, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(x, y) SHUFFLE(x, y, 2, 6, 3, 7)
#endif

/** Transposes LANES vectors in place: log2(LANES) rounds of interleaving. */
INLINE void transpose_vectors(vec x[LANES]) {
  UNROLL for (int round = 1; round < LANES; round *= 2) {
    vec y[LANES];
    UNROLL for (int i = 0; i < LANES / 2; i++) {
      y[2 * i] = INTERLEAVE_LOW(x[i], x[i + LANES / 2]);
      y[2 * i + 1] = INTERLEAVE_HIGH(x[i], x[i + LANES / 2]);
    }
    UNROLL for (int i = 0; i < LANES; i++) x[i] = y[i];
  }
}

/** to [columns, rows] = transpose of from [rows, columns]; both sizes are multiples of LANES. */
static __attribute__((unused)) void transpose(const float *from, long from_stride, int rows, int columns, float *to, long to_stride) {
  for (int i = 0; i < rows; i += LANES)
    for (int j = 0; j < columns; j += LANES) {
      vec x[LANES];
      UNROLL for (int l = 0; l < LANES; l++) x[l] = *(const vec *)(from + (i + l) * from_stride + j);
      transpose_vectors(x);
      UNROLL for (int l = 0; l < LANES; l++) *(vec *)(to + (j + l) * to_stride + i) = x[l];
    }
}

/** Sum of SUM_LANES partial sums, in halves: the second eight are added to the first, then four to four, and so on. */
INLINE float sum_lanes(const vec *partial) {
  vec x[SUM_VECTORS];
  UNROLL for (int i = 0; i < SUM_VECTORS; i++) x[i] = partial[i];
  UNROLL for (int half = SUM_VECTORS / 2; half > 0; half /= 2)
    UNROLL for (int i = 0; i < half; i++) x[i] += x[i + half];
  float y[LANES] __attribute__((aligned(4 * LANES)));
  *(vec *)y = x[0];
  UNROLL for (int half = LANES / 2; half > 0; half /= 2)
    for (int l = 0; l < half; l++) y[l] += y[l + half];
  return y[0];
}

/** e^x for x <= 0 within 1 ulp or so, 0 below -87; NaN stays NaN. Cody-Waite reduction and the polynomial of Cephes' expf. */
INLINE vec exp_negative(vec x) {
  const float round = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer, kept in the low bits
  vec clamped = choose(x < splat(-87.0f), splat(-87.0f), x);
  vec shifted = multiply_add(clamped, splat(1.44269504088896341f), splat(round));
  vec n = shifted - round;
  vec r = multiply_add(n, splat(-0.693359375f), clamped);
  r = multiply_add(n, splat(2.12194440e-4f), r);
  vec q = splat(1.9875691500e-4f);
  q = multiply_add(q, r, splat(1.3981999507e-3f));
  q = multiply_add(q, r, splat(8.3334519073e-3f));
  q = multiply_add(q, r, splat(4.1665795894e-2f));
  q = multiply_add(q, r, splat(1.6666665459e-1f));
  q = multiply_add(q, r, splat(5.0000001201e-1f));
  vec power = (vec)(((ivec)shifted << 23) + (ivec)splat(1.0f)); // 2^n: the low bits of `shifted` are n
  vec y = (multiply_add(q, r * r, r) + 1.0f) * power;
  return choose(x < splat(-87.0f), splat(0.0f), y);
}

/** log of x >= 1: mantissa in [sqrt(1/2), sqrt(2)), polynomial of Cephes' logf. */
INLINE vec log_above_one(vec x) {
  ivec exponent = ((ivec)x - 0x3f3504f3) >> 23; // 0x3f3504f3 is sqrt(1/2)
  vec mantissa = (vec)((ivec)x - (exponent << 23));
  const float round = 12582912.0f;
  vec e = (vec)(exponent + 0x4b400000) - round; // the integer as a float
  vec f = mantissa - 1.0f;
  vec q = splat(7.0376836292e-2f);
  q = multiply_add(q, f, splat(-1.1514610310e-1f));
  q = multiply_add(q, f, splat(1.1676998740e-1f));
  q = multiply_add(q, f, splat(-1.2420140846e-1f));
  q = multiply_add(q, f, splat(1.4249322787e-1f));
  q = multiply_add(q, f, splat(-1.6668057665e-1f));
  q = multiply_add(q, f, splat(2.0000714765e-1f));
  q = multiply_add(q, f, splat(-2.4999993993e-1f));
  q = multiply_add(q, f, splat(3.3333331174e-1f));
  vec f2 = f * f;
  vec y = multiply_add(e, splat(-2.12194440e-4f), q * f * f2);
  y = multiply_add(f2, splat(-0.5f), y);
  return multiply_add(e, splat(0.693359375f), f + y);
}

/** log(1 + x) for x >= 0 with a small relative error however small x is (Kahan's correction); NaN and inf stay. */
INLINE vec log1p_positive(vec x) {
  vec u = x + 1.0f;
  vec y = log_above_one(u) * x / choose(u == splat(1.0f), splat(1.0f), u - 1.0f);
  ivec tiny = u == splat(1.0f);
  ivec finite = x < splat(__builtin_inff());
  return choose(tiny | ~finite, x, y);
}

#endif
