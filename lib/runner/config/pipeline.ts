/**
 * Reads pipeline.yaml: stages in an order in which they can run, with checked params and defaults filled in. All errors
 * are thrown together as one ConfigurationError.
 */
import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { byPlace, ConfigurationError, suggest, type Problem } from '../../files/problem.ts';
import { shortPath } from '../../files/short-path.ts';
import { Source } from '../../files/yaml.ts';
import { checkAgreement, defineStage, loadParams } from './define-stage.ts';
import { sortStages } from './order.ts';
import type { Override } from './override.ts';
import type { ParamsModule, Pipeline } from './stage-definition.ts';
import { readWrittenStages, type WrittenStage } from './written-stage.ts';

/** A pipeline.yaml that has been read once. A sweep makes many pipelines from it, each with overrides of its own. */
export interface PipelineFile {
  readonly root: string;
  readonly source: Source;
  /** The stages as they are written; each comes after all that it needs. */
  readonly written: readonly WrittenStage[];
  /** Checks all stages, or only `chosen`. Throws a ConfigurationError with every problem. */
  define(overrides: readonly Override[], chosen?: ReadonlySet<string>): Promise<Pipeline>;
}

/** Reads and checks the file. `overrides` come from `--set` on the command line. */
export async function readPipeline(path: string, overrides: readonly Override[] = []): Promise<Pipeline> {
  return (await openPipeline(path)).define(overrides);
}

/** Reads the file. Problems in it are thrown by `define`. */
export async function openPipeline(path: string): Promise<PipelineFile> {
  const file = resolve(path);
  const name = shortPath(file);
  const bytes = await readBytes(file, name);
  const text = bytes.toString();
  const root = await rootOf(file);
  const source = new Source(name, text);
  const foreign = isUtf8(bytes) ? -1 : text.indexOf('\uFFFD');
  if (foreign !== -1) source.report([foreign, foreign + 1], 'this is not UTF-8');
  const written = source.problems.length > 0 ? [] : readWrittenStages(source);
  const order = sortStages(written, source);
  const modules = new Map<WrittenStage, Promise<ParamsModule | null>>();
  const define: PipelineFile['define'] = async (overrides, chosen) => {
    const others = checkOverrides(overrides, written);
    const wanted = order.filter(({ name }) => chosen?.has(name) ?? true);
    const defined = await Promise.all(
      wanted.map(async (stage) => {
        if (!modules.has(stage)) modules.set(stage, loadParams(stage, root, source));
        const module = await modules.get(stage)!;
        return module && { module, stage: await defineStage(stage, module, root, source, overrides, others) };
      }),
    );
    const found = defined.filter((each) => each !== null);
    const stages = new Map(found.map(({ stage }) => [stage.name, stage]));
    if (source.problems.length + others.length === 0)
      for (const { stage, module } of found)
        checkAgreement(stage, module, stages, written, source, overrides, others);
    const problems = [...source.problems.sort(byPlace), ...others];
    if (problems.length > 0) throw new ConfigurationError(problems, source.omitted);
    return { text, root, stages };
  };
  return { root, source, written: order, define };
}

/** pipeline.yaml has 6 KB. A file larger than this is something else and would take long to read. */
const MOST_BYTES = 64 * 1024;

async function readBytes(file: string, name: string): Promise<Buffer> {
  const refuse = (message: string): never => {
    const hint = 'run from the folder that holds pipeline.yaml, or name another with --file';
    throw new ConfigurationError([{ place: name, message, hint }]);
  };
  try {
    const found = await stat(file);
    if (!found.isFile()) return refuse('is not a file');
    if (found.size > MOST_BYTES)
      return refuse(`has ${found.size} bytes (a pipeline has at most ${MOST_BYTES})`);
    return await readFile(file);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return refuse('does not exist');
    return refuse(`cannot be read: ${code === 'EACCES' ? 'permission denied' : message}`);
  }
}

/** The folder of the project of a pipeline file. */
export const rootOf = (path: string): Promise<string> => realpath(findRoot(dirname(resolve(path))));

/** The nearest folder upwards with stages/ in it; without one, the working directory. */
function findRoot(folder: string): string {
  if (existsSync(join(folder, 'stages'))) return folder;
  return dirname(folder) === folder ? process.cwd() : findRoot(dirname(folder));
}

function checkOverrides(overrides: readonly Override[], written: readonly WrittenStage[]): Problem[] {
  const names = written.map((stage) => stage.name);
  return overrides
    .filter(({ stage }) => written.length > 0 && !names.includes(stage))
    .map(({ place, stage }) => ({
      place,
      message: `there is no stage "${stage}"`,
      hint: suggest(stage, names, 'stages'),
    }));
}
