// What travels in the page: one JSON object, and a block of base64 for the weights of each snapshot and for each figure.
// Written by the stage, read in the browser, so nothing here needs either.
import type { ModelConfig } from '../network/config.ts';

/** Numbers as base64 of little-endian float32; a column of lists has them one after the other. */
export interface Table {
  readonly rows: number;
  readonly columns: Readonly<Record<string, string>>;
}

export interface FigureFile {
  readonly stage: string;
  /** The file's name without its extension; .svg, .png and .arrow stand in ../<stage>/. */
  readonly name: string;
  readonly title: string;
}

/** A stage that the page would show and that is not among its needs. */
export type Summaries = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

export interface ReportData {
  readonly config: ModelConfig;
  readonly task: { readonly operation: string; readonly train_fraction: number; readonly seed: number };
  /** Bit `row` (from the lowest of each byte) is set where the pair is trained on; base64. */
  readonly trained: string;
  /** summary.json of every stage that is there, by its name. */
  readonly summaries: Summaries;
  /** train/history.arrow; null for a model that was not trained here. */
  readonly history: Table | null;
  /** progress/progress.arrow; null where that is not there. */
  readonly measures: Table | null;
  /** Epochs of the weights in blocks `weights-0`, `weights-1`, ..., float16, in the order of WEIGHT_NAMES. */
  readonly snapshots: readonly number[];
  /** neurons/neurons.arrow. */
  readonly neurons: Table | null;
  /** Their SVGs are in blocks `figure-0`, ..., gzipped. */
  readonly figures: readonly FigureFile[];
  /** The text of pipeline.yaml; empty where the stage was not told. */
  readonly pipeline_yaml: string;
  /** What made each folder that the page was made of: its key and what is in it. */
  readonly made_by: MadeBy;
  /** SHA-256 of the files read, by `stage/path`. */
  readonly versions: Readonly<Record<string, string>>;
}

/** By stage, of its record: the hash of its key and the fields that a reader asks for. */
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
