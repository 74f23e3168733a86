// One thread of the WebAssembly build. Written without a type annotation: it is started as plain JavaScript, because a
// TypeScript worker needs a loader that Node 20 does not give to workers.
import { parentPort, workerData } from 'node:worker_threads';

const { module, memory, kernel, thread, stack_top } = workerData;
const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
exports.__stack_pointer.value = stack_top;
parentPort?.on('message', () => {
  exports.run(kernel, thread);
  parentPort?.postMessage('done');
});
parentPort?.postMessage('ready');
