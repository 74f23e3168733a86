"""Makes a folder for `train.pretrained` from the dictionary that TransformerLens' Grokking_Demo saves with torch.save.

    python examples/pth_to_pretrained.py grokking_demo.pth trained
    npm run pipeline -- --set train.pretrained=trained

Of the dictionary it takes `model` (or `state_dict`) and, where there are any, `config`, `checkpoints` with
`checkpoint_epochs`, and `train_losses` with `test_losses`; a file that holds a state_dict alone will do, and so will one
of torch before 1.6. Needs torch 2.5 or newer, numpy, pyarrow and safetensors. TransformerLens need not be installed: nothing but tensors, numbers and containers is loaded, and of any
other object, such as HookedTransformerConfig, the attributes alone.
"""
import json
import pickletools
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from safetensors.torch import save_file

WEIGHTS = {
    "W_E": ("embed.W_E", ["d_vocab", "d_model"]),
    "W_pos": ("pos_embed.W_pos", ["n_ctx", "d_model"]),
    "W_Q": ("blocks.0.attn.W_Q", ["head", "d_model", "d_head"]),
    "W_O": ("blocks.0.attn.W_O", ["head", "d_head", "d_model"]),
    "W_K": ("blocks.0.attn.W_K", ["head", "d_model", "d_head"]),
    "W_V": ("blocks.0.attn.W_V", ["head", "d_model", "d_head"]),
    "W_in": ("blocks.0.mlp.W_in", ["d_model", "d_mlp"]),
    "W_out": ("blocks.0.mlp.W_out", ["d_mlp", "d_model"]),
    "W_U": ("unembed.W_U", ["d_model", "d_vocab_out"]),
}
CONFIG = ["n_layers", "d_model", "n_ctx", "d_head", "n_heads", "d_mlp", "d_vocab", "d_vocab_out", "act_fn",
          "normalization_type", "attn_only"]


def foreign_classes(path):
    """Names of the classes in the file that are not torch's own; torch tells them of the zip files that it writes since 1.6."""
    if zipfile.is_zipfile(path):
        return torch.serialization.get_unsafe_globals_in_checkpoint(path)
    names = set()
    with open(path, "rb") as file:
        for _ in range(4):  # pickles before the numbers: magic, protocol, system, and the object
            names.update(arg.replace(" ", ".") for op, arg, _ in pickletools.genops(file) if op.name == "GLOBAL")
    return {name for name in names if not name.startswith(("torch.", "collections."))}


def load(path):
    """The dictionary. Classes that are not torch's own become empty ones, so that no code of the file is run."""
    try:
        for name in foreign_classes(path):
            stub = type(name.rpartition(".")[2], (), {"__init__": lambda self, *args, **named: None})
            torch.serialization.add_safe_globals([(stub, name)])
        saved = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch, pickle and zipfile each have their own
        sys.exit(f"{path} is not a file that torch.load reads: {str(error).strip().splitlines()[0] or type(error).__name__}")
    if isinstance(saved, (list, tuple)):
        kinds = ", ".join(type(each).__name__ for each in saved[:8])
        sys.exit(f"{path} holds a list of {len(saved)} ({kinds}): save one run of it, "
                 f"as torch.save(torch.load({str(path)!r})[0], 'one.pth'), and give that")
    if not isinstance(saved, dict):
        sys.exit(f"{path} holds a {type(saved).__name__} (expected a dictionary): save its state_dict()")
    model = saved.get("model", saved.get("state_dict", saved))
    if not isinstance(model, dict):
        sys.exit(f"{path} holds a {type(model).__name__} as model (expected a state_dict): save its state_dict()")
    missing = [key for key, _ in WEIGHTS.values() if not isinstance(model.get(key), torch.Tensor)]
    if missing:
        sys.exit(f"{path} has no {missing[0]} in its model (it has {', '.join(map(str, list(model)[:8])) or 'nothing'})")
    return {**saved, "model": without_aliases(model)}


def without_aliases(model):
    """The tensors of a state_dict, but for those that are embed.W_E again under a name that this architecture has not."""
    W_E = model["embed.W_E"]
    is_alias = {name: "." not in name and torch.is_tensor(tensor) and torch.equal(tensor, W_E)
                for name, tensor in model.items()}
    for name in [name for name in model if is_alias[name]]:
        print(f"{name} is left out: it equals embed.W_E")
    return {name: tensor for name, tensor in model.items() if torch.is_tensor(tensor) and not is_alias[name]}


def write_table(path, columns, rows_per_batch=None):
    table = pa.table(columns)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=rows_per_batch)


def history_columns(epochs, train_losses, test_losses):
    """Accuracies were not recorded: NaN says so."""
    nan = np.full(len(epochs), np.nan)
    return {"epoch": np.array(epochs, np.float64), "train_loss": train_losses, "test_loss": test_losses,
            "train_accuracy": nan, "test_accuracy": nan}


def checkpoint_columns(checkpoints):
    for i, state in enumerate(checkpoints):
        for name, tensor in state.items():
            if ".b_" in name and tensor.any():
                sys.exit(f"checkpoint {i}: {name} has values other than zero (its biases are frozen at zero)")
    for name, (key, dims) in WEIGHTS.items():
        tensors = np.stack([state[key].float().numpy() for state in checkpoints])
        yield name, pa.FixedShapeTensorArray.from_numpy_ndarray(tensors, dim_names=dims)


def main(source, folder):
    saved = load(source)
    folder.mkdir(parents=True, exist_ok=True)

    config = saved.get("config") or {}
    config = config if isinstance(config, dict) else vars(config)
    stated = {name: config[name] for name in CONFIG if name in config}
    model = {name: tensor.contiguous().clone() for name, tensor in saved["model"].items()}
    save_file(model, folder / "model.safetensors", metadata={"config": json.dumps(stated)})
    print(f"{folder}/model.safetensors: {len(model)} tensors")

    # Train losses are from before the step of their epoch, test losses from after it, here as there.
    train_losses, test_losses = (np.array([float(loss) for loss in saved.get(name, [])], np.float64)
                                 for name in ("train_losses", "test_losses"))
    if len(train_losses) != len(test_losses):
        sys.exit(f"{len(train_losses)} train losses and {len(test_losses)} test losses")
    if len(train_losses):
        write_table(folder / "history.arrow", history_columns(range(len(train_losses)), train_losses, test_losses))
        print(f"{folder}/history.arrow: {len(train_losses)} epochs")

    checkpoints, epochs = saved.get("checkpoints", []), [int(epoch) for epoch in saved.get("checkpoint_epochs", [])]
    if len(checkpoints) != len(epochs):
        sys.exit(f"{len(checkpoints)} checkpoints and {len(epochs)} checkpoint_epochs")
    if checkpoints and len(train_losses) > max(epochs):
        columns = history_columns(epochs, train_losses[epochs], test_losses[epochs])
        # A record batch each, so that any of them can be read without the others.
        write_table(folder / "checkpoints.arrow", {**columns, **dict(checkpoint_columns(checkpoints))}, 1)
        print(f"{folder}/checkpoints.arrow: {len(checkpoints)} checkpoints")
    elif checkpoints:
        print(f"checkpoints are left out: their losses are not among the {len(train_losses)} that there are")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python examples/pth_to_pretrained.py FILE.pth FOLDER")
    main(sys.argv[1], Path(sys.argv[2]))
