// The pass over pairs: blocks of them forward and back to their z, and the sums over pairs.
#include "kernel.h"

// ---- a block of pairs -----------------------------------------------------------------------------------------------

/** What the functions of a block hand to each other. */
struct block_view {
  int first;              // row
  int count;              // rows that are not padding
  const int *a, *b, *label;
  float *z, *d_z;         // [BLOCK_ROWS, z]
  float *logits_t;        // [p, BLOCK_ROWS]
  float *attention, *d_attention; // [BLOCK_ROWS, 2 H]
  struct scratch *s;
};

/** attention[i] = softmax over (a, b, `=`) of the scores, by head: weights of all a, then of all b. */
static void attend(const struct kernel *k, const struct block_view *x) {
  int H = k->n_heads;
  float a[BLOCK_ROWS] __attribute__((aligned(64))), b[BLOCK_ROWS] __attribute__((aligned(64)));
  for (int h = 0; h < H; h++) {
    for (int i = 0; i < BLOCK_ROWS; i++) {
      a[i] = k->scores[x->a[i] * k->h_stride + h];
      b[i] = k->scores[(k->p + x->b[i]) * k->h_stride + h];
    }
    for (int i = 0; i < BLOCK_ROWS; i += LANES) {
      vec sa = *at(a + i), sb = *at(b + i), zero = splat(0.0f);
      vec top = choose(sa > zero, sa, zero);
      top = choose(sb > top, sb, top);
      vec ea = exp_negative(sa - top), eb = exp_negative(sb - top), sum = ea + eb + exp_negative(zero - top);
      *to(a + i) = ea / sum, *to(b + i) = eb / sum;
    }
    for (int i = 0; i < BLOCK_ROWS; i++)
      x->attention[i * 2 * H + h] = a[i], x->attention[i * 2 * H + H + h] = b[i];
  }
}

/** `count` vectors of z from column j: constant + sum of weighted table rows. */
INLINE void combine_columns(const struct kernel *k, const struct block_view *x, const int count, int j, int relu) {
  int H = k->n_heads;
  long head = 2L * k->p * k->z_stride;
  for (int i = 0; i < BLOCK_ROWS; i++) {
    const float *of_a = k->table + x->a[i] * k->z_stride + j, *of_b = k->table + (k->p + x->b[i]) * k->z_stride + j;
    const float *weight = x->attention + i * 2 * H;
    vec sum[4];
    UNROLL for (int v = 0; v < count; v++) sum[v] = *at(k->constant + j + v * LANES);
    for (int h = 0; h < H; h++, of_a += head, of_b += head) {
      vec weight_a = splat(weight[h]), weight_b = splat(weight[H + h]);
      UNROLL for (int v = 0; v < count; v++) sum[v] = multiply_add(weight_a, *at(of_a + v * LANES), sum[v]);
      UNROLL for (int v = 0; v < count; v++) sum[v] = multiply_add(weight_b, *at(of_b + v * LANES), sum[v]);
      UNROLL for (int v = 0; v < count; v++) { // the columns that come next
        __builtin_prefetch(of_a + (count + v) * LANES);
        __builtin_prefetch(of_b + (count + v) * LANES);
      }
    }
    float *z = x->z + i * k->z_stride + j;
    UNROLL for (int v = 0; v < count; v++)
      *to(z + v * LANES) = relu ? choose(sum[v] < splat(0.0f), splat(0.0f), sum[v]) : sum[v];
  }
}

static void combine(const struct kernel *k, const struct block_view *x, int j0, int j1, int relu) {
  int j = j0;
  for (; j + 4 * LANES <= j1; j += 4 * LANES) combine_columns(k, x, 4, j, relu);
  for (; j < j1; j += LANES) combine_columns(k, x, 1, j, relu);
}

static void copy_neurons(const struct kernel *k, const struct block_view *x) {
  const int *source = k->job.batch->source + x->first;
  for (int i = 0; i < x->count; i++)
    __builtin_memcpy(k->job.neurons + (long)source[i] * k->d_mlp, x->z + i * k->z_stride, 4L * k->d_mlp);
}

static void copy_logits(const struct kernel *k, const struct block_view *x) {
  const int *source = k->job.batch->source + x->first;
  for (int i = 0; i < x->count; i++)
    for (int c = 0; c < k->p; c++) k->job.logits[(long)source[i] * k->p + c] = x->logits_t[c * BLOCK_ROWS + i];
}

