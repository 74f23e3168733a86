/** Running a stage: a private folder to write into, the process, the second look at its inputs, storing, publishing. */
import { existsSync } from 'node:fs';
import { lstat, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../files/failure.ts';
import { shortPath } from '../files/short-path.ts';
import { makeFolder, readJson, writeJson } from '../files/whole-file.ts';
import { forgetClosure } from './closure.ts';
import { identityOf } from './hashes.ts';
import { checkStanding } from './inputs.ts';
import { compareKeys, hashKey, readCode, type Inputs, type Key } from './key.ts';
import { compareListings, listFolder, listPaths, type StoredFile } from './listing.ts';
import { isDead, isNear, ownerOf, parseOwner } from './owner.ts';
import type { Stage } from './pipeline.ts';
import { killGroup, runProcess, tailOfLog } from './process.ts';
import { toldParams } from './provenance.ts';
import { made, type Record } from './record.ts';
import { currentCode, currentKey, progressIn, type Run } from './run.ts';
import { writeManifest } from './texts.ts';

/** Runs `stage`, stores and publishes what it wrote. Needs the stage's lock, the key's, and shared ones on its needs. */
export async function runStage(
  run: Run,
  stage: Stage,
  inputs: Inputs,
  key: Key,
): Promise<{ record: Record; detail: string[] }> {
  const { workspace, store, hashes } = run;
  const { name } = stage;
  const id = hashKey(key);
  const resume_dir = resumeFolder(run, id);
  const markers = [`${resume_dir}.json`, workspace.run(name, 'running.json')];
  if (run.forced.has(name)) await rm(resume_dir, { recursive: true, force: true });
  await makeFolder(resume_dir);
  const attempt = await workspace.createAttempt(name);
  const started = new Date();
  try {
    const manifest = await prepareCode(run, stage, key);
    const { code, assets } = await currentCode(run, stage);
    const watched = watchedFiles(run, stage, inputs, assets);
    const before = identities(watched);
    await runToEnd(run, stage, attempt, resume_dir, markers, key, manifest);
    if ((await listPaths(attempt)).length === 0)
      throw new Failure(
        `${stage.run} wrote nothing into its folder`,
        'a stage must write at least one file to `out`',
      );
    const doubt = unique([
      ...compareKeys(key, { ...key, code }),
      ...(await changesSince(run, stage, inputs, key, assets)),
      ...touchedSince(before, watched),
    ]);
    const total = await totalSize(attempt);
    const onBytes = progressIn(run, name, 'storing', total);
    onBytes(0);
    const files =
      doubt.length > 0 ? await listFolder(attempt, hashes) : await store.putFolder(attempt, hashes, onBytes);
    const record: Record = { key: id, fields: key, files, made: made(name, started), doubt };
    const detail = doubt.map((change) => `${change} while it ran: the result is used but not stored`);
    if (doubt.length === 0) {
      const earlier = await store.lookup(id);
      const [differs] = earlier.record ? compareListings(earlier.record.files, files) : [];
      if (differs !== undefined) detail.push(`${differs} differs from what the same key gave before`);
      await store.putRecord(record);
    }
    await rm(resume_dir, { recursive: true, force: true });
    await workspace.publish(name, attempt, record, hashes);
    return { record, detail };
  } catch (error) {
    await rm(attempt, { recursive: true, force: true });
    await rmdir(resume_dir).catch(() => {}); // what is not empty is for the next attempt
    throw error;
  }
}

async function runToEnd(
  run: Run,
  stage: Stage,
  out: string,
  resume_dir: string,
  markers: readonly string[],
  key: Key,
  manifest: string,
): Promise<void> {
  const { pipeline, workspace, report, stop, threads } = run;
  const { name } = stage;
  const log = workspace.run(name, 'log.txt');
  const needs = Object.fromEntries(stage.needs.map((need) => [need, workspace.folder(need)]));
  const end = await runProcess({
    root: pipeline.root,
    script: stage.run,
    manifest,
    env: { ...(threads !== undefined && { GROKSCOPE_THREADS: String(threads) }), ...key.env },
    assignment: { params: toldParams(stage, key), identity: key.identity, needs, out, resume_dir },
    log,
    onStart: async (pid) => {
      for (const marker of markers) await writeJson(marker, ownerOf(pid));
    },
    onMessage: (message) =>
      report(
        message.type === 'say'
          ? { type: 'say', stage: name, line: message.line }
          : { ...message, type: 'progress', stage: name, action: 'running' },
      ),
    stop,
  });
  for (const marker of markers) await rm(marker, { force: true });
  stop.throwIfAborted();
  if (end.type === 'done') return;
  const path = shortPath(log);
  if (end.type === 'broke')
    throw new Failure(`${stage.run} ${end.how}`, [...(await tailOfLog(log)), `log: ${path}`].join('\n'));
  if (end.remedy === null) throw new Failure(`bug in ${stage.run}: ${end.message}`, `stack in ${path}`);
  throw new Failure(end.message, [end.remedy, `log: ${path}`].filter((line) => line !== '').join('\n'));
}

/** Has every text that the key was made of at hand; returns the manifest for loader.mjs. */
async function prepareCode(run: Run, stage: Stage, { code }: Key): Promise<string> {
  const { pipeline, store, hashes } = run;
  const manifest = await writeManifest(store.root, pipeline.root, code);
  if (manifest !== null) return manifest;
  await forgetClosure(store.root, stage.run);
  await readCode(pipeline, stage, store.root, hashes);
  const again = await writeManifest(store.root, pipeline.root, code);
  if (again !== null) return again;
  throw new Failure(
    `the code of ${stage.name} is no longer what it was, or cannot be kept in ${shortPath(store.root)}`,
    'run the pipeline again',
  );
}

/** What in the key is no longer what it was before the stage ran. Modules have run as they were. */
async function changesSince(
  run: Run,
  stage: Stage,
  inputs: Inputs,
  key: Key,
  assets: readonly string[],
): Promise<string[]> {
  const now: { [need: string]: readonly StoredFile[] } = {};
  for (const need of Object.keys(inputs))
    now[need] = (await checkStanding(run, need, stage.name)).files ?? [];
  const { code: _shared, ...anew } = run;
  try {
    const found = await currentKey(anew, stage, now);
    const code = { ...key.code };
    for (const asset of assets) code[asset] = found.code[asset] ?? 'missing';
    return compareKeys(key, { ...found, code });
  } catch (error) {
    if (error instanceof Failure) return [error.message]; // as where a file is in the middle of an edit
    throw error;
  }
}

/** Files that the stage reads as they stand, by what they are called in a message. */
function watchedFiles(
  { pipeline, workspace }: Run,
  { params, fileParams }: Stage,
  inputs: Inputs,
  assets: readonly string[],
): [name: string, path: string][] {
  const files = assets.map((asset): [string, string] => [asset, join(pipeline.root, asset)]);
  for (const { name, folderOf } of fileParams) {
    const path = params[name];
    if (typeof path !== 'string') continue;
    for (const file of ['', ...folderOf]) files.push([`params.${name}`, join(path, file)]);
  }
  for (const [need, listing] of Object.entries(inputs))
    for (const { path } of listing) files.push([`${need}/${path}`, join(workspace.folder(need), path)]);
  return files;
}

const identities = (files: readonly [name: string, path: string][]): string[] =>
  files.map(([, path]) => identityOf(path));

/** Files that were written to since, though they may hold again what they held. */
function touchedSince(before: readonly string[], files: readonly [name: string, path: string][]): string[] {
  const now = identities(files);
  return files.filter((_, i) => now[i] !== before[i]).map(([name]) => `${name} changed`);
}

const unique = (lines: readonly string[]): string[] => [...new Set(lines)];

async function totalSize(folder: string): Promise<number> {
  const sizes = (await listPaths(folder)).map(async (path) => (await lstat(join(folder, path))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Ends a stage that makes the result `id` and whose runner died. Needs the key's lock. */
export function endOrphanOf(run: Run, id: string): Promise<void> {
  return endOrphan(`${resumeFolder(run, id)}.json`);
}

/** Whether an attempt at the result `id` is under way, or was broken off. */
export const wasAttempted = (run: Run, id: string): boolean =>
  existsSync(resumeFolder(run, id)) || existsSync(`${resumeFolder(run, id)}.json`);

/** Forgets how far earlier attempts came. Needs the key's lock. */
export function forgetAttempts(run: Run, id: string): Promise<void> {
  return rm(resumeFolder(run, id), { recursive: true, force: true });
}

/** Ends what a killed run left running in the folder of `stage`, and removes what it left there. Needs the lock. */
export async function tidyStage({ workspace }: Run, stage: string): Promise<void> {
  await endOrphan(workspace.run(stage, 'running.json'));
  await workspace.tidy(stage);
}

const resumeFolder = ({ store }: Run, id: string): string => join(store.root, 'resume', id);

/** Ends a stage whose runner died, if it still lives. */
async function endOrphan(marker: string): Promise<void> {
  const owner = parseOwner(JSON.stringify((await readJson(marker)) ?? null));
  while (owner && isNear(owner) && !isDead(owner) && killGroup(owner.pid, 'SIGKILL')) await sleep(20);
  await rm(marker, { recursive: true, force: true });
}
