"""What pyarrow makes of an Arrow file: types, tensor shapes, sums, and whether mapping it copied anything."""
import json
import sys

import numpy as np
import pyarrow as pa

before = pa.total_allocated_bytes()
reader = pa.ipc.open_file(pa.memory_map(sys.argv[1]))
table = reader.read_all()
copied = pa.total_allocated_bytes() - before

columns = {}
for name in table.column_names:
    column = table.column(name)
    about = {"type": str(column.type)}
    if isinstance(column.type, pa.FixedShapeTensorType):
        tensors = column.combine_chunks().to_numpy_ndarray()
        finite = np.isfinite(tensors.astype(np.float64))
        about["shape"] = list(tensors.shape)
        about["dims"] = column.type.dim_names
        about["sum"] = float(tensors.astype(np.float64)[finite].sum())
        about["infinite"] = int((~finite).sum())
    elif pa.types.is_dictionary(column.type):
        about["values"] = column.to_pylist()
    else:
        about["sum"] = float(np.sum(column.to_numpy().astype(np.float64)))
    columns[name] = about

metadata = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
print(json.dumps({"rows": table.num_rows, "batches": reader.num_record_batches, "copied": copied,
                  "metadata": metadata, "columns": columns}))
