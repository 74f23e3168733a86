"""Trains a small network of TransformerLens' names for some epochs on the pairs of a dataset folder, and saves it as
TransformerLens' Grokking_Demo does: one torch.save of a dictionary, its config an object of a class that the reader may
not have. Prints the losses of the model that it ends with."""
import copy
import json
import math
import sys
import types

import pyarrow as pa
import torch

pairs_path, out, *flags = sys.argv[1:]
pairs = pa.ipc.open_file(pairs_path).read_all().to_pydict()
p, d_model, n_heads, d_head, d_mlp = max(pairs["a"]) + 1, 16, 2, 8, 32
torch.manual_seed(7)


class Attention(torch.nn.Module):
    def __init__(self):
        super().__init__()
        for name, shape in {"W_Q": (n_heads, d_model, d_head), "W_O": (n_heads, d_head, d_model),
                            "W_K": (n_heads, d_model, d_head), "W_V": (n_heads, d_model, d_head),
                            "b_Q": (n_heads, d_head), "b_K": (n_heads, d_head), "b_V": (n_heads, d_head),
                            "b_O": (d_model,)}.items():
            setattr(self, name, parameter(name, shape))
        self.register_buffer("mask", torch.ones(3, 3).tril().bool())
        self.register_buffer("IGNORE", torch.tensor(-torch.inf))


def parameter(name, shape):
    frozen = name.startswith("b_")
    return torch.nn.Parameter(torch.zeros(shape) if frozen else torch.randn(shape) / math.sqrt(shape[-2]),
                              requires_grad=not frozen)


def module(**shapes):
    made = torch.nn.Module()
    for name, shape in shapes.items():
        setattr(made, name, parameter(name, shape))
    return made


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = module(W_E=(p + 1, d_model))
        self.pos_embed = module(W_pos=(3, d_model))
        block = torch.nn.Module()
        block.attn = Attention()
        block.mlp = module(W_in=(d_model, d_mlp), b_in=(d_mlp,), W_out=(d_mlp, d_model), b_out=(d_model,))
        self.blocks = torch.nn.ModuleList([block])
        self.unembed = module(W_U=(d_model, p), b_U=(p,))

    def forward(self, tokens):
        attn, mlp = self.blocks[0].attn, self.blocks[0].mlp
        x = self.embed.W_E[tokens] + self.pos_embed.W_pos
        q, k, v = (torch.einsum("bpd,hdk->bphk", x, W) for W in (attn.W_Q, attn.W_K, attn.W_V))
        scores = torch.einsum("bqhk,bphk->bhqp", q, k) / math.sqrt(d_head)
        z = torch.einsum("bhqp,bphk->bqhk", scores.where(attn.mask, attn.IGNORE).softmax(-1), v)
        x = x + torch.einsum("bqhk,hkd->bqd", z, attn.W_O)
        return (x + (x @ mlp.W_in).relu() @ mlp.W_out) @ self.unembed.W_U


rows = {name: [i for i, of in enumerate(pairs["split"]) if of == name] for name in ("train", "test")}
grid = torch.tensor([pairs["a"], pairs["b"], [p] * p * p]).T
labels = torch.tensor(pairs["label"])


def loss_of(model, name):
    logits = model(grid[rows[name]])[:, -1].double()
    return torch.nn.functional.cross_entropy(logits, labels[rows[name]])


model = Model()
adamw = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1.0, betas=(0.9, 0.98))
train_losses, test_losses, checkpoints, checkpoint_epochs = [], [], [], []
for epoch in range(60):
    loss = loss_of(model, "train")
    loss.backward()
    train_losses.append(loss.item())
    adamw.step()
    adamw.zero_grad()
    with torch.inference_mode():
        test_losses.append(loss_of(model, "test").item())
    if (epoch + 1) % 20 == 0:
        checkpoints.append(copy.deepcopy(model.state_dict()))
        checkpoint_epochs.append(epoch)

# As pickle finds the class of a config: by the name of a module that is not there when the file is read.
lens = types.ModuleType("transformer_lens_of_then")
HookedTransformerConfig = type("HookedTransformerConfig", (), {"__module__": lens.__name__})
lens.HookedTransformerConfig = HookedTransformerConfig
sys.modules[lens.__name__] = lens
config = HookedTransformerConfig()
vars(config).update(n_layers=1, d_model=d_model, n_ctx=3, d_head=d_head, n_heads=n_heads, d_mlp=d_mlp, d_vocab=p + 1,
                    d_vocab_out=p, act_fn="relu", normalization_type=None, attn_only=False, dtype=torch.float32,
                    device=torch.device("cpu"), seed=999)
if "bias" in flags:
    checkpoints[1]["blocks.0.mlp.b_in"][3] = 0.5
torch.save({"model": model.state_dict(), "config": config, "checkpoints": checkpoints,
            "checkpoint_epochs": checkpoint_epochs, "train_losses": train_losses, "test_losses": test_losses}, out)
with torch.inference_mode():
    print(json.dumps({name: loss_of(model, name).item() for name in rows}))
