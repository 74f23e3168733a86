/** Events of a run as data, for the terminal and for `--json`. */

export type Outcome = 'fresh' | 'restored' | 'ran' | 'failed' | 'skipped';

export type RunEvent =
  /** Work on a stage begins; `why` says what makes it stale. */
  | { readonly type: 'begin'; readonly stage: string; readonly why: readonly string[] }
  /** `done` of `total`: steps of the stage while it is running, else bytes. */
  | {
      readonly type: 'progress';
      readonly stage: string;
      readonly action: 'running' | 'checking' | 'storing' | 'restoring';
      readonly done: number;
      readonly total: number;
      readonly note: string;
    }
  /** A line from the stage itself for the terminal. */
  | { readonly type: 'say'; readonly stage: string; readonly line: string }
  /** The stage has shown something for the first time: from now on it is in live.json beside the log. */
  | { readonly type: 'show'; readonly stage: string }
  /** A line from the runner, for example that it waits for another run or that the cache is damaged. */
  | { readonly type: 'note'; readonly stage: string; readonly text: string }
  | {
      readonly type: 'end';
      readonly stage: string;
      readonly outcome: Outcome;
      readonly seconds: number;
      readonly why: readonly string[];
      /** Lines to show below: what failed, and what to do about it. */
      readonly detail: readonly string[];
    };

export type Report = (event: RunEvent) => void;

/** Returns a function that reports progress; it is called with the number of bytes that were just processed. */
export function progressIn(
  { report }: { readonly report: Report },
  stage: string,
  action: (RunEvent & { type: 'progress' })['action'],
  total: number,
): (bytes: number) => void {
  let done = 0;
  return (bytes) => {
    done += bytes;
    report({ type: 'progress', stage, action, done, total, note: '' });
  };
}
