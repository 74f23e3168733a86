/**
 * What the runner itself costs: the process of a stage, a run with nothing to do, and restoring, compared with `cp -r`.
 */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readCode } from '../../lib/runner/code/closure.ts';
import { writeManifest } from '../../lib/runner/code/texts.ts';
import { readPipeline } from '../../lib/runner/config/pipeline.ts';
import { Hashes } from '../../lib/runner/disk/hashes.ts';
import { runProcess } from '../../lib/runner/execute/process.ts';
import { pipelineRun } from '../pipeline-run.ts';
import type { Line, Progress, Section } from '../section.ts';
import { medianOf, takeTurns } from '../turns.ts';
import { repository, type Workbench } from '../workbench.ts';

const ROUNDS = 5;
/** A file younger than two seconds is read each time: its time stamps could hide a later change. */
const OLD_MS = 2500;

export const cache: Section = {
  name: 'cache',
  says: 'The runner: starting a stage, nothing to do, everything restored',
  seconds: 92,
  needs: '',
  peer_seconds: null,
  run: measureCache,
};

async function* measureCache(bench: Workbench, progress: Progress): AsyncGenerator<Line> {
  progress(0, 0, 'a run of the pipeline to work on');
  const { artifacts, cache: store, args } = await pipelineRun(bench);
  const stages = (await readdir(artifacts))
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(artifacts, name));
  const copy = join(await bench.folder(), 'copy');
  const npm = async (): Promise<number> =>
    (await bench.run('npm', ['run', '--silent', 'pipeline', '--', ...args])).ms;
  const node = async (...words: string[]): Promise<number> =>
    (await bench.node('commands/pipeline.ts', ...words)).ms;
  const turns = {
    stage: await prepareStage(bench, store),
    noop_npm: async () => {
      await sleep(OLD_MS);
      await node('pipeline', ...args);
      return npm();
    },
    noop: () => node('pipeline', ...args),
    /** The runner's `--help`: Node and the imports that every command needs. */
    start: () => node('pipeline', '--help'),
    restore: async () => {
      for (const stage of stages) await rm(stage, { recursive: true });
      return npm();
    },
    copied: async () => {
      await mkdir(copy);
      const { ms } = await bench.run('cp', ['-r', ...stages, copy]);
      await rm(copy, { recursive: true });
      return ms;
    },
  };
  const bytes = await sizeOf(stages);
  const rounds = await takeTurns(turns, ROUNDS, bench.stop, progress);
  if (rounds.length === 0) return;
  yield {
    text: `ms with ${(bytes / 1e6).toFixed(0)} MB in the stage folders, over ${rounds.length} rounds`,
    measured: { bytes },
  };
  /** `measured`: numbers in addition to the median of `turn`. */
  const line = (what: string, turn: keyof typeof turns, more = '', measured: object = {}): Line => {
    const ms = medianOf(rounds, (round) => round[turn]);
    return {
      text: `  ${what.padEnd(38)} ${ms.toFixed(0).padStart(8)}   ${more}`.trimEnd(),
      measured: { name: what.trim(), [`${turn}_ms`]: ms, ...measured, rounds: rounds.length },
    };
  };
  yield line('start and end of one stage process', 'stage');
  yield line('npm run pipeline, nothing to do', 'noop_npm');
  const own_ms = medianOf(rounds, ({ noop, start }) => noop - start);
  yield line('  without npm', 'noop', `${own_ms.toFixed(0)} of it keys, stats and report`, { own_ms });
  yield line('  start of the runner alone', 'start');
  const restore_to_copy = medianOf(rounds, ({ restore, copied }) => restore / copied);
  yield line('npm run pipeline, all restored', 'restore', `${restore_to_copy.toFixed(2)} times cp -r`, {
    restore_to_copy,
  });
  yield line('cp -r of the same files', 'copied');
}

/**
 * A function that runs a stage with next to nothing to do, as the runner does, and returns the milliseconds to its end.
 */
async function prepareStage(bench: Workbench, store: string): Promise<() => Promise<number>> {
  const override = { stage: 'dataset', param: 'p', value: 5, place: 'bench' };
  const pipeline = await readPipeline(join(repository, 'pipeline.yaml'), [override]);
  const { script, params } = pipeline.stages.get('dataset')!;
  const hashes = await Hashes.open(join(store, 'hashes.json'));
  const { code } = await readCode(pipeline, pipeline.stages.get('dataset')!, store, hashes);
  const manifest = await writeManifest(store, pipeline.root, code);
  if (manifest === null) throw new Error('the code of dataset is not kept');
  return async () => {
    const folder = await bench.folder();
    const [out, resume_dir] = [join(folder, 'out'), join(folder, 'resume')];
    await mkdir(out);
    const begin = performance.now();
    const end = await runProcess({
      root: pipeline.root,
      script,
      manifest,
      env: {},
      assignment: { params, identity: {}, needs: {}, out, resume_dir },
      log: join(folder, 'log'),
      onStart: async () => {},
      onMessage: () => {},
      stop: bench.stop,
    });
    const ms = performance.now() - begin;
    if (end.type !== 'done') throw new Error(`the stage did not end well: ${JSON.stringify(end)}`);
    return ms;
  };
}

async function sizeOf(folders: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const folder of folders)
    for (const path of await readdir(folder, { recursive: true })) {
      const found = await stat(join(folder, path));
      if (found.isFile()) bytes += found.size;
    }
  return bytes;
}
