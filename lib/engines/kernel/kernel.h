// The fused training step: what its parts share. kernel.c has the method and the step, tables.c and pairs.c its phases,
// setup.c what is made once, team.c the threads; native/addon.c and wasm/exports.c are the doors to JavaScript.
//
// Letters: p modulus; D = d_model; H = n_heads; e = d_head; M = d_mlp; n rows (pairs). A name ending in _t is transposed,
// one beginning with d is the gradient of the loss by the rest of the name. Every matrix is row-major with its rows padded
// by zeros to `stride` floats, and its number of rows padded to SUM_LANES, so that no loop has a scalar tail.
#ifndef GROKSCOPE_KERNEL_H
#define GROKSCOPE_KERNEL_H
#include "product.h"

enum { BLOCK_ROWS = 96 }; // pairs that go through forward and backward pass at a time
enum { SLICE_BLOCKS = 2, MAX_SLICES = 32 }; // blocks in a slice: two, or more where there would be more slices
enum { KEPT_BLOCKS = 2 }; // whose gradients by W_logit are formed together: MAX_TERMS at most
enum { WEIGHT_COUNT = 9 }; // in the order of WEIGHT_NAMES
enum { MAX_PRODUCTS = 8 }; // of one phase, apart from those of each head

/** A padded matrix inside an array of the layout of the weights: element (i, j, k) of the plain tensor of shape `size`
    lies at offset + i * step[0] + j * step[1] + k * step[2]. */
struct layout {
  int size[3];
  long step[3];
  long offset;
};

/** Pairs, in the order in which the kernel goes through them; row i was row source[i] of what was uploaded. */
struct batch {
  int n, blocks;
  int slices, slice_blocks;        // a slice: blocks that one thread goes through in order
  int *a, *b, *label, *source;     // [blocks * BLOCK_ROWS]; past n: 0, 0, -1
  int *by_a, *a_start;             // rows with a = t: by_a[a_start[t]] ... by_a[a_start[t + 1] - 1]
  int *by_b, *b_start;
  struct batch *next;
};

struct adamw {
  double learning_rate, weight_decay, beta1, beta2, epsilon;
};

// What a step falls into, for bench/phases.c alone, which compiles the kernel with TIMED: each phase, in the order in which
// they run; what the phase of pairs does within its units; and time in which a thread finds no unit.
enum part {
  PREPARE, WEIGHT_PRODUCTS, TABLE, SLICE, SUM, VALUE_GRADIENTS, INNER_GRADIENTS, WEIGHT_GRADIENTS, UPDATE, ALL_PHASES,
  COMBINE = ALL_PHASES, FORWARD_PRODUCT, LOSS, BACKWARD_PRODUCT, DOT_PRODUCTS, LOGIT_WEIGHTS, WAIT, PART_COUNT
};
#ifdef TIMED
/** The calling thread has done with a part: what it did since it last said so was that part. */
void mark(int part);
#define MARK(part) mark(part)
#else
#define MARK(part)
#endif

enum job_kind { TRAIN, GRADIENTS, EVALUATE, FORWARD };

struct job {
  enum job_kind kind;
  int steps;
  struct batch *batch;
  struct adamw adamw;
  double *loss, *accuracy; // [steps]
  float *neurons, *logits; // forward: [n, M], [n, p] in the order of the upload, or null
  int before_relu;         // which neurons
};

/** One thread's own memory. */
struct scratch {
  float *z[KEPT_BLOCKS];        // [BLOCK_ROWS, z_stride]
  float *logits_t[KEPT_BLOCKS]; // [p, BLOCK_ROWS]
  float *attention; // [BLOCK_ROWS, 2 H]
  float *dot;      // [BLOCK_ROWS, 2 H]
};

struct products {
  int count;
  struct product item[MAX_PRODUCTS];
  struct product *per_head; // [H] or null
};

struct team {
  int threads, spins;
  int units, left, finished; // of the present phase: all, those that nobody has taken, those that are done
  int running;               // whether there is a job
  int generation, sleepers;  // phases and jobs so far; threads that sleep until the next
};

struct kernel {
  int p, d_model, n_heads, d_head, d_mlp;
  int head_width;             // e padded
  int mlp_width, logit_width; // M and p padded: a row of z is M neurons, then p direct logits
  int z_depth, z_width;       // mlp_width + p, mlp_width + logit_width
  int head_rows;              // H * head_width
  long d_stride, z_stride, v_stride, h_stride, m_stride, p_stride;

