"""Writes one history of thirty epochs to a folder in the ways in which people write such tables; prints their names."""
import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather

folder = Path(sys.argv[1])
epoch = np.arange(30) * 10
losses = {"train_loss": 4 / (1 + epoch), "test_loss": np.full(30, 4.5)}
accuracies = {"train_accuracy": epoch / 512, "test_accuracy": epoch / 1024}
table = pa.table({"epoch": epoch, **losses, **accuracies})


def stored(name, table, **options):
    feather.write_feather(table, str(folder / f"{name}.arrow"), **options)


stored("lz4", table)
stored("plain", table, compression="uncompressed", chunksize=7)
stored("zstd", table, compression="zstd")
stored("order", table.select(["test_loss", "test_accuracy", "epoch", "train_accuracy", "train_loss"]))
for type in ["int8", "uint16", "int32", "uint64"]:
    small = table.slice(0, 12) if type == "int8" else table
    stored(f"epoch_{type}", small.set_column(0, "epoch", small["epoch"].cast(type)))
stored("null_loss", table.set_column(1, "train_loss", pa.array([None, *losses["train_loss"][1:]])))
stored("text", table.append_column("note", pa.array(["x"] * 30)))
stored("big_epoch", table.set_column(0, "epoch", pa.array(epoch + 2**53 + 1)))
pl.from_arrow(table).write_ipc(folder / "polars.arrow")
pl.from_arrow(table).write_ipc(folder / "polars_lz4.arrow", compression="lz4")
with pa.OSFile(str(folder / "stream.arrow"), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
    writer.write_table(table)
print(json.dumps(sorted(path.stem for path in folder.iterdir())))
