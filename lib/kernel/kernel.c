// The fused training step of the one-layer transformer on pairs (a, b), read at `=`.
//
// Only the last position is read and, before attention, each position depends on one token. With x_t an embedding minus
// that of `=`, attention weights A (softmax over a, b and `=`, whose score is 0) and inner products formed first:
//   z(a, b) = constant + sum over heads of A_a table[h, a] + A_b table[h, p + b],    table[h] = x W_V[h] W_O[h] [W_in | W_U]
//   logits  = z's last p + relu(z's first M) W_logit,                                W_logit = W_out W_U
// Gradients go back through the tables once a step, not once a pair. Every element of every array is summed in one
// order by one thread, so the bits do not depend on the number of threads.
#include "kernel.h"

INLINE const vec *at(const float *x) { return (const vec *)x; }
INLINE vec *to(float *x) { return (vec *)x; }
INLINE int smaller(int x, int y) { return x < y ? x : y; }

// ---- lists of products ---------------------------------------------------------------------------------------------

static int list_units(const struct kernel *k, const struct products *list) {
  int units = 0;
  if (list->per_head) units += k->n_heads * product_units(&list->per_head[0]);
  for (int i = 0; i < list->count; i++) units += product_units(&list->item[i]);
  return units;
}

static void run_list(const struct kernel *k, const struct products *list, int unit) {
  if (list->per_head) {
    int each = product_units(&list->per_head[0]);
    if (unit < each * k->n_heads) return multiply_unit(&list->per_head[unit / each], unit % each);
    unit -= each * k->n_heads;
  }
  for (int i = 0; i < list->count; unit -= product_units(&list->item[i++]))
    if (unit < product_units(&list->item[i])) return multiply_unit(&list->item[i], unit);
}

// ---- phase 1: x, and weights transposed ------------------------------------------------------------------------------

enum { TRANSPOSE_ROWS = 4 * LANES };
static int transpose_units(int rows) { return divide_up(rows, TRANSPOSE_ROWS); }

/** Rows [unit * TRANSPOSE_ROWS, ...) of `from` to columns of `to`. */
static void transpose_unit(const float *from, long from_stride, int rows, int columns, float *to, long to_stride, int unit) {
  int r = unit * TRANSPOSE_ROWS, count = smaller(TRANSPOSE_ROWS, divide_up(rows, LANES) * LANES - r);
  transpose(from + r * from_stride, from_stride, count, divide_up(columns, LANES) * LANES, to + r, to_stride);
}

/** x_t = (W_E[t] + W_pos[position]) - (W_E[p] + W_pos[2]); the row of `=` itself is not a difference. */
static void embed_rows(struct kernel *k, int t0, int t1) {
  long d = k->d_stride;
  for (int t = t0; t < t1; t++) {
    int position = t < k->p ? 0 : t < 2 * k->p ? 1 : 2;
    const float *token = k->W_E + (t - position * k->p) * d + (position == 2 ? k->p * d : 0);
    const float *end = k->W_E + k->p * d, *end_pos = k->W_pos + 2 * d;
    for (int j = 0; j < d; j += LANES) {
      vec row = *at(token + j) + *at(k->W_pos + position * d + j), last = *at(end + j) + *at(end_pos + j);
      *to(k->x + t * d + j) = position == 2 ? last : (vec)(row - last);
    }
  }
}

enum { EMBED_ROWS = 64 };

static int prepare_units(const struct kernel *k) {
  return divide_up(2 * k->p + 1, EMBED_ROWS) + 2 * transpose_units(k->d_model);
}

static void prepare_unit(struct kernel *k, int unit, int thread) {
  int embeds = divide_up(2 * k->p + 1, EMBED_ROWS), each = transpose_units(k->d_model);
  if (unit < embeds) return embed_rows(k, unit * EMBED_ROWS, smaller((unit + 1) * EMBED_ROWS, 2 * k->p + 1));
  unit -= embeds;
  if (unit < each)
    return transpose_unit(k->W_z, k->z_stride, k->d_model, k->z_width, k->W_z_t, k->d_stride, unit);
  transpose_unit(k->W_V, k->v_stride, k->d_model, k->head_rows, k->W_V_t, k->d_stride, unit - each);
}

// ---- phases 2 and 3: the tables --------------------------------------------------------------------------------------

