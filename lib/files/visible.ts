/**
 * Everything that goes to the terminal and into logs goes through here. Names of files and hosts, values, and what
 * programs print may contain anything. Invisible characters are written as in JSON, and a line that is too long loses
 * its middle. Messages are given line by line, so that a foreign text cannot begin a line of its own.
 */
import { format } from 'node:util';

/** Control characters, marks that are not drawn or that turn the direction of writing, and line separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** Longer than any path. */
const LONGEST = 1000;
const NAMES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `text` as one harmless line of at most `longest` characters. */
export function visible(text: string, longest = LONGEST): string {
  const line = text.length <= longest ? show(text) : '';
  if (text.length <= longest && line.length <= longest) return line;
  const gap = `...(${text.length.toLocaleString('en-US')} characters)...`;
  const head = Math.ceil(0.75 * (longest - gap.length));
  const tail = longest - gap.length - head;
  return show(text.slice(0, head)).slice(0, head) + gap + show(text.slice(-tail)).slice(-tail);
}

const show = (text: string): string => text.replace(UNSEEN, escape);

const escape = (character: string): string =>
  NAMES[character] ??
  Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');

/** Writes the lines; all but the first begin with `indent`. */
export function writeLines(stream: NodeJS.WritableStream, lines: readonly string[], indent = ''): void {
  for (const [i, line] of lines.entries()) stream.write(`${i > 0 ? indent : ''}${visible(line)}\n`);
}

/** Writes `value` as one line of JSON, whole however long it is, with invisible characters escaped. */
export function writeEvent(stream: NodeJS.WritableStream, value: object): void {
  stream.write(`${JSON.stringify(value).replace(UNSEEN, escape)}\n`);
}

/** From now on, what this process prints through the console is made visible, too. */
export function guardConsole(): void {
  const to =
    (stream: NodeJS.WritableStream) =>
    (...words: unknown[]): void =>
      writeLines(stream, format(...words).split('\n'));
  console.log = console.info = console.debug = to(process.stdout);
  console.error = console.warn = to(process.stderr);
}
