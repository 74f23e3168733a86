"""Sums of the finite values of the tensor column `value` of some files, as NumPy, Polars and DuckDB see them."""
import json
import os
import sys

os.environ["POLARS_UNKNOWN_EXTENSION_TYPE_BEHAVIOR"] = "load_as_storage"
import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

found = {}
for path in sys.argv[1:]:
    rows = pa.ipc.open_file(pa.memory_map(path)).read_all()
    values = rows["value"].combine_chunks().to_numpy_ndarray().astype(np.float64)
    series = pl.read_ipc(path, memory_map=False)["value"].reshape((-1,)).cast(pl.Float64)
    [by_duckdb] = duckdb.sql(
        "select sum(x) from (select unnest(value::double[]) as x from rows) where isfinite(x)").fetchone()
    found[path] = {
        "numpy": values[np.isfinite(values)].sum(),
        "polars": series.filter(series.is_finite()).sum(),
        "duckdb": by_duckdb,
        "magnitude": np.abs(values[np.isfinite(values)]).sum(),
    }
print(json.dumps(found))