static void relu_rows(const struct kernel *k, const struct block_view *x) {
  for (int i = 0; i < BLOCK_ROWS; i++)
    for (int j = 0; j < k->mlp_width; j += LANES) {
      vec *z = to(x->z + i * k->z_stride + j);
      *z = choose(*z < splat(0.0f), splat(0.0f), *z);
    }
}

/** z, its last p columns the logits, and logits_t [p, BLOCK_ROWS]: with pairs along the vectors the softmax needs no padding. */
static void forward_block(const struct kernel *k, const struct block_view *x) {
  int before_relu = k->job.kind == FORWARD && k->job.neurons && k->job.before_relu;
  attend(k, x);
  combine(k, x, 0, k->mlp_width, !before_relu);
  combine(k, x, k->mlp_width, k->z_width, 0);
  if (k->job.kind == FORWARD && k->job.neurons) copy_neurons(k, x);
  if (before_relu) relu_rows(k, x);
  MARK(COMBINE);
  struct term term = {x->z, k->z_stride, ALONG_ROWS, k->W_logit, k->p_stride, k->d_mlp};
  multiply(&(struct product){BLOCK_ROWS, divide_up(k->p, LANES), x->z + k->mlp_width, k->z_stride, 1, 1, {term}});
  transpose(x->z + k->mlp_width, k->z_stride, BLOCK_ROWS, k->logit_width, x->logits_t, BLOCK_ROWS);
  MARK(FORWARD_PRODUCT);
}

/** Cross-entropy of LANES pairs, and their gradient times `scale` in place of the logits; rows of label -1 get none.
    With d_c = l_c - l_y and top = max(0, d), loss = top + log1p(sum over c != y of exp(d_c - top) + exp(-top) - 1):
    nothing cancels however small the loss is. logits_t: column of LANES in [p, BLOCK_ROWS]. */
static vec cross_entropy(int p, float *logits_t, const int *labels, float scale, ivec *correct) {
  ivec label = *(const ivec *)labels;
  vec of_label, top = splat(0.0f);
  for (int l = 0; l < LANES; l++) of_label[l] = logits_t[(labels[l] < 0 ? 0 : labels[l]) * BLOCK_ROWS + l];
  ivec right = label >= 0;
  for (int c = 0; c < p; c++) {
    vec difference = *at(logits_t + c * BLOCK_ROWS) - of_label;
    top = choose(difference > top, difference, top);
    right &= (difference < splat(0.0f)) | ((difference == splat(0.0f)) & (isplat(c) >= label));
  }
  vec others = splat(0.0f);
  for (int c = 0; c < p; c++) {
    vec *logit = to(logits_t + c * BLOCK_ROWS);
    *logit = choose(isplat(c) == label, splat(0.0f), exp_negative(*logit - of_label - top));
    others += *logit;
  }
  vec own = exp_negative(-top), factor = choose(label >= 0, splat(scale) / (others + own), splat(0.0f));
  for (int c = 0; c < p; c++) {
    vec *logit = to(logits_t + c * BLOCK_ROWS);
    *logit = drop_below(choose(isplat(c) == label, -others, *logit), LEAST) * factor;
  }
  *correct = right;
  return top + log1p_positive(others + (own - 1.0f));
}

static void loss_block(const struct kernel *k, const struct block_view *x, int block) {
  float scale = (float)(1.0 / k->job.batch->n);
  double sum = 0;
  int right = 0;
  for (int i = 0; i < BLOCK_ROWS; i += LANES) {
    ivec correct;
    vec loss = cross_entropy(k->p, x->logits_t + i, x->label + i, scale, &correct);
    for (int l = 0; l < LANES && i + l < x->count; l++) sum += loss[l], right -= correct[l];
  }
  k->block_loss[block] = sum;
  k->block_correct[block] = right;
}

enum { DOT_HEADS = 4 / SUM_VECTORS }; // whose partial sums, for a and for b, stay in registers

/** For `heads` heads from h0: dot products of d_z with the table rows of a and b; the first heads also switch off the neurons
    that were not positive. */
