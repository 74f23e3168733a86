// The params of both runs, stage by stage: those that differ, and on demand the others.
import { details, h, section, table } from '../parts/element.ts';
import { written } from '../parts/written.ts';
import type { Pair } from './pair.ts';

interface Setting {
  readonly name: string;
  readonly values: readonly [string, string];
}

const textOf = (value: unknown): string => (value === undefined ? 'not there' : written(value));

function settingsOf([first, second]: Pair): Setting[] {
  const made = [first, second].map(({ run }) => run.data.made_by);
  const stages = [...new Set(made.flatMap((of) => Object.keys(of)))].sort();
  return stages.flatMap((stage) => {
    const [x = {}, y = {}] = made.map((of) => (Object.hasOwn(of, stage) ? of[stage]!.params : {}));
    const params = [...new Set([...Object.keys(x), ...Object.keys(y)])].sort();
    return params.map((param) => ({
      name: `${stage}.${param}`,
      values: [textOf(x[param]), textOf(y[param])] as const,
    }));
  });
}

export function settings(pair: Pair): HTMLElement {
  const all = settingsOf(pair);
  const differ = all.filter(({ values: [x, y] }) => x !== y);
  const same = all.filter(({ values: [x, y] }) => x === y);
  const head = ['param', ...pair.map(({ name }) => name)];
  const unknown = pair.filter(({ run }) => Object.keys(run.data.made_by).length === 0);
  return section(
    'settings',
    'Settings that differ',
    ...unknown.map(({ name }) => h('p', { class: 'note' }, `The settings of ${name} are not known.`)),
    differ.length === 0
      ? h('p', {}, 'No param that is known for both runs differs.')
      : table(
          head,
          differ.map(({ name, values }) => [h('code', {}, name), ...values]),
        ),
    ...(same.length === 0
      ? []
      : [
          details(
            `${same.length} params that are the same`,
            table(
              ['param', 'both'],
              same.map(({ name, values }) => [h('code', {}, name), values[0]]),
            ),
          ),
        ]),
  );
}
