"""Makes test/fixtures/models: one small network in the forms in which torch.save leaves it, the same with biases and what
PyTorch computes of it, and files that are refused.

    python test/interop/make_models.py test/fixtures/models

Its numbers are eighths, which float16 and bfloat16 hold exactly, so that every file gives the same weights.
"""
import collections
import sys
import types
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
p, d, h, k, m = 5, 4, 2, 3, 6
generator = torch.Generator().manual_seed(0)


def draw(*shape):
    return torch.randint(-16, 17, shape, generator=generator).float() / 8


W = {"W_E": draw(p + 1, d), "W_pos": draw(3, d), "W_Q": draw(h, d, k), "W_K": draw(h, d, k), "W_V": draw(h, d, k),
     "W_O": draw(h, k, d), "W_in": draw(d, m), "W_out": draw(m, d), "W_U": draw(d, p)}
b_in, b_out, b_U = draw(m), draw(d), draw(p)


def lens(**changes):
    """Under TransformerLens' names, with its zero biases."""
    attn, mlp = "blocks.0.attn.", "blocks.0.mlp."
    return collections.OrderedDict({
        "embed.W_E": W["W_E"], "pos_embed.W_pos": W["W_pos"],
        **{attn + name: W[name] for name in ("W_Q", "W_K", "W_V", "W_O")},
        **{attn + name: torch.zeros(h, k) for name in ("b_Q", "b_K", "b_V")}, attn + "b_O": torch.zeros(d),
        mlp + "W_in": W["W_in"], mlp + "b_in": torch.zeros(m), mlp + "W_out": W["W_out"], mlp + "b_out": torch.zeros(d),
        "unembed.W_U": W["W_U"], "unembed.b_U": torch.zeros(p), **changes})


def paper(**changes):
    """As progress-measures-paper has it: matrices from the left, heads joined, = as a last answer."""
    turned = {name: W[name].transpose(-1, -2).contiguous() for name in ("W_E", "W_Q", "W_K", "W_V", "W_in", "W_out")}
    return {"embed.W_E": turned["W_E"], "pos_embed.W_pos": W["W_pos"],
            "blocks.0.attn.W_K": turned["W_K"], "blocks.0.attn.W_Q": turned["W_Q"], "blocks.0.attn.W_V": turned["W_V"],
            "blocks.0.attn.W_O": W["W_O"].reshape(h * k, d).T.contiguous(),
            "blocks.0.attn.mask": torch.tril(torch.ones(3, 3)),
            "blocks.0.mlp.W_in": turned["W_in"], "blocks.0.mlp.b_in": torch.zeros(m),
            "blocks.0.mlp.W_out": turned["W_out"], "blocks.0.mlp.b_out": torch.zeros(d),
            "unembed.W_U": torch.cat([W["W_U"], draw(d, 1)], 1), **changes}


# As pickle finds the class of an object: by the name of a module that is not there when the file is read.
module = types.ModuleType("transformer_lens_of_then")
sys.modules[module.__name__] = module


def instance(name, **attributes):
    if not hasattr(module, name):
        setattr(module, name, type(name, (), {"__module__": module.__name__}))
    made = getattr(module, name)()
    vars(made).update(attributes)
    return made


config = instance("HookedTransformerConfig", n_layers=1, d_model=d, n_heads=h, d_head=k, d_mlp=m, d_vocab=p + 1,
                  d_vocab_out=p, n_ctx=3, act_fn="relu", normalization_type=None, attn_only=False,
                  dtype=torch.float32, device=torch.device("cpu"), seed=999)
train, test = [1.75, 0.5, 0.25], [2.0, 1.5, 1.0]
run = {"model": lens(), "config": config, "checkpoints": [lens(), lens()], "checkpoint_epochs": [0, 2],
       "train_losses": train, "test_losses": test, "train_indices": torch.arange(7)}
aliased = {"x_embed": W["W_E"].clone(), "y_embed": W["W_E"], **lens()}
buffers = {"blocks.0.attn.mask": torch.tril(torch.ones(3, 3)).bool(), "blocks.0.attn.IGNORE": torch.tensor(-1e5)}
numbers = {"train_losses": np.array(train), "test_losses": [np.float64(loss) for loss in test]}
tensors = {"train_losses": torch.tensor(train, dtype=torch.float64), "test_losses": [torch.tensor(loss) for loss in test]}

