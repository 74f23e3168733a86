// The long tests that the gate draws by its commit.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { draw } from './draw.ts';
import { LONG_SECONDS } from './long-seconds.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

test('the files to draw from are those that GROKSCOPE_LONG makes longer, under three minutes each', async () => {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.test.ts'));
  const long: string[] = [];
  for (const name of names.sort()) {
    if (name === 'draw.test.ts') continue;
    const text = await readFile(join(folder, name), 'utf8');
    if (/GROKSCOPE_LONG|\/faults\.ts'|\/compiled\.ts'/.test(text)) long.push(`test/${name}`);
  }
  assert.deepEqual(Object.keys(LONG_SECONDS).sort(), long);
  for (const [path, seconds] of Object.entries(LONG_SECONDS)) assert.ok(seconds <= 180, path);
});

test('a seed always draws the same files within the budget, and every file has its turn', () => {
  const turns = new Set<string>();
  for (let seed = 0; seed < 500; seed++) {
    const files = draw(String(seed), LONG_SECONDS, 300);
    assert.deepEqual(draw(String(seed), LONG_SECONDS, 300), files);
    const sum = files.reduce((total, path) => total + LONG_SECONDS[path]!, 0);
    assert.ok(sum <= 300 && sum > 200, `${seed}: ${sum} s`);
    for (const path of files) turns.add(path);
  }
  assert.deepEqual([...turns].sort(), Object.keys(LONG_SECONDS).sort());
});
