"""Trains a small network for some epochs on the pairs of a dataset folder, and saves it as TransformerLens' Grokking_Demo
does: one torch.save of a dictionary, its config an object of a class that the reader may not have. A second file is the
same but for a bias in one checkpoint that is not zero. Prints the losses of the model that it ends with."""
import copy
import json
import sys
import types

import pyarrow as pa
import torch

from torch_model import Model, Task

pairs_path, out, biased_out = sys.argv[1:]
task = Task(pa.ipc.open_file(pairs_path).read_all())
sizes = {"d_model": 16, "n_heads": 2, "d_head": 8, "d_mlp": 32}
torch.manual_seed(7)
model = Model(task.p, **sizes)
adamw = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1.0, betas=(0.9, 0.98))
train_losses, test_losses, checkpoints, checkpoint_epochs = [], [], [], []
for epoch in range(60):
    loss = task.loss(model, "train")
    loss.backward()
    train_losses.append(loss.item())
    adamw.step()
    adamw.zero_grad()
    with torch.inference_mode():
        test_losses.append(task.loss(model, "test").item())
    if (epoch + 1) % 20 == 0:
        checkpoints.append(copy.deepcopy(model.state_dict()))
        checkpoint_epochs.append(epoch)

# As pickle finds the class of a config: by the name of a module that is not there when the file is read.
lens = types.ModuleType("transformer_lens_of_then")
HookedTransformerConfig = type("HookedTransformerConfig", (), {"__module__": lens.__name__})
lens.HookedTransformerConfig = HookedTransformerConfig
sys.modules[lens.__name__] = lens
config = HookedTransformerConfig()
vars(config).update(sizes, n_layers=1, n_ctx=3, d_vocab=task.p + 1, d_vocab_out=task.p, act_fn="relu", attn_only=False,
                    normalization_type=None, dtype=torch.float32, device=torch.device("cpu"), seed=999)
saved = {"model": model.state_dict(), "config": config, "checkpoints": checkpoints,
         "checkpoint_epochs": checkpoint_epochs, "train_losses": train_losses, "test_losses": test_losses}
torch.save(saved, out)
checkpoints[1]["blocks.0.mlp.b_in"][3] = 0.5
torch.save(saved, biased_out)
with torch.inference_mode():
    print(json.dumps({name: task.loss(model, name).item() for name in task.rows}))
