import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLAIMS, claimsAt, type Claim, type Place } from '../../lib/report/claims.ts';
import { factsOf, type Evidence, type Facts } from '../../lib/report/facts.ts';
import { percent } from '../../lib/report/page/parts/numbers.ts';

/** A run that memorised, then grokked, and is a clock. */
const GROKKED: Facts = {
  p: 53,
  operation: 'add',
  origin: 'drawn',
  forked_after: null,
  history: 'whole',
  epochs: 4000,
  unsplit: null,
  train_pairs: 842,
  test_pairs: 1967,
  train_accuracy: 1,
  test_accuracy: 0.999,
  memorised: 120,
  grokked: 2310,
  test_accuracy_then: 0.034,
  worst: { loss: 12.3, epoch: 400, recovered: 1800 },
  guessing: Math.log(53),
  has_phases: true,
  states: [0, 1000, 3999],
  key: [3, 11],
  not_measured: null,
  clock: 'yes',
  circularity: 0.97,
  explained: 0.954,
  tuned: { neurons: 100, of: 128, above: 0.85 },
  spread: { first: 20, last: 2, of: 26 },
  effective_rank: { first: 40.123, last: 4.5 },
  rule: { grows: 900, shows: 2000 },
  weights: { epoch: 1000, lost: 0.7 },
  attention: [
    { frequency: 3, fraction: 0.91 },
    { frequency: 11, fraction: 0.2 },
  ],
};
const SHORT: Facts = {
  ...GROKKED,
  epochs: 200,
  test_accuracy: 0.02,
  grokked: null,
  worst: { loss: 9, epoch: 199, recovered: null },
  has_phases: false,
  rule: { grows: null, shows: null },
  weights: { epoch: 199, lost: 0 },
  clock: 'no',
  tuned: { neurons: 3, of: 128, above: 0.85 },
  attention: [{ frequency: 3, fraction: 0.1 }],
};
const UNTAUGHT: Facts = {
  ...SHORT,
  epochs: 20,
  train_accuracy: 0.1,
  memorised: null,
  test_accuracy_then: null,
  worst: { loss: 4.1, epoch: 0, recovered: null },
  clock: 'partly',
};
const AT_ONCE: Facts = {
  ...GROKKED,
  grokked: 130,
  test_accuracy_then: 0.96,
  worst: { loss: 3.98, epoch: 0, recovered: 10 },
};
/** Nearly: test accuracy never reaches 99 %, but there was nothing that it knew by heart alone. */
const ALMOST: Facts = { ...AT_ONCE, grokked: null, test_accuracy: 0.969, epochs: 1000 };
const PRODUCT: Facts = { ...GROKKED, operation: 'multiply' };
const QUADRATIC: Facts = {
  ...SHORT,
  operation: 'quadratic',
  key: null,
  not_measured: 'a² + a·b + b² is no sum of angles of a and of b',
  clock: null,
  circularity: null,
  explained: null,
  tuned: null,
  spread: null,
  attention: null,
};
const BROUGHT_IN: Facts = {
  ...GROKKED,
  origin: 'taken',
  history: 'none',
  epochs: null,
  memorised: null,
  grokked: null,
  test_accuracy_then: null,
  worst: null,
  has_phases: false,
  states: [0],
};
const LOSSES_ALONE: Facts = { ...BROUGHT_IN, history: 'losses', epochs: 4000, worst: GROKKED.worst };
const OF_UNKNOWN_SPLIT: Facts = {
  ...LOSSES_ALONE,
  unsplit: { why: 'nobody wrote it down', loss: 2e-7, accuracy: 1 },
  train_pairs: null,
  test_pairs: null,
  train_accuracy: null,
  test_accuracy: null,
  rule: null,
};
const WENT_ON: Facts = { ...GROKKED, origin: 'went on' };
const FORKED: Facts = { ...WENT_ON, forked_after: 1000 };
const FELL_BACK: Facts = { ...GROKKED, test_accuracy: 0.31 };
const RUNS = {
  GROKKED,
  SHORT,
  ALMOST,
  UNTAUGHT,
  AT_ONCE,
  PRODUCT,
  QUADRATIC,
  BROUGHT_IN,
  LOSSES_ALONE,
  OF_UNKNOWN_SPLIT,
  WENT_ON,
  FORKED,
  FELL_BACK,
};

const all = (facts: Facts): string =>
  (Object.keys(CLAIMS) as Place[]).map((place) => `${place}: ${claimsAt(place, facts)}`).join('\n');

