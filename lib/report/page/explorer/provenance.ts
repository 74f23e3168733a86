// The section that says exactly what this page was made from.
import { details, fileLink, h, pathOf, section, table } from '../parts/element.ts';
import { written } from '../parts/written.ts';
import type { Run } from './run.ts';

export function provenance(run: Run): HTMLElement {
  const { pipeline_yaml, made_by, versions } = run.data;
  const stages = Object.entries(made_by);
  const list = (fields: Readonly<Record<string, unknown>>): string =>
    Object.entries(fields)
      .map(([name, value]) => `${name}: ${written(value)}`)
      .join(', ');
  const packages = new Map(stages.flatMap(([, { packages }]) => Object.entries(packages)));
  const first = stages[0]?.[1];
  return section(
    'provenance',
    'Where it comes from',
    h(
      'p',
      {},
      'Everything here follows from the settings, the code and the packages below. The same key gives the same bytes. ',
      first ? `Node ${first.node}, ${first.platform}.` : '',
      ...(run.facts.forked_after === null
        ? []
        : [
            ' If the run that it was forked from is still there, ',
            h('code', {}, 'npm run report'),
            ' compares the two in one page.',
          ]),
    ),
    ...(stages.length > 0
      ? [
          table(
            ['stage', 'key', 'settings', 'runs on'],
            stages.map(([name, { key, params, identity }]) => [
              fileLink(pathOf('..', '.runs', name, 'provenance.json'), name),
              h('code', { title: key }, key.slice(0, 12)),
              list(params),
              list(identity),
            ]),
          ),
        ]
      : []),
    ...(pipeline_yaml === '' ? [] : [details('pipeline.yaml', h('pre', { tabindex: 0 }, pipeline_yaml))]),
    ...(packages.size === 0
      ? []
      : [
          details(
            'versions of packages',
            table(
              ['package', 'version'],
              [...packages].sort().map((pair) => [...pair]),
            ),
          ),
        ]),
    details(
      'files it was made from',
      table(
        ['file', 'SHA-256'],
        Object.entries(versions).map(([path, hash]) => [
          fileLink(pathOf('..', ...path.split('/')), path),
          h('code', {}, hash),
        ]),
      ),
    ),
  );
}
