"""Runs the Python blocks of pages, one after the other, in a folder that holds artifacts/. TransformerLens may not be
there: its two classes are then modules of the same names and shapes, which take the same keys."""
import ast
import os
import re
import sys
import types

try:
    import transformer_lens
except ImportError:
    from torch_model import Model

    def build(config):
        assert config.d_vocab == config.d_vocab_out + 1 and config.act_fn == "relu" and config.normalization_type is None
        return Model(config.d_vocab_out, config.d_model, config.n_heads, config.d_head, config.d_mlp)

    transformer_lens = types.ModuleType("transformer_lens")
    transformer_lens.HookedTransformerConfig = types.SimpleNamespace
    transformer_lens.HookedTransformer = build
    sys.modules["transformer_lens"] = transformer_lens

folder, *pages = sys.argv[1:]
blocks = [block for page in pages for block in re.findall(r"^```python\n(.*?)^```", open(page).read(), re.M | re.S)]
os.chdir(folder)
for block in blocks:
    code = ast.parse(block)
    names = {}
    last = code.body.pop() if isinstance(code.body[-1], ast.Expr) else None
    exec(compile(code, "page", "exec"), names)
    if last:
        str(eval(compile(ast.Expression(last.value), "page", "eval"), names))  # as a notebook shows it
print(len(blocks))
