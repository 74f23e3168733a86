"""Three questions to a run, in SQL: DuckDB reads the mapped Arrow tables where they lie. See questions_numpy.py for the
questions.

    python examples/questions_duckdb.py [ARTIFACTS] [SUM]
"""
import sys

import duckdb
import pyarrow as pa

artifacts, sum_mod_p = sys.argv[1] if sys.argv[1:] else "artifacts", int(sys.argv[2]) if sys.argv[2:] else 50
for name, path in {
    "post": "activations/blocks.0.mlp.hook_post",
    "pattern": "activations/blocks.0.attn.hook_pattern",
    "history": "train/history",
}.items():
    duckdb.register(name, pa.ipc.open_file(pa.memory_map(f"{artifacts}/{path}.arrow")).read_all())

# A tensor is an array of its values in row-major order; SQL counts from 1. Of [pos, neuron] the last third is at =.
neurons = duckdb.sql(f"""
    with size as (select len(any_value(value)) // 3 as d_mlp, max(a) + 1 as p from post),
    fired as (
        select unnest(range(d_mlp)) as neuron, unnest(value[2 * d_mlp + 1:]::double[]) as activation
        from post, size where (a + b) % p = {sum_mod_p}
    )
    select neuron from fired group by neuron order by avg(activation) desc limit 10
""")
print("neurons", [neuron for (neuron,) in neurons.fetchall()])

# Of [head, query, key] the elements 6, 7, 8 of each nine are what = pays to a, b and =.
head = duckdb.sql("""
    with attention as (
        select unnest(range(len(value))) as element, unnest(value::double[]) as share from pattern
    ), spread as (
        select element // 9 as head, var_pop(share) as variance from attention where element % 9 >= 6 group by element
    )
    select head from spread group by head order by sum(variance) desc limit 1
""")
print("head", head.fetchone()[0])

[epoch] = duckdb.sql("select min(epoch)::integer from history where test_loss < 0.1").fetchone()
print("epoch", epoch)