TAKEN = {
    "state_dict.pt": lens(), "module.pt": lens(**{name: torch.nn.Parameter(value) for name, value in lens().items()}),
    "demo.pth": run, "demo-old.pth": run, "old.pth": lens(), "protocol4.pt": run,
    "under-state_dict.pt": {"state_dict": lens(), "epoch": 7},
    "under-model_state_dict.pt": {"model_state_dict": lens(), "optimizer_state_dict": {"state": {}}},
    "float16.pt": {name: value.half() for name, value in lens().items()},
    "bfloat16.pt": {name: value.bfloat16() for name, value in lens().items()},
    "float64.pt": {name: value.double() for name, value in lens().items()},
    "aliases.pt": aliased, "buffers.pt": lens(**buffers),
    "views.pt": lens(**{"unembed.W_U": torch.cat([W["W_U"].T, W["W_U"].T])[p:].T}),
    "numpy.pth": {**run, **numbers}, "tensors.pth": {**run, **tensors},
    "runs.pth": [[0.95, 0.9], [{"model": lens()}, run]],
    "paper.pth": {"state_dicts": [paper(), paper()], "epochs": [0, 2], "train_losses": train, "test_losses": test},
}
REFUSED = {
    "b_Q.pt": lens(**{"blocks.0.attn.b_Q": draw(h, k)}), "two-layers.pt": lens(**{"blocks.1.attn.W_Q": draw(h, d, k)}),
    "layer-norm.pt": lens(**{"ln_final.w": draw(d)}), "other.pt": {**lens(), "z_embed": W["W_E"] + 1},
    "part.pt": {"state_dict": {"embed.W_E": torch.zeros(2)}}, "object.pt": instance("HookedTransformer"),
    "object-as-model.pt": {"model": instance("HookedTransformer")}, "tensor.pt": torch.zeros(3), "empty.pt": {},
    "complex.pt": lens(**{"embed.W_E": W["W_E"].to(torch.complex64)}), "gelu.pt": {**run, "config": {"act_fn": "gelu"}},
    "losses.pth": {**run, "test_losses": test[:2]},
}
for name, value in {**TAKEN, **REFUSED}.items():
    torch.save(value, folder / name, _use_new_zipfile_serialization="old" not in name,
               pickle_protocol=4 if name == "protocol4.pt" else 2)
save_file({**W, "b_in": b_in, "b_out": b_out, "b_U": b_U}, folder / "expected.safetensors")

# With biases, small enough that no logit drowns another.
small = {name: value / 8 for name, value in W.items()}
biased = {name: small.get(name.split(".")[-1], value) for name, value in lens().items()}
biased |= {"blocks.0.mlp.b_in": b_in, "blocks.0.mlp.b_out": b_out, "unembed.b_U": b_U}
torch.save({"model": biased, "checkpoints": [{**biased, "blocks.0.mlp.b_in": 0 * b_in, "blocks.0.mlp.b_out": 0 * b_out,
            "unembed.b_U": 0 * b_U}, biased], "checkpoint_epochs": [0, 2], "train_losses": train, "test_losses": test},
           folder / "biased.pth")
w = {name: value.double() for name, value in small.items()}
a, b = torch.arange(p).repeat_interleave(p), torch.arange(p).repeat(p)
x = w["W_E"][torch.stack([a, b, torch.full_like(a, p)], 1)] + w["W_pos"]
q, key, v = (torch.einsum("bpd,hdk->bphk", x, w[name]) for name in ("W_Q", "W_K", "W_V"))
scores = torch.einsum("bqhk,bphk->bhqp", q, key) / k**0.5
pattern = scores.masked_fill(torch.ones(3, 3).triu(1).bool(), -torch.inf).softmax(-1)
mid = x + torch.einsum("bqhk,hkd->bqd", torch.einsum("bhqp,bphk->bqhk", pattern, v), w["W_O"])
pre = mid @ w["W_in"] + b_in.double()
mlp_out = pre.relu() @ w["W_out"] + b_out.double()
logits = (mid + mlp_out) @ w["W_U"] + b_U.double()
loss = torch.nn.functional.cross_entropy(logits[:, -1], (a + b) % p)
found = {"hook_resid_mid": mid, "hook_pre": pre, "hook_mlp_out": mlp_out, "hook_resid_post": mid + mlp_out,
         "logits": logits, "loss": loss[None]}
save_file({name: value.float() for name, value in found.items()}, folder / "biased.safetensors")
