"""Loads models as README tells for HookedTransformer.load_state_dict, into a module of the same names and shapes, and
prints for each which keys were missing or unexpected and the loss on both sets of a dataset folder."""
import json
import sys

import pyarrow as pa
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from torch_model import Model, Task

pairs_path, *model_paths = sys.argv[1:]
task = Task(pa.ipc.open_file(pairs_path).read_all())
found = []
for path in model_paths:
    with safe_open(path, "pt") as file:
        config = json.loads(file.metadata()["config"])
    model = Model(task.p, *(config[name] for name in ("d_model", "n_heads", "d_head", "d_mlp")))
    missing, unexpected = model.load_state_dict(load_file(path), strict=False)
    with torch.inference_mode():
        losses = {name: task.loss(model, name).item() for name in task.rows}
    found.append({"missing": missing, "unexpected": unexpected, **losses})
print(json.dumps(found))
