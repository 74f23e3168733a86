// What is made once: the padded layout of the weights, the tables, the products of each phase, and the order of pairs.
#include "kernel.h"

/** The same for every width of vectors, so that sums over padding have as many terms everywhere. */
static int pad(int n) { return divide_up(n, SUM_LANES) * SUM_LANES; }

/** Floats from row to row: whole cache lines, an odd number of them, so that columns spread over the sets of a cache. */
static long stride_of(int width) { return (divide_up(width, 16) | 1) * 16L; }

static float *floats(struct kernel *k, long rows, long stride) {
  return platform_allocate(k, pad((int)rows) * stride * (long)sizeof(float));
}

/** Gives the next matrix of `rows` padded rows its place in an array of weights; returns its offset. */
static long reserve(struct kernel *k, int rows, long stride) {
  long offset = k->state_size;
  k->state_size += pad(rows) * stride;
  return offset;
}

static void lay_out_weights(struct kernel *k) {
  int p = k->p, D = k->d_model, H = k->n_heads, e = k->d_head, M = k->d_mlp;
  long d = k->d_stride, v = k->v_stride, z = k->z_stride;
  long W_E = reserve(k, p + 1, d), W_pos = reserve(k, 3, d), W_Q = reserve(k, D, v);
  long W_O = reserve(k, k->head_rows, d), W_K = reserve(k, D, v), W_V = reserve(k, D, v);
  long W_z = reserve(k, D, z), W_out = reserve(k, M, d);
  struct layout layout[WEIGHT_COUNT] = {
      {{1, p + 1, D}, {0, d, 1}, W_E},
      {{1, 3, D}, {0, d, 1}, W_pos},
      {{H, D, e}, {k->head_width, v, 1}, W_Q},
      {{H, e, D}, {k->head_width * d, d, 1}, W_O},
      {{H, D, e}, {k->head_width, v, 1}, W_K},
      {{H, D, e}, {k->head_width, v, 1}, W_V},
      {{1, D, M}, {0, z, 1}, W_z},
      {{1, M, D}, {0, d, 1}, W_out},
      {{1, D, p}, {0, z, 1}, W_z + k->mlp_width},
  };
  for (int i = 0; i < WEIGHT_COUNT; i++) {
    k->layout[i] = layout[i];
    k->weight_count += (long)layout[i].size[0] * layout[i].size[1] * layout[i].size[2];
  }
  float **state[] = {&k->weights, &k->m, &k->v, &k->gradient};
  for (int i = 0; i < 4; i++) *state[i] = platform_allocate(k, k->state_size * (long)sizeof(float));
  float *w = k->weights;
  k->W_E = w + W_E, k->W_pos = w + W_pos, k->W_Q = w + W_Q, k->W_O = w + W_O;
  k->W_K = w + W_K, k->W_V = w + W_V, k->W_z = w + W_z, k->W_out = w + W_out;
}

static void make_tables(struct kernel *k) {
  int T = 2 * k->p + 1, D = k->d_model, H = k->n_heads, M = k->d_mlp, V = k->head_rows;
  k->x = floats(k, T, k->d_stride), k->d_x = floats(k, T, k->d_stride);
  k->values = floats(k, T, k->v_stride), k->d_values = floats(k, T, k->v_stride);
  k->G = floats(k, V, k->z_stride), k->d_G = floats(k, V, k->z_stride);
  k->table = floats(k, (long)H * 2 * k->p, k->z_stride), k->d_table = floats(k, (long)H * 2 * k->p, k->z_stride);
  k->constant = floats(k, 1, k->z_stride), k->d_constant = floats(k, 1, k->z_stride);
  k->W_logit = floats(k, M, k->p_stride), k->d_W_logit = floats(k, M, k->p_stride);
  k->W_logit_t = floats(k, k->p, k->m_stride), k->d_W_logit_t = floats(k, k->p, k->m_stride);
  k->q = floats(k, 1, k->v_stride), k->d_q = floats(k, 1, k->v_stride);
  k->kq = floats(k, H, k->d_stride), k->d_kq = floats(k, H, k->d_stride);
  k->kq_t = floats(k, D, k->h_stride);
  k->scores = floats(k, T, k->h_stride), k->d_scores = floats(k, T, k->h_stride);
  k->W_z_t = floats(k, k->z_width, k->d_stride), k->W_V_t = floats(k, V, k->d_stride);
  k->G_t = floats(k, k->z_width, k->v_stride);
  k->d_sum = floats(k, k->p, k->z_stride);
  k->d_end = floats(k, 1, k->d_stride), k->d_end_q = floats(k, 1, k->d_stride);
}

