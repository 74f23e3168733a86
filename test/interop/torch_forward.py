"""Every hook by a forward pass in PyTorch, float64, from a model in a file of safetensors or torch.save, compared with
the Arrow files in a folder: for each the largest difference over the largest value, whether infinities agree, and whether the
tensors that pyarrow gives lie in the mapped file itself."""
import json
import math
import sys

import numpy as np
import pyarrow as pa
import torch
from safetensors.torch import load_file

weights_path, folder = sys.argv[1:]
model = load_file(weights_path) if weights_path.endswith(".safetensors") else torch.load(weights_path)["model"]
w = {name.split(".")[-1]: tensor.double() for name, tensor in model.items()}
p = w["W_U"].shape[1]
a, b = torch.arange(p).repeat_interleave(p), torch.arange(p).repeat(p)
tokens = torch.stack([a, b, torch.full_like(a, p)], 1)

hooks = {}
hooks["hook_embed"] = embed = w["W_E"][tokens]
hooks["hook_pos_embed"] = pos = w["W_pos"].expand_as(embed)
hooks["blocks.0.hook_resid_pre"] = pre = embed + pos
for letter in "qkv":
    hooks[f"blocks.0.attn.hook_{letter}"] = torch.einsum("bpd,hdk->bphk", pre, w[f"W_{letter.upper()}"])
q, k, v = (hooks[f"blocks.0.attn.hook_{letter}"] for letter in "qkv")
scores = torch.einsum("bqhk,bphk->bhqp", q, k) / math.sqrt(q.shape[-1])
hooks["blocks.0.attn.hook_attn_scores"] = scores = scores.masked_fill(~torch.ones(3, 3).tril().bool(), -math.inf)
hooks["blocks.0.attn.hook_pattern"] = pattern = scores.softmax(-1)
hooks["blocks.0.attn.hook_z"] = z = torch.einsum("bhqp,bphk->bqhk", pattern, v)
hooks["blocks.0.hook_attn_out"] = attn_out = torch.einsum("bqhk,hkd->bqd", z, w["W_O"])
hooks["blocks.0.hook_resid_mid"] = mid = pre + attn_out
hooks["blocks.0.mlp.hook_pre"] = mid @ w["W_in"] + w["b_in"]
hooks["blocks.0.mlp.hook_post"] = post = hooks["blocks.0.mlp.hook_pre"].relu()
hooks["blocks.0.hook_mlp_out"] = mlp_out = post @ w["W_out"] + w["b_out"]
hooks["blocks.0.hook_resid_post"] = mid + mlp_out
hooks["logits"] = hooks["blocks.0.hook_resid_post"] @ w["W_U"] + w["b_U"]

result = {}
for name, expected in hooks.items():
    file = pa.memory_map(f"{folder}/{name}.arrow")
    mapped = file.read_buffer()  # the whole file, where it is mapped
    table = pa.ipc.open_file(file).read_all()
    views = [chunk.to_numpy_ndarray() for chunk in table.column("value").chunks]
    in_place = all(mapped.address <= view.ctypes.data and view.ctypes.data + view.nbytes <= mapped.address + mapped.size
                   for view in views)
    found = table.column("value").combine_chunks().to_numpy_ndarray()
    expected = expected.numpy()
    finite = np.isfinite(expected)
    same = found.shape == expected.shape and bool((np.isfinite(found) == finite).all()) and bool(
        (found[~finite] == expected[~finite]).all())
    same &= table.column("a").to_pylist() == a.tolist() and table.column("b").to_pylist() == b.tolist()
    error = float(np.abs(found[finite] - expected[finite]).max() / np.abs(expected[finite]).max()) if same else None
    result[name] = {"same_form": same, "error": error, "in_place": in_place}
print(json.dumps(result))
