// Malformed pipelines by structure: a valid one as a tree, damaged in one to three places, written as YAML in block or
// flow style, then maybe damaged as text. Some come out valid all the same; the test tells these apart.
import fc from 'fast-check';
import { FLAGS, HOSTILE_NAMES, HOSTILE_TEXT, HOSTILE_VALUES, WORDS } from './hostile.ts';

/** A mapping keeps its order and may hold a key twice; `raw` is written as it is. */
type Tree =
  | { readonly map: readonly (readonly [string, Tree])[] }
  | { readonly list: readonly Tree[] }
  | { readonly raw: string };

const raw = (text: string): Tree => ({ raw: text });
const map = (entries: Readonly<Record<string, Tree>>): Tree => ({ map: Object.entries(entries) });
const list = (...items: string[]): Tree => ({ list: items.map(raw) });

/** Stages a, b, c of the temporary project, with every kind of field. */
const VALID: Tree = map({
  stages: map({
    a: map({
      params: map({ n: raw('1'), rate: raw('0.25'), kind: raw('add'), pair: list('0', '5') }),
      env: list('CC'),
    }),
    b: map({
      needs: list('a'),
      run: raw('stages/b.ts'),
      params: map({ size: raw('5'), input: raw('weights.bin') }),
    }),
    c: map({ needs: list('a', 'b'), params: map({ n: raw('2') }) }),
  }),
});

/** Replaces the node that `pick` chooses among all of the tree. */
function change(tree: Tree, pick: number, edit: (node: Tree) => Tree): Tree {
  let countdown = pick % count(tree);
  const visit = (node: Tree): Tree => {
    if (countdown-- === 0) return edit(node);
    if ('map' in node) return { map: node.map.map(([key, value]) => [key, visit(value)] as const) };
    return 'list' in node ? { list: node.list.map(visit) } : node;
  };
  return visit(tree);
}

function count(tree: Tree): number {
  const inner = 'map' in tree ? tree.map.map(([, value]) => value) : 'list' in tree ? tree.list : [];
  return inner.reduce((sum, node) => sum + count(node), 1);
}

/** The mapping that `pick` chooses, with the key at `at` replaced by what `edit` gives. */
function changeKey(
  tree: Tree,
  pick: number,
  at: number,
  edit: (key: string, value: Tree) => (readonly [string, Tree])[],
): Tree {
  let maps = 0;
  const total = (node: Tree): number =>
    'map' in node ? 1 + node.map.reduce((sum, [, value]) => sum + total(value), 0) : 0;
  const chosen = pick % Math.max(1, total(tree));
  const visit = (node: Tree): Tree => {
    if (!('map' in node)) return node;
    const isChosen = maps++ === chosen;
    return {
      map: node.map.flatMap(([key, value], i) =>
        isChosen && i === at % node.map.length ? edit(key, value) : [[key, visit(value)] as const],
      ),
    };
  };
  return visit(tree);
}

/** One edit away: a letter doubled, dropped, swapped with its neighbour or replaced. */
function misspell(word: string, kind: number, at: number): string {
  const i = at % word.length;
  const [head, letter, tail] = [word.slice(0, i), word.charAt(i), word.slice(i + 1)];
  return [
    head + letter + letter + tail,
    head + tail,
    head + tail.charAt(0) + letter + tail.slice(1),
    `${head}q${tail}`,
  ][kind % 4]!;
}

const nat = fc.nat({ max: 1000 });
const mutation: fc.Arbitrary<(tree: Tree) => Tree> = fc.oneof(
  fc.tuple(nat, fc.constantFrom(...HOSTILE_VALUES)).map(
    ([pick, text]) =>
      (tree: Tree) =>
        change(tree, pick, () => raw(text)),
  ),
  fc.tuple(nat, fc.string({ unit: 'grapheme' })).map(
    ([pick, text]) =>
      (tree: Tree) =>
        change(tree, pick, () => raw(text)),
  ),
  fc.tuple(nat, fc.jsonValue({ maxDepth: 4 })).map(
    ([pick, value]) =>
      (tree: Tree) =>
        change(tree, pick, () => raw(JSON.stringify(value))),
  ),
  nat.map((pick) => (tree: Tree) => change(tree, pick, (node) => ({ list: [node, node] }))),
  nat.map((pick) => (tree: Tree) => change(tree, pick, (node) => map({ n: node }))),
  fc.tuple(nat, nat, fc.constantFrom(...HOSTILE_NAMES)).map(
    ([pick, at, name]) =>
      (tree: Tree) =>
        changeKey(tree, pick, at, (_, value) => [[name, value]]),
  ),
  fc.tuple(nat, nat, nat, nat).map(
    ([pick, at, kind, letter]) =>
      (tree: Tree) =>
        changeKey(tree, pick, at, (key, value) => [[misspell(key, kind, letter), value]]),
  ),
  fc.tuple(nat, nat).map(
    ([pick, at]) =>
      (tree: Tree) =>
        changeKey(tree, pick, at, (key, value) => [
          [key, value],
          [key, value],
        ]),
  ),
  fc.tuple(nat, nat).map(
    ([pick, at]) =>
      (tree: Tree) =>
        changeKey(tree, pick, at, () => []),
  ),
);

