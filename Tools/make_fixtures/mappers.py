"""Fixtures/mappers-tiny: the mappers beside the resampler, each with its prefix and the gradient of every parameter; and all
of them over the features of two encoders, whose tokens have different widths; and those with attention with normalised heads.

Pinned: torch 2.13.0, safetensors 0.8.0 (and transformers 5.23.0, gguf 0.19.0 to import).
Run:    python Tools/make_fixtures/mappers.py

Everything is computed in float64 and stored rounded to float32; the same in float32 gives the gaps that are printed, relative
to a tensor's largest value.
"""
import torch

import pins
from architectures import LinearMapper, MLPMapper, Resampler, TransformerMapper
from gradients import RelativeGap
from tiny_models import normal, randomise

FOLDER = pins.FIXTURES / "mappers-tiny"
FEATURES, GROUPS, WIDTH, HEADS, DEPTH, PREFIX, BATCH = 10, (4, 1, 1), 8, 2, 2, (2, 2, 1, 3, 4), 3
# Two layers of one encoder, 10 wide, then a grid and a pooled vector of another, 14 wide.
TWO_FEATURES, TWO_GROUPS = (10, 10, 14, 14), (4, 1, 2, 1)


def parameters(module):
    with torch.no_grad():
        randomise(module)
        for name in ("pos", "const", "q", "base"):
            if hasattr(module, name):
                getattr(module, name).copy_(normal(*getattr(module, name).shape))
        several = not isinstance(module.mean, torch.Tensor)
        for mean, std in zip(module.mean, module.std) if several else [(module.mean, module.std)]:
            mean.copy_(normal(*mean.shape, std=3.0))  # far from 0 beside the spread
            std.copy_(0.5 + torch.rand(std.shape))
    return {k: v.clone() for k, v in module.state_dict().items()}


def results(module, features, cotangent, dtype):
    module = module.to(dtype)
    module.zero_grad()
    prefix = module(features.to(dtype))
    prefix.backward(cotangent.to(dtype))
    gradients = {f"grad_{k}": p.grad.clone() for k, p in module.named_parameters() if p.requires_grad}
    return {"prefix": prefix.detach()} | gradients


def make(name, module, seed):
    torch.manual_seed(seed)
    tensors, gap = parameters(module), RelativeGap()
    if isinstance(module.mean, torch.Tensor):
        features = module.mean + module.std * normal(BATCH, *module.mean.shape)
    else:
        features = torch.cat([(m + s * normal(BATCH, *m.shape)).flatten(1) for m, s in zip(module.mean, module.std)], 1)
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
    two = (TWO_FEATURES, TWO_GROUPS, WIDTH)
    make("resampler-two-encoders", Resampler(*two, HEADS, DEPTH, PREFIX), seed=44)
    make("transformer-two-encoders", TransformerMapper(*two, HEADS, DEPTH, PREFIX), seed=45)
    make("mlp-two-encoders", MLPMapper(*two, DEPTH, PREFIX), seed=46)
    make("linear-two-encoders", LinearMapper(*two, PREFIX), seed=47)
    one = (FEATURES, GROUPS, WIDTH, HEADS, DEPTH, PREFIX)
    make("resampler-normed-heads", Resampler(*one, normed=True), seed=48)
    make("transformer-normed-heads", TransformerMapper(*one, normed=True), seed=49)