static void make_scratch(struct kernel *k) {
  k->scratch = platform_allocate(k, k->team.threads * (long)sizeof(struct scratch));
  for (int i = 0; i < k->team.threads; i++) {
    struct scratch *s = &k->scratch[i];
    for (int j = 0; j < KEPT_BLOCKS; j++)
      s->z[j] = floats(k, BLOCK_ROWS, k->z_stride), s->logits_t[j] = floats(k, k->p, BLOCK_ROWS);
    s->attention = floats(k, BLOCK_ROWS, 2 * k->n_heads);
    s->dot = floats(k, BLOCK_ROWS, 2 * k->n_heads);
  }
}

static struct term rows_of(const float *a, long a_stride, const float *b, long b_stride, int depth) {
  return (struct term){a, a_stride, ALONG_ROWS, b, b_stride, depth};
}

static struct term columns_of(const float *a, long a_stride, const float *b, long b_stride, int depth) {
  return (struct term){a, a_stride, ALONG_COLUMNS, b, b_stride, depth};
}

static struct product product_into(float *c, long c_stride, int rows, int width, struct term term) {
  return (struct product){rows, divide_up(width, LANES), c, c_stride, 0, 1, {term}};
}

static void add_term(struct product *x, struct term term) { x->term[x->terms++] = term; }
static struct product *add_product(struct products *list, struct product x) {
  list->item[list->count] = x;
  return &list->item[list->count++];
}

/** G = W_O W_z, W_logit = W_out W_U, values = x W_V; of the `=` row: q = x W_Q, constant = x W_z. */
static void plan_weight_products(struct kernel *k) {
  struct products *list = &k->weight_products;
  int D = k->d_model, T = 2 * k->p + 1;
  long d = k->d_stride, z = k->z_stride, v = k->v_stride;
  const float *end = k->x + 2L * k->p * d, *W_U = k->W_z + k->mlp_width;
  add_product(list, product_into(k->G, z, k->head_rows, k->z_width, rows_of(k->W_O, d, k->W_z, z, D)));
  add_product(list, product_into(k->W_logit, k->p_stride, k->d_mlp, k->p, rows_of(k->W_out, d, W_U, z, D)));
  add_product(list, product_into(k->values, v, T, k->head_rows, rows_of(k->x, d, k->W_V, v, D)));
  add_product(list, product_into(k->q, v, 1, k->head_rows, rows_of(end, d, k->W_Q, v, D)));
  add_product(list, product_into(k->constant, z, 1, k->z_width, rows_of(end, d, k->W_z, z, D)));
}

/** table[h] = values[h] G[h] for all rows but `=`, whose values G go to the constant. */
static void plan_table_products(struct kernel *k) {
  struct products *list = &k->table_products;
  long z = k->z_stride, v = k->v_stride;
  list->per_head = platform_allocate(k, k->n_heads * (long)sizeof(struct product));
  for (int h = 0; h < k->n_heads; h++)
    list->per_head[h] = product_into(k->table + h * 2L * k->p * z, z, 2 * k->p, k->z_width,
                                     rows_of(k->values + h * k->head_width, v,
                                             k->G + (long)h * k->head_width * z, z, k->d_head));
  struct product *constant = add_product(
      list, product_into(k->constant, z, 1, k->z_width, rows_of(k->values + 2L * k->p * v, v, k->G, z, k->head_rows)));
  constant->accumulate = 1;
}

/** d_values[h] = d_table[h] G_t[h]; d_W_out = d_W_logit W_U_t. */
static void plan_value_gradients(struct kernel *k) {
  struct products *list = &k->value_gradients;
  long z = k->z_stride, v = k->v_stride, d = k->d_stride;
  list->per_head = platform_allocate(k, k->n_heads * (long)sizeof(struct product));
  for (int h = 0; h < k->n_heads; h++)
    list->per_head[h] = product_into(
        k->d_values + h * k->head_width, v, 2 * k->p, k->d_head,
        rows_of(k->d_table + h * 2L * k->p * z, z, k->G_t + h * k->head_width, v, k->z_depth));
  float *d_W_out = k->gradient + (k->W_out - k->weights);
  add_product(list, product_into(d_W_out, d, k->d_mlp, k->d_model,
                                 columns_of(k->d_W_logit_t, k->m_stride, k->W_z_t + k->mlp_width * d, d, k->p)));
}

/** d_G[h] = values[h]^T d_table[h], the row `=` with d_constant; d_values of `=` = d_constant G_t. */
static void plan_inner_gradients(struct kernel *k) {
  struct products *list = &k->inner_gradients;
  long z = k->z_stride, v = k->v_stride, end = 2L * k->p;
  list->per_head = platform_allocate(k, k->n_heads * (long)sizeof(struct product));
  for (int h = 0; h < k->n_heads; h++) {
    const float *values = k->values + h * k->head_width;
    list->per_head[h] =
        product_into(k->d_G + (long)h * k->head_width * z, z, k->d_head, k->z_width,
                     columns_of(values, v, k->d_table + h * end * z, z, 2 * k->p));
    add_term(&list->per_head[h], columns_of(values + end * v, v, k->d_constant, z, 1));
  }
  add_product(list, product_into(k->d_values + end * v, v, 1, k->head_rows,
                                 rows_of(k->d_constant, z, k->G_t, v, k->z_depth)));
}

