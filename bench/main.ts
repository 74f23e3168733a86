/** `npm run bench`: `node --import ./lib/files/typescript.mjs bench/main.ts [SECTION...] [options]`. */
import { listenForStop } from '../commands/stop.ts';
import { runBench } from './bench.ts';
import { SECTIONS } from './sections.ts';

// The work goes on when nobody reads its output any more (`| head`).
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const { env, stdout, stderr } = process;
/** The first signal ends everything within seconds. The second is ignored: npm repeats what the terminal has sent. */
const stop = listenForStop(() => {});
process.exitCode = await runBench(process.argv.slice(2), env, { stdout, stderr, stop }, SECTIONS);
process.exit();
