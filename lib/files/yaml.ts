/**
 * A YAML text that knows its places; the only file that imports the yaml package. Turns nodes into plain data, and
 * offsets into `pipeline.yaml:14:19` with the line itself. Aliases are followed. Merge keys (`<<`) are ordinary,
 * unknown keys.
 */
import { isAlias, isMap, isScalar, isSeq, parseDocument, visit, type Document, type Node } from 'yaml';
import type { Problem } from './problem.ts';

/** Where a value is in the text: offsets of its first character and of the one after its last. */
export type Span = readonly [start: number, end: number];

export interface Value {
  readonly data: unknown;
  readonly span: Span;
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Node | null;
  readonly span: Span;
}

/** The most problems that are shown; a broken file may have one at every character. */
const MOST_PROBLEMS = 100;
/** The most aliases: to follow one, the package reads the whole document, and aliases within aliases multiply. */
const MOST_ALIASES = 100;

/** A parsed YAML text that knows its lines. `name` is how messages call it. */
export class Source {
  readonly root: Node | null;
  readonly problems: Problem[] = [];
  /** How many more there are than `problems` holds. */
  omitted = 0;
  readonly #document: Document.Parsed;
  #hasAliases = false;
  readonly #lines: readonly string[];
  /** Offset at which each line starts. The package's own counter loses its place after broken YAML. */
  readonly #starts: readonly number[];
  readonly #name: string;

  constructor(name: string, text: string) {
    this.#name = name;
    this.#lines = text.split(/\r?\n/);
    this.#starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    this.#document = this.#parse(text);
    this.root = this.#document.contents;
    const wrong = [...this.#document.errors, ...this.#document.warnings];
    const deep = wrong.find(({ message }) => message.startsWith('Maximum call stack'));
    if (deep) this.report(deep.pos, TOO_DEEP);
    else
      for (const { pos, message, code } of wrong)
        this.report(pos, MESSAGES[code] ?? lowerFirst(message.split('\n', 1)[0]!));
    if (wrong.length === 0) this.#countAliases();
  }

  #countAliases(): void {
    let count = 0;
    visit(this.#document, {
      Alias: (_, alias) => {
        this.#hasAliases = true;
        if (++count <= MOST_ALIASES) return;
        this.report(spanOf(alias) ?? [0, 0], `there are more than ${MOST_ALIASES} aliases`);
        return visit.BREAK;
      },
    });
  }

  #parse(text: string): Document.Parsed {
    const options = { uniqueKeys: true, prettyErrors: false };
    try {
      return parseDocument(text, options);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.report([0, 0], TOO_DEEP);
      return parseDocument('', options);
    }
  }

  /** Notes a problem at `span`, unless it is known: all points of a sweep may have the same one. */
  report([start, end]: Span, message: string, hint?: string): void {
    const number = countUpTo(this.#starts, start);
    const line = this.#lines[number - 1]!;
    const column = Math.min(start - this.#starts[number - 1]!, line.length);
    const place = `${this.#name}:${number}:${column + 1}`;
    if (this.problems.some((known) => known.place === place && known.message === message)) return;
    if (this.problems.length === MOST_PROBLEMS) {
      this.omitted++;
      return;
    }
    this.problems.push({
      place,
      message,
      excerpt: { line, column, length: end - start },
      ...(hint !== undefined && { hint }),
    });
  }

  /** Reports an item of a list that is equal to an earlier one. `item`: how messages show it. */
  reportRepeated(span: Span, item: string): void {
    this.report(span, `${item} is listed twice`);
  }

  /** The keys and values of a mapping. If `node` is something else, reports that and returns null. */
  entries(node: Node | null, span: Span, what: string): Entry[] | null {
    const map = this.#follow(node);
    if (!isMap<Node, Node | null>(map)) {
      this.report(span, `${what} must be a mapping`);
      return null;
    }
    return map.items.flatMap(({ key, value }) => {
      const keySpan = spanOf(key) ?? span;
      if (!isScalar(key) || (typeof key.value !== 'string' && typeof key.value !== 'number')) {
        this.report(keySpan, 'a key must be a word');
        return [];
      }
      return [{ key: String(key.value), keySpan, value, span: spanOf(value) ?? keySpan }];
    });
  }

  /** The items of a list as data. If `node` is something else, reports that and returns null. */
  items(node: Node | null, span: Span, what: string): Value[] | null {
    const items = this.nodes(node, span, what);
    return items && items.map((item) => ({ data: this.data(item.node), span: item.span }));
  }

  /** The items of a list as nodes. If `node` is something else, reports that and returns null. */
  nodes(
    node: Node | null,
    span: Span,
    what: string,
  ): { readonly node: Node | null; readonly span: Span }[] | null {
    const list = this.#follow(node);
    if (isSeq<Node | null>(list))
      return list.items.map((item) => ({ node: item, span: spanOf(item) ?? span }));
    this.report(span, `${what} must be a list, got ${this.#kind(list)}`);
    return null;
  }

  /** The plain data of a node. */
  data(node: Node | null): unknown {
    try {
      const data: unknown = node === null ? null : node.toJS(this.#document, { maxAliasCount: MOST_ALIASES });
      if (this.#hasAliases) JSON.stringify(data); // throws if an alias is inside the value that it means
      return data;
    } catch (error) {
      const message = error instanceof TypeError ? 'a value that contains itself' : (error as Error).message;
      if (node?.range) this.report([node.range[0], node.range[1]], lowerFirst(message));
      return null;
    }
  }

  /** The span of the element of `node` that `path` leads to, or of the deepest element on the way that exists. */
  spanAt(node: Node | null, span: Span, path: readonly (string | number)[]): Span {
    const outer = this.#follow(node);
    const [step, ...rest] = path;
    if (typeof step !== 'number' || !isSeq<Node | null>(outer)) return span;
    const item = outer.items[step] ?? null;
    return this.spanAt(item, spanOf(item) ?? span, rest);
  }

  #follow(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.#document) ?? null) : node;
  }

  #kind(node: Node | null): string {
    if (isMap(node)) return 'a mapping';
    return isScalar(node) ? JSON.stringify(node.value) : 'nothing';
  }
}

const TOO_DEEP = 'is nested too deeply';

/** Messages in place of those in which the package speaks about its own API. */
const MESSAGES: Readonly<{ [code: string]: string }> = {
  DUPLICATE_KEY: 'this key appears twice',
  MULTIPLE_DOCS: 'a second document begins here: a pipeline is a single document',
};

/** `text` as one YAML value, for `--set`; null if it is not YAML. */
export function parseValue(text: string): { readonly data: unknown } | null {
  const source = new Source('', text);
  const data = source.data(source.root);
  return source.problems.length > 0 ? null : { data };
}

/** How many of the sorted `starts` are at most `offset`. */
function countUpTo(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const spanOf = (node: Node | null): Span | undefined => node?.range?.slice(0, 2) as Span | undefined;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
