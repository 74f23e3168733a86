"""Sum of the tensor column `value`, as Polars and as DuckDB over the pyarrow table see it."""
import json
import sys

import duckdb
import polars as pl
import pyarrow as pa

path = sys.argv[1]
frame = pl.read_ipc(path, memory_map=False)
by_polars = float(frame["value"].to_numpy().astype("float64").sum())
rows = pa.ipc.open_file(pa.memory_map(path)).read_all()
[by_duckdb] = duckdb.sql("select sum(list_sum(value::double[])) from rows").fetchone()
print(json.dumps({"polars": by_polars, "duckdb": by_duckdb, "rows": frame.height}))
