"""Fixtures/gradients, end to end: the tiny mapper trained through the tiny frozen decoder for ten steps.

Pinned: torch 2.13.0, transformers 5.23.0, safetensors 0.8.0, numpy 2.4.6, gguf 0.19.0.
Run:    python Tools/make_fixtures/training_steps.py

The mapper is Fixtures/resampler-tiny, the decoder Fixtures/llama-tiny: as it is in float32, and as its Q4_1 file holds it.
Everything is computed in float64 and stored rounded to float32; the same in float32 gives the gaps that are printed.
"""
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

import gguf_files
import pins
from architectures import Llama, LlamaShape, Resampler

FOLDER, LLAMA, RESAMPLER = (pins.FIXTURES / name for name in ("gradients", "llama-tiny", "resampler-tiny"))
SHAPE = LlamaShape(layers=3, hidden=64, intermediate=96, heads=4, key_value_heads=2, vocabulary=160)
GROUPS, PREFIX = (7, 1, 1, 1), (3, 2, 2, 4, 16)
START, STOP = 3, 2
LENGTHS, CAPTIONS = (7, 4, 9, 3, 6, 2), 3  # tokens with START and STOP; the last caption is empty; captions an image
STEPS, RATE, WARM_UP, BETAS, EPSILON, DECAY, CLIP, SMOOTHING = 10, 1e-3, 4, (0.9, 0.98), 1e-8, 0.05, 1.0, 0.1


def mapper(dtype):
    module = Resampler(24, GROUPS, 16, 2, 2, PREFIX)
    module.load_state_dict({k: v.float() for k, v in load_file(RESAMPLER / "mapper.safetensors").items()})
    return module.to(dtype)


def loss(decoder, prefix, captions):
    """Mean cross-entropy over all tokens but the STARTs; every caption alone, so that nothing is padded."""
    logits = [
        decoder.forward(caption[None, :-1], prefix[n // CAPTIONS:n // CAPTIONS + 1])[0][0]
        for n, caption in enumerate(captions)]
    targets = torch.cat([caption[1:] for caption in captions])
    return F.cross_entropy(torch.cat(logits), targets, label_smoothing=SMOOTHING)


def first_gradients(weights, features, captions, dtype):
    module, decoder = mapper(dtype), Llama(weights, SHAPE, dtype)
    prefix = module(features.to(dtype))
    prefix.retain_grad()
    value = loss(decoder, prefix, captions)
    value.backward()
    gradients = {f"grad_{k}": p.grad for k, p in module.named_parameters()}
    return {"loss": value.detach()[None], "prefix": prefix.detach(), "grad_prefix": prefix.grad, **gradients}


def train(weights, features, captions, dtype):
    module, decoder = mapper(dtype), Llama(weights, SHAPE, dtype)
    optimizer = torch.optim.AdamW(module.parameters(), lr=RATE, betas=BETAS, eps=EPSILON, weight_decay=DECAY)
    losses, norms = [], []
    for step in range(STEPS):
        optimizer.param_groups[0]["lr"] = RATE * min(1, (step + 1) / WARM_UP)
        value = loss(decoder, module(features.to(dtype)), captions)
        optimizer.zero_grad()
        value.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(module.parameters(), CLIP).detach())
        optimizer.step()
        losses.append(value.detach())
    final = {f"final_{k}": p.detach() for k, p in module.named_parameters()}
    return {"losses": torch.stack(losses), "gradient_norms": torch.stack(norms), **final}


def narrowed(function, *arguments):
    """The float64 results rounded; prints the largest gaps of float32 by kind: absolute for the final parameters,
    otherwise relative to a tensor's largest value."""
    exact, rounded = (function(*arguments, dtype) for dtype in (torch.float64, torch.float32))
    gaps = pins.Gap()
    for key, double in exact.items():
        kind = next((k for k in ("grad_", "final_") if key.startswith(k)), key)
        unit = 1 if kind == "final_" else double.abs().max()
        pair = double / unit, rounded[key] / unit
        if kind == "final_" and key.endswith("in_proj_bias"):
            queries, keys, values = zip(*(t.chunk(3) for t in pair))
            gaps.narrow("final key biases", *keys)
            pair = (torch.cat(p) for p in zip(queries, values))
        gaps.narrow(kind, *pair)
    gaps.report("gradients")
    return {k: v.float() for k, v in exact.items()}


def main():
    torch.manual_seed(31)
    weights = load_file(LLAMA / "model.safetensors")
    features = load_file(RESAMPLER / "reference.safetensors")["features"][:2]
    words = [torch.randint(4, SHAPE.vocabulary, (length - 2,)) for length in LENGTHS]
    captions = [torch.cat([torch.tensor([START]), w, torch.tensor([STOP])]) for w in words]
    inputs = {
        "features": features, "tokens": torch.cat(captions).int(), "lengths": torch.tensor(LENGTHS, dtype=torch.int32)}
    first = narrowed(first_gradients, weights, features, captions)
    steps = narrowed(train, weights, features, captions)
    pins.save(FOLDER / "mapper_decoder.safetensors", inputs | first | steps)
    print("losses", steps["losses"].tolist(), "\ngradient norms", steps["gradient_norms"].tolist())
    weights = gguf_files.read(LLAMA / "model-q4_1.gguf", SHAPE)
    first = narrowed(first_gradients, weights, features, captions)
    pins.save(FOLDER / "mapper_decoder_q4_1.safetensors", inputs | first)


if __name__ == "__main__":
    pins.check("torch", "transformers", "safetensors", "numpy", "gguf")
    torch.set_num_threads(1)
    main()