static int weight_products_units(const struct kernel *k) { return list_units(k, &k->weight_products); }
static void weight_products_unit(struct kernel *k, int unit, int thread) { run_list(k, &k->weight_products, unit); }

INLINE float dot(const float *x, const float *y, int n) {
  vec sum = splat(0.0f);
  for (int j = 0; j < n; j += LANES) sum += *at(x + j) * *at(y + j);
  return sum_lanes(sum);
}

static float score_scale(const struct kernel *k) { return (float)(1 / __builtin_sqrt((double)k->d_head)); }

/** kq[h] = W_K[h] q[h] / sqrt(e), scores = x kq_t. */
static void score_tokens(struct kernel *k) {
  float scale = score_scale(k);
  for (int i = 0; i < k->d_model; i++)
    for (int h = 0; h < k->n_heads; h++) {
      long head = h * k->head_width;
      float x = dot(k->W_K + i * k->v_stride + head, k->q + head, k->head_width) * scale;
      k->kq_t[i * k->h_stride + h] = k->kq[h * k->d_stride + i] = x;
    }
  struct term term = {k->x, k->d_stride, ALONG_ROWS, k->kq_t, k->h_stride, k->d_model};
  multiply(&(struct product){2 * k->p, divide_up(k->n_heads, LANES), k->scores, k->h_stride, 0, 1, {term}});
}

static int table_units(const struct kernel *k) {
  return 1 + list_units(k, &k->table_products) + transpose_units(k->head_rows) + transpose_units(k->d_mlp);
}

static void table_unit(struct kernel *k, int unit, int thread) {
  if (unit-- == 0) return score_tokens(k);
  int products = list_units(k, &k->table_products), each = transpose_units(k->head_rows);
  if (unit < products) return run_list(k, &k->table_products, unit);
  unit -= products;
  if (unit < each) return transpose_unit(k->G, k->z_stride, k->head_rows, k->z_width, k->G_t, k->v_stride, unit);
  transpose_unit(k->W_logit, k->p_stride, k->d_mlp, k->p, k->W_logit_t, k->m_stride, unit - each);
}

// ---- phase 4: a block of pairs, forward and back to its z -----------------------------------------------------------

/** What the functions of a block hand to each other. */
struct block_view {
  int first;              // row
  int count;              // rows that are not padding
  const int *a, *b, *label;
  float *z, *d_z;         // [BLOCK_ROWS, z]
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
      UNROLL for (int v = 0; v < count; v++) sum[v] += weight_a * *at(of_a + v * LANES);
      UNROLL for (int v = 0; v < count; v++) sum[v] += weight_b * *at(of_b + v * LANES);
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
    for (int c = 0; c < k->p; c++) k->job.logits[(long)source[i] * k->p + c] = x->s->logits_t[c * BLOCK_ROWS + i];
}

static void relu_rows(const struct kernel *k, const struct block_view *x) {
  for (int i = 0; i < BLOCK_ROWS; i++)
    for (int j = 0; j < k->mlp_width; j += LANES) {
      vec *z = to(x->z + i * k->z_stride + j);
      *z = choose(*z < splat(0.0f), splat(0.0f), *z);
    }
}

/** z, and from it logits_t [p, BLOCK_ROWS]: with pairs along the vectors, neither p nor the softmax needs padding. */
static void forward_block(const struct kernel *k, const struct block_view *x) {
  int before_relu = k->job.kind == FORWARD && k->job.neurons && k->job.before_relu;
  attend(k, x);
  combine(k, x, 0, k->mlp_width, !before_relu);
  combine(k, x, k->mlp_width, k->z_width, 0);
  if (k->job.kind == FORWARD && k->job.neurons) copy_neurons(k, x);
  if (before_relu) relu_rows(k, x);
  transpose(x->z, k->z_stride, BLOCK_ROWS, k->mlp_width, x->s->neurons_t, BLOCK_ROWS);
  transpose(x->z + k->mlp_width, k->z_stride, BLOCK_ROWS, k->logit_width, x->s->logits_t, BLOCK_ROWS);
  struct term term = {k->W_logit, k->p_stride, ALONG_COLUMNS, x->s->neurons_t, BLOCK_ROWS, k->d_mlp};
  multiply(&(struct product){k->p, BLOCK_ROWS / LANES, x->s->logits_t, BLOCK_ROWS, 1, 1, {term}});
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
    *logit = choose(isplat(c) == label, -others, *logit) * factor;
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
    vec loss = cross_entropy(k->p, x->s->logits_t + i, x->label + i, scale, &correct);
    for (int l = 0; l < LANES && i + l < x->count; l++) sum += loss[l], right -= correct[l];
  }
  k->block_loss[block] = sum;
  k->block_correct[block] = right;
}

