// The native build's door to JavaScript (Node-API) and its threads (pthreads).
//
// A job runs on one thread of libuv's pool, which the event loop does not wait for, and on threads - 1 of the kernel's own.
#include <node_api.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "../kernel.h"

// ---- a model and its threads ---------------------------------------------------------------------------------------------

struct model {
  struct kernel *kernel;
  pthread_t *helpers;   // threads 1 ... threads - 1
  int helper_count, jobs, quit; // jobs: number of jobs started
  int busy, closed;     // on the event loop only
};

struct helper {
  struct model *model;
  int thread;
};

static void *help(void *argument) {
  struct helper helper = *(struct helper *)argument;
  struct model *model = helper.model;
  free(argument);
  for (int seen = 0;;) {
    platform_wait(&model->jobs, seen);
    seen = __atomic_load_n(&model->jobs, __ATOMIC_SEQ_CST); // what came and went meanwhile was done by others
    if (__atomic_load_n(&model->quit, __ATOMIC_SEQ_CST)) return 0;
    kernel_run(model->kernel, helper.thread);
  }
}

static void start_job(struct model *model) {
  __atomic_fetch_add(&model->jobs, 1, __ATOMIC_SEQ_CST);
  platform_wake(&model->jobs);
}

static struct model *create_model(struct kernel *kernel, int threads) {
  struct model *model = calloc(1, sizeof *model);
  model->kernel = kernel;
  model->helpers = calloc((size_t)threads, sizeof *model->helpers);
  for (int i = 1; i < threads; i++) {
    struct helper *helper = malloc(sizeof *helper);
    *helper = (struct helper){model, i};
    if (pthread_create(&model->helpers[model->helper_count], 0, help, helper)) break;
    model->helper_count++;
  }
  kernel->team.threads = model->helper_count + 1; // fewer, if the system refuses more
  return model;
}

/** Ends the threads and frees everything but the handle. */
static void close_model(struct model *model) {
  if (!model->kernel) return;
  __atomic_store_n(&model->quit, 1, __ATOMIC_SEQ_CST);
  start_job(model);
  for (int i = 0; i < model->helper_count; i++) pthread_join(model->helpers[i], 0);
  free(model->helpers);
  platform_free(model->kernel);
  model->kernel = 0;
}

static void finalize_model(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  close_model(data);
  free(data);
}

// ---- arguments ------------------------------------------------------------------------------------------------------------

enum { MAX_ARGUMENTS = 8 };

struct call {
  napi_env env;
  napi_value argument[MAX_ARGUMENTS];
};

static struct call read_call(napi_env env, napi_callback_info info) {
  struct call call = {.env = env};
  size_t count = MAX_ARGUMENTS;
  napi_get_cb_info(env, info, &count, call.argument, 0, 0);
  return call;
}

static int to_int(struct call *call, int i) {
  int value = 0;
  napi_get_value_int32(call->env, call->argument[i], &value);
  return value;
}

static void *to_pointer(struct call *call, int i) {
  void *value = 0;
  napi_get_value_external(call->env, call->argument[i], &value);
  return value;
}

/** The elements of a typed array; null for any other value. */
static void *to_elements(napi_env env, napi_value value, size_t *length) {
  bool is_array = false;
  void *data = 0;
  napi_is_typedarray(env, value, &is_array);
  if (is_array) napi_get_typedarray_info(env, value, 0, length, &data, 0, 0);
  return data;
}

static napi_value from_int(napi_env env, int x) {
  napi_value value;
  napi_create_int32(env, x, &value);
  return value;
}

// ---- functions ------------------------------------------------------------------------------------------------------------

/** bytes(p, d_model, n_heads, d_head, d_mlp, threads, rows): number */
static napi_value count_bytes(napi_env env, napi_callback_info info) {
  struct call call = read_call(env, info);
  napi_value value;
  napi_create_double(env, kernel_bytes(to_int(&call, 0), to_int(&call, 1), to_int(&call, 2), to_int(&call, 3),
                                       to_int(&call, 4), to_int(&call, 5), to_int(&call, 6)), &value);
  return value;
}

/** open(p, d_model, n_heads, d_head, d_mlp, threads, spins): model */
static napi_value open_model(napi_env env, napi_callback_info info) {
  struct call call = read_call(env, info);
  int threads = to_int(&call, 5);
  struct kernel *kernel = kernel_create(to_int(&call, 0), to_int(&call, 1), to_int(&call, 2), to_int(&call, 3),
                                        to_int(&call, 4), threads);
  kernel->team.spins = to_int(&call, 6);
  napi_value value;
  napi_create_external(env, create_model(kernel, threads), finalize_model, 0, &value);
  return value;
}

/** upload(model, a, b, label): batch */
static napi_value upload(napi_env env, napi_callback_info info) {
  struct call call = read_call(env, info);
  struct model *model = to_pointer(&call, 0);
  size_t n = 0;
  const int *a = to_elements(env, call.argument[1], &n), *b = to_elements(env, call.argument[2], &n);
  const int *label = to_elements(env, call.argument[3], &n);
  napi_value value;
  napi_create_external(env, kernel_upload(model->kernel, (int)n, a, b, label), 0, 0, &value);
  return value;
}

