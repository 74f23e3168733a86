// Sums over pairs: gradients of the tables and of the scores, by token, and that of W_logit, of which each slice has a share.
#include "kernel.h"

#if LANES == 16
enum { GATHER_VECTORS = 4 };
#else
enum { GATHER_VECTORS = 2 };
#endif
enum { ROWS_AHEAD = 24 }; // that are asked for early: a token's rows lie too far apart for the processor to foresee them

/** d_table of token row t, `vectors` columns from j of a panel, `heads` heads from h0: sum over its pairs of weight times d_z;
    with `plain`, the sum of d_z as well. side: 0 for a, 1 for b. */
INLINE void gather_columns(const struct kernel *k, const int heads, const int plain, const int vectors, int side, int t,
                           int h0, int panel, int j) {
  const struct batch *x = k->job.batch;
  const int *rows = side ? x->by_b : x->by_a, *start = side ? x->b_start : x->a_start;
  vec sum[5][GATHER_VECTORS];
  UNROLL for (int h = 0; h < 5; h++)
    UNROLL for (int v = 0; v < vectors; v++) sum[h][v] = splat(0.0f);
  for (int r = start[t]; r < start[t + 1]; r++) {
    const float *weight = k->attention + rows[r] * 2L * k->n_heads + side * k->n_heads + h0;
    const float *d_z = panel_row(k, panel, rows[r]) + j;
    if (j == 0) {
      const float *ahead = panel_row(k, panel, rows[smaller(r + ROWS_AHEAD, x->n - 1)]);
      UNROLL for (int line = 0; line < PANEL_FLOATS; line += LINE_FLOATS) __builtin_prefetch(ahead + line);
    }
    UNROLL for (int v = 0; v < vectors; v++) {
      vec d = *at(d_z + v * LANES);
      UNROLL for (int h = 0; h < heads; h++) sum[h][v] = multiply_add(splat(weight[h]), d, sum[h][v]);
      if (plain) sum[4][v] += d;
    }
  }
  int column = panel * PANEL_FLOATS + j;
  UNROLL for (int v = 0; v < vectors; v++) {
    UNROLL for (int h = 0; h < heads; h++)
      *to(k->d_table + ((h0 + h) * 2L * k->p + side * k->p + t) * k->z_stride + column + v * LANES) = sum[h][v];
    if (plain) *to(k->d_sum + t * k->z_stride + column + v * LANES) = sum[4][v];
  }
}

/** A panel's columns of `heads` heads. */
INLINE void gather_heads(const struct kernel *k, const int heads, const int plain, int side, int t, int h0, int panel) {
  int width = smaller(PANEL_FLOATS, k->z_width - panel * PANEL_FLOATS), j = 0;
  for (; j + GATHER_VECTORS * LANES <= width; j += GATHER_VECTORS * LANES)
    gather_columns(k, heads, plain, GATHER_VECTORS, side, t, h0, panel, j);
  for (; j < width; j += LANES) gather_columns(k, heads, plain, 1, side, t, h0, panel, j);
}

static void gather_token(const struct kernel *k, int side, int t, int panel) {
  int H = k->n_heads, h = 0;
  if (side == 0 && H < 4) gather_heads(k, 0, 1, side, t, 0, panel);
  for (; h + 4 <= H; h += 4)
    if (h == 0 && side == 0) gather_heads(k, 4, 1, side, t, h, panel);
    else gather_heads(k, 4, 0, side, t, h, panel);
  for (; h < H; h++) gather_heads(k, 1, 0, side, t, h, panel);
}

static void gather_panel(const struct kernel *k, int panel) {
  for (int side = 0; side < 2; side++)
    for (int t = 0; t < k->p; t++) gather_token(k, side, t, panel);
}

/** d_scores of token row t: sums over its pairs. */
static void gather_scores(const struct kernel *k, int side, int t) {
  int H = k->n_heads;
  const int *rows = side ? k->job.batch->by_b : k->job.batch->by_a;
  const int *start = side ? k->job.batch->b_start : k->job.batch->a_start;
  for (int h = 0; h < H; h++) {
    float sum = 0;
    for (int r = start[t]; r < start[t + 1]; r++) sum += k->d_attention[rows[r] * 2L * H + side * H + h];
    k->d_scores[(side * k->p + t) * k->h_stride + h] = sum;
  }
}

/** d_W_logit_t, row c: sum over the slices. */
static void sum_slices(struct kernel *k, int c) {
  long row = c * k->m_stride, part = k->logit_width * k->m_stride;
  for (int j = 0; j < k->mlp_width; j += LANES) {
    vec sum = splat(0.0f);
    for (int i = 0; i < k->job.batch->slices; i++) sum += *at(k->d_W_logit_parts + i * part + row + j);
    *to(k->d_W_logit_t + row + j) = sum;
  }
}

int sum_units(const struct kernel *k) { return k->panels + k->p; }

void sum_unit(struct kernel *k, int unit, int thread) {
  if (unit < k->panels) return gather_panel(k, unit);
  int t = unit - k->panels;
  gather_scores(k, 0, t), gather_scores(k, 1, t);
  sum_slices(k, t);
}