function write(tree: Tree, isFlow: boolean, indent = ''): string {
  if ('raw' in tree) return tree.raw;
  const items =
    'map' in tree
      ? tree.map.map(([key, value]) => [`${key}:`, value] as const)
      : tree.list.map((item) => ['-', item] as const);
  if (isFlow || items.length === 0) {
    const texts = items.map(([mark, value]) => ('map' in tree ? `${mark} ` : '') + write(value, true));
    return 'map' in tree ? `{ ${texts.join(', ')} }` : `[${texts.join(', ')}]`;
  }
  const lines = items.map(([mark, value]) => {
    const text = write(value, false, `${indent}  `);
    return 'raw' in value || /^[[{]/.test(text) ? `${indent}${mark} ${text}` : `${indent}${mark}\n${text}`;
  });
  return lines.join('\n');
}

type Damage = (text: string) => Buffer;

const asText = fc.tuple(nat, fc.constantFrom(...HOSTILE_TEXT)).map(([at, piece]): Damage => (text) => {
  const i = at % (text.length + 1);
  return Buffer.from(text.slice(0, i) + piece + text.slice(i));
});
const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Damage>((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: asText },
  {
    weight: 1,
    arbitrary: nat.map(
      (at): Damage =>
        (text) =>
          Buffer.from(text.slice(0, at % (text.length + 1))),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(nat, fc.integer({ min: 128, max: 255 })).map(([at, byte]): Damage => (text) => {
      const bytes = Buffer.from(text);
      if (bytes.length > 0) bytes[at % bytes.length] = byte;
      return bytes;
    }),
  },
  { weight: 1, arbitrary: fc.constant<Damage>((text) => Buffer.from(text.replaceAll('\n', '\r\n'))) },
);

/** The bytes of a pipeline.yaml, most of them malformed. */
export const pipelineFile: fc.Arbitrary<Buffer> = fc
  .tuple(fc.array(mutation, { minLength: 1, maxLength: 3 }), fc.boolean(), damage)
  .map(([mutations, isFlow, spoil]) =>
    spoil(
      `${write(
        mutations.reduce((tree, mutate) => mutate(tree), VALID),
        isFlow,
      )}\n`,
    ),
  );

/** The valid file that all are made from. */
export const VALID_YAML = `${write(VALID, false)}\n`;

/** One name of the valid file misspelt: what stands there now, and what should. */
export const nearMiss: fc.Arbitrary<{ yaml: string; wrong: string; right: string }> = fc
  .tuple(fc.constantFrom('stages', 'needs', 'params', 'rate', 'kind', 'pair', 'input'), nat, nat)
  .map(([right, kind, at]) => {
    const wrong = misspell(right, kind, at);
    return { yaml: VALID_YAML.replace(`${right}:`, `${wrong}:`), wrong, right };
  })
  .filter(({ wrong, right }) => wrong !== right && /^[a-z]+$/.test(wrong));

/** What may stand after `main.ts`, most of it malformed. */
export const commandLine: fc.Arbitrary<string[]> = fc
  .tuple(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom('pipeline', 'status', 'explain', 'graph', 'verify', 'gc') },
      { weight: 1, arbitrary: fc.constantFrom('', 'pipelin', '__proto__', '--help', 'toString') },
    ),
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom(...FLAGS), nat, nat)
            .map(([flag, kind, at]) => `--${misspell(flag.slice(2), kind, at)}`),
        },
        { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
      ),
      { maxLength: 5 },
    ),
  )
  .map(([command, words]) => [command, ...words]);
