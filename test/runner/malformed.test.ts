// Generated malformed pipelines and command lines: every one is refused with located messages, soon, and without a stack.
import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { checkTargets, parseOptions } from '../../commands/pipeline-options.ts';
import { ConfigurationError } from '../../lib/files/problem.ts';
import { readPipeline } from '../../lib/runner/config/pipeline.ts';
import { findRoots } from '../../lib/runner/config/roots.ts';
import { commandLine, nearMiss, pipelineFile, VALID_YAML } from './malformed.ts';
import { Project } from './project.ts';

/** Files and command lines that are refused in process; two thousand of them in the long tests. */
const LONG = process.env['GROKSCOPE_LONG'] === '1';
const FILES = LONG ? 1500 : 250;
const LINES = LONG ? 500 : 100;
/** A hang, not a slow machine: the slowest takes some tens of milliseconds. */
const HANG_MS = 10_000;

let project: Project;
let file: string;
before(async () => {
  project = await Project.create(VALID_YAML, { a: {}, b: {}, c: {} });
  await project.write('weights.bin', 'abc');
  await symlink('/', join(project.root, 'link'));
  file = join(project.root, 'generated.yaml');
});
after(() => project.remove());

/** The problems of a configuration, or null where it is accepted, with a plan that keeps what is promised. */
async function problemsOf(path: string): Promise<ConfigurationError | null> {
  try {
    const { root, stages } = await readPipeline(path);
    const seen = new Set<string>();
    for (const [name, { needs, script: run, params }] of stages) {
      assert.match(name, /^[a-z][a-z0-9_-]*$/);
      assert.ok(
        needs.every((need) => seen.has(need)),
        `${name} comes before what it needs`,
      );
      assert.ok(join(root, run).startsWith(`${root}/`), run);
      assert.deepEqual(Object.keys(params), ['n', 'size', 'rate', 'kind', 'pair', 'input', 'model', 'kinds']);
      seen.add(name);
    }
    return null;
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}

/** Each problem has its line, which stands in the file, and its column within it. */
function checkProblems(error: ConfigurationError, text: string, path: string): void {
  assert.ok(error.problems.length > 0);
  assert.doesNotMatch(error.message, /\n\s+at /);
  assert.ok(!error.message.includes('\0'), 'control characters reach the terminal');
  for (const { place, message, excerpt } of error.problems) {
    assert.ok(message.length > 5 && !message.includes('undefined'), message);
    const [, line, column] = /:(\d+):(\d+)$/.exec(place.startsWith(path) ? place : '') ?? [];
    assert.ok(line && column && excerpt, `no place: ${place} ${message}`);
    assert.equal(excerpt.line, text.split(/\r?\n/)[Number(line) - 1] ?? '');
    assert.ok(Number(column) >= 1 && Number(column) <= excerpt.line.length + 1, place);
  }
}

/** What is accepted does not count: another one is generated. */
const refuse = <T>(
  numRuns: number,
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => Promise<void>,
): Promise<void> =>
  fc.assert(fc.asyncProperty(arbitrary, check), { numRuns, seed: 598, timeout: HANG_MS, maxSkipsPerRun: 20 });

test('the file that all are made from is valid', async () => {
  assert.equal(await problemsOf(join(project.root, 'pipeline.yaml')), null);
});

test(`${FILES} generated malformed pipelines are refused, each problem with its line and column`, async () => {
  let refused = 0;
  await refuse(FILES, pipelineFile, async (bytes) => {
    await writeFile(file, bytes);
    const error = await problemsOf(file);
    fc.pre(error !== null);
    checkProblems(error!, bytes.toString(), file);
    refused++;
  });
  assert.equal(refused, FILES);
});

test('files that ask for much work are dealt with soon', { timeout: 6 * HANG_MS }, async () => {
  const fill = (head: string, line: (i: number) => string, tail = ''): string => {
    let text = head;
    for (let i = 0; text.length < 30_000; i++) text += line(i);
    return text + tail;
  };
  const chain = fill('stages:\n', (i) => `  s${i}: { run: stages/a.ts, needs: [s${i + 1}] }\n`);
  const aliases = fill('stages: { a: &x { params: { n: 1 } },', (i) => `s${i}: *x,`, '}');
  for (const [text, told] of [
    [chain, /^\S+:\d+:\d+ there is no stage "s\d+"/],
    [aliases, /^\S+:1:\d+ there are more than 100 aliases/],
    [fill('stages:\n', (i) => ` s${i}:\n`), /\nand \d{4} more$/],
    [fill('stages: {', (i) => `S${i}: 1,`, '}'), /\nand \d{4} more$/],
    ['['.repeat(30_000), /^\S+:1:\d+ is nested too deeply\n.*\n.*$/],
    ['"'.repeat(30_000), /\nand \d{5} more$/],
    [fill('', () => '#\n', '\n'.repeat(40_000)), /^\S+ has \d+ bytes \(a pipeline has at most 65536\)\n/],
  ] as const) {
    await writeFile(file, text);
    assert.match((await problemsOf(file))?.message ?? '', told);
  }
});

test('a name with one wrong letter is refused where it stands, with the right one', async () => {
  await refuse(60, nearMiss, async ({ yaml, wrong, right }) => {
    await writeFile(file, yaml);
    const error = await problemsOf(file);
    const problem = error?.problems.find(({ message }) => message.includes(`"${wrong}"`));
    assert.ok(problem, `${wrong} was taken for ${right}`);
    assert.equal(problem.hint, `did you mean "${right}"?`);
    assert.equal(problem.excerpt?.line.slice(problem.excerpt.column).startsWith(wrong), true);
  });
});

test(`${LINES} generated malformed command lines are refused, each problem beside the word it is about`, async () => {
  const accepts = async (args: readonly string[]): Promise<boolean> => {
    try {
      const options = parseOptions(args, {});
      if (options.help) return true;
      const pipeline = await readPipeline(
        options.file ?? join(project.root, 'pipeline.yaml'),
        options.overrides,
      );
      checkTargets(options, pipeline);
      findRoots(options, pipeline);
      return true;
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      assert.doesNotMatch(error.message, /\n\s+at |undefined/);
      for (const { place, message } of error.problems)
        assert.ok(place !== '' && message.length > 5, error.message);
      return false;
    }
  };
  await refuse(LINES, commandLine, async (args) => {
    fc.pre(!(await accepts(args)));
  });
});

test('twenty of them through the real command, some in processes: exit code 2, a message, no stack, nothing on standard output', async () => {
  const refused = async (bytes: Buffer): Promise<boolean> => {
    await writeFile(file, bytes);
    return (await problemsOf(file)) !== null;
  };
  const files: Buffer[] = [];
  for (const bytes of fc.sample(pipelineFile, { seed: 999, numRuns: 60 }))
    if (files.length < 14 && (await refused(bytes))) files.push(bytes);
  const cases = files.map((bytes, i) => ({ bytes, path: `case-${i}.yaml` }));
  for (const { bytes, path } of cases) await writeFile(join(project.root, path), bytes);
  const lines = [
    ['pipelin'],
    ['pipeline', 'q'],
    ['status', '--jbs', '2'],
    ['pipeline', '--set', 'a.__proto__=1'],
    ['gc', '--keep', '0'],
    ['explain'],
  ];
  const all = [...cases.map(({ path }) => ['pipeline', '--file', path]), ...lines];
  assert.equal(all.length, 20);
  for (let i = 0; i < all.length; i += 4)
    for (const [j, { code, out, err }] of (
      await Promise.all(
        all.slice(i, i + 4).map((args) => (i === 0 ? project.start(args).finished : project.run(...args))),
      )
    ).entries()) {
      assert.equal(code, 2, err);
      assert.equal(out, '');
      assert.match(err, i + j < cases.length ? /^case-\d+\.yaml:\d+:\d+ \S/ : /^\S/);
      assert.doesNotMatch(err, /\n\s+at /);
    }
  assert.equal(await project.runs('a'), 0);
});
