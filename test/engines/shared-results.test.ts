// Results of one build are hits for another: the key holds the arithmetic, not the compiler or the processor.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loader } from '../loader.ts';
import { temporaryFolder } from '../stages/start-stage.ts';
import { whyNotCompiled } from './kernel/which-processors.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const SMALL = [
  'dataset.p=5',
  'train.d_model=4',
  'train.n_heads=1',
  'train.d_head=2',
  'train.d_mlp=3',
  'train.epochs=3',
];
/** Relaxed SIMD came to V8 with Node 22. */
const hasRelaxed = Number(process.versions.node.split('.')[0]) >= 22;

/** The outcome of `train`, and its record. */
async function bring(folder: string, engine: string, CC: string, artifacts: string) {
  const roots = ['--artifacts', join(folder, artifacts), '--cache', join(folder, 'cache')];
  const args = [
    'pipeline',
    'train',
    ...roots,
    '--set',
    `train.engine=${engine}`,
    ...SMALL.flatMap((x) => ['--set', x]),
  ];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', loader, join(project, 'commands/pipeline.ts'), ...args],
    { cwd: project, env: { ...process.env, CC } },
  );
  const record = JSON.parse(
    await readFile(join(folder, artifacts, '.runs/train/provenance.json'), 'utf8'),
  ) as {
    fields: { params: object; identity: Record<string, string>; env: object };
    circumstances: { runs_on: Record<string, string> };
  };
  return { did: /^train +(ran|restored|fresh)/m.exec(stdout)?.[1], record };
}

test(
  'what a build for x86-64-v3 trained is a hit for that of this very CPU, and for relaxed WebAssembly',
  { skip: whyNotCompiled({ compiler: 'cc', flags: [], feature: 'fma' }) },
  async (t) => {
    const folder = await temporaryFolder(t);
    const CC = join(folder, 'cc-v3'); // another name, another build
    await writeFile(CC, '#!/bin/sh\nexec cc "$@" -O1 -march=x86-64-v3\n', { mode: 0o755 });
    const first = await bring(folder, 'native', CC, 'first');
    assert.equal(first.did, 'ran');
    assert.equal(first.record.circumstances.runs_on['kernel'], 'native');
    assert.match(first.record.circumstances.runs_on['compiler']!, /^cc-v3: /);
    assert.deepEqual(Object.keys(first.record.fields.identity).sort(), ['arithmetic', 'engine', 'source']);
    assert.equal(first.record.fields.identity['arithmetic'], 'fused');
    assert.ok(!('engine' in first.record.fields.params));
    assert.deepEqual(first.record.fields.env, {});

    for (const [engine, compiler] of [
      ['native', 'cc'],
      ['auto', 'cc'],
      ...(hasRelaxed ? [['relaxed', 'cc'] as const, ['auto', '/nonexistent/cc'] as const] : []),
    ] as const)
      assert.equal(
        (await bring(folder, engine, compiler, `again-${engine}${compiler.replaceAll('/', '-')}`)).did,
        'restored',
        engine,
      );
    assert.equal((await bring(folder, 'wasm', 'cc', 'other')).did, 'ran', 'another arithmetic');
  },
);