/** d_W_O = d_G W_z_t; d_W_z = W_O^T d_G + end^T d_constant (+ W_out^T d_W_logit for W_U); d_W_V = x^T d_values;
    d_x = d_values W_V_t + d_scores kq; d_end = d_constant W_z_t. */
static void plan_weight_gradients(struct kernel *k) {
  struct products *list = &k->weight_gradients;
  long d = k->d_stride, z = k->z_stride, v = k->v_stride;
  int D = k->d_model, T = 2 * k->p + 1, depth = k->head_rows;
  const float *end = k->x + 2L * k->p * d;
  float *d_W_O = k->gradient + (k->W_O - k->weights), *d_W_z = k->gradient + (k->W_z - k->weights);
  float *d_W_V = k->gradient + (k->W_V - k->weights);
  add_product(list, product_into(d_W_O, d, depth, D, rows_of(k->d_G, z, k->W_z_t, d, k->z_depth)));
  struct product *d_W_U = add_product(
      list, product_into(d_W_z + k->mlp_width, z, D, k->p,
                         columns_of(k->W_out, d, k->d_W_logit, k->p_stride, k->d_mlp)));
  add_term(d_W_U, columns_of(k->W_O, d, k->d_G + k->mlp_width, z, depth));
  add_term(d_W_U, columns_of(end, d, k->d_constant + k->mlp_width, z, 1));
  struct product *d_W_in =
      add_product(list, product_into(d_W_z, z, D, k->d_mlp, columns_of(k->W_O, d, k->d_G, z, depth)));
  add_term(d_W_in, columns_of(end, d, k->d_constant, z, 1));
  add_product(list, product_into(d_W_V, v, D, depth, columns_of(k->x, d, k->d_values, v, T)));
  struct product *d_x =
      add_product(list, product_into(k->d_x, d, T, D, rows_of(k->d_values, v, k->W_V_t, d, depth)));
  add_term(d_x, rows_of(k->d_scores, k->h_stride, k->kq, d, k->n_heads));
  add_product(list, product_into(k->d_end, d, 1, D, rows_of(k->d_constant, z, k->W_z_t, d, k->z_depth)));
}

struct kernel *kernel_create(int p, int d_model, int n_heads, int d_head, int d_mlp, int threads) {
  struct kernel *k = platform_allocate(0, sizeof *k);
  if (!k) return 0;
  k->p = p, k->d_model = d_model, k->n_heads = n_heads, k->d_head = d_head, k->d_mlp = d_mlp;
  k->head_width = pad(d_head), k->head_rows = n_heads * k->head_width;
  k->mlp_width = pad(d_mlp), k->logit_width = pad(p);
  k->z_depth = k->mlp_width + p, k->z_width = k->mlp_width + k->logit_width;
  k->d_stride = stride_of(d_model), k->z_stride = stride_of(k->z_width), k->v_stride = stride_of(k->head_rows);
  k->h_stride = stride_of(n_heads), k->m_stride = stride_of(d_mlp), k->p_stride = stride_of(p);
  k->team.threads = threads;
  lay_out_weights(k);
  make_tables(k);
  make_scratch(k);
  plan_weight_products(k);
  plan_table_products(k);
  plan_value_gradients(k);
  plan_inner_gradients(k);
  plan_weight_gradients(k);
  return k;
}

/** Blocks that one thread goes through in order. */
static int slice_blocks_of(int blocks) {
  int least = divide_up(blocks, MAX_SLICES);
  return least > SLICE_BLOCKS ? least : SLICE_BLOCKS;
}

double kernel_bytes(int p, int d_model, int n_heads, int d_head, int d_mlp, int threads, int rows) {
  double D = d_model, H = n_heads, V = H * pad(d_head), M = pad(d_mlp), z = M + pad(p), T = 2. * p;
  double weights = (p + 4 + 4 * V + 2 * M + p) * D, state = 4 * weights; // weights, m, v, gradient
  double tables = 2 * (T * (D + V) + V * z + H * T * z) + D * (z + V) + V * z + p * z, logits = 4 * M * p;
  double scratch = threads * (double)BLOCK_ROWS * (KEPT_BLOCKS * (z + p) + 4 * H);
  int blocks = divide_up(rows, BLOCK_ROWS), slices = divide_up(blocks, slice_blocks_of(blocks));
  double pairs = rows * (z + 4 * H) + slices * M * p;
  return (state + tables + logits + scratch + pairs) * sizeof(float);
}

