"""Fixtures/default-captioner: what the default captioner computes and says of the free photos.

Pinned: torch 2.13.0, transformers 5.23.0, tokenizers 0.23.3, safetensors 0.8.0, numpy 2.4.6, pillow 13.0.0,
efficientnet-lite-pytorch 0.1.0.
Run:    python Tools/make_fixtures/default_captioner.py STORE DECODER [CAPTIONER]

STORE is the directory of base models by name (`~/.cache/caption/models`), where the encoders are; DECODER the Hugging Face
directory that `Tools/bench/setup` makes of the GGUF file, dequantised exactly. CAPTIONER is the captioner's directory, unless
given the default one's; DINOv2 is among its encoders. All is float32, as the default captioner is specified.
"""
import hashlib
import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "bench/peers"))

import torch
from transformers import AutoTokenizer, LlamaForCausalLM

import pins
import searches
import transformers_search
from architectures import Llama, LlamaShape
from encoders_torch import encoders, joined, normalised, opened, squashed
from mappers_torch import resampler

FOLDER = pins.FIXTURES / "default-captioner"
DEFAULT = pins.FIXTURES.parent / "Sources/Captioning/Resources/default"
# The first is kept whole, the others in slices.
TENSOR_PHOTOS = ["chelsea.png", "harrier.jpg", "opera.jpg"]
STATES, TOKENS = (0, 1, 8, 10, 11, 12), [0, 1, 17, 128, 256]
LAYERS, POSITIONS, LOGITS = [0, 14, 29], [0, 15], 512
WIDTH = 5


def seen(encoder, photos):
    """What the encoder takes, RGB bytes [height, width, 3] of each photo, and all of its hidden states, each of all photos."""
    preprocessing = encoder.settings["preprocessing"]
    images = [squashed(photo, preprocessing) for photo in photos]
    return images, list(encoder.hidden_states(torch.stack([normalised(i, preprocessing) for i in images])))


def tensors_of(states, last, features, prefix, logits):
    """`states` and `last`: DINOv2's."""
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


def main(store, decoder, captioner=DEFAULT):
    captioner = Path(captioner)
    manifest = json.loads((captioner / "captioner.json").read_text())
    spoken = manifest["decoder"]
    start, stop, maximum = spoken["startTokens"], spoken["stopTokens"], spoken["maximumNewTokens"]
    vision = encoders(captioner, manifest, Path(store))
    dinov2 = next(n for n, encoder in enumerate(vision) if encoder.settings["family"] == "dinov2")
    theirs = LlamaForCausalLM.from_pretrained(decoder, dtype=torch.float32).eval()
    words, mapper = AutoTokenizer.from_pretrained(decoder), resampler(captioner, manifest["mapper"]).eval()
    weights = {k: v for k, v in theirs.state_dict().items() if k != "lm_head.weight"}
    shape = LlamaShape(
        layers=30, hidden=576, intermediate=1536, heads=9, key_value_heads=3, vocabulary=49152)
    ours = Llama(weights, shape, torch.float32)

    names = TENSOR_PHOTOS + sorted(p.name for p in (pins.FIXTURES / "images").iterdir() if p.name not in TENSOR_PHOTOS)
    photos = [opened(pins.FIXTURES / "images" / name) for name in names]
    images, states = zip(*(seen(encoder, photos) for encoder in vision))
    features = joined([part for encoder, found in zip(vision, states) for part in encoder.features(found)])
    prefixes = mapper(features)
    first = ours.forward(torch.tensor([start] * len(names)), prefixes)[0][:, -1]
    few = len(TENSOR_PHOTOS)
    pins.save(FOLDER / "tensors.safetensors", tensors_of(
        [h[:few] for h in states[dinov2]], vision[dinov2].model.layernorm(states[dinov2][-1][:few]), features[:few],
        prefixes[:few], first[:few]))

    rows = []
    for name, image, prefix in zip(names, images[dinov2], prefixes.split(1)):
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
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: default_captioner.py STORE DECODER [CAPTIONER]")
    pins.check(
        "torch", "transformers", "tokenizers", "safetensors", "numpy", "pillow", "efficientnet-lite-pytorch")
    torch.set_num_threads(2)
    with torch.no_grad():
        main(*sys.argv[1:])
