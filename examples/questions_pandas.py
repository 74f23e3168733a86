"""Three questions to a run, with pandas: a row a pair, a column a neuron. See questions_numpy.py for the questions.

    python examples/questions_pandas.py [ARTIFACTS] [SUM]
"""
import sys

import pandas as pd
import pyarrow as pa

artifacts, sum_mod_p = sys.argv[1] if sys.argv[1:] else "artifacts", int(sys.argv[2]) if sys.argv[2:] else 50


def frame(hook, dims, at_equals):
    """The last position of a hook as a table: pairs down, the other dimensions across."""
    table = pa.ipc.open_file(pa.memory_map(f"{artifacts}/activations/{hook}.arrow")).read_all()
    values = table["value"].combine_chunks().to_numpy_ndarray()[at_equals]
    columns = pd.MultiIndex.from_product([range(n) for n in values.shape[1:]], names=dims)
    pairs = pd.MultiIndex.from_frame(table.select(["a", "b"]).to_pandas())
    return pd.DataFrame(values.reshape(len(pairs), -1), pairs, columns, dtype="float64")


post = frame("blocks.0.mlp.hook_post", ["neuron"], (slice(None), -1))
p = post.index.get_level_values("a").max() + 1
total = (post.index.get_level_values("a") + post.index.get_level_values("b")) % p
print("neurons", [neuron for (neuron,) in post[total == sum_mod_p].mean().nlargest(10).index])

pattern = frame("blocks.0.attn.hook_pattern", ["head", "key"], (slice(None), slice(None), -1))
print("head", pattern.var().groupby("head").sum().idxmax())

history = pd.read_feather(f"{artifacts}/train/history.arrow")
below = history.loc[history.test_loss < 0.1, "epoch"]
print("epoch", None if below.empty else int(below.iloc[0]))
