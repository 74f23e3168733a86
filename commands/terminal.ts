/**
 * Shows a run on the terminal: a line for each stage that has ended, and a live bar for one that takes longer than two
 * seconds. If the output is not a terminal, a plain line now and then replaces the bar. Only this file imports
 * cli-progress.
 */
import type { MultiBar, SingleBar } from 'cli-progress';
import { visible } from '../lib/files/visible.ts';
import { listPastReasons, type RunEvent } from '../lib/runner/runner.ts';

const PATIENCE_MS = 2000;
const REFRESH_MS = 200;
/** The most characters beside a bar, so that its line does not wrap. */
const LONGEST_WORDS = 120;
/** Time between two plain lines. */
const PLAIN_EVERY_MS = 15_000;

/** A stage that is being worked on. */
interface Live {
  readonly since: number;
  /** When its present action began. */
  acting: number;
  last: Pick<Progress, 'action' | 'done' | 'total' | 'note'>;
  bar?: SingleBar;
  why: readonly string[];
  /** When the last plain line was printed; null before the first. */
  printed: number | null;
}

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean };

type Progress = RunEvent & { type: 'progress' };

const STARTED = { action: 'running', done: 0, total: 0, note: '' } as const;

export class Terminal {
  readonly #stream: Stream;
  readonly #width: number;
  readonly #live = new Map<string, Live>();
  readonly #clock: NodeJS.Timeout;
  /** Loaded when the first bar is due, as most runs end before that. */
  #library: { MultiBar: typeof MultiBar } | undefined;
  #bars: MultiBar | undefined;

  /** `stages`: all names that may be shown, as they decide the width of their column. */
  constructor(stream: Stream, stages: readonly string[]) {
    this.#stream = stream;
    this.#width = Math.max(...stages.map((name) => name.length)) + 2;
    this.#clock = setInterval(() => this.#refresh(), REFRESH_MS).unref();
  }

  show(event: RunEvent): void {
    const { stage } = event;
    if (event.type === 'progress') this.#advance(this.#begin(stage), event);
    else if (event.type === 'say') this.#print(`    ${event.line}`);
    else if (event.type === 'show') return;
    else if (event.type === 'note') this.#line(stage, event.text);
    else if (event.type === 'begin') {
      const live = this.#begin(stage);
      live.why = event.why;
      this.#advance(live, STARTED);
    } else {
      this.#drop(stage);
      this.#line(stage, describe(event));
      for (const line of event.detail) this.#print(`    ${line}`);
    }
  }

  /** Removes the bars. */
  close(): void {
    clearInterval(this.#clock);
    for (const stage of [...this.#live.keys()]) this.#drop(stage);
  }

  #begin(stage: string): Live {
    const now = performance.now();
    const live = this.#live.get(stage) ?? { since: now, acting: now, last: STARTED, why: [], printed: null };
    this.#live.set(stage, live);
    return live;
  }

  #advance(live: Live, progress: Live['last']): void {
    if (progress.action !== live.last.action) live.acting = performance.now();
    live.last = progress;
  }

  #line(stage: string, text: string): void {
    this.#print(stage.padEnd(this.#width) + text);
  }

  /** cli-progress prints lines above its bars, at its next redraw. */
  #print(text: string): void {
    const line = `${visible(text)}\n`;
    if (this.#bars) this.#bars.log(line);
    else this.#stream.write(line);
  }

  #refresh(): void {
    const now = performance.now();
    for (const [stage, live] of this.#live) {
      if (now - live.since < PATIENCE_MS) continue;
      const { done, total } = live.last;
      const words = visible(this.#describe(live, now), LONGEST_WORDS);
      if (this.#stream.isTTY) {
        if (!this.#library) return void this.#load();
        live.bar ??= this.#openBars(this.#library).create(1, 0, { stage: stage.padEnd(this.#width), words });
        live.bar.setTotal(Math.max(total, 1));
        live.bar.update(Math.min(done, total), { words });
      } else if (isDue(live, now)) {
        const share = total > 0 ? `${Math.floor((100 * done) / total)} %  ` : '';
        const outcome = live.last.action === 'restoring' ? 'restored' : 'ran';
        const why = live.printed === null ? `  ${listPastReasons(live.why, outcome)}` : '';
        live.printed = now;
        this.#line(stage, share + words + why);
      }
    }
  }

  #describe({ since, acting, last: { action, done, total, note } }: Live, now: number): string {
    const unit = action === 'running' ? '' : ' MB';
    const count = (n: number): string => (action === 'running' ? String(n) : (n / 1e6).toFixed(0));
    const amount = total > 0 ? `${count(done)}/${count(total)}${unit}` : done > 0 ? count(done) + unit : '';
    const rest = ((now - acting) * (total - done)) / done;
    const left = done > 0 && total > done ? `${formatSeconds(rest)} left` : '';
    return [action, amount, formatSeconds(now - since), left, note].filter((word) => word !== '').join('  ');
  }

  async #load(): Promise<void> {
    this.#library = await import('cli-progress');
  }

  #openBars(library: { MultiBar: typeof MultiBar }): MultiBar {
    this.#bars ??= new library.MultiBar({
      format: '{stage}{bar} {percentage} %  {words}',
      stream: this.#stream,
      barsize: 24,
      barCompleteChar: '\u2588',
      barIncompleteChar: '\u2591',
      clearOnComplete: true,
      hideCursor: true,
      gracefulExit: false,
      fps: 8,
    });
    return this.#bars;
  }

  #drop(stage: string): void {
    const bar = this.#live.get(stage)?.bar;
    this.#live.delete(stage);
    if (!bar || !this.#bars) return;
    if ([...this.#live.values()].some((live) => live.bar)) this.#bars.remove(bar);
    else {
      this.#bars.update(); // flushes the lines that are still to be printed
      this.#bars.stop();
      this.#bars = undefined;
    }
  }
}

/** Whether a plain line is due: from time to time, and soon after the action has changed. */
const isDue = ({ printed, acting }: Live, now: number): boolean =>
  printed === null || now - printed > PLAIN_EVERY_MS || (printed < acting && now - acting > PATIENCE_MS);

function formatSeconds(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function describe({ outcome, seconds, why }: RunEvent & { type: 'end' }): string {
  if (outcome === 'skipped') return `skipped (${why.join(', ')})`;
  if (outcome === 'ran') return `ran ${seconds.toFixed(1)} s  ${listPastReasons(why, outcome)}`;
  if (outcome === 'restored') return `restored  ${listPastReasons(why, outcome)}`;
  return outcome;
}
