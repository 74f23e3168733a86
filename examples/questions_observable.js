// Three questions to a run, in an Observable notebook or an Observable Framework page, or in Node: functions of tables of
// apache-arrow, which is what a file attachment gives. In a page that has artifacts/ as its data:
//
//   import { firingMost, variesMost, epochBelow } from './questions_observable.js';
//   const post = await FileAttachment('activations/blocks.0.mlp.hook_post.arrow').arrow();
//   const pattern = await FileAttachment('activations/blocks.0.attn.hook_pattern.arrow').arrow();
//   const history = await FileAttachment('train/history.arrow').arrow();
//   display({ neurons: firingMost(post, 50), head: variesMost(pattern), epoch: epochBelow(history, 0.1) });

/** Calls `see(a, b, tensor)` for every pair; a tensor is a view of its values in row-major order. */
function eachPair(table, see) {
  for (const batch of table.batches) {
    const [a, b] = ['a', 'b'].map((name) => batch.getChild(name).toArray());
    const { values } = batch.getChild('value').data[0].children[0];
    const size = values.length / a.length;
    for (let i = 0; i < a.length; i++) see(a[i], b[i], values.subarray(i * size, (i + 1) * size));
  }
}

/** The `count` neurons that fire most where a + b = total (mod p): by their sum over those pairs, at the = position. */
export function firingMost(post, total, count = 10) {
  const p = Number(post.schema.metadata.get('p'));
  let sums = [];
  eachPair(post, (a, b, tensor) => {
    if ((a + b) % p !== total) return;
    const d_mlp = tensor.length / 3; // [pos, neuron]: positions a, b, =
    sums = Array.from({ length: d_mlp }, (_, neuron) => (sums[neuron] ?? 0) + tensor[2 * d_mlp + neuron]);
  });
  return [...sums.keys()].sort((i, j) => sums[j] - sums[i]).slice(0, count);
}

/** The head whose pattern varies most over the pairs: attention from = to a, b and =, variances added. */
export function variesMost(pattern) {
  const [sums, squares] = [[], []];
  eachPair(pattern, (a, b, tensor) => {
    // [head, query, key]
    for (let element = 0; element < tensor.length; element++) {
      sums[element] = (sums[element] ?? 0) + tensor[element];
      squares[element] = (squares[element] ?? 0) + tensor[element] ** 2;
    }
  });
  const n = pattern.numRows;
  const variance = sums.map((sum, element) => squares[element] / n - (sum / n) ** 2);
  const heads = Array.from({ length: sums.length / 9 }, (_, head) => 9 * head + 6);
  const spread = heads.map((first) => variance[first] + variance[first + 1] + variance[first + 2]);
  return spread.indexOf(Math.max(...spread));
}

/** The first epoch whose test loss is below `loss`. */
export function epochBelow(history, loss) {
  const [epochs, losses] = ['epoch', 'test_loss'].map((name) => history.getChild(name).toArray());
  return epochs[losses.findIndex((each) => each < loss)];
}
