"""One photo to one greedy caption in PyTorch and transformers, from a standing start.

    python cold_torch.py CAPTIONER ENCODER DECODER PHOTO [THREADS]

As quick as the libraries allow without changing the arithmetic: weights mapped from safetensors and never initialised
at random, inference mode, key/value cache, the tokeniser's own library, a plain loop instead of `generate`.
"""
import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "make_fixtures"))

import numpy as np
import torch
from PIL import Image, ImageOps
from tokenizers import Tokenizer
from transformers import DynamicCache
from transformers.models.dinov2.modeling_dinov2 import Dinov2Model
from transformers.models.llama.modeling_llama import LlamaForCausalLM
from transformers.utils import logging

from architectures import pooled
from mappers_torch import resampler


def pixels(path, preprocessing):
    with Image.open(path) as photo:
        photo = ImageOps.exif_transpose(photo).convert("RGB")
        photo = photo.resize((preprocessing["width"], preprocessing["height"]), Image.BICUBIC)
    image = torch.from_numpy(np.asarray(photo).copy()).float() / 255
    image = (image - torch.tensor(preprocessing["mean"])) / torch.tensor(preprocessing["std"])
    return image.permute(2, 0, 1)[None]


def main(captioner, encoder, decoder, photo, threads="2"):
    torch.set_num_threads(int(threads))
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    captioner = Path(captioner)
    manifest = json.loads((captioner / "captioner.json").read_text())
    vision = Dinov2Model.from_pretrained(encoder, dtype=torch.float32).eval()
    language = LlamaForCausalLM.from_pretrained(decoder, dtype=torch.float32).eval()
    words = Tokenizer.from_file(f"{decoder}/tokenizer.json")

    states = vision(pixels(photo, manifest["encoder"]["preprocessing"]), output_hidden_states=True).hidden_states
    prefix = resampler(captioner, manifest["mapper"]).eval()(pooled(states, manifest["encoder"]["features"]))
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
