/**
 * pipeline.yaml -> stages in the order in which they can run, with params checked and defaults filled in.
 * Finds everything that is wrong at once and throws it as one ConfigurationError.
 */
import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConfigurationError, suggest, type Problem } from '../files/problem.ts';
import { shortPath } from '../files/short-path.ts';
import { Source } from '../files/yaml.ts';
import { defineStage, loadParams, type ParamsModule } from './definition.ts';
import { readDrafts, type Draft } from './draft.ts';
import { sortStages } from './order.ts';
import type { Override } from './override.ts';

export interface FileParam {
  readonly name: string;
  readonly folderOf: readonly string[];
}

export interface Stage {
  readonly name: string;
  /** The script, relative to the root, with forward slashes. */
  readonly run: string;
  readonly needs: readonly string[];
  /** Environment variables that reach the stage and its key. */
  readonly env: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
  /** The params whose value is the path of a file, with the files that count where it may be a folder. */
  readonly fileParams: readonly FileParam[];
  /** Whether the runner tells it where its inputs come from. */
  readonly provenance: boolean;
  /** What the stage would run on: part of its key. What a user should know of it is told to `note`. */
  identity(note: (line: string) => void): Promise<Readonly<Record<string, string>>>;
}

export interface Pipeline {
  /** Of pipeline.yaml, as it was read. */
  readonly text: string;
  /** The folder that stages/ and every path of pipeline.yaml stand in. */
  readonly root: string;
  /** By name; a stage comes after all that it needs. */
  readonly stages: ReadonlyMap<string, Stage>;
}

/** A pipeline.yaml from which pipelines with different overrides follow, as the points of a sweep are. */
export interface PipelineFile {
  readonly root: string;
  readonly source: Source;
  /** The stages as they are written, each after all that it needs. */
  readonly drafts: readonly Draft[];
  /** Checks the stages, those of `chosen` where that is given. Throws a ConfigurationError that names all that is wrong. */
  define(overrides: readonly Override[], chosen?: ReadonlySet<string>): Promise<Pipeline>;
}

/** Reads and checks `path`; `overrides` are the `--set`s of the command line. */
export async function readPipeline(path: string, overrides: readonly Override[] = []): Promise<Pipeline> {
  return (await openPipeline(path)).define(overrides);
}

/** Reads `path`. What is wrong in it is thrown by `define`. */
export async function openPipeline(path: string): Promise<PipelineFile> {
  const file = resolve(path);
  const name = shortPath(file);
  const bytes = await readBytes(file, name);
  const text = bytes.toString();
  const root = await rootOf(file);
  const source = new Source(name, text);
  const foreign = isUtf8(bytes) ? -1 : text.indexOf('\uFFFD');
  if (foreign !== -1) source.report([foreign, foreign + 1], 'this is not UTF-8');
  const drafts = source.problems.length > 0 ? [] : readDrafts(source);
  const order = sortStages(drafts, source);
  const modules = new Map<Draft, Promise<ParamsModule | null>>();
  const define: PipelineFile['define'] = async (overrides, chosen) => {
    const others = checkOverrides(overrides, drafts);
    const wanted = order.filter(({ name }) => chosen?.has(name) ?? true);
    const stages = await Promise.all(
      wanted.map(async (draft) => {
        if (!modules.has(draft)) modules.set(draft, loadParams(draft, root, source));
        const module = await modules.get(draft)!;
        return module && defineStage(draft, module, root, source, overrides, others);
      }),
    );
    const problems = [...source.problems.sort(byPlace), ...others];
    if (problems.length > 0) throw new ConfigurationError(problems, source.untold);
    return { text, root, stages: new Map(stages.flatMap((stage) => (stage ? [[stage.name, stage]] : []))) };
  };
  return { root, source, drafts: order, define };
}

/** Ours has 3 KB. More is another file, and would be read for long. */
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

/** The folder of the project that a pipeline file belongs to. */
export const rootOf = (path: string): Promise<string> => realpath(findRoot(dirname(resolve(path))));

/** The nearest folder upwards that has stages/; the working directory where there is none. */
function findRoot(folder: string): string {
  if (existsSync(join(folder, 'stages'))) return folder;
  return dirname(folder) === folder ? process.cwd() : findRoot(dirname(folder));
}

function checkOverrides(overrides: readonly Override[], drafts: readonly Draft[]): Problem[] {
  const names = drafts.map((draft) => draft.name);
  return overrides
    .filter(({ stage }) => drafts.length > 0 && !names.includes(stage))
    .map(({ place, stage }) => ({
      place,
      message: `there is no stage "${stage}"`,
      hint: suggest(stage, names, 'stages'),
    }));
}

/** In the order of the file. */
export function byPlace(x: Problem, y: Problem): number {
  const position = ({ place }: Problem): number[] => place.split(':').slice(-2).map(Number);
  const [lineX = 0, columnX = 0] = position(x);
  const [lineY = 0, columnY = 0] = position(y);
  return lineX - lineY || columnX - columnY;
}
