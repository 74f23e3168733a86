/** What a section of the bench is: data, and a generator of the lines that it measures. */
import type { Workbench } from './workbench.ts';

export interface Section {
  readonly name: string;
  /** What it measures; the heading of its lines. */
  readonly says: string;
  /** Roughly how long it takes on two quiet cores. */
  readonly seconds: number;
  /** What it needs besides Node; empty for nothing. */
  readonly needs: string;
  /** How many seconds more it takes with --peer; null if it compares nothing with a peer. */
  readonly peer_seconds: number | null;
  /** Yields each line as soon as it is measured. When the bench is stopped, it yields what it has, or throws. */
  run(bench: Workbench, progress: Progress): AsyncIterable<Line>;
}

export interface Line {
  readonly text: string;
  /** The numbers of the line for programs; a line without any is for people only. */
  readonly measured?: Readonly<Record<string, unknown>>;
}

/** How far a section is: `done` of `total` parts of its own, and what it does now. */
export type Progress = (done: number, total: number, note?: string) => void;
