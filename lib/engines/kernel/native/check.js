// `node check.js ADDON < JOBS`: trains with an addon that may be broken, and prints what its arithmetic is and the SHA-256 of
// the weights after each job. JOBS: an array as node:v8 serializes it, see build.ts.
import { createHash } from 'node:crypto';
import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import { deserialize } from 'node:v8';

const loaded = { exports: {} };
process.dlopen(loaded, process.argv[2]);
const addon = loaded.exports;
const sha256 = [];
for (const { config, weights, pairs, adamw, steps } of deserialize(await buffer(process.stdin))) {
  const { p, d_model, n_heads, d_head, d_mlp } = config;
  const model = addon.open(p, d_model, n_heads, d_head, d_mlp, 2, 0);
  addon.write(model, weights, 0);
  const batch = addon.upload(model, pairs.a, pairs.b, pairs.label);
  const [loss, accuracy] = [new Float64Array(steps), new Float64Array(steps)];
  await addon.run(model, batch, Int32Array.of(0, steps, 0), adamw, loss, accuracy);
  addon.read(model, weights, 0);
  sha256.push(createHash('sha256').update(weights).digest('hex'));
}
console.log(JSON.stringify({ is_fused: addon.is_fused(), sha256 }));
process.exit(0);
