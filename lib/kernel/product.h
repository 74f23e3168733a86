// Matrix products C = A1 B1 + A2 B2 + ... of row-major matrices: the one inner loop in which the kernel spends its time.
//
// Rows of B and C are padded to whole vectors. A is read one scalar at a time and broadcast, so it may lie either way:
// A(r, k) = a[r * stride + k] ("along rows"), or a[k * stride + r] ("along columns": a transposed matrix, uncopied).
// TILE_ROWS x TILE_VECTORS elements of C stay in registers while k runs, each a sum in the order of k, whatever the tile:
// so the result does not depend on how C is divided among threads.
#ifndef GROKSCOPE_PRODUCT_H
#define GROKSCOPE_PRODUCT_H
#include "vector.h"




#define PF 8
enum { ALONG_ROWS, ALONG_COLUMNS };
enum { MAX_TERMS = 3 };

struct term {
  const float *a;
  long a_stride;
  int a_along; // ALONG_ROWS or ALONG_COLUMNS
  const float *b;
  long b_stride;
  int depth; // columns of A, rows of B
};

struct product {
  int rows, vectors; // of C
  float *c;
  long c_stride;
  int accumulate; // C += ...
  int terms;
  struct term term[MAX_TERMS];
};

// A panel of B, DEPTH_BLOCK x TILE_VECTORS, stays in the first-level cache while all rows of a unit pass over it.
enum { DEPTH_BLOCK = 256, UNIT_ROWS = 4 * TILE_ROWS };

/** One tile: c [rows, vectors] = or += a [rows, depth] b [depth, vectors]; all but depth and accumulate known to the compiler. */
INLINE void tile(const int rows, const int vectors, const int along, int depth, const float *a, long a_stride,
                 const float *b, long b_stride, float *c, long c_stride, int accumulate) {
  vec sum[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++)
      sum[r][v] = accumulate ? *(vec *)(c + r * c_stride + v * LANES) : splat(0.0f);
  for (int k = 0; k < depth; k++) {
    vec row[TILE_VECTORS];
    if (along == ALONG_COLUMNS) {
      UNROLL for (int v = 0; v < vectors; v++) __builtin_prefetch(b + PF * b_stride + v * LANES);
      __builtin_prefetch(a + PF * a_stride);
    }
    UNROLL for (int v = 0; v < vectors; v++) row[v] = *(const vec *)(b + v * LANES);
    UNROLL for (int r = 0; r < rows; r++) {
      vec x = splat(along == ALONG_ROWS ? a[r * a_stride] : a[r]);
      UNROLL for (int v = 0; v < vectors; v++) sum[r][v] += x * row[v];
    }
    a += along == ALONG_ROWS ? 1 : a_stride;
    b += b_stride;
  }
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) *(vec *)(c + r * c_stride + v * LANES) = sum[r][v];
}

#define TILE_CASE(ROWS) \
  case ROWS: \
    if (vectors == 2) tile(ROWS, 2, along, depth, a, a_stride, b, b_stride, c, c_stride, accumulate); \
    else tile(ROWS, 1, along, depth, a, a_stride, b, b_stride, c, c_stride, accumulate); \
    break;

/** A tile of any size up to TILE_ROWS x 2. */
INLINE void tile_of(const int along, int rows, int vectors, int depth, const float *a, long a_stride, const float *b,
                    long b_stride, float *c, long c_stride, int accumulate) {
  switch (rows) {
    TILE_CASE(1) TILE_CASE(2) TILE_CASE(3) TILE_CASE(4) TILE_CASE(5)
#if TILE_ROWS > 5
    TILE_CASE(6)
#endif
#if TILE_ROWS > 6
    TILE_CASE(7) TILE_CASE(8) TILE_CASE(9) TILE_CASE(10) TILE_CASE(11) TILE_CASE(12)
#endif
#if TILE_ROWS > 12
    TILE_CASE(13) TILE_CASE(14)
#endif
  }
}

static __attribute__((noinline)) void tile_along_rows(int rows, int vectors, int depth, const float *a, long a_stride,
                                                      const float *b, long b_stride, float *c, long c_stride,
                                                      int accumulate) {
  tile_of(ALONG_ROWS, rows, vectors, depth, a, a_stride, b, b_stride, c, c_stride, accumulate);
}

static __attribute__((noinline)) void tile_along_columns(int rows, int vectors, int depth, const float *a,
                                                         long a_stride, const float *b, long b_stride, float *c,
                                                         long c_stride, int accumulate) {
  tile_of(ALONG_COLUMNS, rows, vectors, depth, a, a_stride, b, b_stride, c, c_stride, accumulate);
}

INLINE int divide_up(int x, int y) { return (x + y - 1) / y; }
/** Start of part `i` of `parts` nearly equal parts of 0..n. */
INLINE int part_start(int n, int parts, int i) { return (int)((long long)n * i / parts); }

/** Rows [r0, r1) of one column panel of a term's product, tile by tile. */
static void multiply_panel(const struct term *t, int k0, int k1, int r0, int r1, int vectors, int column, float *c,
                           long c_stride, int accumulate) {
  int tiles = divide_up(r1 - r0, TILE_ROWS);
  const float *b = t->b + k0 * t->b_stride + column;
  for (int i = 0; i < tiles; i++) {
    int r = r0 + part_start(r1 - r0, tiles, i), rows = r0 + part_start(r1 - r0, tiles, i + 1) - r;
    float *out = c + r * c_stride + column;
    if (t->a_along == ALONG_ROWS)
      tile_along_rows(rows, vectors, k1 - k0, t->a + r * t->a_stride + k0, t->a_stride, b, t->b_stride, out, c_stride,
                      accumulate);
    else
      tile_along_columns(rows, vectors, k1 - k0, t->a + k0 * t->a_stride + r, t->a_stride, b, t->b_stride, out,
                         c_stride, accumulate);
  }
}

INLINE int row_units(const struct product *x) { return divide_up(x->rows, UNIT_ROWS); }

/** Pieces of work that a product falls into. */
static int product_units(const struct product *x) { return row_units(x) * divide_up(x->vectors, TILE_VECTORS); }

/** One piece: some rows of one column panel, all terms and depths in order. */
static void multiply_unit(const struct product *x, int unit) {
  int parts = row_units(x);
  int r0 = part_start(x->rows, parts, unit % parts), r1 = part_start(x->rows, parts, unit % parts + 1);
  int v = unit / parts * TILE_VECTORS;
  int vectors = x->vectors - v < TILE_VECTORS ? x->vectors - v : TILE_VECTORS;
  int accumulate = x->accumulate;
  for (int i = 0; i < x->terms; i++) {
    const struct term *t = &x->term[i];
    int blocks = divide_up(t->depth, DEPTH_BLOCK);
    for (int j = 0; j < blocks; j++) {
      multiply_panel(t, part_start(t->depth, blocks, j), part_start(t->depth, blocks, j + 1), r0, r1, vectors,
                     v * LANES, x->c, x->c_stride, accumulate);
      accumulate = 1;
    }
  }
}

/** The whole product on this thread. */
static __attribute__((unused)) void multiply(const struct product *x) {
  for (int unit = 0; unit < product_units(x); unit++) multiply_unit(x, unit);
}

#endif