/** For up to four heads: dot products of d_z with the table rows of a and b; the first heads also switch off the neurons that
    were not positive. */
INLINE void dot_heads(const struct kernel *k, const struct block_view *x, const int heads, int h0, int i) {
  long head = 2L * k->p * k->z_stride;
  const float *of_a = k->table + h0 * head + x->a[i] * k->z_stride;
  const float *of_b = k->table + h0 * head + (k->p + x->b[i]) * k->z_stride;
  float *d_z = x->d_z + i * k->z_stride;
  const float *z = x->z + i * k->z_stride;
  vec sum_a[4], sum_b[4];
  UNROLL for (int h = 0; h < heads; h++) sum_a[h] = sum_b[h] = splat(0.0f);
  for (int j = 0; j < k->z_width; j += LANES) {
    vec d = *at(d_z + j);
    if (h0 == 0 && j < k->mlp_width) *to(d_z + j) = d = choose(*at(z + j) > splat(0.0f), d, splat(0.0f));
    UNROLL for (int h = 0; h < heads; h++) {
      sum_a[h] += d * *at(of_a + h * head + j);
      sum_b[h] += d * *at(of_b + h * head + j);
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
  transpose(x->s->logits_t, BLOCK_ROWS, k->logit_width, BLOCK_ROWS, x->d_z + k->mlp_width, k->z_stride);
  struct term term = {x->s->logits_t, BLOCK_ROWS, ALONG_COLUMNS, k->W_logit_t, k->m_stride, k->p};
  multiply(&(struct product){BLOCK_ROWS, k->mlp_width / LANES, x->d_z, k->z_stride, 0, 1, {term}});
  for (int i = 0; i < BLOCK_ROWS; i++) {
    int h = 0;
    for (; h + 4 <= k->n_heads; h += 4) dot_heads(k, x, 4, h, i);
    for (; h < k->n_heads; h++) dot_heads(k, x, 1, h, i);
  }
  attend_backward(k, x);
}

static int block_units(const struct kernel *k) { return k->job.batch->blocks; }

static void block_unit(struct kernel *k, int unit, int thread) {
  const struct batch *batch = k->job.batch;
  struct scratch *s = &k->scratch[thread];
  int backward = k->job.kind == TRAIN || k->job.kind == GRADIENTS, H = k->n_heads;
  long first = (long)unit * BLOCK_ROWS;
  struct block_view x = {.first = (int)first, .count = smaller(BLOCK_ROWS, batch->n - (int)first), .s = s};
  x.a = batch->a + first, x.b = batch->b + first, x.label = batch->label + first;
  x.z = backward ? k->z + first * k->z_stride : s->z;
  x.attention = backward ? k->attention + first * 2 * H : s->attention;
  forward_block(k, &x);
  if (k->job.kind == FORWARD && k->job.logits) copy_logits(k, &x);
  if (k->job.kind == FORWARD) return;
  loss_block(k, &x, unit);
  if (!backward) return;
  x.d_z = k->d_z + first * k->z_stride, x.d_attention = k->d_attention + first * 2 * H;
  backward_block(k, &x);
}

// ---- phase 5: sums over pairs ----------------------------------------------------------------------------------------

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
    UNROLL for (int v = 0; v < vectors; v++) {
      vec d = *at(d_z + v * LANES);
      UNROLL for (int h = 0; h < heads; h++) sum[h][v] += splat(weight[h]) * d;
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

/** d_W_logit_t [p, M] = gradient of the logits, transposed, times the neurons. */
static struct product logit_gradient(const struct kernel *k) {
  struct term term = {k->d_z + k->mlp_width, k->z_stride, ALONG_COLUMNS, k->z, k->z_stride, k->job.batch->n};
  return (struct product){k->p, k->mlp_width / LANES, k->d_W_logit_t, k->m_stride, 0, 1, {term}};
}

static int sum_units(const struct kernel *k) {
  struct product x = logit_gradient(k);
  return product_units(&x) + 2 * k->p;
}

static void sum_unit(struct kernel *k, int unit, int thread) {
  struct product x = logit_gradient(k);
  int products = product_units(&x);
  if (unit < products) return multiply_unit(&x, unit);
  unit -= products;
  gather_token(k, unit >= k->p, unit % k->p);
}

// ---- phases 6 to 8: back through the tables --------------------------------------------------------------------------

static void sum_constant(struct kernel *k) {
  for (int j = 0; j < k->z_width; j += LANES) {
    vec sum = splat(0.0f);
    for (int t = 0; t < k->p; t++) sum += *at(k->d_sum + t * k->z_stride + j);
    *to(k->d_constant + j) = sum;
  }
}

/** d_kq = d_scores^T x, and from it the gradients of W_K, W_Q and, through q, of the `=` row. */
static void score_backward(struct kernel *k) {
  int D = k->d_model;
  float scale = score_scale(k);
  const float *end = k->x + 2L * k->p * k->d_stride;
  float *d_W_K = k->gradient + (k->W_K - k->weights), *d_W_Q = k->gradient + (k->W_Q - k->weights);
  struct term term = {k->d_scores, k->h_stride, ALONG_COLUMNS, k->x, k->d_stride, 2 * k->p};
  multiply(&(struct product){k->n_heads, divide_up(D, LANES), k->d_kq, k->d_stride, 0, 1, {term}});
  for (int j = 0; j < k->head_rows; j += LANES) {
    const float *d_kq = k->d_kq + j / k->head_width * k->d_stride;
    vec sum = splat(0.0f), q = *at(k->q + j) * scale;
    for (int i = 0; i < D; i++) {
      sum += splat(d_kq[i]) * *at(k->W_K + i * k->v_stride + j);
      *to(d_W_K + i * k->v_stride + j) = splat(d_kq[i]) * q;
    }
    sum = sum * scale;
    *to(k->d_q + j) = sum;
    for (int i = 0; i < D; i++) *to(d_W_Q + i * k->v_stride + j) = splat(end[i]) * sum;
  }
  for (int i = 0; i < D; i++) k->d_end_q[i] = dot(k->W_Q + i * k->v_stride, k->d_q, k->head_rows);
}

static int value_gradients_units(const struct kernel *k) {
  return 2 + transpose_units(k->p) + list_units(k, &k->value_gradients);
}

static void value_gradients_unit(struct kernel *k, int unit, int thread) {
  int each = transpose_units(k->p);
  if (unit == 0) return score_backward(k);
  if (unit == 1) return sum_constant(k);
  unit -= 2;
  if (unit < each)
    return transpose_unit(k->d_W_logit_t, k->m_stride, k->p, k->d_mlp, k->d_W_logit, k->p_stride, unit);
  run_list(k, &k->value_gradients, unit - each);
}

static int inner_gradients_units(const struct kernel *k) { return list_units(k, &k->inner_gradients); }
static void inner_gradients_unit(struct kernel *k, int unit, int thread) { run_list(k, &k->inner_gradients, unit); }

static int weight_gradients_units(const struct kernel *k) { return list_units(k, &k->weight_gradients); }
static void weight_gradients_unit(struct kernel *k, int unit, int thread) { run_list(k, &k->weight_gradients, unit); }

// ---- phase 9: gradients of the embeddings, and AdamW ----------------------------------------------------------------

/** d_x to W_E and W_pos; every x_t but the last had the `=` row taken off. */
static void embed_backward(struct kernel *k) {
  long d = k->d_stride;
  int p = k->p;
  float *d_W_E = k->gradient + (k->W_E - k->weights), *d_W_pos = k->gradient + (k->W_pos - k->weights);
  for (int j = 0; j < d; j += LANES) {
    vec of_a = splat(0.0f), of_b = splat(0.0f);
    for (int t = 0; t < p; t++) {
      vec a = *at(k->d_x + t * d + j), b = *at(k->d_x + (p + t) * d + j);
      of_a += a, of_b += b;
      *to(d_W_E + t * d + j) = a + b;
    }
    vec end = *at(k->d_x + 2 * p * d + j) + *at(k->d_end + j) + *at(k->d_end_q + j) - of_a - of_b;
    *to(d_W_pos + j) = of_a, *to(d_W_pos + d + j) = of_b;
    *to(d_W_pos + 2 * d + j) = *to(d_W_E + p * d + j) = end;
  }
}

static double power(double base, int exponent) {
  double result = 1;
  for (; exponent > 0; exponent /= 2, base *= base)
    if (exponent % 2) result *= base;
  return result;
}

enum { UPDATE_FLOATS = 64 * 64 };

/** AdamW as PyTorch: decay, then w -= lr m^ / (sqrt(v^) + eps), hats by 1 - beta^step. Elements [from, to). */
static void update(struct kernel *k, int step, long from, long to) {
  const struct adamw *o = &k->job.adamw;
  float keep = (float)(1 - o->learning_rate * o->weight_decay), epsilon = (float)o->epsilon;
  float rate = (float)(o->learning_rate / (1 - power(o->beta1, step)));
  float root = (float)(1 / __builtin_sqrt(1 - power(o->beta2, step)));
  float one_less_beta1 = (float)(1 - o->beta1), beta2 = (float)o->beta2, one_less_beta2 = (float)(1 - o->beta2);
  float *w = k->weights + from, *m = k->m + from, *v = k->v + from;
  const float *g = k->gradient + from;
  for (long i = 0; i < (to - from) / LANES * LANES; i++) {
    m[i] = m[i] + (g[i] - m[i]) * one_less_beta1;
    v[i] = v[i] * beta2 + (g[i] * g[i]) * one_less_beta2;
    w[i] = w[i] * keep - rate * (m[i] / (__builtin_sqrtf(v[i]) * root + epsilon));
  }
}

/** Where W_Q begins: W_E and W_pos lie before it. */
static long embedding_floats(const struct kernel *k) { return k->W_Q - k->weights; }

static int update_units(const struct kernel *k) {
  if (k->job.kind == GRADIENTS) return 1;
  return 1 + (int)((k->state_size - embedding_floats(k) + UPDATE_FLOATS - 1) / UPDATE_FLOATS);
}

static void update_unit(struct kernel *k, int unit, int step) {
  long start = embedding_floats(k);
  if (unit == 0) embed_backward(k);
  if (k->job.kind == GRADIENTS) return;
  if (unit == 0) return update(k, step, 0, start);
  long from = start + (unit - 1L) * UPDATE_FLOATS, to = from + UPDATE_FLOATS;
  update(k, step, from, to < k->state_size ? to : k->state_size);
}

// ---- a job -----------------------------------------------------------------------------------------------------------

struct phase {
  int (*units)(const struct kernel *);
  void (*run)(struct kernel *, int unit, int thread);
};

static const struct phase FORWARD_PHASES[] = {
    {prepare_units, prepare_unit},
    {weight_products_units, weight_products_unit},
    {table_units, table_unit},
    {block_units, block_unit},
};

static const struct phase BACKWARD_PHASES[] = {
    {sum_units, sum_unit},
    {value_gradients_units, value_gradients_unit},
    {inner_gradients_units, inner_gradients_unit},
    {weight_gradients_units, weight_gradients_unit},
};

static void run_phases(struct kernel *k, const struct phase *phases, int count, int thread) {
  for (int i = 0; i < count; i++) {
    int units = phases[i].units(k);
    for (int unit; (unit = team_take(&k->team)) < units;) phases[i].run(k, unit, thread);
    team_meet(&k->team);
  }
}

/** Mean loss and accuracy, blocks in order. */
static void record_loss(struct kernel *k, int step) {
  double sum = 0, right = 0;
  for (int i = 0; i < k->job.batch->blocks; i++) sum += k->block_loss[i], right += k->block_correct[i];
  k->job.loss[step] = sum / k->job.batch->n;
  k->job.accuracy[step] = right / k->job.batch->n;
}

static void run_update(struct kernel *k, int step) {
  int units = update_units(k);
  for (int unit; (unit = team_take(&k->team)) < units;) update_unit(k, unit, step);
  team_meet(&k->team);
}

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

void kernel_run(struct kernel *k, int thread) {
  int steps = k->job.kind == TRAIN ? k->job.steps : 1, done = k->step;
  int backward = k->job.kind == TRAIN || k->job.kind == GRADIENTS;
  for (int step = 0; step < steps; step++) {
    run_phases(k, FORWARD_PHASES, COUNT(FORWARD_PHASES), thread);
    if (thread == 0 && k->job.kind != FORWARD) record_loss(k, step);
    if (!backward) break;
    run_phases(k, BACKWARD_PHASES, COUNT(BACKWARD_PHASES), thread);
    run_update(k, done + step + 1);
  }
  team_meet(&k->team);
  if (thread == 0 && k->job.kind == TRAIN) k->step = done + steps;
}