test('every claim is printed of some of these runs and not of others, and without a number that is not there', () => {
  for (const [place, claims] of Object.entries(CLAIMS))
    for (const [i, { when, says }] of (claims as readonly Claim[]).entries()) {
      const holds = Object.values(RUNS).filter((facts) => when(facts));
      const name = `${place}, ${i}`;
      assert.ok(holds.length > 0, `${name} holds of no run`);
      assert.ok(holds.length < Object.keys(RUNS).length, `${name} holds of every run`);
      for (const facts of holds) assert.doesNotMatch(says(facts), /null|undefined|NaN/, name);
    }
});

test('every run has one title, and one title a section', () => {
  for (const [name, facts] of Object.entries(RUNS))
    for (const place of [
      'title',
      'curves_title',
      'explorer_title',
      'neurons_title',
      'measures_title',
      'test_accuracy',
    ] as const) {
      const claims = (CLAIMS[place] as readonly Claim[]).filter(({ when }) => when(facts));
      assert.equal(claims.length, 1, `${place} of ${name}`);
    }
});

test('what is said of a run that memorised, then grokked', () => {
  assert.equal(claimsAt('title', GROKKED), 'How a network learnt to add modulo 53');
  assert.equal(
    claimsAt('story', GROKKED),
    'By epoch 120 it knew its training pairs by heart, and 3.4\u00a0% of the others. By epoch 2,310 it had found the rule: ' +
      'test accuracy reached 99 %. It computes by turning circles: by the criteria of the stage logits it is a clock. ' +
      'Move the slider to see it at other epochs.',
  );
  assert.equal(claimsAt('curves_title', GROKKED), 'It memorises, then it groks');
  assert.match(claimsAt('curves', GROKKED), /trained on 842 pairs; 1,967 are held out/);
  assert.match(
    claimsAt('curves', GROKKED),
    /largest at epoch 400, where it is 12.3; guessing would give 3.97\. By epoch 1,800 /,
  );
  assert.match(claimsAt('embedding', GROKKED), /20 of 26 frequencies .* epoch 3,999 those of 2\./);
  assert.match(
    claimsAt('attention', GROKKED),
    /^At the end frequency 3 explains 91\u00a0% of what varies in head 0\.$/,
  );
});

test('a run that has not grokked is not said to have: at whatever accuracy it stands', () => {
  for (const facts of [SHORT, UNTAUGHT, QUADRATIC]) {
    assert.doesNotMatch(all(facts), /learnt to|groks|found the rule|It memorises|Watch it learn/);
    assert.match(claimsAt('title', facts), /^A network asked to /);
  }
  assert.match(
    claimsAt('story', SHORT),
    /train accuracy had reached 99 %\. Test accuracy has not reached that within 200 epochs\. At the end test accuracy is 2\u00a0%\./,
  );
  assert.match(claimsAt('story', UNTAUGHT), /^Train accuracy has not reached 99 % within 20 epochs\./);
  const almost = { ...GROKKED, test_accuracy: 0.9899, grokked: null };
  assert.equal(claimsAt('title', almost), 'A network asked to add modulo 53');
  assert.equal(
    claimsAt('title', { ...almost, test_accuracy: 0.99 }),
    'How a network learnt to add modulo 53',
  );
  assert.match(claimsAt('story', FELL_BACK), /At the end test accuracy is 31\u00a0%\./);
});

test('a run that groks at once is not said to memorise, nor to be worse than guessing', () => {
  assert.doesNotMatch(all(AT_ONCE), /by heart|memorises|where guessing/);
  assert.doesNotMatch(all(ALMOST), /by heart|memorises|together/);
  assert.match(
    claimsAt('story', ALMOST),
    /99 % at epoch 120, with 96\u00a0% of the other pairs right by then, and test accuracy has not within 1,000 epochs\. At the end test accuracy is 96\.9\u00a0%\./,
  );
  assert.match(
    claimsAt('story', AT_ONCE),
    /epoch 120, with 96\u00a0% of the other pairs right by then, .* epoch 130\./,
  );
  assert.equal(claimsAt('curves_title', AT_ONCE), 'It learns training and test pairs together');
  assert.equal(
    claimsAt('curves_title', { ...AT_ONCE, test_accuracy_then: 0.499 }),
    'It memorises, then it groks',
  );
  assert.equal(
    claimsAt('curves_title', { ...AT_ONCE, test_accuracy_then: 0.7 }),
    'Loss and accuracy over training',
  );
});

test('a network brought in is not said to have seen or not to have seen a pair, nor when it learnt', () => {
  for (const facts of [BROUGHT_IN, LOSSES_ALONE, OF_UNKNOWN_SPLIT]) {
    assert.doesNotMatch(
      all(facts),
      /never saw|not trained on|is trained on|held out|by heart|epoch 0|Marked/,
    );
  }
  assert.match(claimsAt('test_accuracy', BROUGHT_IN), /which pairs it saw is not known/);
  assert.match(claimsAt('test_accuracy', LOSSES_ALONE), /the loss is that with which training ended/);
  assert.equal(claimsAt('title', BROUGHT_IN), 'A network that has learnt to add modulo 53');
  assert.match(claimsAt('story', LOSSES_ALONE), /losses but no accuracies/);
});

