"""Writes an Arrow file as a Python user would, in two batches: to be read by this project."""
import sys

import numpy as np
import pyarrow as pa

value = np.arange(24, dtype=np.float32).reshape(4, 3, 2)
table = pa.table({
    "epoch": pa.array([0.0, 100.0, 200.0, 300.0]),
    "a": pa.array([1, 2, 3, 4], pa.int32()),
    "split": pa.array(["train", "test", "test", "train"]).dictionary_encode(),
    "value": pa.FixedShapeTensorArray.from_numpy_ndarray(value, dim_names=["pos", "d_model"]),
}).replace_schema_metadata({"p": "7"})
with pa.OSFile(sys.argv[1], "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
    writer.write_table(table, max_chunksize=3)
print("null")
