// Cross-entropy of logits on a TensorFlow.js backend, in float32 without cancellation, so that a loss of 1e-9 and its
// gradient are still numbers. With y the label:
//   loss = log1p(sum over c != y of exp(l_c - l_y)), shifted by the largest logit if that is another class;
//   d loss / d l_c = softmax_c for c != y, d loss / d l_y = -(sum over c != y of softmax_c), not softmax_y - 1.
import { tf } from './backend.ts';
import { oneHot } from './forward.ts';

/**
 * Loss of each row, [n], from logits [n, p] and labels [n], int32; with the gradient above. Run it inside tf.tidy.
 */
export function rowLosses(logits: tf.Tensor2D, label: tf.Tensor1D): tf.Tensor1D {
  const differentiable = tf.customGrad((x, save) => {
    const l = x as tf.Tensor;
    const isLabel = oneHot(label, logits.shape[1]);
    const top = tf.max(l, 1, true);
    const own = tf.sum(tf.mul(l, isLabel), 1, true);
    const others = tf.mul(tf.exp(tf.sub(l, top)), tf.sub(1, isLabel));
    const sumOfOthers = tf.sum(others, 1, true);
    const gap = tf.sub(top, own);
    const ownTerm = tf.exp(tf.neg(gap));
    // The sum of all terms minus one. If the label has the largest logit, its own term minus one is exactly zero.
    const excess = tf.add(sumOfOthers, tf.sub(ownTerm, 1));
    (save as tf.GradSaveFunc)([others, sumOfOthers, ownTerm, isLabel]);
    return {
      value: tf.squeeze(tf.add(log1p(excess), gap), [1]),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [others, sumOfOthers, ownTerm, isLabel] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        const scale = tf.div(tf.expandDims(dy, 1), tf.add(sumOfOthers, ownTerm));
        return tf.mul(tf.sub(others, tf.mul(isLabel, sumOfOthers)), scale);
      },
    };
  });
  return differentiable(logits) as tf.Tensor1D;
}

// The log1p of the WebAssembly backend rounds 1 + x first. For u = 1 + x, rounded, x log(u) / (u - 1) is accurate all the
// same: Goldberg 1991, "What every computer scientist should know about floating-point arithmetic", theorem 4.
function log1p(x: tf.Tensor): tf.Tensor {
  const u = tf.add(x, 1);
  const quotient = tf.div(tf.mul(x, tf.log(u)), tf.sub(u, 1));
  return tf.where(tf.equal(u, 1), x, quotient);
}
