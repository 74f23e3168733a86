// Two runs on one page, side by side and in the same charts.
import { fileURLToPath } from 'node:url';
import { Failure } from '../files/failure.ts';
import { OPERATIONS, type Operation } from '../task/operations.ts';
import { buildHtml } from './build.ts';
import type { ReportData } from './data.ts';

const COMPARE = fileURLToPath(new URL('./page/compare/main.ts', import.meta.url));

export interface Compared {
  /** As the user named its folder. */
  readonly name: string;
  readonly data: ReportData;
}

/** The page as HTML. Throws Failure if the two runs learn different operations. */
export async function buildComparison(runs: readonly [Compared, Compared]): Promise<string> {
  const [first, second] = runs.map(({ data }) => data.task.operation as Operation) as [Operation, Operation];
  if (first !== second)
    throw new Failure(
      `${runs[0].name} learns ${OPERATIONS[first].noun}, ${runs[1].name} ${OPERATIONS[second].noun}: their curves and spectra cannot be compared`,
      'compare runs of the same operation; each has its own page: npm run report -- --artifacts DIR',
    );
  const needed = runs.map(({ name, data }) => ({ name, data: { ...data, figures: [], versions: {} } }));
  return buildHtml(COMPARE, `grokscope: ${runs.map(({ name }) => name).join(' and ')}`, needed, {});
}