INLINE void dot_heads(const struct kernel *k, const struct block_view *x, const int heads, int h0, int i) {
  long head = 2L * k->p * k->z_stride;
  const float *of_a = k->table + h0 * head + x->a[i] * k->z_stride;
  const float *of_b = k->table + h0 * head + (k->p + x->b[i]) * k->z_stride;
  float *d_z = x->d_z + i * k->z_stride;
  const float *z = x->z + i * k->z_stride;
  vec sum_a[DOT_HEADS][SUM_VECTORS], sum_b[DOT_HEADS][SUM_VECTORS];
  UNROLL for (int h = 0; h < heads; h++)
    UNROLL for (int s = 0; s < SUM_VECTORS; s++) sum_a[h][s] = sum_b[h][s] = splat(0.0f);
  for (int j0 = 0; j0 < k->z_width; j0 += SUM_LANES)
    UNROLL for (int s = 0; s < SUM_VECTORS; s++) {
      int j = j0 + s * LANES;
      vec d = *at(d_z + j);
      if (h0 == 0 && j0 < k->mlp_width) *to(d_z + j) = d = choose(*at(z + j) > splat(0.0f), d, splat(0.0f));
      UNROLL for (int h = 0; h < heads; h++) {
        sum_a[h][s] = multiply_add(d, *at(of_a + h * head + j), sum_a[h][s]);
        sum_b[h][s] = multiply_add(d, *at(of_b + h * head + j), sum_b[h][s]);
      }
    }
  float *out = x->s->dot + i * 2 * k->n_heads + h0;
  UNROLL for (int h = 0; h < heads; h++) out[h] = sum_lanes(sum_a[h]), out[k->n_heads + h] = sum_lanes(sum_b[h]);
}

/** Gradient of the scores: softmax backwards, the gradient by the weight of `=` being 0. */
static void attend_backward(const struct kernel *k, const struct block_view *x) {
  int H = k->n_heads;
  for (int i = 0; i < BLOCK_ROWS; i++) {
    const float *weight = x->attention + i * 2 * H, *dot = x->s->dot + i * 2 * H;
    float *out = x->d_attention + i * 2 * H;
    for (int h = 0; h < H; h++) {
      float mean = weight[h] * dot[h];
      mean += weight[H + h] * dot[H + h];
      out[h] = weight[h] * (dot[h] - mean);
      out[H + h] = weight[H + h] * (dot[H + h] - mean);
    }
  }
}

/** From the gradient of the logits, in logits_t, to those of z and of the scores. */
static void backward_block(const struct kernel *k, const struct block_view *x) {
  transpose(x->logits_t, BLOCK_ROWS, k->logit_width, BLOCK_ROWS, x->d_z + k->mlp_width, k->z_stride);
  struct term term = {x->logits_t, BLOCK_ROWS, ALONG_COLUMNS, k->W_logit_t, k->m_stride, k->p};
  multiply(&(struct product){BLOCK_ROWS, k->mlp_width / LANES, x->d_z, k->z_stride, 0, 1, {term}});
  MARK(BACKWARD_PRODUCT);
  for (int i = 0; i < BLOCK_ROWS; i++) {
    int h = 0;
    for (; h + DOT_HEADS <= k->n_heads; h += DOT_HEADS) dot_heads(k, x, DOT_HEADS, h, i);
    for (; h < k->n_heads; h++) dot_heads(k, x, 1, h, i);
  }
  attend_backward(k, x);
  MARK(DOT_PRODUCTS);
}

/** Adds the shares of `count` blocks to d_W_logit_t of their slice: gradients of the logits, transposed, times the neurons. Of
    several blocks at once, so that the slice's part, too big for the first-level cache, is gone over less often. */
static void logit_weights_backward(const struct kernel *k, const struct scratch *s, int slice, int count, int accumulate) {
  float *part = k->d_W_logit_parts + (long)slice * k->logit_width * k->m_stride;
  struct product product = {k->p, k->mlp_width / LANES, part, k->m_stride, accumulate, count, {{0}}};
  for (int i = 0; i < count; i++)
    product.term[i] = (struct term){s->logits_t[i], BLOCK_ROWS, ALONG_ROWS, s->z[i], k->z_stride, BLOCK_ROWS};
  multiply(&product);
  MARK(LOGIT_WEIGHTS);
}

/** Block number `i` of those whose z and logits are kept until logit_weights_backward. */
static void block_pass(struct kernel *k, int block, int i, int thread) {
  const struct batch *batch = k->job.batch;
  struct scratch *s = &k->scratch[thread];
  int H = k->n_heads;
  long first = (long)block * BLOCK_ROWS;
  struct block_view x = {.first = (int)first, .count = smaller(BLOCK_ROWS, batch->n - (int)first), .s = s};
  x.a = batch->a + first, x.b = batch->b + first, x.label = batch->label + first;
  x.z = s->z[i], x.logits_t = s->logits_t[i];
  x.attention = goes_back(k) ? k->attention + first * 2 * H : s->attention;
  forward_block(k, &x);
  if (k->job.kind == FORWARD && k->job.logits) copy_logits(k, &x);
  if (k->job.kind == FORWARD) return;
  loss_block(k, &x, block);
  MARK(LOSS);
  if (!goes_back(k)) return;
  x.d_z = k->d_z + first * k->z_stride, x.d_attention = k->d_attention + first * 2 * H;
  backward_block(k, &x);
}

