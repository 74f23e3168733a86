"""Three questions to a run, with pyarrow, which maps the files, and NumPy, which sees the tensors in them.

    python examples/questions_numpy.py [ARTIFACTS] [SUM]
"""
import sys

import numpy as np
import pyarrow as pa

artifacts, sum_mod_p = sys.argv[1] if sys.argv[1:] else "artifacts", int(sys.argv[2]) if sys.argv[2:] else 50


def read(path):
    return pa.ipc.open_file(pa.memory_map(f"{artifacts}/{path}.arrow")).read_all()


def tensors(hook, at):
    """What of a hook's tensors stands `at` an index behind the pair: only that is copied out of the mapped file."""
    table = read(f"activations/{hook}")
    a, b, p = table["a"].to_numpy(), table["b"].to_numpy(), int(table.schema.metadata[b"p"])
    return (a + b) % p, np.concatenate([chunk.to_numpy_ndarray()[at] for chunk in table["value"].chunks])


# The ten neurons that fire most where a + b = 50 (mod p): the mean over those pairs, at the = position.
total, post = tensors("blocks.0.mlp.hook_post", np.s_[:, -1])
mean = post[total == sum_mod_p].mean(axis=0, dtype=np.float64)
print("neurons", np.argsort(-mean, kind="stable")[:10].tolist())

# The head whose pattern varies most over the pairs: attention from = to a, b and =, variances added.
_, pattern = tensors("blocks.0.attn.hook_pattern", np.s_[:, :, -1])
print("head", int(pattern.var(axis=0, dtype=np.float64).sum(axis=1).argmax()))

# The epoch at which test loss fell below 0.1.
history = read("train/history")
below = history["test_loss"].to_numpy() < 0.1
print("epoch", int(history["epoch"].to_numpy()[below][0]) if below.any() else None)
