"""A network with the biases b_in, b_out and b_U, saved with two checkpoints, the last of which it is itself; its losses are
those on the pairs of a dataset folder."""
import json
import sys

import pyarrow as pa
import torch

from torch_model import Model, Task

pairs_path, out = sys.argv[1:]
task = Task(pa.ipc.open_file(pairs_path).read_all())
torch.manual_seed(5)
model = Model(task.p, d_model=12, n_heads=2, d_head=5, d_mlp=24)
checkpoints = []
for scale in (0.5, 1):
    for bias in (model.blocks[0].mlp.b_in, model.blocks[0].mlp.b_out, model.unembed.b_U):
        bias.data = scale * torch.randn(bias.shape)
    checkpoints.append({name: value.clone() for name, value in model.state_dict().items()})
with torch.inference_mode():
    train, test = (task.loss(model, name).item() for name in ("train", "test"))
torch.save({"model": model.state_dict(), "checkpoints": checkpoints, "checkpoint_epochs": [0, 1],
            "train_losses": [3.0, train], "test_losses": [3.0, test]}, out)
print(json.dumps({"train": train, "test": test}))
