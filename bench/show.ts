/** What the bench shows: lines and a live bar through the runner's terminal, or JSON. */
import { Terminal } from '../commands/terminal.ts';
import type { Line, Section } from './section.ts';

export interface Show {
  machine(machine: { readonly cpu: string; readonly threads: number; readonly node: string }): void;
  begin(section: Section): void;
  line(section: Section, line: Line): void;
  progress(
    section: Section,
    how: { readonly done: number; readonly total: number; readonly note: string },
  ): void;
  end(section: Section, ending: Ending): void;
  close(): void;
}

export interface Ending {
  readonly outcome: 'ran' | 'failed' | 'interrupted';
  readonly seconds: number;
  readonly detail: readonly string[];
}

export function showOnTerminal(
  stream: ConstructorParameters<typeof Terminal>[0],
  sections: readonly Section[],
): Show {
  const terminal = new Terminal(
    stream,
    sections.map(({ name }) => name),
  );
  return {
    machine({ cpu, threads, node }) {
      stream.write(`${cpu}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, Node ${node}\n`);
    },
    begin({ name, says }) {
      terminal.show({ type: 'note', stage: name, text: says });
      terminal.show({ type: 'begin', stage: name, why: [] });
    },
    line({ name }, { text }) {
      terminal.show({ type: 'say', stage: name, line: text });
    },
    progress({ name }, how) {
      terminal.show({ type: 'progress', stage: name, action: 'running', ...how });
    },
    end({ name }, { outcome, seconds, detail }) {
      if (outcome === 'interrupted')
        terminal.show({ type: 'note', stage: name, text: `interrupted ${detail.join(' ')}` });
      else terminal.show({ type: 'end', stage: name, outcome, seconds, why: [], detail });
    },
    close() {
      terminal.close();
    },
  };
}

export function showAsJson(stream: NodeJS.WritableStream): Show {
  const write = (type: string, fields: object): void =>
    void stream.write(`${JSON.stringify({ type, ...fields })}\n`);
  return {
    machine(machine) {
      write('machine', machine);
    },
    begin() {},
    line({ name }, { measured }) {
      if (measured) write('measured', { section: name, ...measured });
    },
    progress() {},
    end({ name }, ending) {
      write('end', { section: name, ...ending });
    },
    close() {},
  };
}
