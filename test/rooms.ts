/**
 * The rooms of the project and who may import whom: `node --import ./lib/files/typescript.mjs test/rooms.ts` (in `npm run check`) counts imports,
 * says what breaks the rules, and then ends with 1.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** From the roof down: a file imports files of its own room and of those below it. */
export const ROOMS: readonly string[] = [
  'bench',
  'commands',
  'stages',
  'lib/report',
  'lib/sweep',
  'lib/artifacts',
  'lib/training',
  'lib/measures',
  'lib/engines',
  'lib/task',
  'lib/network',
  'lib/runner',
  'lib/charts',
  'lib/files',
  'lib/numerics',
];

/** What may not be exceeded. Whoever brings a number down writes it here. */
const MOST = { circles: 0, up: 0, doors: 3, lines: 260 };

export interface Import {
  readonly from: string;
  readonly to: string;
}

/** The bench measures what is behind the doors, as tests test it. */
const isBound = ({ from }: Import): boolean => roomOf(from) !== 'bench';

/** Every import of one of our files in `text`, of types and at run time, too. Paths are relative to the project. */
export function importsOf(from: string, text: string): Import[] {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => ({ from, to: posix.join(posix.dirname(from), fileName) }));
}

/** The room of a file: its folder at the top, or below `lib`. */
export const roomOf = (path: string): string => /^(lib\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? '';

/** Imports of a room from one that stands below it. A room that is not listed stands nowhere. */
export const findUp = (imports: readonly Import[], rooms: readonly string[]): Import[] =>
  imports.filter(({ from, to }) => {
    const [above, below] = [rooms.indexOf(roomOf(from)), rooms.indexOf(roomOf(to))];
    return above === -1 || below < above;
  });

/** Files of `room` that other rooms import. */
export function findDoors(imports: readonly Import[], room: string): string[] {
  const entered = imports.filter(({ from, to }) => roomOf(to) === room && roomOf(from) !== room);
  return [...new Set(entered.map(({ to }) => to))].sort();
}

/** Files that import each other, directly or through others, each group once (Tarjan's algorithm). */
export function findCircles(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const [index, low] = [new Map<string, number>(), new Map<string, number>()];
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    low.set(file, index.size);
    index.set(file, index.size);
    open.push(file);
    for (const to of next.get(file) ?? []) {
      if (!index.has(to)) visit(to);
      if (open.includes(to)) low.set(file, Math.min(low.get(file)!, low.get(to)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = open.splice(open.indexOf(file)).sort();
    if (circle.length > 1) circles.push(circle);
  };
  for (const file of next.keys()) if (!index.has(file)) visit(file);
  return circles;
}

const isMain = process.argv[1] === fileURLToPath(import.meta.url);
if (isMain) {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts']);
  const paths = String(listed)
    .split('\n')
    .filter((path) => path.includes('/') && !path.startsWith('test/') && existsSync(path));
  const texts = paths.map((path) => ({ path, text: readFileSync(path, 'utf8') }));
  const imports = texts.flatMap(({ path, text }) => importsOf(path, text));
  const inside = imports.filter(({ to }) => !to.startsWith('test/'));
  const across = inside.filter(({ from, to }) => roomOf(from) !== roomOf(to));
  const from = (room: string): number => across.filter((each) => roomOf(each.from) === room).length;
  const found = {
    circles: findCircles(inside).map((circle) => `these files import each other: ${circle.join(', ')}`),
    up: findUp(inside, ROOMS).map((each) => `${each.from} imports ${each.to}, of a room above its own`),
    doors: findDoors(inside.filter(isBound), 'lib/runner').map(
      (door) => `${door} is imported from outside of lib/runner`,
    ),
  };
  const long = texts
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > MOST.lines)
    .map(({ path, lines }) => `${path} has ${lines} lines (at most ${MOST.lines})`);
  const wrong = [
    ...(['circles', 'up', 'doors'] as const).flatMap((what) =>
      found[what].length > MOST[what] ? found[what] : [],
    ),
    ...long,
  ];
  const counts = [
    `${across.length} imports across rooms (${from('stages')} from stages, ${from('lib/sweep')} from lib/sweep)`,
    `${found.circles.length} circles of files`,
    `${found.up.length} imports that run up`,
    `${found.doors.length} files of lib/runner that others import`,
  ];
  for (const line of [...wrong, counts.join(', ')]) console.log(line);
  if (wrong.length > 0) process.exitCode = 1;
}
