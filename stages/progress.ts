// progress: how the network arrives at its algorithm.
// Reads measures/measures.arrow. Finds memorisation, circuit formation and cleanup by rule, adds the phase of each
// checkpoint to the table (progress.arrow) and draws every measure over training (Nanda et al. 2023, figures 7 and 14 to
// 18; TransformerLens' demo). Without checkpoints there is nothing to draw, and summary.json says why.
import { writeFigure } from '../lib/artifacts/figure.ts';
import { measuresSummary, readMeasures } from '../lib/artifacts/measures.ts';
import { progressSummary, writeProgress } from '../lib/artifacts/progress.ts';
import { folderOf } from '../lib/artifacts/run.ts';
import { readSummary, writeSummary } from '../lib/artifacts/summary.ts';
import { KEY_RULE } from '../lib/measures/key-frequencies.ts';
import { findPhases, phaseOf, PHASE_RULES } from '../lib/measures/phases.ts';
import { stage } from '../lib/runner/stage.ts';
import { numbersModulo } from '../lib/task/cyclic-group.ts';
import { OPERATIONS } from '../lib/task/operations.ts';
import { forkMark } from './curves.figures.ts';
import { phaseBands, progressFigures } from './progress.figures.ts';
import { params } from './progress.params.ts';

await stage(params, async ({ needs, out, say }) => {
  const folder = folderOf(needs, 'measures');
  const { p, operation, not_measured, checkpoints, key_frequencies } = await readSummary(
    folder,
    measuresSummary,
  );
  const network = { p, operation };
  if (checkpoints === 0) {
    const not_measured = 'the network has no checkpoints: it was not trained here';
    say(`nothing to draw: ${not_measured}`);
    const nothing = { checkpoints: null, first_epoch: null, last_epoch: null, key_frequencies: null };
    return writeSummary(out, progressSummary, {
      ...network,
      not_measured,
      ...nothing,
      phases: null,
      milestones: null,
      last: null,
    });
  }
  const measured = await readMeasures(folder);
  const { schema, columns, scalars, scalar } = measured;
  const epochs = Array.from(scalar('epoch'));
  const [first, last] = [epochs[0]!, epochs.at(-1)!];
  const isSplit = scalars.includes('loss_test');
  const phases =
    key_frequencies &&
    isSplit &&
    findPhases({
      epoch: epochs,
      loss_test: scalar('loss_test'),
      accuracy_train: scalar('accuracy_train'),
      accuracy_test: scalar('accuracy_test'),
      excluded_loss_logits_train: scalar('excluded_loss_logits_train'),
      sum_squared_weights: scalar('sum_squared_weights'),
    });

  const forked_after = schema.metadata['forked_after'];
  const training = {
    epochs,
    phases: phases ? phaseBands(phases, last) : [],
    marks: forked_after === undefined ? [] : [forkMark(Number(forked_after))],
  };
  const group = OPERATIONS[operation].group(p);
  const { n, words } = group.n === null ? numbersModulo(p, 1) : group;
  const drawn = { n, key: key_frequencies ?? [], words };
  for (const { name, figure } of progressFigures(training, columns, schema, drawn))
    await writeFigure(out, name, figure);
  await writeProgress(out, measured, phases ? epochs.map((epoch) => phaseOf(phases, epoch)) : null);
  const at = (name: string, i: number) => ({ epoch: epochs[i]!, value: scalar(name)[i]! });
  const extreme = (name: string, sign: 1 | -1) => {
    const values = scalar(name);
    return at(
      name,
      values.reduce((best, x, i) => (sign * x > sign * values[best]! ? i : best), 0),
    );
  };
  await writeSummary(out, progressSummary, {
    ...network,
    not_measured,
    checkpoints,
    first_epoch: first,
    last_epoch: last,
    key_frequencies,
    key_rule: `${KEY_RULE}, of the trained network`,
    phases: phases || null,
    phase_rules: PHASE_RULES,
    milestones: {
      largest_test_loss: isSplit ? extreme('loss_test', 1) : null,
      largest_sum_squared_weights: extreme('sum_squared_weights', 1),
      ...(key_frequencies && {
        largest_excluded_loss: isSplit ? extreme('excluded_loss_logits_train', 1) : null,
        smallest_restricted_loss: extreme('restricted_loss_logits_all', -1),
      }),
    },
    last: Object.fromEntries(scalars.map((name) => [name, scalar(name).at(-1)!])),
  });
});
