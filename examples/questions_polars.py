"""Three questions to a run, with Polars. See questions_numpy.py for the questions.

    python examples/questions_polars.py [ARTIFACTS] [SUM]
"""
import os
import sys

# A tensor column is known to Polars as a flat array of its values, in row-major order.
os.environ["POLARS_UNKNOWN_EXTENSION_TYPE_BEHAVIOR"] = "load_as_storage"
import polars as pl

artifacts, sum_mod_p = sys.argv[1] if sys.argv[1:] else "artifacts", int(sys.argv[2]) if sys.argv[2:] else 50


def long(hook, *conditions):
    """A row a pair and an element of its tensor: columns element and value; and how many elements."""
    frame = pl.read_ipc(f"{artifacts}/activations/{hook}.arrow", memory_map=False).filter(*conditions)
    size = frame.schema["value"].size
    values = frame["value"].reshape((-1,))
    return pl.DataFrame({"element": pl.int_range(len(values), eager=True) % size, "value": values}), size


p = 1 + pl.read_ipc(f"{artifacts}/dataset/pairs.arrow", memory_map=False)["a"].max()
post, size = long("blocks.0.mlp.hook_post", (pl.col("a") + pl.col("b")) % p == sum_mod_p)
d_mlp = size // 3  # positions a, b, =
neurons = (
    post.filter(pl.col("element") >= 2 * d_mlp)
    .group_by(neuron=pl.col("element") - 2 * d_mlp)
    .agg(pl.col("value").cast(pl.Float64).mean())
    .top_k(10, by="value")
)
print("neurons", neurons["neuron"].to_list())

pattern, _ = long("blocks.0.attn.hook_pattern")  # element = (head * 3 + query) * 3 + key
heads = (
    pattern.filter(pl.col("element") % 9 >= 6)
    .group_by("element")
    .agg(pl.col("value").cast(pl.Float64).var())
    .group_by(head=pl.col("element") // 9)
    .agg(pl.col("value").sum())
)
print("head", heads.top_k(1, by="value")["head"].item())

history = pl.read_ipc(f"{artifacts}/train/history.arrow", memory_map=False)
epoch = history.filter(pl.col("test_loss") < 0.1)["epoch"].min()
print("epoch", None if epoch is None else int(epoch))
