"""Greedy captions of many photos in PyTorch and transformers.

    python batch_torch.py CAPTIONER STORE DECODER --batch N [--dtype float32|bfloat16] [--threads 2] < LIST

Reads a path a line, prints {"path", "caption"} a line, and at the end {"seconds", "photos"}: from the first photo to the
last caption, models loaded before. STORE is the folder of base models by name, which has the encoders; DECODER is a Hugging
Face directory.

As quick as the libraries allow in the usual way: photos are decoded by another thread, one batch ahead; encoders, mapper and
decoder see whole batches; key/value cache; the head sees the last position alone. Rows that are done go on until all of
their batch are, as with `generate`. DTYPE is what encoders and decoder compute in; the mapper is float32.
"""
import argparse
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from tokenizers import Tokenizer
from transformers import DynamicCache
from transformers.models.llama.modeling_llama import LlamaForCausalLM
from transformers.utils import logging

from encoders_torch import encoders, features, pixels
from mappers_torch import resampler


def generate(language, prefix, spoken):
    """[photos, layers, 2, heads, length, dimension] → tokens of each photo, without the stop token."""
    cache = DynamicCache()
    for layer in range(prefix.shape[1]):
        cache.update(prefix[:, layer, 0].to(language.dtype), prefix[:, layer, 1].to(language.dtype), layer)
    stops = torch.tensor(spoken["stopTokens"])
    ids = torch.tensor([spoken["startTokens"]]).expand(len(prefix), -1)
    made, done = [], torch.zeros(len(prefix), dtype=torch.bool)
    for _ in range(spoken["maximumNewTokens"]):
        tokens = language(ids, past_key_values=cache, logits_to_keep=1).logits[:, -1].argmax(-1)
        made.append(tokens)
        done |= torch.isin(tokens, stops)
        if done.all():
            break
        ids = tokens[:, None]
    rows = torch.stack(made, 1).tolist()
    return [row[:next((i for i, t in enumerate(row) if t in spoken["stopTokens"]), len(row))] for row in rows]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("captioner", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("decoder")
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    dtype = getattr(torch, arguments.dtype)
    manifest = json.loads((arguments.captioner / "captioner.json").read_text())
    vision = encoders(arguments.captioner, manifest, arguments.store, dtype)
    language = LlamaForCausalLM.from_pretrained(arguments.decoder, dtype=dtype).eval()
    words = Tokenizer.from_file(f"{arguments.decoder}/tokenizer.json")
    mapper = resampler(arguments.captioner, manifest["mapper"]).eval()
    paths = [line.rstrip("\n") for line in sys.stdin]
    batches = [paths[i:i + arguments.batch] for i in range(0, len(paths), arguments.batch)]

    def read(batch):
        return [torch.stack(images) for images in zip(*(pixels(path, vision) for path in batch))]

    start = time.perf_counter()
    with ThreadPoolExecutor(1) as reader:
        following = reader.submit(read, batches[0])
        for index, batch in enumerate(batches):
            images = following.result()
            if index + 1 < len(batches):
                following = reader.submit(read, batches[index + 1])
            prefixes = mapper(features(vision, images))
            for path, tokens in zip(batch, generate(language, prefixes, manifest["decoder"])):
                print(json.dumps({"path": path, "caption": words.decode(tokens).strip()}))
    print(json.dumps({"seconds": time.perf_counter() - start, "photos": len(paths)}))


if __name__ == "__main__":
    with torch.inference_mode():
        main()
