"""Times training steps of the same model in PyTorch, on request: what one would run without this project.

Reads lines "<variant> <steps>" from stdin and answers each with milliseconds per step, so that the caller can take turns.
  eager         the layers as TransformerLens writes them: every position, log-softmax in float64
  restructured  only the `=` position, keys and values from a table over (token, position)
"""
import argparse
import math
import sys
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--p", type=int, default=113)
parser.add_argument("--threads", type=int, required=True)
args = parser.parse_args()
torch.set_num_threads(args.threads)

p, d_model, n_heads, d_head, d_mlp = args.p, 128, 4, 32, 512
SHAPES = {
    "W_E": (p + 1, d_model), "W_pos": (3, d_model), "W_Q": (n_heads, d_model, d_head),
    "W_O": (n_heads, d_head, d_model), "W_K": (n_heads, d_model, d_head), "W_V": (n_heads, d_model, d_head),
    "W_in": (d_model, d_mlp), "W_out": (d_mlp, d_model), "W_U": (d_model, p),
}

torch.manual_seed(598)
rows = torch.randperm(p * p)[: int(0.3 * p * p)]
a, b = rows // p, rows % p
label = (a + b) % p
tokens = torch.stack([a, b, torch.full_like(a, p)], dim=1)


def eager(w):
    resid = w["W_E"][tokens] + w["W_pos"]
    q, k, v = (torch.einsum("npd,hde->nphe", resid, w[name]) for name in ("W_Q", "W_K", "W_V"))
    scores = torch.einsum("nqhe,nkhe->nhqk", q, k) / math.sqrt(d_head)
    future = torch.triu(torch.ones(3, 3, dtype=torch.bool), diagonal=1)
    pattern = scores.masked_fill(future, -math.inf).softmax(dim=-1)
    z = torch.einsum("nhqk,nkhe->nqhe", pattern, v)
    resid = resid + torch.einsum("nqhe,hed->nqd", z, w["W_O"])
    resid = resid + torch.relu(resid @ w["W_in"]) @ w["W_out"]
    return (resid @ w["W_U"])[:, -1]


def restructured(w):
    end = w["W_E"][p] + w["W_pos"][2]
    table = torch.cat([w["W_E"][:p] + w["W_pos"][0], w["W_E"][:p] + w["W_pos"][1], end[None]])
    keys, values = (torch.einsum("td,hde->the", table, w[name]) for name in ("W_K", "W_V"))
    query = torch.einsum("d,hde->he", end, w["W_Q"])
    scores = torch.einsum("the,he->th", keys, query) / math.sqrt(d_head)
    source = torch.stack([a, p + b, torch.full_like(a, 2 * p)])
    pattern = scores[source].softmax(dim=0)
    z = (pattern[..., None] * values[source]).sum(dim=0)
    resid = end + z.flatten(1) @ w["W_O"].flatten(0, 1)
    resid = resid + torch.relu(resid @ w["W_in"]) @ w["W_out"]
    return resid @ w["W_U"]


class Run:
    def __init__(self, forward):
        self.forward = forward
        torch.manual_seed(999)
        self.weights = {name: (torch.randn(shape) * 0.8 / math.sqrt(d_model)).requires_grad_()
                        for name, shape in SHAPES.items()}
        self.optimizer = torch.optim.AdamW(self.weights.values(), lr=1e-3, weight_decay=1.0, betas=(0.9, 0.98))

    def step(self):
        log_probs = self.forward(self.weights).double().log_softmax(dim=-1)
        loss = -log_probs.gather(1, label[:, None]).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


runs = {"eager": Run(eager), "restructured": Run(restructured)}
for run in runs.values():
    for _ in range(3):
        run.step()
print(torch.__version__, flush=True)
for line in sys.stdin:
    variant, steps = line.split()
    begin = time.perf_counter()
    for _ in range(int(steps)):
        runs[variant].step()
    print(1000 * (time.perf_counter() - begin) / int(steps), flush=True)
