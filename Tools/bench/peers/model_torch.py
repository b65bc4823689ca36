"""Any encoder or decoder by PyTorch and transformers.

    python model_torch.py encode|decode MODEL [--count N] [--rows M] [--repeats R] [--dtype bfloat16] [--threads 2]
    python model_torch.py reference MODEL

`encode`: the hidden states of N images of random pixels at once. `decode`: N tokens after token 1, greedy, whatever comes, in
M rows at once, with a key-value cache. Prints {"seconds"} of each repetition; for `decode` also {"tokens"} of the first row.

`reference` writes MODEL/reference.safetensors, computed in float64, for `caption debug-parity`.
"""
import argparse
import json
import os
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from safetensors.torch import save_file
from transformers import (
    AutoConfig, AutoModelForCausalLM, CLIPVisionModelWithProjection, DynamicCache, SiglipVisionModel, ViTModel)
from transformers.utils import logging

ENCODERS = {
    "clip_vision_model": CLIPVisionModelWithProjection, "siglip_vision_model": SiglipVisionModel, "vit": ViTModel}


def load(path, dtype):
    config = AutoConfig.from_pretrained(path)
    kind = ENCODERS.get(config.model_type, AutoModelForCausalLM)
    return kind.from_pretrained(path, dtype=dtype).eval()


def pixels(model, count, dtype):
    side = model.config.image_size
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(1)).to(dtype)


def encode(model, arguments):
    images = pixels(model, arguments.count, model.dtype)
    seconds = []
    for _ in range(arguments.repeats + 1):
        start = time.perf_counter()
        model(images)
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds[1:]}


def decode(model, arguments):
    seconds, said = [], []
    for _ in range(arguments.repeats + 1):
        start = time.perf_counter()
        cache = DynamicCache(config=model.config)
        ids, said = torch.full((arguments.rows, 1), 1), []
        for _ in range(arguments.count):
            logits = model(ids, past_key_values=cache, use_cache=True, logits_to_keep=1).logits
            ids = logits[:, -1].argmax(-1, keepdim=True)
            said.append(ids[0, 0].item())
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds[1:], "tokens": said}


def encoder_reference(model):
    size = f"{model.config.image_size}x{model.config.image_size}"
    images = pixels(model, 2, torch.float32)
    out = model(images.double(), output_hidden_states=True)
    # The projecting CLIP tower returns its embedding and the last hidden state without the pooled one.
    inner = model.vision_model(images.double()) if hasattr(model, "visual_projection") else out
    tensors = {f"pixels_{size}": images, f"last_hidden_state_{size}": inner.last_hidden_state,
               f"pooled_{size}": inner.pooler_output}
    if hasattr(out, "image_embeds"):
        tensors[f"projected_{size}"] = out.image_embeds
    for number, state in enumerate(out.hidden_states):
        tensors[f"hidden_state_{number}_{size}"] = state
    return tensors


def decoder_reference(model):
    config, generator = model.config, torch.Generator().manual_seed(1)
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    dimension = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    ids = torch.randint(3, config.vocab_size, (2, 12), generator=generator)
    prefix = torch.randn(2, config.num_hidden_layers, 2, heads, 8, dimension, generator=generator)
    variable = prefix.double().requires_grad_()

    def cache(of):
        made = DynamicCache(config=config)
        for layer in range(config.num_hidden_layers):
            made.update(of[:, layer, 0], of[:, layer, 1], layer)
        return made

    with torch.no_grad():
        plain = model(ids).logits
    with torch.enable_grad():
        after = model(ids, past_key_values=cache(variable)).logits
        loss = torch.nn.functional.cross_entropy(after[:, :-1].flatten(0, 1), ids[:, 1:].flatten())
        (gradient,) = torch.autograd.grad(loss, variable)
    past, token, greedy = cache(prefix.double()), torch.full((2, 1), 1), []
    for _ in range(20):
        token = model(token, past_key_values=past, use_cache=True).logits[:, -1].argmax(-1, keepdim=True)
        greedy.append(token)
    return {"input_ids": ids.int(), "prefix": prefix, "logits": plain, "logits_after_prefix": after.detach(),
            "prefix_gradient": gradient, "greedy_ids": torch.cat(greedy, 1).int()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("encode", "decode", "reference"))
    parser.add_argument("model", type=Path)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--rows", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if arguments.work != "reference":
        model = load(arguments.model, getattr(torch, arguments.dtype))
        print(json.dumps({"encode": encode, "decode": decode}[arguments.work](model, arguments)))
        return
    model = load(arguments.model, torch.float64)
    model.requires_grad_(False)
    is_decoder = hasattr(model, "lm_head")
    tensors = decoder_reference(model) if is_decoder else encoder_reference(model)
    rounded = {
        name: (tensor if tensor.dtype == torch.int32 else tensor.float()).contiguous() for name, tensor in tensors.items()}
    save_file(rounded, arguments.model / "reference.safetensors")


if __name__ == "__main__":
    with torch.no_grad():
        main()
