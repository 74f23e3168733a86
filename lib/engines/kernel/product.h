// Matrix products C = A1 B1 + A2 B2 + ... of row-major matrices: the one inner loop in which the kernel spends its time.
//
// Rows of B and C are padded to whole vectors. A is read one scalar at a time and broadcast, so it may lie either way:
// A(r, k) = a[r * stride + k] ("along rows"), or a[k * stride + r] ("along columns": a transposed matrix, uncopied).
// TILE_ROWS x TILE_VECTORS elements of C stay in registers while k runs, each a sum in the order of k, whatever the tile:
// so the result does not depend on how C is divided among threads.
#ifndef GROKSCOPE_PRODUCT_H
#define GROKSCOPE_PRODUCT_H
#include "vector.h"

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

// While a tile's rows of A are in the first-level cache, they meet a panel of B, DEPTH_BLOCK x PANEL_VECTORS, which stays in
// the second-level one and is asked for AHEAD rows early: its rows lie too far apart for the processor to foresee them.
enum { DEPTH_BLOCK = 256, PANEL_VECTORS = 128 / LANES, UNIT_ROWS = 56, AHEAD = 8, LINE_FLOATS = 16 };

/** One tile: c [rows, vectors] = or += a [rows, depth] b [depth, vectors]; all but depth and accumulate known to the compiler. */
INLINE void tile(const int rows, const int vectors, const int along, int depth, const float *a, long a_stride,
                 const float *b, long b_stride, float *c, long c_stride, int accumulate) {
  vec sum[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++)
      sum[r][v] = accumulate ? *(vec *)(c + r * c_stride + v * LANES) : splat(0.0f);
  if (!accumulate)
    for (int r = 0; r < rows; r++)
      for (int j = 0; j < vectors * LANES; j += LINE_FLOATS) __builtin_prefetch(c + r * c_stride + j, 1);
  for (int k = 0; k < depth; k++) {
    vec row[TILE_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) row[v] = *(const vec *)(b + v * LANES);
    for (int j = 0; j < vectors * LANES; j += LINE_FLOATS) __builtin_prefetch(b + AHEAD * b_stride + j);
    UNROLL for (int r = 0; r < rows; r++) {
      vec x = splat(along == ALONG_ROWS ? a[r * a_stride] : a[r]);
      UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = multiply_add(x, row[v], sum[r][v]);
    }
    a += along == ALONG_ROWS ? 1 : a_stride;
    b += b_stride;
  }
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) *(vec *)(c + r * c_stride + v * LANES) = sum[r][v];
}

// One function a shape: WebAssembly engines keep sums in registers only where a function is small.
typedef void tile_function(int depth, const float *a, long a_stride, const float *b, long b_stride, float *c,
                           long c_stride, int accumulate);

#define TILE(ROWS, VECTORS, ALONG) \
  static __attribute__((noinline)) void tile_##ROWS##_##VECTORS##_##ALONG( \
      int depth, const float *a, long a_stride, const float *b, long b_stride, float *c, long c_stride, \
      int accumulate) { \
    tile(ROWS, VECTORS, ALONG, depth, a, a_stride, b, b_stride, c, c_stride, accumulate); \
  }
#define TILES(ROWS) \
  TILE(ROWS, 1, ALONG_ROWS) TILE(ROWS, 2, ALONG_ROWS) TILE(ROWS, 1, ALONG_COLUMNS) TILE(ROWS, 2, ALONG_COLUMNS)
#define NAMES(ROWS) \
  {{tile_##ROWS##_1_ALONG_ROWS, tile_##ROWS##_2_ALONG_ROWS}, \
   {tile_##ROWS##_1_ALONG_COLUMNS, tile_##ROWS##_2_ALONG_COLUMNS}},

#if TILE_ROWS == 4
#define EACH_ROWS(DO) DO(1) DO(2) DO(3) DO(4)
#elif TILE_ROWS == 6
#define EACH_ROWS(DO) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6)
#elif TILE_ROWS == 12
#define EACH_ROWS(DO) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12)
#else
#define EACH_ROWS(DO) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14)
#endif

EACH_ROWS(TILES)
/** [rows - 1][along][vectors - 1] */
static tile_function *const tiles[TILE_ROWS][2][TILE_VECTORS] = {EACH_ROWS(NAMES)};

INLINE int divide_up(int x, int y) { return (x + y - 1) / y; }

/** Size of nearly equal parts of n, none above `most`: all parts have it but the last, which may be smaller. */
INLINE int part_size(int n, int most) { return divide_up(n, divide_up(n, most)); }

/** What a unit multiplies: rows [row, row_end), vectors [vector, vector_end), depth [k, k_end). */
struct range {
  int row, row_end, vector, vector_end, k, k_end;
};

static void multiply_range(const struct term *t, const struct range *x, float *c, long c_stride, int accumulate) {
  int size = part_size(x->row_end - x->row, TILE_ROWS);
  for (int r = x->row; r < x->row_end; r += size) {
    int rows = smaller(size, x->row_end - r);
    const float *a = t->a_along == ALONG_ROWS ? t->a + r * t->a_stride + x->k : t->a + x->k * t->a_stride + r;
    for (int v = x->vector; v < x->vector_end; v += TILE_VECTORS) {
      tile_function *tile = tiles[rows - 1][t->a_along][smaller(TILE_VECTORS, x->vector_end - v) - 1];
      tile(x->k_end - x->k, a, t->a_stride, t->b + x->k * t->b_stride + v * LANES, t->b_stride,
           c + r * c_stride + v * LANES, c_stride, accumulate);
    }
  }
}

INLINE int row_units(const struct product *x) { return divide_up(x->rows, part_size(x->rows, UNIT_ROWS)); }

/** Pieces of work that a product falls into. */
static int product_units(const struct product *x) { return row_units(x) * divide_up(x->vectors, PANEL_VECTORS); }

/** One piece: some rows of one column panel, all terms and depths in order. */
static void multiply_unit(const struct product *x, int unit) {
  int rows = part_size(x->rows, UNIT_ROWS), parts = row_units(x);
  struct range range = {.row = unit % parts * rows, .vector = unit / parts * PANEL_VECTORS};
  range.row_end = smaller(range.row + rows, x->rows);
  range.vector_end = smaller(range.vector + PANEL_VECTORS, x->vectors);
  int accumulate = x->accumulate;
  for (int i = 0; i < x->terms; i++) {
    const struct term *t = &x->term[i];
    int depth = part_size(t->depth, DEPTH_BLOCK);
    for (range.k = 0; range.k < t->depth; range.k += depth) {
      range.k_end = smaller(range.k + depth, t->depth);
      multiply_range(t, &range, x->c, x->c_stride, accumulate);
      accumulate = 1;
    }
  }
}

/** The whole product on this thread. */
static __attribute__((unused)) void multiply(const struct product *x) {
  int units = product_units(x);
  for (int unit = 0; unit < units; unit++) multiply_unit(x, unit);
}

#endif