int slice_units(const struct kernel *k) { return k->job.batch->slices; }

void slice_unit(struct kernel *k, int unit, int thread) {
  const struct batch *x = k->job.batch;
  int first = unit * x->slice_blocks, end = smaller(first + x->slice_blocks, x->blocks);
  for (int block = first; block < end; block += KEPT_BLOCKS) {
    int count = smaller(KEPT_BLOCKS, end - block);
    for (int i = 0; i < count; i++) block_pass(k, block + i, i, thread);
    if (goes_back(k)) logit_weights_backward(k, &k->scratch[thread], unit, count, block > first);
  }
}

// ---- sums over pairs -------------------------------------------------------------------------------------------------

#if LANES == 16
enum { GATHER_VECTORS = 4 };
#else
enum { GATHER_VECTORS = 2 };
#endif

/** d_table of token row t, `vectors` columns from j, `heads` heads from h0: sum over its pairs of weight times d_z; with
    `plain`, the sum of d_z as well. side: 0 for a, 1 for b. */
INLINE void gather_columns(const struct kernel *k, const int heads, const int plain, const int vectors, int side, int t,
                           int h0, int j) {
  const struct batch *x = k->job.batch;
  const int *rows = side ? x->by_b : x->by_a, *start = side ? x->b_start : x->a_start;
  vec sum[5][GATHER_VECTORS];
  UNROLL for (int h = 0; h < 5; h++)
    UNROLL for (int v = 0; v < vectors; v++) sum[h][v] = splat(0.0f);
  for (int r = start[t]; r < start[t + 1]; r++) {
    const float *weight = k->attention + rows[r] * 2L * k->n_heads + side * k->n_heads + h0;
    const float *d_z = k->d_z + rows[r] * k->z_stride + j;
    UNROLL for (int v = 0; v < vectors; v++) __builtin_prefetch(d_z + (vectors + v) * LANES);
    UNROLL for (int v = 0; v < vectors; v++) {
      vec d = *at(d_z + v * LANES);
      UNROLL for (int h = 0; h < heads; h++) sum[h][v] = multiply_add(splat(weight[h]), d, sum[h][v]);
      if (plain) sum[4][v] += d;
    }
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    UNROLL for (int h = 0; h < heads; h++)
      *to(k->d_table + ((h0 + h) * 2L * k->p + side * k->p + t) * k->z_stride + j + v * LANES) = sum[h][v];
    if (plain) *to(k->d_sum + t * k->z_stride + j + v * LANES) = sum[4][v];
  }
}

/** All columns of `heads` heads. */
INLINE void gather_heads(const struct kernel *k, const int heads, const int plain, int side, int t, int h0) {
  int j = 0;
  for (; j + GATHER_VECTORS * LANES <= k->z_width; j += GATHER_VECTORS * LANES)
    gather_columns(k, heads, plain, GATHER_VECTORS, side, t, h0, j);
  for (; j < k->z_width; j += LANES) gather_columns(k, heads, plain, 1, side, t, h0, j);
}

static void gather_token(struct kernel *k, int side, int t) {
  int H = k->n_heads, h = 0;
  if (side == 0 && H < 4) gather_heads(k, 0, 1, side, t, 0);
  for (; h + 4 <= H; h += 4)
    if (h == 0 && side == 0) gather_heads(k, 4, 1, side, t, h);
    else gather_heads(k, 4, 0, side, t, h);
  for (; h < H; h++) gather_heads(k, 1, 0, side, t, h);
  const int *rows = side ? k->job.batch->by_b : k->job.batch->by_a;
  const int *start = side ? k->job.batch->b_start : k->job.batch->a_start;
  for (h = 0; h < H; h++) {
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

int sum_units(const struct kernel *k) { return 3 * k->p; }

void sum_unit(struct kernel *k, int unit, int thread) {
  if (unit < k->p) return sum_slices(k, unit);
  gather_token(k, unit >= 2 * k->p, unit % k->p);
}

