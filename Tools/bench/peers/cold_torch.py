"""One photo to one greedy caption in PyTorch and transformers, from a standing start.

    python cold_torch.py CAPTIONER STORE DECODER PHOTO [THREADS]

STORE is the folder of base models by name, which has the encoders; DECODER is a Hugging Face directory.

As quick as the libraries allow without changing the arithmetic: weights mapped from safetensors and never initialised
at random, inference mode, key/value cache, the tokeniser's own library, a plain loop instead of `generate`.
"""
import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from tokenizers import Tokenizer
from transformers import DynamicCache
from transformers.models.llama.modeling_llama import LlamaForCausalLM
from transformers.utils import logging

from encoders_torch import encoders, features, pixels
from mappers_torch import resampler


def main(captioner, store, decoder, photo, threads="2"):
    torch.set_num_threads(int(threads))
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    captioner = Path(captioner)
    manifest = json.loads((captioner / "captioner.json").read_text())
    vision = encoders(captioner, manifest, Path(store))
    language = LlamaForCausalLM.from_pretrained(decoder, dtype=torch.float32).eval()
    words = Tokenizer.from_file(f"{decoder}/tokenizer.json")

    seen = features(vision, [image[None] for image in pixels(photo, vision)])
    prefix = resampler(captioner, manifest["mapper"]).eval()(seen)
    cache = DynamicCache()
    for layer in range(prefix.shape[1]):
        cache.update(prefix[:, layer, 0], prefix[:, layer, 1], layer)
    spoken, made = manifest["decoder"], []
    ids = torch.tensor([spoken["startTokens"]])
    while len(made) < spoken["maximumNewTokens"]:
        token = language(ids, past_key_values=cache, logits_to_keep=1).logits[0, -1].argmax().item()
        if token in spoken["stopTokens"]:
            break
        made.append(token)
        ids = torch.tensor([[token]])
    print(words.decode(made).strip())


if __name__ == "__main__":
    with torch.inference_mode():
        main(*sys.argv[1:])
