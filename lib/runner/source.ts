/**
 * A YAML file with places: the one door to the yaml package. Turns nodes into plain data and offsets into
 * `pipeline.yaml:14:19` with the line itself. Aliases are followed; merge keys (`<<`) are ordinary, unknown keys.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { Problem } from './problem.ts';

/** Where a value stands: offsets of its first character and of the one after its last. */
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

/** A parsed YAML text that knows its lines. `name` is how messages call it. */
export class Source {
  readonly root: Node | null;
  readonly problems: Problem[] = [];
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();
  readonly #text: string;
  readonly #name: string;

  constructor(name: string, text: string) {
    this.#name = name;
    this.#text = text;
    this.#document = this.#parse(text);
    this.root = this.#document.contents;
    for (const { pos, message, code } of [...this.#document.errors, ...this.#document.warnings]) {
      const sentence = code === 'DUPLICATE_KEY' ? 'this key stands here twice' : lowerFirst(message);
      this.report(pos, sentence);
    }
  }

  #parse(text: string): Document.Parsed {
    const options = { uniqueKeys: true, prettyErrors: false };
    try {
      return parseDocument(text, { ...options, lineCounter: this.#lines });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.report([0, 0], 'is nested too deeply');
      return parseDocument('', options);
    }
  }

  /** Notes a problem at `span`. */
  report([start, end]: Span, message: string, hint?: string): void {
    const { line, col } = this.#lines.linePos(Math.min(start, this.#text.length));
    const text = this.#text.split(/\r?\n/, line)[line - 1] ?? '';
    this.problems.push({
      place: `${this.#name}:${line}:${col}`,
      message,
      excerpt: { line: text, column: col - 1, length: end - start },
      ...(hint !== undefined && { hint }),
    });
  }

  /** The keys and values of a mapping, or null (and a problem) where `node` is something else. */
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

  /** The items of a list, or null (and a problem) where `node` is something else. */
  items(node: Node | null, span: Span, what: string): Value[] | null {
    const items = this.nodes(node, span, what);
    return items && items.map((item) => ({ data: this.data(item.node), span: item.span }));
  }

  /** The items of a list as they are written; null (and a problem) where `node` is something else. */
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

  /** Plain data. */
  data(node: Node | null): unknown {
    try {
      return node === null ? null : node.toJS(this.#document, { maxAliasCount: 100 });
    } catch (error) {
      if (node?.range) this.report([node.range[0], node.range[1]], lowerFirst((error as Error).message));
      return null;
    }
  }

  /** The span of the element of `node` that `path` leads to, or of the deepest one there is. */
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

/** `text` as one YAML value, for `--set`; null where it is not YAML. */
export function parseValue(text: string): { readonly data: unknown } | null {
  const source = new Source('', text);
  const data = source.data(source.root);
  return source.problems.length > 0 ? null : { data };
}

const spanOf = (node: Node | null): Span | undefined => node?.range?.slice(0, 2) as Span | undefined;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
