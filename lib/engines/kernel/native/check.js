// `node check.js ADDON`: exits 0 where the addon loads and trains a tiny model to the losses that are known.
import process from 'node:process';

// As the WebAssembly build has them.
const EXPECTED = [2.11996431, 1.85553214, 1.67503554, 1.54675528, 1.45208032];

const loaded = { exports: {} };
process.dlopen(loaded, process.argv[2]);
const addon = loaded.exports;
const [p, d_model, n_heads, d_head, d_mlp, threads] = [5, 8, 2, 4, 16, 2];
const count = (2 * p + 4) * d_model + 4 * d_model * n_heads * d_head + 2 * d_model * d_mlp;
const model = addon.open(p, d_model, n_heads, d_head, d_mlp, threads, 0);
addon.write(
  model,
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * i) / 2),
  0,
);
const rows = [0, 1, 2, 3, 4, 6, 9].map((i) => [i % p, (3 * i) % p, (4 * i) % p]);
const [a, b, label] = [0, 1, 2].map((column) => Int32Array.from(rows, (row) => row[column]));
const loss = new Float64Array(5);
const adamw = Float64Array.of(0.01, 1, 0.9, 0.98, 1e-8);
const what = Int32Array.of(0, loss.length, 0);
await addon.run(model, addon.upload(model, a, b, label), what, adamw, loss, new Float64Array(loss.length));
const isRight = EXPECTED.every((expected, step) => Math.abs(loss[step] / expected - 1) < 1e-4);
if (!isRight) console.error(`losses ${loss.join(', ')} (expected ${EXPECTED.join(', ')})`);
process.exit(isRight ? 0 : 1);
