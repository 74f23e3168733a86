// The data in the explorer: one JSON object, and a block of bytes as text for the weights of each snapshot and for each figure.
// Node writes it and the browser reads it, so this file imports only types.
import type { Summaries } from '../artifacts/summaries.ts';
import type { ModelConfig } from '../network/config.ts';

/** Columns as base64 of little-endian float32; lists are flattened. */
export interface Table {
  readonly rows: number;
  readonly columns: Readonly<Record<string, string>>;
}

export interface FigureFile {
  readonly stage: string;
  /** The file's name without its extension; .svg, .png and .arrow are in ../<stage>/. */
  readonly name: string;
  readonly title: string;
}

export interface ReportData {
  readonly config: ModelConfig;
  readonly task: {
    readonly operation: string;
    readonly train_fraction: number;
    readonly seed: number | null;
  };
  /** One bit for each pair, lowest bit of a byte first: 1 if the network is known to be trained on the pair. Base64. */
  readonly trained: string;
  /** summary.json of each stage that exists. */
  readonly summaries: Summaries;
  /** train/history.arrow; null for a model that was not trained here. */
  readonly history: Table | null;
  /** progress/progress.arrow; null if there is none. */
  readonly measures: Table | null;
  /** Epochs of the snapshots, whose weights are in blocks `weights-0`, ..., deflated: snapshot-blocks.ts. */
  readonly snapshots: readonly number[];
  /** Whether there would be more of them if the page could be larger. */
  readonly snapshots_lack_room: boolean;
  /** neurons/neurons.arrow. */
  readonly neurons: Table | null;
  /** The SVGs are in blocks `figure-0`, ..., gzipped. */
  readonly figures: readonly FigureFile[];
  /** The text of pipeline.yaml; empty if it is not known. */
  readonly pipeline_yaml: string;
  /** The key of each stage folder that was read. */
  readonly made_by: MadeBy;
  /** SHA-256 of the files read, by `stage/path`. */
  readonly versions: Readonly<Record<string, string>>;
}

/** By stage: the hash of its key, and those fields of the key that a reader asks about. */
export type MadeBy = Readonly<
  Record<
    string,
    {
      readonly key: string;
      readonly params: Readonly<Record<string, unknown>>;
      readonly identity: Readonly<Record<string, string>>;
      readonly packages: Readonly<Record<string, string>>;
      readonly node: string;
      readonly platform: string;
    }
  >
>;
