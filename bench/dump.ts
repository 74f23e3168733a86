// Dumps all activations once, as the stage activations does, in a process of its own. `dump.ts FOLDER P` prints the
// milliseconds from start to the first batch and from there to the last byte, and the peak memory in bytes.
import { writeActivations } from '../lib/artifacts/activation-files.ts';
import { openReadable } from '../lib/engines/readable.ts';
import { ACTIVATION_NAMES, EVERYTHING } from '../lib/network/hooks.ts';
import { initialWeights } from '../lib/network/initial.ts';
import { gridRows } from '../lib/task/split.ts';
import { configOf } from './runs.ts';

const readable = await openReadable();
const config = configOf(Number(process.argv[3]));
const weights = initialWeights(config, 999);
const start_ms = performance.now();
const batches = readable.run(config, weights, gridRows(config.p, 'add'), new Set(ACTIVATION_NAMES));
await writeActivations(process.argv[2]!, config, batches, EVERYTHING);
const dump_ms = performance.now() - start_ms;
const peak_bytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ start_ms, dump_ms, peak_bytes, backend: readable.description }));
