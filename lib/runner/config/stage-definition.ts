/** What pipeline.yaml says once it has been checked: stages that can be run. */
import type { ParamsSchema } from '../schema.ts';

export interface FileParam {
  readonly name: string;
  readonly folderOf: readonly string[];
}

export interface Stage {
  readonly name: string;
  /** Relative to the root, with forward slashes. */
  readonly script: string;
  readonly needs: readonly string[];
  /** Environment variables that reach the stage and its key. */
  readonly env: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
  /** The params whose value is the path of a file, with the files that count where it may be a folder. */
  readonly fileParams: readonly FileParam[];
  /** The params that count as what they stand for here, which `identity` says. */
  readonly resolvedParams: readonly string[];
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

/** What `<key>.params.ts` exports. */
export interface ParamsModule {
  readonly params: ParamsSchema;
  /** See execute/provenance.ts. */
  readonly provenance?: boolean;
  /** What the stage would run on here; `note` shows a line to the user. */
  readonly identity?: (
    params: Readonly<Record<string, unknown>>,
    note: (line: string) => void,
  ) => Promise<Readonly<Record<string, string>>>;
}
