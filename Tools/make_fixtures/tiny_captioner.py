"""Fixtures/tiny-captioner: a whole captioner with random weights, and what it says of some thumbnails.

Pinned: torch 2.13.0, transformers 5.23.0, tokenizers 0.23.3, safetensors 0.8.0, numpy 2.4.6, pillow 13.0.0,
        gguf 0.19.0.
Run:    python Tools/make_fixtures/tiny_captioner.py

Random words, yet as a captioner says them: printable, ended by the stop token for most photos, different from photo to
photo. The first seed is taken whose captions are so, with no two logits close at the top, and which stay the same when
every pixel is off by one at random.
"""
import hashlib
import json
import shutil

import numpy as np
import torch
from gguf import GGMLQuantizationType as Kind
from PIL import Image, ImageOps
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

import gguf_files
import pins
import searches
import transformers_search
from architectures import Llama, LlamaShape, pooled
from tiny_models import dinov2, normal, resampler, save_dinov2, save_resampler

FOLDER = pins.FIXTURES / "tiny-captioner"
SIZE, MEAN, STD = (56, 56), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
FEATURES = [
    {"hiddenState": 2, "tokens": "class"}, {"hiddenState": 2, "tokens": "patches", "grid": [2, 2]},
    {"hiddenState": 1, "tokens": "class"}, {"hiddenState": 3, "tokens": "class"},
]
GROUPS = (5, 1, 1)
SHAPE = LlamaShape(layers=3, hidden=64, intermediate=96, heads=4, key_value_heads=2, vocabulary=384, tied=False)
PREFIX = (SHAPE.layers, 2, SHAPE.key_value_heads, 4, SHAPE.head_dimension)
SPECIAL, STOP, MAXIMUM, WIDTH = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], [2], 32, 3
FIRST_SEED = 173  # none before it suits: minutes saved
SENTENCES = """\
A dog is running through the grass. A man in a red shirt is riding a bike. Two children are playing on the beach.
A woman is standing near a tree. A white bird is flying over the water. The cat is sleeping on a chair with a blanket.
A group of people are sitting at a table. A boy jumps into the pool. A girl with a hat is walking down the street.
A brown dog and a black dog are playing in the snow. A man is climbing a large rock. People look at the sunset."""

PHOTOS = (
    "astronaut.jpg", "chelsea.png", "coffee.jpg", "dog.webp", "harrier.jpg", "opera.jpg", "rocket.jpg", "two-dogs.jpg")


