// Sweeps on a real Slurm of Debian's packages, which the test starts: whatever happens on the way, the same bytes come out
// as from the local executor. Only under GROKSCOPE_LONG=1, as root, where Slurm is installed.
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Cluster, until, whyNoCluster } from './cluster.ts';
import { loader } from '../loader.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const isLong = process.env['GROKSCOPE_LONG'] === '1';
const skip = isLong ? await whyNoCluster() : 'long: npm run test:long';
if (skip) console.log(`sweeps on Slurm are skipped: ${skip}`);

const MAX_ARRAY_SIZE = 3; // so that eight points take three arrays
const NETWORK = `
      dataset.p: 31
      train.d_model: 32
      train.d_head: 8
      train.d_mlp: 64
      train.checkpoint_every: 100`;
const SWEEPS = `
sweeps:
  smoke:
    until: train
    set: ${NETWORK}
      train.epochs: 500
      train.state_every: 100
    matrix:
      dataset.train_fraction: [0.5, 0.8]
      train.learning_rate: [1.0e-5, 3.0e-3]
      train.seed: [1, 2]
    slurm: { partition: low, time: "10:00", memory: 100M }
  long:
    until: train
    set: ${NETWORK}
      train.epochs: 40000
    matrix:
      train.seed: [1, 2]
    slurm: { partition: low, cpus: 2, flags: [--comment=sweep] }
  mixed:
    until: train
    set: ${NETWORK}
      train.epochs: 200
    points:
      - train.learning_rate: 1.0e-3
      - train.learning_rate: 1.0e+30
      - train.learning_rate: 3.0e-3
`;
/** States of a point of `smoke`, as the local executor leaves it. */
const forks = (folder: string): string => `
  forks:
    until: train
    set: ${NETWORK}
      dataset.train_fraction: 0.8
      train.learning_rate: 3.0e-3
      train.seed: 1
      train.epochs: 600
    matrix:
      train.start:
        - ${folder}/local/artifacts/sweeps/smoke/train_fraction=0.8,learning_rate=0.003,seed=1/train@100
        - ${folder}/local/artifacts/sweeps/smoke/train_fraction=0.8,learning_rate=0.003,seed=1/train@400
`;

