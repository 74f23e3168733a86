"""Runs the converter on files of the kinds that people publish; prints for each what it said and how it ended."""
import contextlib
import importlib.util
import io
import json
import sys
from pathlib import Path

import torch

converter, folder = sys.argv[1], Path(sys.argv[2])
spec = importlib.util.spec_from_file_location("converter", converter)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

p, d, h, k, m = 5, 8, 2, 4, 16
generator = torch.Generator().manual_seed(0)
shapes = {"embed.W_E": (p + 1, d), "pos_embed.W_pos": (3, d), "blocks.0.attn.W_Q": (h, d, k),
          "blocks.0.attn.W_K": (h, d, k), "blocks.0.attn.W_V": (h, d, k), "blocks.0.attn.W_O": (h, k, d),
          "blocks.0.mlp.W_in": (d, m), "blocks.0.mlp.W_out": (m, d), "unembed.W_U": (d, p)}
state = {name: torch.randn(*shape, generator=generator) for name, shape in shapes.items()}


class HookedTransformerConfig:
    """As pickle finds it: by the name of a class that the converter does not have."""


config = HookedTransformerConfig()
config.d_model = d
run = {"model": state, "config": config, "train_losses": [1.0, 0.5], "test_losses": [2.0, 1.5]}
saved = {
    "plain": run,
    "legacy": run,
    "state_dict": {"state_dict": state, "epoch": 7},
    "bare": state,
    "aliases": {"x_embed": state["embed.W_E"].clone(), **state, "y_embed": state["embed.W_E"]},
    "other": {**state, "z_embed": state["embed.W_E"] + 1},
    "runs": [[0.95, 0.9], [{"model": state}]],
    "part": {"state_dict": {"embed.W_E": torch.zeros(2)}},
    "object": config,
    "object_as_model": {"model": config},
    "tensor": torch.zeros(3),
    "empty_dictionary": {},
}
for name, value in saved.items():
    torch.save(value, folder / name, _use_new_zipfile_serialization=name != "legacy")
del HookedTransformerConfig  # from here on there is no such class
whole = (folder / "plain").read_bytes()
for name, content in {"text": b"not torch\n", "nothing": b"", "cut": whole[: len(whole) // 2]}.items():
    (folder / name).write_bytes(content)
(folder / "a_folder").mkdir()

results = {}
for name in [*saved, "text", "nothing", "cut", "a_folder", "absent"]:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            module.main(str(folder / name), folder / f"{name}.made")
        end = None
    except SystemExit as error:
        end = str(error.code)
    except BaseException as error:
        end = f"traceback: {type(error).__name__}: {error}"
    results[name] = {"said": said.getvalue(), "end": end}
print(json.dumps(results))
