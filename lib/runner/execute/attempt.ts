/** Runs a stage: makes a private folder, starts the process, checks the inputs again, stores and publishes the result. */
import { existsSync } from 'node:fs';
import { lstat, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../files/failure.ts';
import { tailOfLog } from '../../files/log-tail.ts';
import { shortPath } from '../../files/short-path.ts';
import { makeFolder, readJson, writeJson } from '../../files/whole-file.ts';
import { forgetClosure, readCode } from '../code/closure.ts';
import { writeManifest } from '../code/texts.ts';
import type { Stage } from '../config/stage-definition.ts';
import { identityOf } from '../disk/hashes.ts';
import { compareListings, listFolder, listPaths, type StoredFile } from '../disk/listing.ts';
import { isDead, isOnThisHost, ownerOf, parseOwner } from '../disk/owner.ts';
import { compareKeys, hashKey, type Inputs, type Key } from '../key/key.ts';
import { circumstancesOf, type Circumstances, type StageRecord } from '../store/record.ts';
import { progressIn } from './event.ts';
import { openLive } from './live.ts';
import { readFolderState } from './inputs.ts';
import { killGroup } from './process-groups.ts';
import { runProcess } from './process.ts';
import { paramsAsWritten } from './provenance.ts';
import { currentCode, currentKey, type RunContext } from './run-context.ts';

/** Runs `stage`, stores and publishes its result. Needs the locks of stage and key, and shared locks of its needs. */
export async function attempt(
  run: RunContext,
  stage: Stage,
  inputs: Inputs,
  key: Key,
  why: readonly string[],
): Promise<{ record: StageRecord; detail: string[] }> {
  const { workspace, store, hashes } = run;
  const { name } = stage;
  const id = hashKey(key);
  const resume_dir = resumeFolder(run, id);
  const markers = [`${resume_dir}.json`, workspace.besideStage(name, 'running.json')];
  if (run.forced.has(name)) await rm(resume_dir, { recursive: true, force: true });
  await makeFolder(resume_dir);
  const out = await workspace.createAttempt(name);
  const started = new Date();
  try {
    const manifest = await prepareCode(run, stage, key);
    const { code, assets } = await currentCode(run, stage);
    const watched = watchedFiles(run, stage, inputs, assets);
    const before = identities(watched);
    const runs_on = await runToEnd(run, stage, out, resume_dir, markers, key, manifest);
    if ((await listPaths(out)).length === 0)
      throw new Failure(
        `${stage.script} wrote nothing into its folder`,
        'a stage must write at least one file to `out`',
      );
    const changedMeanwhile = unique([
      ...compareKeys(key, { ...key, code }),
      ...(await changesSince(run, stage, inputs, key, assets)),
      ...touchedSince(before, watched),
    ]);
    const total = await totalSize(out);
    const onBytes = progressIn(run, name, 'storing', total);
    onBytes(0);
    const files =
      changedMeanwhile.length > 0
        ? await listFolder(out, hashes)
        : await store.putFolder(out, hashes, onBytes);
    const record: StageRecord = {
      key: id,
      fields: key,
      files,
      circumstances: circumstancesOf(name, started, runs_on),
      changedMeanwhile,
    };
    const detail = changedMeanwhile.map(
      (change) => `${change} while it ran: the result is used but not stored`,
    );
    if (changedMeanwhile.length === 0) {
      const earlier = await store.lookup(id);
      const [differs] = earlier.record ? compareListings(earlier.record.files, files) : [];
      if (differs !== undefined) detail.push(`${differs} differs from what the same key gave before`);
      await store.putRecord(record);
    }
    await rm(resume_dir, { recursive: true, force: true });
    await workspace.publish(name, out, { ...record, arrival: { outcome: 'ran', why } }, hashes);
    return { record, detail };
  } catch (error) {
    await rm(out, { recursive: true, force: true });
    await rmdir(resume_dir).catch(() => {}); // it stays if it holds something for the next attempt
    throw error;
  }
}

async function runToEnd(
  run: RunContext,
  stage: Stage,
  out: string,
  resume_dir: string,
  markers: readonly string[],
  key: Key,
  manifest: string,
): Promise<Circumstances['runs_on']> {
  const { pipeline, workspace, report, stop, threads } = run;
  const { name } = stage;
  const log = workspace.besideStage(name, 'log.txt');
  const needs = Object.fromEntries(stage.needs.map((need) => [need, workspace.folder(need)]));
  let runs_on: Circumstances['runs_on'] = {};
  const { show, close } = openLive(workspace.besideStage(name, 'live.json'), () =>
    report({ type: 'show', stage: name }),
  );
  const end = await runProcess({
    root: pipeline.root,
    script: stage.script,
    manifest,
    env: { ...(threads !== undefined && { GROKSCOPE_THREADS: String(threads) }), ...key.env },
    assignment: { params: paramsAsWritten(stage, key), identity: key.identity, needs, out, resume_dir },
    log,
    onStart: async (pid) => {
      for (const marker of markers) await writeJson(marker, ownerOf(pid));
    },
    onMessage: (message) => {
      if (message.type === 'runs-on') runs_on = message.what;
      else if (message.type === 'say') report({ type: 'say', stage: name, line: message.line });
      else if (message.type === 'show') show(message.what);
      else report({ ...message, type: 'progress', stage: name, action: 'running' });
    },
    stop,
  }).finally(close);
  for (const marker of markers) await rm(marker, { force: true });
  stop.throwIfAborted();
  if (end.type === 'done') return runs_on;
  const path = shortPath(log);
  if (end.type === 'broke')
    throw new Failure(`${stage.script} ${end.how}`, [...(await tailOfLog(log)), `log: ${path}`].join('\n'));
  if (end.remedy === null) throw new Failure(`bug in ${stage.script}: ${end.message}`, `stack in ${path}`);
  throw new Failure(end.message, [end.remedy, `log: ${path}`].filter((line) => line !== '').join('\n'));
}

/** Makes sure that all texts of the key are in the cache. Returns the path of the manifest for loader.mjs. */
async function prepareCode(run: RunContext, stage: Stage, { code }: Key): Promise<string> {
  const { pipeline, store, hashes } = run;
  const manifest = await writeManifest(store.root, pipeline.root, code);
  if (manifest !== null) return manifest;
  await forgetClosure(store.root, stage.script);
  await readCode(pipeline, stage, store.root, hashes);
  const again = await writeManifest(store.root, pipeline.root, code);
  if (again !== null) return again;
  throw new Failure(
    `the code of ${stage.name} has just changed, or cannot be saved in ${shortPath(store.root)}`,
    'run the pipeline again',
  );
}

/** What has changed in the key since the stage began. Modules do not count: the texts that ran are those of the key. */
async function changesSince(
  run: RunContext,
  stage: Stage,
  inputs: Inputs,
  key: Key,
  assets: readonly string[],
): Promise<string[]> {
  const now: { [need: string]: readonly StoredFile[] } = {};
  for (const need of Object.keys(inputs))
    now[need] = (await readFolderState(run, need, stage.name)).files ?? [];
  const anew = { ...run, code: new Map() };
  try {
    const found = await currentKey(anew, stage, now);
    const code = { ...key.code };
    for (const asset of assets) code[asset] = found.code[asset] ?? 'missing';
    return compareKeys(key, { ...found, code });
  } catch (error) {
    if (error instanceof Failure) return [error.message]; // for example, a file is being edited
    throw error;
  }
}

/** Files that the stage reads from the disk, each with its name for messages. */
function watchedFiles(
  { pipeline, workspace }: RunContext,
  { fileParams }: Stage,
  inputs: Inputs,
  assets: readonly string[],
): [name: string, path: string][] {
  const files = assets.map((asset): [string, string] => [asset, join(pipeline.root, asset)]);
  for (const { name, path, folderOf } of fileParams) {
    for (const file of ['', ...folderOf]) files.push([`params.${name}`, join(path, file)]);
  }
  for (const [need, listing] of Object.entries(inputs))
    for (const { path } of listing) files.push([`${need}/${path}`, join(workspace.folder(need), path)]);
  return files;
}

const identities = (files: readonly [name: string, path: string][]): string[] =>
  files.map(([, path]) => identityOf(path));

/** Files that were written to meanwhile, even if their content is the same again. */
function touchedSince(before: readonly string[], files: readonly [name: string, path: string][]): string[] {
  const now = identities(files);
  return files.filter((_, i) => now[i] !== before[i]).map(([name]) => `${name} changed`);
}

const unique = (lines: readonly string[]): string[] => [...new Set(lines)];

async function totalSize(folder: string): Promise<number> {
  const sizes = (await listPaths(folder)).map(async (path) => (await lstat(join(folder, path))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Ends a process that still makes the result `id` although its runner has died. Needs the lock of the key. */
export function endOrphanOf(run: RunContext, id: string): Promise<void> {
  return endOrphan(`${resumeFolder(run, id)}.json`);
}

/** Whether an attempt at the result `id` is under way or was broken off. */
export const wasAttempted = (run: RunContext, id: string): boolean =>
  existsSync(resumeFolder(run, id)) || existsSync(`${resumeFolder(run, id)}.json`);

/** Removes what earlier attempts left for the next one to go on from. Needs the lock of the key. */
export function forgetAttempts(run: RunContext, id: string): Promise<void> {
  return rm(resumeFolder(run, id), { recursive: true, force: true });
}

/** Ends the process that a killed run left behind for `stage`, and removes its files. Needs the lock of the stage. */
export async function tidyStage({ workspace }: RunContext, stage: string): Promise<void> {
  await endOrphan(workspace.besideStage(stage, 'running.json'));
  await workspace.tidy(stage);
}

const resumeFolder = ({ store }: RunContext, id: string): string => join(store.root, 'resume', id);

/** Ends the process named in `marker` if it still lives; its runner has died. */
async function endOrphan(marker: string): Promise<void> {
  const owner = parseOwner(JSON.stringify((await readJson(marker)) ?? null));
  while (owner && isOnThisHost(owner) && !isDead(owner) && killGroup(owner.pid, 'SIGKILL')) await sleep(20);
  await rm(marker, { recursive: true, force: true });
}
