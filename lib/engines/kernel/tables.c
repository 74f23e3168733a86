// The tables over tokens and what comes back through them: phases before and after the pass over pairs.
#include "kernel.h"

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

// ---- x, and weights transposed --------------------------------------------------------------------------------------

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

int prepare_units(const struct kernel *k) {
  return divide_up(2 * k->p + 1, EMBED_ROWS) + 2 * transpose_units(k->d_model);
}

void prepare_unit(struct kernel *k, int unit, int thread) {
  int embeds = divide_up(2 * k->p + 1, EMBED_ROWS), each = transpose_units(k->d_model);
  if (unit < embeds) return embed_rows(k, unit * EMBED_ROWS, smaller((unit + 1) * EMBED_ROWS, 2 * k->p + 1));
  unit -= embeds;
  if (unit < each)
    return transpose_unit(k->W_z, k->z_stride, k->d_model, k->z_width, k->W_z_t, k->d_stride, unit);
  transpose_unit(k->W_V, k->v_stride, k->d_model, k->head_rows, k->W_V_t, k->d_stride, unit - each);
}

// ---- the tables ----------------------------------------------------------------------------------------------------

int weight_products_units(const struct kernel *k) { return list_units(k, &k->weight_products); }
void weight_products_unit(struct kernel *k, int unit, int thread) { run_list(k, &k->weight_products, unit); }

INLINE float dot(const float *x, const float *y, int n) {
  vec sum[SUM_VECTORS];
  for (int s = 0; s < SUM_VECTORS; s++) sum[s] = splat(0.0f);
  for (int j = 0; j < n; j += SUM_LANES)
    for (int s = 0, at_s = j; s < SUM_VECTORS; s++, at_s += LANES)
      sum[s] = multiply_add(*at(x + at_s), *at(y + at_s), sum[s]);
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

int table_units(const struct kernel *k) {
  return 1 + list_units(k, &k->table_products) + transpose_units(k->head_rows) + transpose_units(k->d_mlp);
}

void table_unit(struct kernel *k, int unit, int thread) {
  if (unit-- == 0) return score_tokens(k);
  int products = list_units(k, &k->table_products), each = transpose_units(k->head_rows);
  if (unit < products) return run_list(k, &k->table_products, unit);
  unit -= products;
  if (unit < each) return transpose_unit(k->G, k->z_stride, k->head_rows, k->z_width, k->G_t, k->v_stride, unit);
  transpose_unit(k->W_logit, k->p_stride, k->d_mlp, k->p, k->W_logit_t, k->m_stride, unit - each);
}

// ---- back through the tables ---------------------------------------------------------------------------------------

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
      sum = multiply_add(splat(d_kq[i]), *at(k->W_K + i * k->v_stride + j), sum);
      *to(d_W_K + i * k->v_stride + j) = splat(d_kq[i]) * q;
    }
    sum = sum * scale;
    *to(k->d_q + j) = sum;
    for (int i = 0; i < D; i++) *to(d_W_Q + i * k->v_stride + j) = splat(end[i]) * sum;
  }
  for (int i = 0; i < D; i++) k->d_end_q[i] = dot(k->W_Q + i * k->v_stride, k->d_q, k->head_rows);
}

int value_gradients_units(const struct kernel *k) {
  return 2 + transpose_units(k->p) + list_units(k, &k->value_gradients);
}

void value_gradients_unit(struct kernel *k, int unit, int thread) {
  int each = transpose_units(k->p);
  if (unit == 0) return score_backward(k);
  if (unit == 1) return sum_constant(k);
  unit -= 2;
  if (unit < each)
    return transpose_unit(k->d_W_logit_t, k->m_stride, k->p, k->d_mlp, k->d_W_logit, k->p_stride, unit);
  run_list(k, &k->value_gradients, unit - each);
}

int inner_gradients_units(const struct kernel *k) { return list_units(k, &k->inner_gradients); }
void inner_gradients_unit(struct kernel *k, int unit, int thread) { run_list(k, &k->inner_gradients, unit); }

int weight_gradients_units(const struct kernel *k) { return list_units(k, &k->weight_gradients); }
void weight_gradients_unit(struct kernel *k, int unit, int thread) { run_list(k, &k->weight_gradients, unit); }

