/**
 * A sweep of many points that are all in the cache: what a point costs beyond the start of the process, and how much
 * memory it takes. The results are put into the cache by hand, as training so many networks would take hours.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeHistory } from '../../lib/artifacts/history.ts';
import { openPipeline } from '../../lib/runner/config/pipeline.ts';
import type { StoredFile } from '../../lib/runner/disk/listing.ts';
import { currentKey } from '../../lib/runner/execute/run-context.ts';
import { hashKey, type Inputs } from '../../lib/runner/key/key.ts';
import { circumstancesOf } from '../../lib/runner/store/record.ts';
import { Workspace } from '../../lib/runner/store/workspace.ts';
import { readSweep } from '../../lib/sweep/definition.ts';
import { openSite, type Site } from '../../lib/sweep/site.ts';
import type { Sweep } from '../../lib/sweep/sweep.ts';
import type { Line, Progress, Section } from '../section.ts';
import { repository, TYPESCRIPT, type Workbench } from '../workbench.ts';

const POINTS = 500;
const WATCH =
  'data:text/javascript,process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))';

export const known: Section = {
  name: 'known',
  says: `Sweep of ${POINTS} points that are all in the cache`,
  seconds: 15,
  needs: '',
  peer_seconds: null,
  run: measureKnown,
};

async function* measureKnown(bench: Workbench, progress: Progress): AsyncGenerator<Line> {
  const folder = await bench.folder();
  const file = join(folder, 'pipeline.yaml');
  const stages = (await readFile(join(repository, 'pipeline.yaml'), 'utf8')).split('\nsweeps:')[0]!;
  const seeds = (count: number): string => `[${Array.from({ length: count }, (_, i) => i).join(', ')}]`;
  const sweep = (name: string, count: number): string =>
    `  ${name}: { until: train, matrix: { dataset.train_fraction: [0.3, 0.5], train.seed: ${seeds(count / 2)} } }\n`;
  await writeFile(file, `${stages}\nsweeps:\n${sweep('many', POINTS)}${sweep('two', 2)}`);
  await fillCache(folder, file, (done) => {
    bench.stop.throwIfAborted();
    progress(done, POINTS, 'filling the cache');
  });
  progress(0, 0, 'the sweep itself');
  await runSweep(bench, folder, file, 'two');
  const base = await runSweep(bench, folder, file, 'two');
  for (const how of ['restored', 'fresh']) {
    const { ms, peak_bytes } = await runSweep(bench, folder, file, 'many');
    /** The cost of one point, without the start of the process: its stage folders are restored, or found fresh. */
    const point_ms = (ms - base.ms) / (POINTS - 2);
    const memory = `${(peak_bytes / 2 ** 20).toFixed(0)} MiB`;
    yield {
      text: `${point_ms.toFixed(1)} ms per point ${how}, ${memory}`,
      measured: { points: POINTS, [`${how}_ms`]: point_ms, peak_bytes },
    };
  }
}

async function runSweep(
  bench: Workbench,
  folder: string,
  file: string,
  name: string,
): Promise<{ ms: number; peak_bytes: number }> {
  const main = join(repository, 'commands/sweep.ts');
  const roots = ['--artifacts', join(folder, 'artifacts'), '--cache', join(folder, 'cache'), '--file', file];
  const args = ['--import', TYPESCRIPT, '--import', WATCH, main, name, ...roots];
  const { ms, stdout, stderr } = await bench.run(process.execPath, args);
  if (!stdout.includes('0 ran')) throw new Error(`points were not known:\n${stdout}`);
  return { ms, peak_bytes: 1024 * Number(/peak (\d+)/.exec(stderr)![1]) };
}

/**
 * Stores results for every stage of every point of `many`: summaries with the fields that are gathered, a short
 * history.
 */
async function fillCache(folder: string, file: string, onPoint: (done: number) => void): Promise<void> {
  const sweep = await readSweep(await openPipeline(file), 'many');
  const site = await openSite(join(folder, 'artifacts'), join(folder, 'cache'), sweep.name);
  const content = join(folder, 'content');
  for (const [i, { pipeline }] of sweep.points.entries()) {
    onPoint(i);
    const inputs: { [stage: string]: readonly StoredFile[] } = {};
    for (const stage of pipeline.stages.values()) {
      await rm(content, { recursive: true, force: true });
      await mkdir(content);
      await writeFile(join(content, 'summary.json'), JSON.stringify(summaryOf(sweep, stage.name, i)));
      const record = { epoch: 0, train_loss: 1, test_loss: 1 + i, train_accuracy: 0, test_accuracy: 0 };
      if (stage.name === 'train') await writeHistory(content, [record]);
      const needed: Inputs = Object.fromEntries(stage.needs.map((need) => [need, inputs[need]!]));
      const fields = await currentKey(runOf(site, folder, pipeline), stage, needed);
      const files = await site.cache.store.putFolder(content, site.cache.hashes, () => {});
      inputs[stage.name] = files;
      const times = circumstancesOf(stage.name, new Date(), {});
      await site.cache.store.putRecord({
        key: hashKey(fields),
        fields,
        files,
        circumstances: times,
        changedMeanwhile: [],
      });
    }
  }
}

/** The summary of a stage at point `i`: each field that the sweep gathers, with the value `i`. */
function summaryOf(sweep: Sweep, stage: string, i: number): object {
  const fields = sweep.fields.filter((field) => field.startsWith(`${stage}.`));
  return Object.fromEntries(fields.map((field) => [field.split('.')[1]!, i]));
}

const runOf = (site: Site, folder: string, pipeline: Parameters<typeof currentKey>[0]['pipeline']) => ({
  ...site.cache,
  pipeline,
  workspace: new Workspace(folder),
  forced: new Set<string>(),
  settled: new Map(),
  report: () => {},
  remember: async () => {},
  stop: new AbortController().signal,
});
