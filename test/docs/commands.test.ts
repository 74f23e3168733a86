// Every command in README.md, CONTRIBUTING.md and docs/, in a copy of the project whose network is tiny. Commands that take
// minutes are only planned, and carried out in the long form. Of those that serve, compile, download or need Slurm, only the
// words are parsed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { runBench } from '../../bench/bench.ts';
import { SECTIONS } from '../../bench/sections.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { writeModel } from '../../lib/network/model-file.ts';
import { runInProcess, type Finished } from '../in-process.ts';
import type { runPipelineCommand } from '../../commands/pipeline-command.ts';
import { copyProject, project } from './copy.ts';

type Run = typeof runPipelineCommand;

const IS_LONG = process.env['GROKSCOPE_LONG'] === '1';
// Small, but with the frequency 9 that the pages take out.
const SIZES = { p: 19, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 8 };
const PIPELINE = ['pipeline', 'plan', 'status', 'explain', 'graph', 'verify', 'gc'];
/** Commands that are functions of this name in commands/. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  sweep: 'runSweepCommand',
  export: 'runExportCommand',
  inspect: 'runInspectCommand',
  params: 'runParamsCommand',
  docs: 'runDocsCommand',
};
/** What parses their words; nothing is carried out. */
const BY_HELP = ['report', 'lab', 'bench', 'build:wasm', 'tensorflow:install', 'tensorflow:link'];
const NOT_HERE = ['check', 'test:long', 'format'];

let copy: string;
let scripts: Readonly<Record<string, string>>;
before(async () => {
  copy = await copyProject('commands', 'lib', 'stages', 'docs');
  const file = join(copy, 'pipeline.yaml');
  let text = await readFile(file, 'utf8');
  for (const [name, value] of Object.entries(SIZES))
    text = text.replace(new RegExp(`(?<=^      ${name}: )\\d+`, 'm'), String(value));
  await writeFile(file, text);
  scripts = (JSON.parse(await readFile(join(copy, 'package.json'), 'utf8')) as { scripts: typeof scripts })
    .scripts;
  const config = { ...SIZES, p: 118 };
  await writeModel(join(copy, 'C118_T_seed1.pt'), config, initialWeights(config, 1));
  await writeModel(join(copy, 'theirs.safetensors'), SIZES, initialWeights(SIZES, 1));
  await copyFile(join(project, 'test/fixtures/models/runs.pth'), join(copy, 'runs.pth'));
  const trained = await carryOut(['pipeline', 'train']);
  assert.equal(trained.code, 0, trained.err);
});
after(() => rm(copy, { recursive: true, force: true }));

test('the sweep that docs/sweeps.md shows can be planned', async () => {
  const page = await readFile(join(project, 'docs/sweeps.md'), 'utf8');
  const [, sweeps] = /^```yaml\n(.*?)^```/ms.exec(page)!;
  const text = await readFile(join(copy, 'pipeline.yaml'), 'utf8');
  await writeFile(
    join(copy, 'shown.yaml'),
    text.replace(/^sweeps:\n[^]*/m, () => sweeps!),
  );
  const planned = await carryOut(['sweep', 'data-fraction', '--file', 'shown.yaml']);
  assert.equal(planned.code, 0, planned.err);
});

/** Lines of the sh blocks of a page, each with its comment taken off and split at `&&`. */
const commandsOf = (page: string): string[] =>
  [...page.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block]) =>
    block!
      .split('\n')
      .map((line) => line.replace(/\s+#\s.*$/, ''))
      .filter((line) => line !== '')
      .flatMap((line) => line.split(' && ')),
  );

/** The words as a shell splits them; only single quotes occur. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

async function carryOut([name = '', ...words]: readonly string[]): Promise<Finished> {
  const load = async (file: string, named: string): Promise<Run> =>
    ((await import(join(copy, `commands/${file}-command.ts`))) as Record<string, Run>)[named]!;
  if (PIPELINE.includes(name)) {
    // The file with several runs is of another p.
    const isOtherModel = words.some((word) => word.includes('runs.pth'));
    const isPlanned = name === 'pipeline' && (!IS_LONG || isOtherModel) && words.join() !== 'train';
    const more = isPlanned ? ['--dry-run'] : [];
    return runInProcess(copy, [name, ...words, ...more], await load('pipeline', 'runPipelineCommand'));
  }
  const isListed = name === 'sweep' && words.length > 0 && !words.includes('--collect');
  const more = isListed && !words.includes('--dry-run') ? ['--dry-run'] : [];
  if (words.includes('--collect')) more.push('--help');
  const inProcess = FUNCTIONS[name];
  if (inProcess !== undefined) return runInProcess(copy, [...words, ...more], await load(name, inProcess));
  if (name === 'bench')
    return runInProcess(project, [...words, '--help'], (args, env, io) => runBench(args, env, io, SECTIONS));
  const [, script = ''] = /(\S+\.ts)/.exec(scripts[name]!)!;
  const args = ['--import', './lib/files/typescript.mjs', script, ...words, '--help'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: project });
  return { code: 0, out: stdout, err: stderr };
}

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...(await readdir(join(project, 'docs'))).map((name) => `docs/${name}`),
];
const asked = new Set<string>();
// The commands of docs/extending.md need the code that it adds: extending.test.ts.
for (const page of pages.filter((name) => name.endsWith('.md') && !name.includes('extending'))) {
  const commands = commandsOf(await readFile(join(project, page), 'utf8')).filter((each) => !asked.has(each));
  commands.forEach((each) => asked.add(each));
  if (commands.length > 0)
    test(`the commands of ${page} do what they are written for`, (t) => tryAll(t, commands));
}

async function tryAll(t: TestContext, commands: readonly string[]): Promise<void> {
  for (const command of commands) {
    const [program, ...rest] = wordsOf(command);
    if (program !== 'npm') {
      assert.ok(['git', 'cd'].includes(program!), command);
      continue;
    }
    const [verb, ...words] = rest;
    const tests = words.filter((word) => word.endsWith('.test.ts'));
    if (verb === 'test') for (const file of tests) assert.ok(existsSync(join(project, file)), command);
    if (verb !== 'run') continue;
    const [name, dashes, ...own] = words;
    assert.ok(name! in scripts, `${command}: package.json has no ${name}`);
    if (NOT_HERE.includes(name!)) continue;
    assert.ok(own.length === 0 || dashes === '--', `${command}: npm keeps what stands before --`);
    if (!PIPELINE.includes(name!) && !(name! in FUNCTIONS)) assert.ok(BY_HELP.includes(name!), command);
    const { code, out, err } = await carryOut([name!, ...own]);
    assert.equal(code, 0, `${command}\n${out}${err}`);
    t.diagnostic(command);
  }
}
