/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import { keptByNpm } from '../commands/npm-flags.ts';
import { ConfigurationError, suggest, type Problem } from '../lib/files/problem.ts';
import type { Section } from './section.ts';

export interface BenchOptions {
  readonly help: boolean;
  readonly list: boolean;
  readonly json: boolean;
  /** A Python with PyTorch to compare with, or null. */
  readonly peer: string | null;
  readonly sections: readonly Section[];
}

const OPTIONS = {
  list: { type: 'boolean' },
  json: { type: 'boolean' },
  peer: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Parses the command line. Throws a ConfigurationError with every problem. */
export function parseBenchOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  all: readonly Section[],
): BenchOptions {
  const { values, positionals } = parseStrictly(args);
  const problems: Problem[] = keptByNpm('bench', args, OPTIONS, env);
  const names = all.map(({ name }) => name);
  for (const place of positionals.filter((name) => !names.includes(name)))
    problems.push({ place, message: 'is not a section', hint: suggest(place, names, 'sections') });
  if (values.peer === '')
    problems.push({ place: '--peer', message: 'needs a value', hint: 'for example --peer python3' });
  const sections = positionals.length > 0 ? all.filter(({ name }) => positionals.includes(name)) : all;
  const withPeer = all.filter(({ peer_seconds }) => peer_seconds !== null).map(({ name }) => name);
  if (values.peer && !sections.some(({ name }) => withPeer.includes(name)))
    problems.push({
      place: '--peer',
      message: `is for ${withPeer.join(', ')}, which is not among the sections`,
    });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    help: values.help ?? false,
    list: values.list ?? false,
    json: values.json ?? false,
    peer: values.peer ?? null,
    sections,
  };
}

function parseStrictly(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error;
    const [sentence = ''] = message.split(/[.\n]/, 1); // what follows is advice that does not fit here
    const hint = `options: ${Object.keys(OPTIONS)
      .map((name) => `--${name}`)
      .join(', ')}`;
    throw new ConfigurationError([{ place: 'bench:', message: sentence, hint }]);
  }
}

export const HELP = `Measures what this project costs on this machine, and prints each line as it is measured.

  npm run bench                                all sections
  npm run bench -- steps sweep                 only these
  npm run bench -- --list                      the sections: how long each takes, and what it needs
  npm run bench -- steps --peer python3        training steps, compared with PyTorch's

Use a quiet machine. Things that are compared take turns, and each number is a median over rounds.

  --list                   only list the sections
  --peer PYTHON            a Python with torch, for the section steps to compare with
  --json                   one JSON object per line on standard output
  -h, --help               this text

With --json every object has a "type":
  machine   cpu, threads, node
  measured  section, and the numbers of a line
  end       section, outcome (ran, failed, interrupted), seconds, detail (what failed, what to do)
With --list: section, with name, says, seconds, needs, peer_seconds.

If interrupted, it reports what it has measured so far; of things that take turns, only complete rounds.
Exit codes: 0 done, 1 a section failed, 2 the command line is wrong, 130 and 143 interrupted by SIGINT and SIGTERM.
`;

/** One line per section: its name, how long it takes, what it measures and what it needs. */
export function describeSections(sections: readonly Section[]): string[] {
  const width = Math.max(...sections.map(({ name }) => name.length)) + 2;
  const lines = sections.map(({ name, says, seconds, needs, peer_seconds }) => {
    const needed = needs === '' ? [] : [`needs ${needs}`];
    const compared = peer_seconds === null ? [] : [`${peer_seconds} s more with --peer PYTHON`];
    const more = [...needed, ...compared].join('; ');
    return `${name.padEnd(width)}${`${seconds} s`.padStart(6)}  ${says}${more && ` (${more})`}`;
  });
  const total = sections.reduce((sum, { seconds }) => sum + seconds, 0);
  return [...lines, `${'all'.padEnd(width)}${`${total} s`.padStart(6)}  about, on two quiet cores`];
}