describe('sweeps on Slurm', { skip, timeout: 900_000 }, () => {
  let cluster: Cluster;
  let folder: string;
  let expected: Record<'smoke' | 'long' | 'mixed' | 'forks', Record<string, string>>;

  before(async () => {
    cluster = await Cluster.start(MAX_ARRAY_SIZE);
    folder = await mkdtemp(join(tmpdir(), 'grokscope-sweep-'));
    const stages = (await readFile(join(repository, 'pipeline.yaml'), 'utf8')).split('\nsweeps:')[0]!;
    await writeFile(join(folder, 'pipeline.yaml'), stages + SWEEPS + forks(folder));
    const results = [];
    for (const name of ['smoke', 'long', 'mixed', 'forks'] as const) {
      const { code, err } = await start(name, 'local', []).finished;
      assert.equal(code, name === 'mixed' ? 1 : 0, err);
      results.push([name, await contents(name, 'local')]);
    }
    expected = Object.fromEntries(results) as typeof expected;
  });

  after(async () => {
    await cluster?.stop();
    if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Artifacts and cache are `where`'s own, so that nothing is known from before. */
  function start(name: string, where: string, options: readonly string[]): Started {
    const roots = ['--artifacts', join(folder, where, 'artifacts'), '--cache', join(folder, where, 'cache')];
    const file = ['--file', join(folder, 'pipeline.yaml')];
    const main = join(repository, 'commands/sweep.ts');
    const child = spawn(process.execPath, ['--import', loader, main, name, ...file, ...roots, ...options], {
      cwd: repository,
      env: cluster.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const finished = new Promise<Finished>((resolve) =>
      child.on('close', (code) => resolve({ code, out, err })),
    );
    return { child, finished };
  }

  /** Every file of the stage folders and results.arrow, in base64. */
  async function contents(name: string, where: string): Promise<Record<string, string>> {
    const root = join(folder, where, 'artifacts/sweeps', name);
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const paths = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
    const counted = paths.filter((path) => !/\/\.|timings\.arrow|\/figures\//.test(path.slice(root.length)));
    const read = counted.map(async (path) => [path.slice(root.length), await readFile(path, 'base64')]);
    return Object.fromEntries((await Promise.all(read)).sort());
  }

  /** Gathers in a later process and compares. */
  async function gathersTheSame(name: keyof typeof expected, where: string): Promise<Finished> {
    const ended = await start(name, where, ['--collect']).finished;
    assert.equal(ended.code, name === 'mixed' ? 1 : 0, ended.out + ended.err);
    assert.deepEqual(Object.keys(await contents(name, where)), Object.keys(expected[name]));
    assert.deepEqual(await contents(name, where), expected[name]);
    return ended;
  }

  /** Submits `long`, and waits until both trainings have a checkpoint to go on from. */
  async function startTraining(where: string): Promise<void> {
    const { code, out, err } = await start('long', where, ['--executor', 'slurm', '--detach']).finished;
    assert.equal(code, 0, out + err);
    await until('checkpoints', async () => (await stateFiles(where)) === 2, 60_000);
  }

  async function stateFiles(where: string): Promise<number> {
    const resume = join(folder, where, 'cache/resume');
    const states = (await readdir(resume, { recursive: true })).filter((path) => /state\.\d+$/.test(path));
    return new Set(states.map(dirname)).size;
  }

  /** Lines of the tasks' logs, of every submission. */
  async function logs(name: string, where: string): Promise<string> {
    const root = join(folder, where, 'artifacts/sweeps', name);
    const paths = (await readdir(root, { recursive: true })).filter((path) =>
      /log(-\d+-\d+)?\.txt$/.test(path),
    );
    return (await Promise.all(paths.map((path) => readFile(join(root, path), 'utf8')))).join('\n');
  }

  test('give the bytes of the local executor, in arrays no larger than Slurm allows', async () => {
    const { code, out, err } = await start('smoke', 'plain', ['--executor', 'slurm']).finished;
    assert.equal(code, 0, out + err);
    assert.deepEqual(await contents('smoke', 'plain'), expected.smoke);
    const again = await start('smoke', 'plain', ['--executor', 'slurm']).finished;
    assert.match(again.out, /8 known, 0 ran/);
  });

  test('give the bytes of the local executor where points go on from states of another run', async () => {
    const { code, out, err } = await start('forks', 'forked', ['--executor', 'slurm']).finished;
    assert.equal(code, 0, out + err);
    assert.deepEqual(await contents('forks', 'forked'), expected.forks);
  });

  test('are gathered by a later process where the one that submitted was killed', async () => {
    const { child, finished } = start('smoke', 'orphaned', ['--executor', 'slurm']);
    await until('running tasks', async () => (await cluster.ask('squeue', '-h', '-t', 'R')) !== '');
    child.kill('SIGKILL');
    await finished;
    await gathersTheSame('smoke', 'orphaned');
  });

  test('go on where a point fails by design, and say which and why', async () => {
    const { code } = await start('mixed', 'failing', ['--executor', 'slurm', '--detach']).finished;
    assert.equal(code, 0);
    const { out } = await gathersTheSame('mixed', 'failing');
    assert.match(out, /learning_rate=1e\+30 +failed/);
    assert.match(out, /training diverged/);
    assert.match(out, /2 ran, 1 failed/);
  });

  test('go on from the checkpoint where tasks are killed', async () => {
    await startTraining('killed');
    const processes = await tasksOf('killed');
    assert.ok(processes.length >= 2, 'no tasks found to kill');
    for (const pid of processes) process.kill(pid, 'SIGKILL');
    await gathersTheSame('long', 'killed');
    assert.match(await logs('long', 'killed'), /going on from epoch [1-9]/);
  });

  test('go on from the checkpoint where tasks are preempted and requeued', async () => {
    const before = await restarts();
    await startTraining('preempted');
    const args = [
      '--partition=high',
      '--nodes=2',
      '--ntasks-per-node=2',
      '--output=/dev/null',
      '--wrap=sleep 3',
    ];
    await cluster.ask('sbatch', ...args);
    await until('requeued tasks', async () => (await restarts()) === before + 2, 60_000);
    await gathersTheSame('long', 'preempted');
    assert.match(await logs('long', 'preempted'), /going on from epoch [1-9]/);
    assert.match(await logs('long', 'preempted'), /start 2/);
  });

  test('end well where the daemon of a node is killed', async () => {
    const before = await restarts();
    await startTraining('daemonless');
    await cluster.killNode('n1');
    await cluster.ask('scontrol', 'update', 'NodeName=n1', 'State=DOWN', 'Reason=test');
    await until('a requeued task', async () => (await restarts()) > before, 60_000);
    await gathersTheSame('long', 'daemonless');
    cluster.startNode('n1');
    await cluster.ask('scontrol', 'update', 'NodeName=n1', 'State=RESUME').catch(() => {});
  });

  /** Tasks that Slurm has started again, or is about to. */
  async function restarts(): Promise<number> {
    const jobs = await cluster.ask('scontrol', 'show', 'job');
    return [...jobs.matchAll(/ Restarts=(\d+)/g)].filter(([, count]) => Number(count) > 0).length;
  }

  /** Process ids of the tasks that run for `where`, and of their stages. */
  async function tasksOf(where: string): Promise<number[]> {
    const ps = await new Promise<string>((resolve, reject) =>
      execFile('ps', ['-eo', 'pid=,args='], { maxBuffer: 1 << 26 }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      ),
    );
    const lines = ps
      .split('\n')
      .filter((line) => line.includes('--task') && line.includes(join(folder, where)));
    return lines.map((line) => Number.parseInt(line));
  }
});

interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}