test('a network that has one state only has no end', () => {
  assert.match(claimsAt('circle', BROUGHT_IN), /^Circularity: 0\.97/);
  assert.match(claimsAt('attention', BROUGHT_IN), /^Frequency 3 explains 91\u00a0% /);
  assert.match(claimsAt('neurons', BROUGHT_IN), /^One frequency explains more than 85 % of 100 /);
  assert.doesNotMatch(all(BROUGHT_IN), /at the end/i);
});

test('of a network whose split is not known it is told why, and what is right is right on all pairs', () => {
  assert.match(
    claimsAt('story', OF_UNKNOWN_SPLIT),
    /Losses are given over all pairs together: nobody wrote it down\./,
  );
  assert.match(claimsAt('curves', OF_UNKNOWN_SPLIT), /which pairs it was trained on is not known here/);
  assert.equal(claimsAt('title', OF_UNKNOWN_SPLIT), 'How a network learnt to add modulo 53');
  const wrong = { ...OF_UNKNOWN_SPLIT, unsplit: { ...OF_UNKNOWN_SPLIT.unsplit!, accuracy: 0.4 } };
  assert.equal(claimsAt('title', wrong), 'A network asked to add modulo 53');
});

test('a network that was trained on is said to be, and its pairs are those of this training', () => {
  assert.match(
    claimsAt('curves', WENT_ON),
    /^Training went on from a model that was brought in; .* trained on 842/,
  );
  assert.match(claimsAt('test_accuracy', WENT_ON), /not trained on here$/);
  assert.match(claimsAt('curves', FORKED), /^Up to epoch 1,000 this is the history of another run/);
  assert.doesNotMatch(claimsAt('curves', FORKED), /brought in/);
  assert.doesNotMatch(claimsAt('curves', GROKKED), /brought in|another run/);
});

test('words are those of the operation: a product has logarithms, a polynomial no waves', () => {
  assert.equal(claimsAt('title', PRODUCT), 'How a network learnt to multiply modulo 53');
  assert.match(claimsAt('logits', PRODUCT), /cos w\(log a \+ log b − log c\)/);
  assert.match(claimsAt('axes', PRODUCT), /logarithm modulo 53 to the base 2\./);
  assert.match(claimsAt('logits', { ...GROKKED, operation: 'subtract' }), /cos w\(a − b − c\)/);
  assert.doesNotMatch(all(QUADRATIC), /wave over the answers|[Kk]ey frequenc|cos w|clock|a \+ b/);
  assert.match(claimsAt('sum', QUADRATIC), /^No waves are drawn: a² \+ a·b \+ b² is no sum of angles/);
  for (const facts of Object.values(RUNS).filter(({ operation }) => operation !== 'add'))
    assert.doesNotMatch(all(facts), /to add|addition|a \+ b/);
});

test('no verdict is spoken that was not given, and most neurons are said to be tuned where more than half are', () => {
  assert.doesNotMatch(all({ ...GROKKED, clock: null }), /clock|turning circles/);
  assert.match(all(SHORT), /it is not a clock/);
  const half = { neurons: 64, of: 128, above: 0.85 };
  assert.equal(claimsAt('neurons_title', { ...GROKKED, tuned: half }), 'Neurons by frequency');
  assert.equal(
    claimsAt('neurons_title', { ...GROKKED, tuned: { ...half, neurons: 65 } }),
    'Most neurons are tuned to one frequency',
  );
  assert.equal(
    claimsAt('neurons', GROKKED),
    'At the end one frequency explains more than 85 % of 100 of the 128 neurons.',
  );
  assert.equal(
    claimsAt('neurons', { ...GROKKED, tuned: { ...half, neurons: 0 } }),
    'At the end no frequency explains more than 85 % of any of the 128 neurons.',
  );
});

test('the rule is said to grow before it shows where the restricted loss falls first', () => {
  assert.equal(claimsAt('measures_title', GROKKED), 'The rule grows before it shows');
  assert.match(
    claimsAt('losses', GROKKED),
    /below 1\.99, half the loss of guessing, from epoch 900 on; .* from epoch 2,000 on\./,
  );
  const early = { ...GROKKED, rule: { grows: 900, shows: null } };
  assert.match(claimsAt('losses', early), /the test loss itself never is\./);
  assert.equal(claimsAt('measures_title', early), 'Measures over training');
  for (const rule of [null, { grows: 900, shows: 900 }, { grows: null, shows: 900 }]) {
    assert.equal(claimsAt('measures_title', { ...GROKKED, rule }), 'Measures over training');
    assert.equal(claimsAt('losses', { ...GROKKED, rule }), '');
  }
  assert.match(claimsAt('weights', GROKKED), /largest at epoch 1,000 and 70\u00a0% lower at the end/);
  assert.equal(claimsAt('weights', SHORT), '');
});

