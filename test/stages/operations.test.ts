// Every stage on small tasks that are not addition modulo an odd number: pairs are those of the operation, what has no group
// says why, and no picture and no page speaks of another operation. Stages run in this process, as they are.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { readSummaries, type Summaries } from '../../lib/artifacts/summaries.ts';
import { readArrow } from '../../lib/files/arrow.ts';
import { buildPage } from '../../lib/report/build.ts';
import { collect } from '../../lib/report/collect.ts';
import type { Operation } from '../../lib/task/operations.ts';
import { openContext, skip } from '../report/shared-browser.ts';
import { temporaryFolder } from './start-stage.ts';
import { runEachStage } from './each-stage.ts';

const folder = await temporaryFolder({ after });

/** The params that a small run has beside the defaults. */
const SMALL: Readonly<Record<string, Record<string, unknown>>> = {
  train: {
    ...{ d_model: 16, n_heads: 2, d_head: 8, d_mlp: 24 },
    ...{ learning_rate: 0.01, epochs: 60, checkpoint_every: 20, log_every: 5 },
  },
  attention: { example: [1, 2], neurons: [0, 1] },
  svd: {},
  fourier: { components: 4 },
  logits: { controls: 1 },
};

interface Small {
  readonly needs: Readonly<Record<string, string>>;
  readonly summaries: Summaries;
}

async function runAll(name: string, dataset: Record<string, unknown>): Promise<Small> {
  const { needs } = await runEachStage(join(folder, name), { ...SMALL, dataset });
  const flaws: string[] = [];
  const summaries = await readSummaries(needs, (flaw) => flaws.push(flaw));
  assert.deepEqual(flaws, []);
  return { needs, summaries };
}

/** What stands in the figures of a run, and what its page says. */
async function wordsOf({ needs }: Small): Promise<string> {
  const words = [];
  for (const stage of Object.values(needs))
    for (const file of (await readdir(stage)).filter((name) => name.endsWith('.svg'))) {
      const svg = await readFile(join(stage, file), 'utf8');
      words.push(...[...svg.matchAll(/>([^<>]+)</g)].map(([, text]) => text!));
    }
  return words.join('\n');
}

interface Shown {
  readonly text: string;
  readonly headings: readonly string[];
  readonly sections: readonly string[];
  readonly smallestB: string | null;
}

async function openPage({ needs }: Small): Promise<Shown> {
  const { data, blocks } = await collect(needs);
  const path = join(Object.values(needs)[0]!, '..', 'page.html');
  await writeFile(path, await buildPage({ ...data, pipeline_yaml: '', made_by: {} }, blocks));
  const context = await openContext({ width: 1280, height: 800 });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(pathToFileURL(path).href);
  await page.waitForSelector('#provenance');
  const shown = await page.evaluate<Shown>(`({
    text: document.querySelector('main').innerText,
    headings: [...document.querySelectorAll('h1, h2, h3')].map((each) => each.textContent),
    sections: [...document.querySelectorAll('[id]')].map((each) => each.id),
    smallestB: document.querySelector('#sum-b').getAttribute('min'),
  })`);
  const broken = await page.locator('[data-broken]').allTextContents();
  await context.close();
  assert.deepEqual([...problems, ...broken], []);
  return shown;
}

const task = (operation: Operation, p: number) => ({ operation, p, train_fraction: 0.7, seed: 1 });

describe('division modulo 7', { skip }, () => {
  test('has its 42 pairs everywhere, and is measured as addition of logarithms', async () => {
    const run = await runAll('divide', task('divide', 7));
    const { dataset, activations, train, measures, logits } = run.summaries;
    assert.deepEqual([dataset?.pairs, activations?.pairs], [42, 42]);
    assert.equal(train!.train_pairs! + train!.test_pairs!, 42);
    for (const [stage, file] of [
      ['dataset', 'pairs.arrow'],
      ['activations', 'logits.arrow'],
    ] as const) {
      const { columns, rows } = await readArrow(join(run.needs[stage]!, file));
      assert.equal(rows, 42);
      assert.ok((columns['b'] as Int32Array).every((b) => b > 0));
    }
    assert.equal(measures?.not_measured, null);
    assert.ok(measures.key_frequencies!.every((k) => k >= 1 && k <= 3));
    assert.notEqual(logits?.verdict, null);

    const words = await wordsOf(run);
    assert.doesNotMatch(words, /\ba [+−-] b\b/);
    assert.match(words, /log a − log b/);
    const { text, headings, smallestB } = await openPage(run);
    assert.match(headings[0]!, /to divide modulo 7$/);
    assert.ok(headings.includes('Ask it a quotient'));
    assert.equal(smallestB, '1');
    assert.match(text, /logarithm modulo 7 to the base 3/);
    assert.doesNotMatch(text, /\ba [+−-] b\b|to add/);
  });
});

describe('an even p', { skip }, () => {
  test('is a group like others: its last frequency has no circle and no sine', async () => {
    const run = await runAll('even', task('add', 8));
    const { measures, fourier } = run.summaries;
    assert.equal(measures?.not_measured, null);
    assert.equal(fourier?.frequencies, 4);
    assert.equal(fourier.fourier_norms_W_E.length, 8);
    const { headings, sections } = await openPage(run);
    assert.match(headings[0]!, /to add modulo 8$/);
    assert.ok(sections.includes('circle'));
  });
});

describe('what is no cyclic group', { skip }, () => {
  test('has no key frequency, wave or circle, and every stage and the page say why', async () => {
    const why = /a² \+ a·b \+ b² is no sum of angles/;
    const run = await runAll('quadratic', task('quadratic', 7));
    const { measures, logits, neurons, attention, progress } = run.summaries;
    for (const summary of [measures, logits, neurons, attention, progress])
      assert.match(String(summary?.not_measured), why);
    assert.equal(measures?.key_frequencies, null);
    const { text, headings, sections } = await openPage(run);
    assert.match(text, why);
    assert.ok(!sections.includes('circle') && !sections.includes('logit-coefficients'));
    assert.ok(!headings.includes('Waves of the key frequencies'));
    const said = `${text}\n${await wordsOf(run)}`;
    assert.doesNotMatch(said, /to add|w_k ?\(|cos w\(|k = \d|stage \w+, and this page was made without it/);
  });
});
