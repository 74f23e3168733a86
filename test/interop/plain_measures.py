"""Measures of a network, whose activations are in a folder, from their formulas in docs/measures.md as they are written there,
in NumPy: prints, by name, what a run's summary says and what they give. The model file is one of torch.save."""
import json
import sys

import numpy as np
import pyarrow as pa
import torch

model_path, artifacts = sys.argv[1:]
w = {name.split(".")[-1]: tensor.double().numpy() for name, tensor in torch.load(model_path)["model"].items()}
p = w["W_U"].shape[1]


def last(name):
    """At `=`: the last of the positions."""
    values = pa.ipc.open_file(f"{artifacts}/activations/{name}.arrow").read_all()["value"]
    return values.combine_chunks().to_numpy_ndarray()[:, -1].astype(float)


pairs = pa.ipc.open_file(f"{artifacts}/dataset/pairs.arrow").read_all().to_pydict()
a, b, label, split = (np.array(pairs[name]) for name in ("a", "b", "label", "split"))
sets = {"all": np.ones(len(a), bool), "train": split == "train", "test": split == "test"}
L, m = last("logits"), last("blocks.0.mlp.hook_post")
with open(f"{artifacts}/measures/summary.json") as file:
    summary = json.load(file)
key = summary["key_frequencies"]
every = range(1, p // 2 + 1)


def unit(x):
    return x / np.sqrt((x**2).sum())


def T(f, frequencies):
    waves = [unit(of(2 * np.pi * k * (a + b) / p)) for k in frequencies for of in (np.cos, np.sin)]
    return sum(np.outer(wave, wave @ f) for wave in waves)


def u(k):
    return unit(np.cos(2 * np.pi * k * ((a + b)[:, None] - np.arange(p)) / p))


def losses(name, logits, which=sets):
    shifted = logits - logits.max(1, keepdims=True)
    each = np.log(np.exp(shifted).sum(1)) - shifted[np.arange(len(a)), label]
    return {f"{name}_{of}": each[rows].mean() for of, rows in which.items()}


alpha = {k: (L * u(k)).sum() for k in every}
cosines = sum(alpha[k] * u(k) for k in key)
of_neurons = T(m, key) @ w["W_out"] @ w["W_U"]
mean = L.mean(0)
weights = [w[name] for name in ("W_E", "W_pos", "W_Q", "W_O", "W_K", "W_V", "W_in", "W_out", "W_U")]
expected = {
    **losses("loss", L),
    **losses("restricted_loss_logits", T(L, key) + mean), **losses("excluded_loss_logits", L - T(L, key)),
    **losses("restricted_loss_neurons", of_neurons + mean), **losses("excluded_loss_neurons", L - of_neurons),
    **losses("loss_of_cosine_logits", cosines), **losses("excluded_loss_cosines", L - cosines),
    "logit_explained_by_key": sum(alpha[k] ** 2 for k in key) / (L**2).sum(),
    "sum_squared_weights": sum((x**2).sum() for x in weights),
}
lists = {
    "logit_cosine_coefficients": [alpha[k] for k in every],
    **{f"excluded_loss_logits_per_frequency_{of}": [losses("of", L - T(L, [k]))[f"of_{of}"] for k in every]
       for of in ("all", "train")},
    "sum_squared_weights_by_weight": [(x**2).sum() for x in weights],
    "singular_values_W_E": np.linalg.svd(w["W_E"][:p], compute_uv=False).tolist(),
    "singular_values_W_logit": np.linalg.svd(w["W_out"] @ w["W_U"], compute_uv=False)[:p].tolist(),
}
found = {name: [[summary["last"][name]], [value]] for name, value in expected.items()}
found |= {name: [summary["last_lists"][name], list(values)] for name, values in lists.items()}
print(json.dumps(found))
