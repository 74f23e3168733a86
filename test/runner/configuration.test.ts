// Every way to get pipeline.yaml wrong is told at once, with its place, the line and a way out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { ConfigurationError } from '../../lib/files/problem.ts';
import { parseOverrides } from '../../lib/runner/config/override.ts';
import { readPipeline } from '../../lib/runner/config/pipeline.ts';
import type { Pipeline } from '../../lib/runner/config/stage-definition.ts';
import { Project } from './project.ts';

let project: Project;
before(async () => {
  project = await Project.create('stages: { a: {} }\n', { a: {}, b: {} });
  await project.write('weights.bin', 'abc');
});
after(() => project.remove());

let count = 0;

/** Messages in the file are called by the whole path, as it is not below the working directory; here without it. */
async function problemsOf(yaml: string, sets: readonly string[] = []): Promise<string> {
  const file = `case-${count++}.yaml`;
  await project.write(file, yaml);
  try {
    await read(file, sets);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.message
      .replaceAll(join(project.root, file), 'pipeline.yaml')
      .replaceAll(project.root, 'ROOT');
  }
  return '';
}

const read = (file: string, sets: readonly string[] = []): Promise<Pipeline> =>
  readPipeline(join(project.root, file), parseOverrides(sets));

const CASES: readonly [title: string, yaml: string, message: string][] = [
  [
    'a wrong type',
    'stages:\n  a:\n    params: { n: 1, rate: lots }\n',
    `pipeline.yaml:3:27 rate must be a number, got "lots"
    params: { n: 1, rate: lots }
                          ~~~~`,
  ],
  [
    'a stage named like the folder of the sweeps',
    'stages:\n  a:\n  sweeps: { run: stages/a.ts }\n',
    `pipeline.yaml:3:3 sweeps cannot be the name of a stage
    sweeps: { run: stages/a.ts }
    ~~~~~~
    artifacts/sweeps/ holds the sweeps`,
  ],
  [
    'a size below the least',
    'stages:\n  a: { params: { size: 2 } }\n',
    `pipeline.yaml:2:24 size must be a whole number of at least 3, got 2
    a: { params: { size: 2 } }
                         ~`,
  ],
  [
    'a number out of its range',
    'stages:\n  a: { params: { rate: 1, n: -1 } }\n',
    `pipeline.yaml:2:24 rate must be a number above 0 and below 1, got 1
    a: { params: { rate: 1, n: -1 } }
                         ~
pipeline.yaml:2:30 n must be a whole number of at least 0, got -1
    a: { params: { rate: 1, n: -1 } }
                               ~~`,
  ],
  [
    'an unknown param',
    'stages:\n  a:\n    params:\n      rte: 0.5\n',
    `pipeline.yaml:4:7 a has no param "rte"
    rte: 0.5
    ~~~
    did you mean "rate"?`,
  ],
  [
    'a word that is not among the choices',
    'stages:\n  a: { params: { kind: substract } }\n',
    `pipeline.yaml:2:24 kind must be one of add, subtract, got "substract"
    a: { params: { kind: substract } }
                         ~~~~~~~~~
    did you mean "subtract"?`,
  ],
  [
    'a wrong item of a list',
    'stages:\n  a: { params: { pair: [0, x] } }\n',
    `pipeline.yaml:2:28 pair[1] must be a whole number, got "x"
    a: { params: { pair: [0, x] } }
                             ~`,
  ],
  [
    'a list of another length',
    'stages:\n  a: { params: { pair: [0] } }\n',
    `pipeline.yaml:2:24 pair must be a list of exactly 2, got [0]
    a: { params: { pair: [0] } }
                         ~~~`,
  ],
  [
    'a file that is not there',
    'stages:\n  a: { params: { input: nowhere.bin } }\n',
    `pipeline.yaml:2:25 input must be a file that exists, got "nowhere.bin"
    a: { params: { input: nowhere.bin } }
                          ~~~~~~~~~~~`,
  ],
  [
    'a folder without the file that it must hold',
    'stages:\n  a: { params: { model: stages } }\n',
    `pipeline.yaml:2:25 model must be a file that exists, or a folder with model.bin, got "stages"
    a: { params: { model: stages } }
                          ~~~~~~`,
  ],
  [
    'a word in a list of words that may not be there',
    'stages:\n  a: { params: { kinds: [add, subract] } }\n',
    `pipeline.yaml:2:31 kinds[1] must be one of add, subtract, got "subract"
    a: { params: { kinds: [add, subract] } }
                                ~~~~~~~
    did you mean "subtract"?`,
  ],
  [
    'a key of a stage that is not one',
    'stages:\n  a: {}\n  b:\n    need: [a]\n',
    `pipeline.yaml:4:5 b has an unknown key "need"
    need: [a]
    ~~~~
    did you mean "needs"?`,
  ],
  [
    'a key twice',
    'stages:\n  a: {}\n  a: {}\n',
    `pipeline.yaml:3:3 this key appears twice
    a: {}
    ~`,
  ],
  [
    'a need that is no stage',
    'stages:\n  a: {}\n  b: { needs: [a, datset] }\n',
    `pipeline.yaml:3:19 there is no stage "datset"
    b: { needs: [a, datset] }
                    ~~~~~~
    stages: a, b`,
  ],
  [
    'a cycle',
    'stages:\n  a: { needs: [b] }\n  b: { needs: [a] }\n',
    `pipeline.yaml:3:16 the stages need each other in a cycle: a -> b -> a
    b: { needs: [a] }
                 ~`,
  ],
  [
    'a stage that needs itself',
    'stages:\n  a: { needs: [a] }\n',
    `pipeline.yaml:2:16 the stages need each other in a cycle: a -> a
    a: { needs: [a] }
                 ~`,
  ],
  [
    'a stage without a script',
    'stages:\n  a: {}\n  sv: {}\n',
    `pipeline.yaml:3:3 sv needs stages/sv.ts, which does not exist
    sv: {}
    ~~
    stages/ has: a, b`,
  ],
  [
    'a script outside of the project',
    'stages:\n  a: { run: ../a.ts }\n',
    `pipeline.yaml:2:13 ../a.ts is outside the project
    a: { run: ../a.ts }
              ~~~~~~~
    the script of a stage must be in ROOT`,
  ],
  [
    'a name that would leave its folder',
    'stages:\n  a: {}\n  ../b: {}\n',
    `pipeline.yaml:3:3 "../b" cannot be the name of a stage
    ../b: {}
    ~~~~
    lower-case letters, digits, - and _, beginning with a letter`,
  ],
  [
    'env that is no list of names',
    'stages:\n  a: { env: [CC, 1X] }\n',
    `pipeline.yaml:2:18 env must list names of environment variables, got "1X"
    a: { env: [CC, 1X] }
                   ~~`,
  ],
  [
    'something else than stages at the top',
    'stage:\n  a: {}\n',
    `pipeline.yaml:1:1 unknown key "stage"
    stage:
    ~~~~~
    did you mean "stages"?`,
  ],
  ['an empty file', '', 'pipeline.yaml:1:1 the pipeline must be a mapping\n    \n    ~'],
  ['a list', '- a\n', 'pipeline.yaml:1:1 the pipeline must be a mapping\n    - a\n    ~'],
  ['no stages', 'stages: {}\n', 'pipeline.yaml:1:9 there are no stages\n    stages: {}\n            ~~'],
  [
    'broken YAML',
    'stages:\n  a: { needs: [ }\n',
    `pipeline.yaml:2:17 flow sequence in block collection must be sufficiently indented and end with a ]`,
  ],
];