  struct layout layout[WEIGHT_COUNT];
  long weight_count, state_size; // numbers of weights, of floats in a padded array of them
  float *weights, *m, *v, *gradient; // [state_size], padded
  float *W_E, *W_pos, *W_Q, *W_K, *W_V, *W_O, *W_z, *W_out; // into weights; W_z = [W_in | W_U] [D, z]
  int step;

  // Tables, row t: a-embedding minus `=`, then b-embedding minus `=`, and `=` itself last (row 2 p).
  float *x;               // [2p+1, D]
  float *values;          // x W_V [2p+1, H e]
  float *G;               // W_O W_z [H e, z]
  float *table;           // values G by head [H][2p, z]
  float *constant;        // what `=` alone contributes to z [z]
  float *W_logit, *W_logit_t; // W_out W_U [M, p] and transposed
  float *q, *kq, *kq_t;   // [H e], W_K q / sqrt(e) [H, D] and transposed
  float *scores;          // x kq_t [2p, H], those of `=` being 0
  float *W_z_t, *W_V_t, *G_t;

  float *d_x, *d_values, *d_G, *d_table, *d_constant, *d_W_logit, *d_W_logit_t, *d_scores, *d_kq, *d_q;
  float *d_sum;           // [p, z] sum of d_z over the rows of each a
  float *d_end, *d_end_q; // [D] gradient of the `=` row through the constant, through q

  int capacity, slice_capacity;  // rows, slices that these hold:
  float *d_z;                    // [n, z]
  float *attention, *d_attention; // [n, 2 H]: weights of a for each head, then of b; gradients of their scores
  float *d_W_logit_parts;        // [slices][p, M]: d_W_logit_t, sums over the rows of each slice
  int block_capacity;
  double *block_loss;
  int *block_correct;

  struct products weight_products, table_products, value_gradients, inner_gradients, weight_gradients;
  struct scratch *scratch; // [threads]
  struct batch *batches;
  struct job job;
  int phase, job_step; // where the job is
  struct team team;
  struct block *memory;
};

/** Whether the job needs gradients. */
INLINE int goes_back(const struct kernel *k) { return k->job.kind == TRAIN || k->job.kind == GRADIENTS; }

/** Whether this build's arithmetic, where it runs, is the fused one. */
int kernel_is_fused(void);
/** About what a model takes that trains on `rows` pairs: the arrays that grow with more than one size. */
double kernel_bytes(int p, int d_model, int n_heads, int d_head, int d_mlp, int threads, int rows);
struct kernel *kernel_create(int p, int d_model, int n_heads, int d_head, int d_mlp, int threads);
struct batch *kernel_upload(struct kernel *k, int n, const int *a, const int *b, const int *label);
/** Copies plain weights in the order of WEIGHT_NAMES into a padded array, or out of it. */
void kernel_pad(const struct kernel *k, const float *plain, float *padded);
void kernel_unpad(const struct kernel *k, const float *padded, float *plain);
/** Makes room for the job that is set and opens it; room once made is kept until the kernel goes. */
void kernel_prepare(struct kernel *k);
/** Takes part in the job that is open until it is done: on as many threads of the team as have time for it. */
void kernel_run(struct kernel *k, int thread);

// The phases of a step: how many units each falls into, and one of them. Units of a phase may run at the same time.
#define PHASE(name) \
  int name##_units(const struct kernel *k); \
  void name##_unit(struct kernel *k, int unit, int thread);
PHASE(prepare)          // x, and weights transposed
PHASE(weight_products)  // G, W_logit, values, q
PHASE(table)            // table, constant, scores
PHASE(slice)            // pairs, forward and back
PHASE(sum)              // gradients of the tables: sums over pairs
PHASE(value_gradients)  // and back through them
PHASE(inner_gradients)
PHASE(weight_gradients)
PHASE(update)           // gradients of the embeddings, and AdamW

/** Opens the first phase of the job that is set. */
void kernel_open(struct kernel *k);
/** Opens a phase of that many units. */
void team_open(struct team *team, int units);
/** A unit that nobody has taken, as soon as there is one; -1 when the job is done. */
int team_take(struct team *team);
/** To be told of every unit when it is done: whether it was the phase's last. */
int team_finish(struct team *team);
/** There are no more phases: the job is done. */
void team_end(struct team *team);

/** Zeroed memory, aligned to cache lines, that lives as long as the kernel; null when there is none. */
void *platform_allocate(struct kernel *k, long bytes);
void platform_free(struct kernel *k);
void platform_pause(void);
void platform_wait(int *address, int expected);
void platform_wake(int *address);

#endif
