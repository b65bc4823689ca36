"""DINOv2 by PyTorch and transformers.

    python encoder_torch.py ENCODER REFERENCE.safetensors --count N --repeats R [--dtype bfloat16] [--threads 2]

As `encoder_onnx.py`.
"""
import argparse
import json
import os
import time

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from safetensors.torch import load_file
from transformers.models.dinov2.modeling_dinov2 import Dinov2Model
from transformers.utils import logging


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("encoder")
    parser.add_argument("reference")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    dtype = getattr(torch, arguments.dtype)
    model = Dinov2Model.from_pretrained(arguments.encoder, dtype=dtype).eval()
    reference = load_file(arguments.reference)
    scope = "" if "pixels" in reference else "dinov2/"
    pixels = reference[f"{scope}pixels"][:1].repeat(arguments.count, 1, 1, 1).to(dtype)
    found = model(pixels).last_hidden_state
    seconds = []
    for _ in range(arguments.repeats):
        start = time.perf_counter()
        model(pixels)
        seconds.append(time.perf_counter() - start)
    expected = reference[f"{scope}last_hidden_state"][:1]
    distance = ((found[:1].float() - expected).abs().max() / expected.abs().max()).item()
    print(json.dumps({"seconds": seconds, "distance": distance}))


if __name__ == "__main__":
    with torch.inference_mode():
        main()
