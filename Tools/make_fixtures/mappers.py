"""Fixtures/mappers-tiny: the mappers beside the resampler, each with its prefix and the gradient of every parameter.

Pinned: torch 2.13.0, safetensors 0.8.0 (and transformers 5.23.0, gguf 0.19.0 to import).
Run:    python Tools/make_fixtures/mappers.py

Everything is computed in float64 and stored rounded to float32; the same in float32 gives the gaps that are printed, relative
to a tensor's largest value.
"""
import torch

import pins
from architectures import LinearMapper, MLPMapper, TransformerMapper
from gradients import RelativeGap
from tiny_models import normal, randomise

FOLDER = pins.FIXTURES / "mappers-tiny"
FEATURES, GROUPS, WIDTH, HEADS, DEPTH, PREFIX, BATCH = 10, (4, 1, 1), 8, 2, 2, (2, 2, 1, 3, 4), 3


def parameters(module):
    with torch.no_grad():
        randomise(module)
        for name in ("pos", "const", "base"):
            if hasattr(module, name):
                getattr(module, name).copy_(normal(*getattr(module, name).shape))
        module.mean.copy_(normal(*module.mean.shape, std=3.0))  # far from 0 beside the spread
        module.std.copy_(0.5 + torch.rand(module.std.shape))
    return {k: v.clone() for k, v in module.state_dict().items()}


def results(module, features, cotangent, dtype):
    module = module.to(dtype)
    module.zero_grad()
    prefix = module(features.to(dtype))
    prefix.backward(cotangent.to(dtype))
    gradients = {f"grad_{k}": p.grad.clone() for k, p in module.named_parameters()}
    return {"prefix": prefix.detach()} | gradients


def make(name, module, seed):
    torch.manual_seed(seed)
    tensors, gap = parameters(module), RelativeGap()
    features = module.mean + module.std * normal(BATCH, sum(GROUPS), FEATURES)
    cotangent = normal(BATCH, *PREFIX)
    rounded = results(module, features, cotangent, torch.float32)
    exact = results(module, features, cotangent, torch.float64)
    found = {k: gap.narrow(k, exact[k], rounded[k]) for k in exact}
    pins.save(FOLDER / f"{name}.safetensors", tensors | {"features": features, "grad_prefix": cotangent} | found)
    print(f"  float32's gap: prefix {gap.worst['prefix']:.1e}, all {gap}")


if __name__ == "__main__":
    pins.check("torch", "safetensors", "transformers", "gguf")
    torch.set_num_threads(1)
    make("transformer", TransformerMapper(FEATURES, GROUPS, WIDTH, HEADS, DEPTH, PREFIX), seed=41)
    make("mlp", MLPMapper(FEATURES, GROUPS, WIDTH, DEPTH, PREFIX), seed=42)
    make("linear", LinearMapper(FEATURES, GROUPS, WIDTH, PREFIX), seed=43)
