/** Where a file of a stage folder comes from: its stage, when and where that ran, and the key that decided its bytes. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Failure } from '../../files/failure.ts';
import { shortPath } from '../../files/short-path.ts';
import type { Hashes } from '../disk/hashes.ts';
import { readRecord, type StageRecord } from '../store/record.ts';
import { listKey } from './stage.ts';

/** Lines for the terminal. Throws a Failure if `path` is missing or not in a stage folder. */
export async function explainFile(path: string, hashes: Hashes): Promise<string[]> {
  const file = resolve(path);
  const found = await stat(file).catch(() => null);
  if (!found) throw new Failure(`${shortPath(file)} does not exist`, HINT);
  const { folder, record } = await findRecord(file);
  const { stage, started, seconds, host, node } = record.circumstances;
  const lines = [
    shortPath(file),
    `  written by the stage ${stage}, ${started}, in ${seconds.toFixed(1)} s on ${host} with Node ${node}`,
  ];
  if (found.isFile()) lines.push(...(await compare(file, folder, record, hashes)));
  return [...lines, '', `key ${record.key}`, ...listKey(record.fields)];
}

const HINT = 'give a file below artifacts/, as in npm run explain -- artifacts/svd/summary.json, or a stage';

/** The record of the nearest folder upwards that has one, in any folder of artifacts. */
async function findRecord(file: string): Promise<{ folder: string; record: StageRecord }> {
  for (let folder = file; dirname(folder) !== folder; folder = dirname(folder)) {
    const record = await readRecord(join(dirname(folder), '.runs', basename(folder), 'provenance.json'));
    if (record) return { folder, record };
  }
  throw new Failure(`${shortPath(file)} is in no folder that a stage has made`, HINT);
}

async function compare(file: string, folder: string, record: StageRecord, hashes: Hashes): Promise<string[]> {
  const path = relative(folder, file).replaceAll('\\', '/');
  const listed = record.files.find((each) => each.path === path);
  if (!listed) return ['  but this file was not written by that run: somebody put it there'];
  const sha256 = await hashes.of(file);
  if (sha256 === listed.sha256) return [`  sha256 ${sha256}`];
  return [`  sha256 ${sha256}, changed since: it was ${listed.sha256}`];
}
