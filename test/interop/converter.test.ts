// examples/pth_to_pretrained.py on files of the kinds that people publish: taken, or refused in a line.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readPretrained } from '../../lib/artifacts/pretrained.ts';
import { temporaryFolder } from '../stages/start-stage.ts';
import { missing, runPython } from './python.ts';

const converter = fileURLToPath(new URL('../../examples/pth_to_pretrained.py', import.meta.url));

/** How the script ends on each; null where it takes the file. */
const ENDS: Record<string, RegExp | null> = {
  plain: null,
  legacy: null,
  state_dict: null,
  bare: null,
  aliases: null,
  other: null,
  runs: / holds a list of 2 \(list, list\): save one run of it, as torch\.save/,
  part: / has no pos_embed\.W_pos in its model \(it has embed\.W_E\)$/,
  object: / holds a HookedTransformerConfig \(expected a dictionary\)/,
  object_as_model: / holds a HookedTransformerConfig as model \(expected a state_dict\)/,
  tensor: / holds a Tensor \(expected a dictionary\)/,
  empty_dictionary: / has no embed\.W_E in its model \(it has nothing\)$/,
  text: / is not a file that torch\.load reads: /,
  nothing: / is not a file that torch\.load reads: /,
  cut: / is not a file that torch\.load reads: /,
  a_folder: / is not a file that torch\.load reads: /,
  absent: / is not a file that torch\.load reads: .*No such file/,
};

test(
  'files of old torch, of a state_dict, with aliases and with runs in a list are taken or refused in one line',
  { skip: missing('torch', 'pyarrow', 'safetensors', 'numpy') },
  async () => {
    const folder = await temporaryFolder({ after });
    const results = (await runPython('convert_pth', converter, folder)) as Record<
      string,
      { said: string; end: string | null }
    >;
    assert.deepEqual(Object.keys(results), Object.keys(ENDS));
    for (const [name, expected] of Object.entries(ENDS)) {
      const { said, end } = results[name]!;
      if (expected === null) assert.equal(end, null, name);
      else assert.match(end ?? 'taken', expected, name);
      assert.doesNotMatch(end ?? '', /\n|traceback/, name);
      if (name === 'aliases')
        assert.match(said, /^x_embed is left out: it equals embed\.W_E\ny_embed is left out/);
      if (expected !== null) continue;
      const taking = readPretrained(join(folder, `${name}.made`));
      if (name === 'other') await assert.rejects(taking, /z_embed has no place in it/);
      else {
        const { config, history } = await taking;
        assert.equal(config.p, 5, name);
        assert.equal(history?.length, ['plain', 'legacy'].includes(name) ? 2 : undefined, name);
      }
    }
  },
);
