/** Stages that can be run: pipeline.yaml after it has been checked. */
import type { ParamsSchema } from '../schema.ts';

/** A param that names a file. */
export interface FileParam {
  /** As it is written: `start`, `edit[0].model`. */
  readonly name: string;
  /** Its path in the params. */
  readonly at: readonly (string | number)[];
  readonly path: string;
  readonly folderOf: readonly string[];
  readonly rest: string | null;
}

export interface Stage {
  readonly name: string;
  /** Relative to the root, with forward slashes. */
  readonly script: string;
  readonly needs: readonly string[];
  /** Environment variables that are passed to the stage and are part of its key. */
  readonly env: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
  /** The params that name files, each with its absolute path and the files that count if it is a folder. */
  readonly fileParams: readonly FileParam[];
  /** Params that are not in the key themselves: `identity` says what they stand for on this machine, and that counts. */
  readonly resolvedParams: readonly string[];
  /** Whether the runner tells the stage where its inputs come from. */
  readonly provenance: boolean;
  /** Prefixes of paths in its folder that the stages which need it do not read: changes there make no stage stale. */
  readonly aside: readonly string[];
  /** What the stage would run on, as part of its key. Calls `note` with a line that the user should see. */
  identity(note: (line: string) => void): Promise<Readonly<Record<string, string>>>;
}

export interface Pipeline {
  /** The text of pipeline.yaml. */
  readonly text: string;
  /** The folder with stages/; paths in pipeline.yaml are relative to it. */
  readonly root: string;
  /** By name; each stage comes after all that it needs. */
  readonly stages: ReadonlyMap<string, Stage>;
}

/** What `<key>.params.ts` exports. */
export interface ParamsModule {
  readonly params: ParamsSchema;
  /** Checks its params against those of the stages that it needs. Returns the one that is wrong, or null. */
  readonly agrees?: (
    params: Readonly<Record<string, unknown>>,
    needs: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly stage: string; readonly param: string; readonly must: string } | null;
  /** See execute/provenance.ts. */
  readonly provenance?: boolean;
  /** See Stage. */
  readonly aside?: readonly string[];
  /** What the stage would run on here. Calls `note` with a line that the user should see. */
  readonly identity?: (
    params: Readonly<Record<string, unknown>>,
    note: (line: string) => void,
  ) => Promise<Readonly<Record<string, string>>>;
}
