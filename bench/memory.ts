// Peak memory of a whole process that trains at p = 113: `memory.ts ENGINE THREADS` prints bytes.
import type { Build } from '../lib/engines/kernel/kernel.ts';
import { openRun } from './runs.ts';

const [engine, threads] = process.argv.slice(2);
const run = await openRun(engine as Build | 'tensorflow', Number(threads), 113);
await run.time(20);
run.close();
console.log(process.resourceUsage().maxRSS * 1024);
