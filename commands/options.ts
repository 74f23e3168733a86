/** Parses a command line with parseArgs of node:util. */
import { parseArgs } from 'node:util';
import { ConfigurationError, suggest, type Problem } from '../lib/files/problem.ts';
import { keptByNpm } from './npm-flags.ts';

/** Options as parseArgs describes them, with an example of a value for messages. */
export type OptionTypes = Readonly<
  Record<
    string,
    | { readonly type: 'boolean'; readonly short?: string }
    | {
        readonly type: 'string';
        readonly short?: string;
        readonly multiple?: boolean;
        readonly example: string;
      }
  >
>;

type Value<T extends OptionTypes[string]> = T extends { readonly type: 'boolean' }
  ? boolean
  : T extends { readonly multiple: true }
    ? string[]
    : string;

export interface Words<T extends OptionTypes> {
  readonly values: { readonly [K in keyof T]?: Value<T[K]> };
  /** The words that are not options. */
  readonly names: readonly string[];
  /** Options that npm kept, that do not exist, or that lack their value. */
  readonly problems: Problem[];
}

/** Parses what follows `npm run <command> --`. */
export function readWords<T extends OptionTypes>(
  command: string,
  args: readonly string[],
  types: T,
  env: NodeJS.ProcessEnv,
): Words<T> {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: types,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const problems: Problem[] = keptByNpm(command, args, types, env);
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const option = Object.hasOwn(types, name) ? types[name] : undefined;
    if (!option) problems.push(unknownOption(command, rawName, Object.keys(types)));
    else if (option.type === 'boolean' && value !== undefined)
      problems.push({ place: rawName, message: `takes no value, got ${value}` });
    else if (option.type === 'string' && (!value || (!token.inlineValue && value.startsWith('-'))))
      problems.push({
        place: rawName,
        message: 'needs a value',
        hint: `for example ${rawName} ${option.example}`,
      });
  }
  return { values: values as Words<T>['values'], names: positionals, problems };
}

/** The options of a command that takes no other words. Throws a ConfigurationError with every problem. */
export function readOptions<T extends OptionTypes>(
  ...[command, args, types, env]: Parameters<typeof readWords<T>>
): Words<T>['values'] {
  const { values, names, problems } = readWords(command, args, types, env);
  if (names.length > 0)
    problems.push({ place: command, message: `takes only options, got ${names.join(' ')}` });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return values;
}

/** A whole number of at least 1; anything else becomes a problem. */
export function readCount(place: string, given: string, problems: Problem[]): number {
  const count = Number(given);
  if (!Number.isSafeInteger(count) || count < 1)
    problems.push({ place, message: `must be a whole number of at least 1, got ${given}` });
  return count;
}

/** An error about one option of the command line. */
export const wrongLine = (place: string, message: string, hint?: string): ConfigurationError =>
  new ConfigurationError([{ place, message, ...(hint !== undefined && { hint }) }]);

function unknownOption(command: string, name: string, options: readonly string[]): Problem {
  const names = options.map((option) => `--${option}`);
  return { place: name, message: `is not an option of ${command}`, hint: suggest(name, names, 'options') };
}
