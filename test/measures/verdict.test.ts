import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeClock, type Clock, type Evidence } from '../../lib/measures/verdict.ts';

/** What the published runs have, about. */
const published: Evidence = {
  answers: 113,
  accuracy: 1,
  of: 'test',
  key_frequencies: 5,
  energy_in_key_frequencies_W_E: 0.987,
  energy_in_key_frequencies_W_logit: 0.994,
  logit_explained: 0.965,
  restricted_loss: 8.99e-8,
  full_loss: 1.16e-6,
  excluded_loss: 6.55,
  excluded_loss_cosines: 7.7,
  neurons_in_clusters: 0.58,
  gradient_symmetricity: 0.3,
  distance_irrelevance: 0.8,
  circularity: 0.9,
};
const judge = (changed: Partial<Evidence>): Clock => judgeClock({ ...published, ...changed }).clock;

test('a network as the published ones is a clock', () => {
  assert.equal(judge({}), 'yes');
});

test('without one of the needed criteria it is none', () => {
  assert.equal(judge({ accuracy: 0.5 }), 'no');
  assert.equal(judge({ logit_explained: 0.7 }), 'no');
  assert.equal(judge({ restricted_loss: 2e-6 }), 'no');
  assert.equal(judge({ excluded_loss: 1 }), 'no');
  assert.equal(judge({ excluded_loss_cosines: 1 }), 'no');
});

test('it is partly one if some of the others are not met, and none if most are not', () => {
  assert.equal(judge({ neurons_in_clusters: 0.2 }), 'partly');
  const pizza = { gradient_symmetricity: 0.99, distance_irrelevance: 0.3 };
  assert.equal(judge(pizza), 'partly');
  assert.equal(judge({ ...pizza, key_frequencies: 9, energy_in_key_frequencies_W_E: 0.5 }), 'no');
});

test('NaN meets no criterion', () => {
  const { clock, criteria } = judgeClock({ ...published, gradient_symmetricity: NaN });
  assert.equal(clock, 'partly');
  assert.deepEqual(
    criteria.filter(({ met }) => !met).map(({ name }) => name),
    ['gradient symmetricity'],
  );
});