/** write(model, array, which): weights (0) or a moment (1: m, 2: v) from a plain array; without one, zeros */
static napi_value write_array(napi_env env, napi_callback_info info) {
  struct call call = read_call(env, info);
  struct kernel *k = ((struct model *)to_pointer(&call, 0))->kernel;
  float *arrays[] = {k->weights, k->m, k->v}, *to = arrays[to_int(&call, 2)];
  size_t n;
  const float *from = to_elements(env, call.argument[1], &n);
  if (from) kernel_pad(k, from, to);
  else memset(to, 0, (size_t)k->state_size * sizeof *to);
  return 0;
}

/** read(model, array, which): the reverse; 3: the gradient */
static napi_value read_array(napi_env env, napi_callback_info info) {
  struct call call = read_call(env, info);
  struct kernel *k = ((struct model *)to_pointer(&call, 0))->kernel;
  const float *arrays[] = {k->weights, k->m, k->v, k->gradient};
  size_t n;
  kernel_unpad(k, arrays[to_int(&call, 2)], to_elements(env, call.argument[1], &n));
  return 0;
}

/** step(model[, value]): steps done so far, after setting them if told */
static napi_value step(napi_env env, napi_callback_info info) {
  struct call call = read_call(env, info);
  struct kernel *k = ((struct model *)to_pointer(&call, 0))->kernel;
  napi_get_value_int32(env, call.argument[1], &k->step);
  return from_int(env, k->step);
}

struct work {
  struct model *model;
  napi_async_work handle;
  napi_deferred deferred;
  napi_ref arguments; // keeps the typed arrays alive
};

static void execute(napi_env env, void *data) {
  (void)env;
  struct work *work = data;
  start_job(work->model);
  kernel_run(work->model->kernel, 0);
}

static void complete(napi_env env, napi_status status, void *data) {
  (void)status;
  struct work *work = data;
  napi_value done;
  work->model->busy = 0;
  if (work->model->closed) close_model(work->model);
  napi_get_undefined(env, &done);
  napi_resolve_deferred(env, work->deferred, done);
  napi_delete_reference(env, work->arguments);
  napi_delete_async_work(env, work->handle);
  free(work);
}

/** Keeps every argument until the job is done, the model first of all. */
static napi_ref keep_arguments(struct call *call) {
  napi_value array;
  napi_ref reference;
  napi_create_array(call->env, &array);
  for (unsigned i = 0; i < MAX_ARGUMENTS; i++) napi_set_element(call->env, array, i, call->argument[i]);
  napi_create_reference(call->env, array, 1, &reference);
  return reference;
}

/** run(model, batch, Int32Array [kind, steps, before_relu], adamw, loss, accuracy, neurons, logits): promise */
static napi_value run(napi_env env, napi_callback_info info) {
  struct call call = read_call(env, info);
  struct work *work = calloc(1, sizeof *work);
  work->model = to_pointer(&call, 0);
  struct job *job = &work->model->kernel->job;
  size_t n;
  const int *what = to_elements(env, call.argument[2], &n);
  const double *adamw = to_elements(env, call.argument[3], &n);
  *job = (struct job){.kind = what[0], .steps = what[1], .before_relu = what[2], .batch = to_pointer(&call, 1)};
  job->adamw = (struct adamw){adamw[0], adamw[1], adamw[2], adamw[3], adamw[4]};
  job->loss = to_elements(env, call.argument[4], &n), job->accuracy = to_elements(env, call.argument[5], &n);
  job->neurons = to_elements(env, call.argument[6], &n), job->logits = to_elements(env, call.argument[7], &n);
  kernel_prepare(work->model->kernel);
  work->model->busy = 1;
  work->arguments = keep_arguments(&call);
  napi_value promise, name;
  napi_create_promise(env, &work->deferred, &promise);
  napi_create_string_utf8(env, "grokscope kernel", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(env, 0, name, execute, complete, work, &work->handle);
  napi_queue_async_work(env, work->handle);
  return promise;
}

/** close(model): at once, or when its job is done */
static napi_value close_when_idle(napi_env env, napi_callback_info info) {
  struct call call = read_call(env, info);
  struct model *model = to_pointer(&call, 0);
  model->closed = 1;
  if (!model->busy) close_model(model);
  return 0;
}

/** is_fused(): 1 or 0 */
static napi_value is_fused(napi_env env, napi_callback_info info) {
  (void)info;
  return from_int(env, kernel_is_fused());
}

static void define(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, 0, &function);
  napi_set_named_property(env, exports, name, function);
}

NAPI_MODULE_INIT() {
  define(env, exports, "is_fused", is_fused);
  define(env, exports, "bytes", count_bytes);
  define(env, exports, "open", open_model);
  define(env, exports, "upload", upload);
  define(env, exports, "write", write_array);
  define(env, exports, "read", read_array);
  define(env, exports, "step", step);
  define(env, exports, "run", run);
  define(env, exports, "close", close_when_idle);
  return exports;
}
