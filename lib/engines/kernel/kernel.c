// The fused training step of the one-layer transformer on pairs (a, b), read at `=`.
//
// Only the last position is read and, before attention, each position depends on one token. With x_t an embedding minus
// that of `=`, attention weights A (softmax over a, b and `=`, whose score is 0) and inner products formed first:
//   z(a, b) = constant + sum over heads of A_a table[h, a] + A_b table[h, p + b],    table[h] = x W_V[h] W_O[h] [W_in | W_U]
//   logits  = z's last p + relu(z's first M) W_logit,                                W_logit = W_out W_U
// Gradients go back through the tables once a step, not once a pair. Every element of every array is summed in one
// order by one thread, so the bits do not depend on the number of threads.
#include "kernel.h"

/** Whether a multiply-add rounds once: asked of the processor, since of WebAssembly's relaxed one only the engine that runs
    it knows. (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24, whose last term is lost where the product is rounded. */
int kernel_is_fused(void) {
  volatile float one_and_bit = 1 + 0x1p-12f, rounded = 1 + 0x1p-11f;
  vec x = splat(one_and_bit), rest = multiply_add(x, x, splat(-rounded));
  int fused = 1;
  for (int l = 0; l < LANES; l++) fused &= rest[l] == 0x1p-24f;
  return fused;
}

// ---- gradients of the embeddings, and AdamW ------------------------------------------------------------------------

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

/** AdamW as PyTorch: decay, then w -= lr m^ / (sqrt(v^) + eps), hats by 1 - beta^step. Elements [from, end). Where that
    sum is 0, as for padding with eps 0, there is no step: divided by infinity rather than skipped, for the vector loop. */
static void update(struct kernel *k, long from, long end) {
  const struct adamw *o = &k->job.adamw;
  int step = k->step + 1;
  float keep = (float)(1 - o->learning_rate * o->weight_decay), epsilon = (float)o->epsilon;
  float rate = (float)(o->learning_rate / (1 - power(o->beta1, step)));
  float root = (float)(1 / __builtin_sqrt(1 - power(o->beta2, step)));
  float one_less_beta1 = (float)(1 - o->beta1), beta2 = (float)o->beta2, one_less_beta2 = (float)(1 - o->beta2);
  float *w = k->weights + from, *m = k->m + from, *v = k->v + from;
  const float *gradient = k->gradient + from;
  // The moments of what has no gradient any more would fall into the subnormal numbers and stay there: 0.98 times a few
  // units of the last place rounds to as many.
  for (long i = 0; i < end - from; i += LANES) {
    vec g = drop_below(*at(gradient + i), LEAST), mean = *at(m + i);
    *to(m + i) = drop_below(multiply_add(g - mean, splat(one_less_beta1), mean), LEAST);
    *to(v + i) = drop_below(multiply_add(*at(v + i), splat(beta2), g * g * one_less_beta2), LEAST * LEAST);
  }
  for (long i = 0; i < (end - from) / LANES * LANES; i++) {
    float spread = __builtin_sqrtf(v[i]) * root + epsilon;
    w[i] = w[i] * keep - rate * (m[i] / (spread == 0 ? __builtin_inff() : spread));
  }
}

/** Where W_Q begins: W_E and W_pos lie before it. */
static long embedding_floats(const struct kernel *k) { return k->W_Q - k->weights; }

int update_units(const struct kernel *k) {
  if (k->job.kind == GRADIENTS) return 1;
  return 1 + (int)((k->state_size - embedding_floats(k) + UPDATE_FLOATS - 1) / UPDATE_FLOATS);
}

void update_unit(struct kernel *k, int unit, int thread) {
  long start = embedding_floats(k);
  if (unit == 0) embed_backward(k);
  if (k->job.kind == GRADIENTS) return;
  if (unit == 0) return update(k, 0, start);
  long from = start + (unit - 1L) * UPDATE_FLOATS, to = from + UPDATE_FLOATS;
  update(k, from, to < k->state_size ? to : k->state_size);
}

// ---- a job -----------------------------------------------------------------------------------------------------------

struct phase {
  int (*units)(const struct kernel *);
  void (*run)(struct kernel *, int unit, int thread);
};

static const struct phase PHASES[ALL_PHASES] = {
    [PREPARE] = {prepare_units, prepare_unit},
    [WEIGHT_PRODUCTS] = {weight_products_units, weight_products_unit},
    [TABLE] = {table_units, table_unit},
    [SLICE] = {slice_units, slice_unit},
    [SUM] = {sum_units, sum_unit}, // from here on backward
    [VALUE_GRADIENTS] = {value_gradients_units, value_gradients_unit},
    [INNER_GRADIENTS] = {inner_gradients_units, inner_gradients_unit},
    [WEIGHT_GRADIENTS] = {weight_gradients_units, weight_gradients_unit},
    [UPDATE] = {update_units, update_unit},
};

static void open_phase(struct kernel *k, int phase) {
  k->phase = phase;
  team_open(&k->team, PHASES[phase].units(k));
}

void kernel_open(struct kernel *k) {
  k->job_step = 0;
  open_phase(k, PREPARE);
}

/** Mean loss and accuracy, blocks in order. */
static void record_loss(struct kernel *k) {
  double sum = 0, right = 0;
  for (int i = 0; i < k->job.batch->blocks; i++) sum += k->block_loss[i], right += k->block_correct[i];
  k->job.loss[k->job_step] = sum / k->job.batch->n;
  k->job.accuracy[k->job_step] = right / k->job.batch->n;
}

/** To the next phase, by the thread that finished the last unit of this one. */
static void advance(struct kernel *k) {
  if (k->phase == SLICE && k->job.kind != FORWARD) record_loss(k);
  if (k->phase < (goes_back(k) ? UPDATE : SLICE)) return open_phase(k, k->phase + 1);
  if (k->job.kind != TRAIN) return team_end(&k->team);
  k->step++;
  if (++k->job_step < k->job.steps) open_phase(k, PREPARE);
  else team_end(&k->team);
}

void kernel_run(struct kernel *k, int thread) {
  for (int unit; (unit = team_take(&k->team)) >= 0;) {
    MARK(WAIT);
    PHASES[k->phase].run(k, unit, thread);
    MARK(k->phase);
    if (team_finish(&k->team)) advance(k);
  }
}