def tokenizer():
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(SENTENCES.split("\n"), trainers.BpeTrainer(
        vocab_size=SHAPE.vocabulary, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    assert made.get_vocab_size() == SHAPE.vocabulary
    return made


def thumbnails():
    """64×48 cut-outs of eight photos, PNG and JPEG in turn."""
    for n, name in enumerate(PHOTOS):
        path = pins.FIXTURES / "images" / name
        with Image.open(path) as photo:
            photo = ImageOps.fit(ImageOps.exif_transpose(photo).convert("RGB"), (64, 48), Image.BICUBIC)
        out = FOLDER / "photos" / (path.stem + (".jpg" if n % 2 else ".png"))
        out.parent.mkdir(parents=True, exist_ok=True)
        photo.save(out, **({"quality": 90} if n % 2 else {"optimize": True}))
        yield out


def pixels(image):
    image = image.convert("RGB").resize(SIZE, Image.BICUBIC)
    array = torch.from_numpy(np.asarray(image).copy()).float() / 255
    return ((array - torch.tensor(MEAN)) / torch.tensor(STD)).permute(2, 0, 1)


def shaken(image):
    """Every value one up, one down or as it is, at random."""
    array = np.asarray(image.convert("RGB")).astype(int)
    array += np.random.default_rng(1).integers(-1, 2, array.shape)
    return Image.fromarray(array.clip(0, 255).astype(np.uint8))


def features(encoder, images):
    states = encoder(torch.stack([pixels(i) for i in images]), output_hidden_states=True).hidden_states
    return pooled(states, FEATURES)


def decoder_weights(words, seed):
    """Width 0 of the residual stream is 2 for every token and nothing is added to it: through it the head has a bias,
    which keeps unprintable bytes and special tokens out of captions and lets the stop token in now and then."""
    torch.manual_seed(seed)
    model = LlamaForCausalLM(LlamaConfig(**SHAPE.config())).eval()
    weights = {k: v.clone() for k, v in model.state_dict().items()}
    for key, tensor in weights.items():
        enlarged = 2 if "q_proj" in key or "k_proj" in key else 1
        if tensor.ndim == 1:
            tensor.fill_(1)
        else:
            tensor.copy_(normal(*tensor.shape, std=enlarged * tensor.shape[1] ** -0.5))
        if "o_proj" in key or "down_proj" in key:
            tensor[0] = 0
    weights["model.embed_tokens.weight"].mul_(SHAPE.hidden ** 0.5)[:, 0] = 2
    head = weights["lm_head.weight"].mul_(3)
    text = [words.decode([n], skip_special_tokens=False) for n in range(SHAPE.vocabulary)]
    head[:, 0] = torch.tensor([0.0 if t.isascii() and t.isprintable() else -12.0 for t in text])
    head[:, 0] += torch.tensor([0.6 if len(t.strip()) > 2 else 0.0 for t in text])
    head[:len(SPECIAL), 0] = -12
    head[STOP[0], 0] = 3
    return weights


def caption(decoder, prefix, start, margins=None):
    return searches.greedy(decoder, prefix, start, STOP, MAXIMUM, margins)


def suits(ids, again):
    """Most end by themselves, one runs on, none is empty, all differ; shaken pixels change nothing."""
    ended = sum(i[-1] == STOP[0] for i in ids)
    long_enough = all(4 <= len(i) for i in ids) and all(len(set(i)) > len(i) // 2 for i in ids)
    return len(ids) > ended >= len(ids) // 2 and long_enough and len(set(map(tuple, ids))) == len(ids) and ids == again


def described(sentence, words):
    text = words.decode([i for i in sentence.ids if i not in STOP]).strip()
    assert text.isascii() and text.isprintable(), text
    return {
        "tokens": sentence.ids, "text": text, "log_probabilities": [round(x, 6) for x in sentence.log_probabilities],
        "finish_reason": "stop" if sentence.ids[-1] in STOP else "length",
    }


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest(start):
    return {
        "formatVersion": 1, "name": "tiny", "description": "Random weights: random words, the same for the same photo.",
        "encoder": {
            "path": "encoder", "family": "dinov2", "sha256": sha256(FOLDER / "encoder/model.safetensors"),
            "features": FEATURES,
            "preprocessing": {
                "width": SIZE[0], "height": SIZE[1], "resizeMode": "squash", "resample": "bicubic",
                "rescaleFactor": 0.00392156862745098, "mean": MEAN, "std": STD}},
        "decoder": {
            "path": "decoder/tiny.gguf", "family": "llama", "sha256": sha256(FOLDER / "decoder/tiny.gguf"),
            "promptTemplate": "{prefix}\n", "startTokens": start, "stopTokens": STOP, "maximumNewTokens": MAXIMUM},
        "mapper": {
            "path": "mapper.safetensors", "family": "resampler", "sha256": sha256(FOLDER / "mapper.safetensors"),
            "heads": 2, "tokenGroups": list(GROUPS)},
        "trainingData": "none: random weights", "license": "Apache-2.0",
    }


def mapper_for(memory, seed):
    """Standardises by the thumbnails themselves, so that photos differ in the prefix as they do in the features."""
    module = resampler(24, GROUPS, width=16, heads=2, depth=2, prefix=PREFIX, seed=seed)
    module.mean.copy_(memory.mean(0).half().float())
    module.std.copy_((memory.std(0) + 0.05).half().float())
    return module


def main():
    shutil.rmtree(FOLDER / "photos", ignore_errors=True)
    words, photos = tokenizer(), list(thumbnails())
    images = [Image.open(p) for p in photos]
    encoder = dinov2()
    save_dinov2(encoder, FOLDER / "encoder")
    vocabulary = sorted(words.get_vocab(), key=words.get_vocab().get)
    merges = [" ".join(m) for m in json.loads(words.to_str())["model"]["merges"]]
    kinds = [3] * len(SPECIAL) + [1] * (SHAPE.vocabulary - len(SPECIAL))
    start = words.encode("\n").ids
    memory, shaken_memory = features(encoder, images), features(encoder, [shaken(i) for i in images])
    for seed in range(FIRST_SEED, 1000):
        mapper = mapper_for(memory, seed)
        found = gguf_files.write(
            FOLDER / "decoder/tiny.gguf", decoder_weights(words, seed), SHAPE, Kind.Q4_1, vocabulary, kinds, merges,
            "tiny", stop=STOP[0], head=Kind.Q8_0)
        single = Llama(found, SHAPE, torch.float32)
        leads = []
        ids, again = ([caption(single, p[None], start, leads).ids for p in mapper(m)] for m in (memory, shaken_memory))
        if suits(ids, again) and min(leads) > 0.01:
            break
    save_resampler(mapper, FOLDER / "mapper.safetensors")
    prefixes, double = mapper.double()(features(encoder, images).double()), Llama(found, SHAPE, torch.float64)
    theirs = LlamaForCausalLM(LlamaConfig(**SHAPE.config())).eval()
    theirs.load_state_dict(found)
    rows, margins, gap, short = [], [], pins.Gap(), mapper.float()(memory)
    for n, path in enumerate(photos):
        greedy = caption(double, prefixes[n:n + 1], start, margins)
        check = caption(single, short[n:n + 1], start)
        beam = searches.beam(double, prefixes[n:n + 1], start, STOP, MAXIMUM, WIDTH)[0]
        ids, score = transformers_search.beam(theirs, short[n:n + 1], start, STOP, MAXIMUM, WIDTH)
        assert greedy.ids == check.ids and beam.ids == ids and abs(beam.score - score) < 1e-4, path
        exact, rounded = (torch.tensor(s.log_probabilities, dtype=torch.float64) for s in (greedy, check))
        gap.narrow("log-probability", exact, rounded)
        rows.append({
            "file": f"photos/{path.name}", "greedy": described(greedy, words),
            "beam_3": described(beam, words) | {"score": round(beam.score, 6)}})
        print(path.name, rows[-1]["greedy"]["text"], "|", rows[-1]["beam_3"]["text"])
    (FOLDER / "captioner.json").write_text(json.dumps(manifest(start), indent=2) + "\n")
    (FOLDER / "expected.json").write_text(json.dumps(rows, indent=1) + "\n")
    gap.report("tiny-captioner")
    print(f"seed {seed}; the best logit leads by {min(margins):.4f} at least")
    print(f"{sum(p.stat().st_size for p in FOLDER.rglob('*') if p.is_file()):,} bytes")



if __name__ == "__main__":
    pins.check("torch", "transformers", "tokenizers", "safetensors", "numpy", "pillow", "gguf")
    torch.set_num_threads(2)
    with torch.no_grad():
        main()
