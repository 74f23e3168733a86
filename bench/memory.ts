// Peak memory of training at p = 113, the whole process: `memory.ts BUILD THREADS` prints bytes.
import type { Build } from '../lib/kernel/kernel.ts';
import { openRun } from './runs.ts';

const [build, threads] = process.argv.slice(2);
const run = await openRun(build as Build, Number(threads), 113);
await run.time(20);
run.model.close();
console.log(process.resourceUsage().maxRSS * 1024);
