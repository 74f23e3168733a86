/** A sweep on the terminal: a bar for the whole, a bar for each point that runs, a line for each that has ended. */
import { writeLines } from '../lib/files/visible.ts';
import type { RunEvent } from '../lib/runner/runner.ts';
import type { Ending } from '../lib/sweep/executors/executor.ts';
import type { Point } from '../lib/sweep/points.ts';
import type { Sweep } from '../lib/sweep/sweep.ts';
import type { CommandIO } from './command.ts';
import { Terminal } from './terminal.ts';

export class Board {
  readonly #stream: NodeJS.WritableStream;
  readonly #terminal: Terminal;
  readonly #sweep: Sweep;
  readonly #counts = { known: 0, ran: 0, failed: 0, stopped: 0 };
  #ended = 0;

  constructor(stream: CommandIO['stdout'], sweep: Sweep) {
    this.#stream = stream;
    this.#sweep = sweep;
    this.#terminal = new Terminal(stream, [sweep.name, ...sweep.points.map(({ name }) => name)]);
    this.#advance();
  }

  /** Shows progress and notes of the stages of a point. */
  onEvent(point: Point, event: RunEvent): void {
    const { stage } = event;
    if (event.type === 'note' && event.text.includes(`process ${process.pid} `)) return; // for another point of ours
    if (event.type === 'note')
      this.#terminal.show({ ...event, stage: point.name, text: `${stage}: ${event.text}` });
    else if (event.type === 'progress' && event.action === 'running')
      this.#terminal.show({ ...event, stage: point.name, note: [stage, event.note].join('  ').trimEnd() });
  }

  /** Prints a line for a point that ran or failed, and none for known ones, which may be a thousand. */
  onEnd({ point, outcome, seconds, detail }: Ending, words: string): void {
    this.#ended++;
    this.#counts[outcome]++;
    const end = {
      type: 'end',
      stage: point.name,
      seconds,
      why: words === '' ? [] : [words],
      detail,
    } as const;
    if (outcome === 'ran' || outcome === 'failed') this.#terminal.show({ ...end, outcome });
    this.#advance();
  }

  onNote(text: string): void {
    this.#terminal.show({ type: 'note', stage: this.#sweep.name, text });
  }

  /** Removes the bars. Then prints `instead`, or if that is null, how many points ended in which way. */
  close(instead: string | null): void {
    this.#terminal.close();
    if (instead !== null) return writeLines(this.#stream, [instead]);
    const { known, ran, failed, stopped } = this.#counts;
    const left = this.#sweep.points.length - known - ran - failed;
    const parts = [
      `${known} known`,
      `${ran} ran`,
      failed > 0 && `${failed} failed`,
      (stopped > 0 || left > 0) && `${left} left: run the same command to go on`,
    ];
    const count = this.#sweep.points.length;
    const counted = `${count} ${count === 1 ? 'point' : 'points'}`;
    writeLines(this.#stream, [`${counted}: ${parts.filter((part) => part).join(', ')}`]);
  }

  #advance(): void {
    const { name, points } = this.#sweep;
    const event = { type: 'progress', stage: name, action: 'running', note: 'points' } as const;
    this.#terminal.show({ ...event, done: this.#ended, total: points.length });
  }
}
