// The explorer of a folder of artifacts: the page that its stage report wrote. If there is none, as for a point of a sweep, it
// is made on the spot from the stages that have run.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SUMMARIES } from '../artifacts/summaries.ts';
import { Failure, onFile } from '../files/failure.ts';
import { readText } from '../files/regular-file.ts';
import { shortPath } from '../files/short-path.ts';
import { recall, recordIn, type Settings } from '../runner/runner.ts';
import { OPERATION_NAMES } from '../task/operations.ts';
import { parseStart } from '../training/start-source.ts';
import { buildPage } from './build.ts';
import { collect } from './collect.ts';
import type { MadeBy, ReportData } from './data.ts';

export interface OpenReport {
  readonly data: ReportData;
  readonly html: string;
  /** Whether it was made now. */
  readonly isNew: boolean;
}

const pageIn = (artifacts: string): string => join(artifacts, 'report', 'index.html');

/** Throws Failure if there is no run, or if another program wrote the page. */
export async function openReport(artifacts: string): Promise<OpenReport> {
  const path = pageIn(artifacts);
  if (!existsSync(path)) return makeReport(artifacts);
  const html = await onFile(path, () => readText(path));
  const data = dataIn(html);
  if (data) return { data, html, isNew: false };
  throw new Failure(
    `${shortPath(path)} has no data of a report: another program or an older version wrote it`,
    `make it again: npm run pipeline -- report --artifacts ${shortPath(artifacts)}`,
  );
}

async function makeReport(artifacts: string): Promise<OpenReport> {
  const has = (stage: string): boolean => existsSync(join(artifacts, stage, 'summary.json'));
  if (!has('dataset') || !has('train'))
    throw new Failure(
      `${shortPath(artifacts)} holds no run: neither report/index.html nor the stages dataset and train`,
      'name a folder of artifacts, such as artifacts/quick or artifacts/sweeps/NAME/POINT',
    );
  const stages = Object.keys(SUMMARIES).filter((stage) => stage !== 'report' && has(stage));
  const made_by: Record<string, MadeBy[string]> = {};
  for (const stage of stages) {
    const record = await recordIn(artifacts, stage);
    if (record) made_by[stage] = { ...record.fields, key: record.key };
  }
  const { data, blocks } = await collect(
    Object.fromEntries(stages.map((stage) => [stage, join(artifacts, stage)])),
  );
  const whole = { ...data, pipeline_yaml: '', made_by };
  return { data: whole, html: await buildPage(whole, blocks), isNew: true };
}

/** The data of a page; null if buildPage did not write it. */
function dataIn(html: string): ReportData | null {
  const text = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1];
  try {
    const data = JSON.parse(text ?? 'null') as ReportData;
    const isOne =
      Number.isInteger(data.config.p) &&
      (OPERATION_NAMES as readonly string[]).includes(data.task.operation) &&
      Array.isArray(data.snapshots) &&
      [data.summaries, data.made_by].every((each) => typeof each === 'object' && each !== null);
    return isOne ? data : null;
  } catch {
    return null;
  }
}

export interface Parent {
  readonly artifacts: string;
  readonly epoch: number;
}

/** The run that this one continues; null if it continues none, or if that run has no page. */
export async function parentOf(artifacts: string): Promise<Parent | null> {
  const given = { overrides: [], file: null, cache: null, artifacts, asWritten: false };
  const { overrides }: Settings = await recall(given).then(
    ({ settings }) => settings,
    () => given,
  );
  const start = overrides.find(({ stage, param }) => stage === 'train' && param === 'start')?.value;
  const source = typeof start === 'string' ? parseStart(start) : null;
  if (source?.kind !== 'state') return null;
  const parent = dirname(source.folder);
  return existsSync(pageIn(parent)) ? { artifacts: parent, epoch: source.epoch } : null;
}
