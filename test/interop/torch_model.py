"""The one-layer transformer as a PyTorch module with the names and shapes that TransformerLens gives it: what a
HookedTransformer of this architecture is to a state_dict."""
import math

import torch

torch.set_num_threads(1)  # small networks: threads cost more than they bring


def parameter(name, shape):
    frozen = name.startswith("b_")
    values = torch.zeros(shape) if frozen else torch.randn(shape) / math.sqrt(shape[-2])
    return torch.nn.Parameter(values, requires_grad=not frozen)


def module(**shapes):
    made = torch.nn.Module()
    for name, shape in shapes.items():
        setattr(made, name, parameter(name, shape))
    return made


class Model(torch.nn.Module):
    def __init__(self, p, d_model, n_heads, d_head, d_mlp):
        super().__init__()
        self.d_head = d_head
        self.embed = module(W_E=(p + 1, d_model))
        self.pos_embed = module(W_pos=(3, d_model))
        block = torch.nn.Module()
        into, out = (n_heads, d_model, d_head), (n_heads, d_head, d_model)
        block.attn = module(W_Q=into, W_O=out, b_Q=into[::2], b_O=(d_model,), W_K=into, b_K=into[::2], W_V=into,
                            b_V=into[::2])
        block.attn.register_buffer("mask", torch.ones(3, 3).tril().bool())
        block.attn.register_buffer("IGNORE", torch.tensor(-torch.inf))
        block.mlp = module(W_in=(d_model, d_mlp), b_in=(d_mlp,), W_out=(d_mlp, d_model), b_out=(d_model,))
        self.blocks = torch.nn.ModuleList([block])
        self.unembed = module(W_U=(d_model, p), b_U=(p,))

    def forward(self, tokens):
        attn, mlp = self.blocks[0].attn, self.blocks[0].mlp
        x = self.embed.W_E[tokens] + self.pos_embed.W_pos
        q, k, v = (torch.einsum("bpd,hdk->bphk", x, W) for W in (attn.W_Q, attn.W_K, attn.W_V))
        scores = torch.einsum("bqhk,bphk->bhqp", q, k) / math.sqrt(self.d_head)
        z = torch.einsum("bhqp,bphk->bqhk", scores.where(attn.mask, attn.IGNORE).softmax(-1), v)
        x = x + torch.einsum("bqhk,hkd->bqd", z, attn.W_O)
        x = x + (x @ mlp.W_in + mlp.b_in).relu() @ mlp.W_out + mlp.b_out
        return x @ self.unembed.W_U + self.unembed.b_U


class Task:
    """The pairs of a dataset folder, by set."""

    def __init__(self, pairs):
        columns = pairs.to_pydict()
        self.p = max(columns["a"]) + 1
        self.tokens = torch.tensor([columns["a"], columns["b"], [self.p] * self.p**2]).T
        self.labels = torch.tensor(columns["label"])
        self.rows = {name: [i for i, of in enumerate(columns["split"]) if of == name] for name in ("train", "test")}

    def loss(self, model, name):
        rows = self.rows[name]
        logits = model(self.tokens[rows])[:, -1].double()
        return torch.nn.functional.cross_entropy(logits, self.labels[rows])
