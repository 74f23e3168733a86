// What the count of imports sees, on made-up files.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCircles, findDoors, findUp, importsOf, roomOf, ROOMS } from './rooms.ts';

const imports = (...lines: string[]): ReturnType<typeof importsOf> =>
  lines.map((line) => {
    const [from = '', to = ''] = line.split(' ');
    return { from, to };
  });

test('an import is seen whether it is of types, at run time or passed on, and comments and texts are not', () => {
  const text = `import { a } from './a.ts';
import type { B } from '../files/b.ts';
export { c } from './c.ts';
import fs from 'node:fs';
// import { d } from './d.ts';
const text = "import { e } from './e.ts'";
const f = await import('./f.ts');`;
  assert.deepEqual(
    importsOf('lib/sweep/x.ts', text).map(({ to }) => to),
    ['lib/sweep/a.ts', 'lib/files/b.ts', 'lib/sweep/c.ts', 'lib/sweep/f.ts'],
  );
});

test('a room is a folder at the top or below lib, whatever lies in it', () => {
  assert.deepEqual(['stages/train.ts', 'lib/engines/kernel/native/build.ts'].map(roomOf), [
    'stages',
    'lib/engines',
  ]);
});

test('an import of what stands above is found, one of what stands below is not', () => {
  const up = imports('lib/files/a.ts lib/runner/b.ts', 'lib/runner/b.ts commands/c.ts');
  const down = imports('commands/c.ts lib/files/a.ts', 'lib/files/a.ts lib/files/d.ts');
  assert.deepEqual(findUp([...down, ...up], ROOMS), up);
});

test('files that import each other are found, over others too, and each once', () => {
  const found = findCircles(imports('a b', 'b c', 'c a', 'c d', 'e f', 'f e', 'd f', 'g a'));
  assert.deepEqual(found.sort(), [
    ['a', 'b', 'c'],
    ['e', 'f'],
  ]);
});

test('the doors of a room are the files that other rooms import', () => {
  const found = findDoors(
    imports(
      'stages/a.ts lib/runner/stage.ts',
      'lib/runner/stage.ts lib/runner/key/key.ts',
      'bench/b.ts lib/runner/stage.ts',
    ),
    'lib/runner',
  );
  assert.deepEqual(found, ['lib/runner/stage.ts']);
});
