/** `npm run bench`: `node --import ./lib/files/typescript.mjs bench/main.ts [SECTION...] [options]`. */
import { listenForStop } from '../commands/stop.ts';
import { runBench } from './bench.ts';
import { SECTIONS } from './sections.ts';

// A reader that has seen enough (`| head`) is no reason to stop working.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const { env, stdout, stderr } = process;
/** The first stop ends everything within seconds; a second one (npm sends on what the terminal has sent) adds nothing. */
const stop = listenForStop(() => {});
process.exitCode = await runBench(process.argv.slice(2), env, { stdout, stderr, stop }, SECTIONS);
process.exit();