const logged = (...of: [epoch: number, test_loss: number, train: number, test: number][]) =>
  of.map(([epoch, test_loss, train_accuracy, test_accuracy]) => ({
    epoch,
    test_loss,
    train_accuracy,
    test_accuracy,
  }));
const EVIDENCE: Evidence = {
  p: 5,
  operation: 'add',
  summaries: {},
  history: logged(
    [0, 1.7, 0.1, 0.2],
    [10, 3, 0.99, 0.3],
    [20, 2, 1, 0.9],
    [30, 1.5, 1, 0.99],
    [40, 1.6, 1, 0.5],
  ),
  epochs: [0, 40],
  measure: (name) =>
    name === 'fourier_norms_W_E'
      ? [Float32Array.of(9, 4, 0.9, 0.5, 1.1), Float32Array.of(9, 4, 0.9, 0.5, 0.9)]
      : null,
};

test('facts are read from the history by the stated thresholds', () => {
  const facts = factsOf(EVIDENCE);
  assert.deepEqual([facts.memorised, facts.test_accuracy_then, facts.grokked], [10, 0.3, 30]);
  assert.deepEqual(facts.worst, { loss: 3, epoch: 10, recovered: 30 }); // ln 5 is 1.609
  assert.equal(facts.history, 'whole');
  const nothing = factsOf({ ...EVIDENCE, history: null, measure: () => null });
  assert.deepEqual(
    [nothing.history, nothing.worst, nothing.memorised, nothing.spread],
    ['none', null, null, null],
  );
  assert.equal(factsOf({ ...EVIDENCE, history: logged([0, 1, NaN, NaN]) }).history, 'losses');
});

test('the rule and the weights are read from the measures of the states', () => {
  const columns: Record<string, number[]> = {
    restricted_loss_logits_test: [1.7, 0.8, 0.1],
    loss_test: [1.7, 0.81, 0.8],
    sum_squared_weights: [4, 8, 2],
  };
  const measure = (name: string) => columns[name]?.map((value) => Float32Array.of(value)) ?? null;
  const facts = factsOf({ ...EVIDENCE, epochs: [0, 10, 20], measure });
  assert.deepEqual(facts.rule, { grows: 10, shows: 20 }); // half of ln 5 is 0.805
  assert.deepEqual(facts.weights, { epoch: 10, lost: 0.75 });
  assert.deepEqual([factsOf(EVIDENCE).rule, factsOf(EVIDENCE).weights], [null, null]);
});

test('a frequency counts in the embedding if one of its norms is above a quarter of the largest, the constant left out', () => {
  assert.deepEqual(factsOf(EVIDENCE).spread, { first: 2, last: 1, of: 2 });
  const even = [Float32Array.of(9, 4, 0.9, 1.1)]; // n = 4: constant, sin 1, cos 1, cos 2
  assert.deepEqual(factsOf({ ...EVIDENCE, measure: () => even }).spread, { first: 2, last: 2, of: 2 });
});

test('key frequencies are those that the stages found for this group, and never made up', () => {
  assert.equal(factsOf(EVIDENCE).key, null);
  const withKey = (key_frequencies: number[] | null): Facts =>
    factsOf({ ...EVIDENCE, summaries: { progress: { key_frequencies } } as never });
  assert.deepEqual(withKey([1, 2]).key, [1, 2]);
  assert.equal(withKey([3]).key, null); // of another network: n = 5 has two
  assert.equal(withKey(null).key, null);
  assert.equal(withKey([]).key, null);
});

test('why nothing is measured comes from the operation and its p', () => {
  assert.equal(factsOf(EVIDENCE).not_measured, null);
  assert.match(factsOf({ ...EVIDENCE, operation: 'quadratic' }).not_measured ?? '', /no sum of angles/);
  assert.match(factsOf({ ...EVIDENCE, operation: 'multiply', p: 6 }).not_measured ?? '', /6 is not prime/);
});

test('a share that is zero but for rounding, or next to nothing, is not said as a power of ten', () => {
  assert.deepEqual([3.5e-15, 0, -2e-16, 0.0001, 0.9982].map(percent), [
    '< 0.01\u00a0%',
    '0\u00a0%',
    '0\u00a0%',
    '0.01\u00a0%',
    '99.8\u00a0%',
  ]);
});