static void copy_weights(const struct kernel *k, float *plain, float *padded, int out) {
  for (int i = 0; i < WEIGHT_COUNT; i++) {
    const struct layout *l = &k->layout[i];
    for (int x = 0; x < l->size[0]; x++)
      for (int y = 0; y < l->size[1]; y++) {
        float *row = padded + l->offset + x * l->step[0] + y * l->step[1];
        for (int j = 0; j < l->size[2]; j++, plain++)
          if (out) *plain = row[j];
          else row[j] = *plain;
      }
  }
}

void kernel_pad(const struct kernel *k, const float *plain, float *padded) {
  copy_weights(k, (float *)plain, padded, 0);
}
void kernel_unpad(const struct kernel *k, const float *padded, float *plain) {
  copy_weights(k, plain, (float *)padded, 1);
}

/** Stable counting sort of 0..n-1 (or of `from`) by key[row] in 0..keys-1; start [keys + 1] gets where each key begins. */
static void sort_rows(int n, const int *from, const int *key, int keys, int *start, int *to) {
  for (int t = 0; t <= keys; t++) start[t] = 0;
  for (int i = 0; i < n; i++) start[key[i] + 1]++;
  for (int t = 0; t < keys; t++) start[t + 1] += start[t];
  for (int i = 0; i < n; i++) {
    int row = from ? from[i] : i;
    to[start[key[row]]++] = row;
  }
  for (int t = keys; t > 0; t--) start[t] = start[t - 1];
  start[0] = 0;
}

/** Side of the square tiles of the (a, b) grid in which about BLOCK_ROWS pairs lie: a block then reads few rows of the tables. */
static int tile_side(int p, int n) {
  int side = 1;
  while (side < p && (double)side * side * n < (double)BLOCK_ROWS * p * p) side++;
  return side;
}

static int *ints(struct kernel *k, long n) { return platform_allocate(k, n * (long)sizeof(int)); }

/** Rows by tile of the grid, then a, then b. */
static void order_batch(struct kernel *k, struct batch *x, const int *a, const int *b) {
  int n = x->n, side = tile_side(k->p, n), across = divide_up(k->p, side);
  int *by_b = ints(k, n), *by_a = ints(k, n), *tile = ints(k, n);
  int *start = ints(k, (across * across > k->p ? across * across : k->p) + 1L);
  sort_rows(n, 0, b, k->p, start, by_b);
  sort_rows(n, by_b, a, k->p, start, by_a);
  for (int i = 0; i < n; i++) tile[i] = a[i] / side * across + b[i] / side;
  sort_rows(n, by_a, tile, across * across, start, x->source);
}

struct batch *kernel_upload(struct kernel *k, int n, const int *a, const int *b, const int *label) {
  struct batch *x = platform_allocate(k, sizeof *x);
  x->n = n, x->blocks = divide_up(n, BLOCK_ROWS);
  x->slice_blocks = slice_blocks_of(x->blocks);
  x->slices = divide_up(x->blocks, x->slice_blocks);
  long padded = (long)x->blocks * BLOCK_ROWS;
  x->a = ints(k, padded), x->b = ints(k, padded), x->label = ints(k, padded), x->source = ints(k, padded);
  x->by_a = ints(k, n), x->by_b = ints(k, n), x->a_start = ints(k, k->p + 1), x->b_start = ints(k, k->p + 1);
  order_batch(k, x, a, b);
  for (int i = 0; i < padded; i++) {
    int row = x->source[i];
    x->a[i] = i < n ? a[row] : 0, x->b[i] = i < n ? b[row] : 0, x->label[i] = i < n ? label[row] : -1;
  }
  sort_rows(n, 0, x->a, k->p, x->a_start, x->by_a);
  sort_rows(n, 0, x->b, k->p, x->b_start, x->by_b);
  x->next = k->batches, k->batches = x;
  return x;
}

static void make_room(struct kernel *k) {
  const struct batch *x = k->job.batch;
  int rows = x->blocks * BLOCK_ROWS;
  if (x->blocks > k->block_capacity) {
    k->block_capacity = x->blocks;
    k->block_loss = platform_allocate(k, x->blocks * (long)sizeof(double));
    k->block_correct = ints(k, x->blocks);
  }
  if (k->job.kind == EVALUATE || k->job.kind == FORWARD) return;
  if (x->slices > k->slice_capacity) {
    k->slice_capacity = x->slices;
    k->d_W_logit_parts = floats(k, (long)x->slices * k->logit_width, k->m_stride);
  }
  if (rows <= k->capacity) return;
  k->capacity = rows;
  k->d_z = floats(k, rows, k->z_stride);
  k->attention = floats(k, rows, 2L * k->n_heads), k->d_attention = floats(k, rows, 2L * k->n_heads);
}

void kernel_prepare(struct kernel *k) {
  make_room(k);
  kernel_open(k);
}