for (const [title, yaml, message] of CASES)
  test(`${title} is refused with its place`, async () => {
    const shown = await problemsOf(yaml);
    if (title === 'broken YAML') assert.ok(/^pipeline\.yaml:2:17 \S/.test(shown), shown);
    else assert.equal(shown, message);
  });

test('everything that is wrong is told at once, in the order of the file, the command line last', async () => {
  const shown = await problemsOf('stages:\n  b: { needs: [q], params: { n: x } }\n  a: { foo: 1 }\n', [
    'a.n=no',
    'z.n=1',
  ]);
  const places = shown.split('\n').filter((line) => !line.startsWith(' '));
  assert.deepEqual(places, [
    'pipeline.yaml:2:16 there is no stage "q"',
    'pipeline.yaml:2:33 n must be a whole number, got "x"',
    'pipeline.yaml:3:8 a has an unknown key "foo"',
    '--set z.n there is no stage "z"',
    '--set a.n must be a whole number, got "no"',
  ]);
});

test('--set is typed as YAML, checked like the file, and wins over it', async () => {
  await project.write('set.yaml', 'stages: { a: { params: { n: wrong, pair: [1, 2] } } }\n');
  const { stages, root } = await read('set.yaml', [
    'a.n=3',
    'a.n=4',
    'a.pair=[7, 8]',
    'a.input=weights.bin',
    'a.rate=1e-3',
  ]);
  const { params } = stages.get('a')!;
  assert.deepEqual(params, {
    n: 4,
    size: 3,
    rate: 0.001,
    kind: 'add',
    pair: [7, 8],
    input: join(root, 'weights.bin'),
    model: null,
    kinds: ['add'],
  });
  assert.match(await problemsOf('stages: { a: {} }\n', ['a.m=3']), /^--set a\.m a has no param "m"\n/);
  assert.throws(() => parseOverrides(['train']), /--set train must look like stage\.param=value/);
  assert.throws(() => parseOverrides(['a.n=[']), /--set a\.n=\[ the value is not YAML/);
});

test('hostile YAML is refused like any other: bombs, nesting, values that hold themselves, prototypes', async () => {
  const bomb = ['x0: &x0 [1,1,1,1,1,1,1,1,1]'];
  for (let i = 1; i < 9; i++)
    bomb.push(
      `x${i}: &x${i} [${Array(9)
        .fill(`*x${i - 1}`)
        .join(',')}]`,
    );
  const cases = [
    `${bomb.join('\n')}\nstages: { a: { params: { n: *x8 } } }\n`,
    `stages: { a: { params: { n: ${'['.repeat(20_000)} } } }\n`,
    'stages: { a: { params: { n: &n [*n] } } }\n',
    'stages: { a: { params: { __proto__: 1, constructor: 2 } } }\n',
    'stages: { __proto__: {}, constructor: {} }\n',
    'stages: { a: { params: !!js/function "1" } }\n',
    'stages: { ? [a] : {} }\n',
    'stages: &s { a: *s }\n',
    '\0\u0007stages:',
    '--- a\n--- b\n',
  ];
  for (const yaml of cases)
    assert.match(await problemsOf(yaml), /^pipeline\.yaml:\d+:\d+ \S/, yaml.slice(0, 60));
});

test('stages come after what they need, whatever their order in the file', async () => {
  await project.write('order.yaml', 'stages:\n  b: { needs: [a], env: [CC] }\n  a:\n');
  const { stages } = await read('order.yaml');
  assert.deepEqual([...stages.keys()], ['a', 'b']);
  assert.deepEqual(stages.get('b')!.env, ['CC']);
});
