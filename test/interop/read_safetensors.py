"""Names, shapes and sums of a safetensors file, and its metadata, as the safetensors package reads them."""
import json
import sys

import safetensors

with safetensors.safe_open(sys.argv[1], framework="numpy") as file:
    tensors = {name: file.get_tensor(name) for name in file.keys()}
    metadata = file.metadata()
print(json.dumps({
    "metadata": metadata,
    "tensors": {name: [list(t.shape), str(t.astype("float64").sum())] for name, t in tensors.items()},
}))
