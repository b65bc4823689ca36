"""Fixtures/self-critical: the gradient of self-critical training and the rewards that it learns from.

Pinned: torch 2.13.0, transformers 5.23.0, safetensors 0.8.0, numpy 2.4.6, gguf 0.19.0; pycocoevalcap 1.2 and any Java from 8 on.
Run:    python Tools/make_fixtures/self_critical.py

gradients.safetensors: the tiny mapper through the tiny frozen decoder, as in training_steps.py, with drawn captions and their
rewards given. rewards.json: CIDEr-D by pycocoevalcap of several captions of each image, the end of a caption being a word,
document frequencies those of all references.
"""
import json
import random

import torch
import torch.nn.functional as F
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer
from safetensors.torch import load_file

import pins
from architectures import Llama
from caption_metrics import phrase
from training_steps import LLAMA, RESAMPLER, SHAPE, SMOOTHING, START, STOP, mapper

FOLDER = pins.FIXTURES / "self-critical"
# Tokens with START and STOP. Of three drawn captions of each of two images the fourth was cut: it has no STOP.
DRAWN, DRAWN_CUT, CAPTIONS, WEIGHT = (6, 9, 3, 5, 2, 8), 3, (7, 4, 5, 9), 0.2
IMAGES, CANDIDATES, END = 40, 5, "<eos>"


def sentences(lengths, cut=None):
    words = [torch.randint(4, SHAPE.vocabulary, (length - (1 if n == cut else 2),)) for n, length in enumerate(lengths)]
    ends = [torch.tensor([] if n == cut else [STOP], dtype=torch.long) for n in range(len(lengths))]
    return [torch.cat([torch.tensor([START]), w, end]) for w, end in zip(words, ends)]


def log_probabilities(decoder, prefix, captions):
    """Logits and targets of every caption, each read alone."""
    each = len(captions) // len(prefix)
    logits = [
        decoder.forward(c[None, :-1], prefix[n // each:n // each + 1])[0][0] for n, c in enumerate(captions)]
    return logits, [c[1:] for c in captions]


def gradients(weights, features, drawn, rewards, captions, dtype):
    """Rennie et al. 2017 with Luo's baseline and his sum over all tokens, mixed with cross-entropy."""
    module, decoder = mapper(dtype), Llama(weights, SHAPE, dtype)
    rewards = rewards.to(dtype)
    count = rewards.shape[1]
    advantages = rewards - (rewards.sum(1, keepdim=True) - rewards) / (count - 1)
    prefix = module(features.to(dtype))
    logits, targets = log_probabilities(decoder, prefix, drawn)
    sums = [F.log_softmax(l, -1).gather(1, t[:, None]).sum() for l, t in zip(logits, targets)]
    policy = -(torch.stack(sums) * advantages.flatten()).sum() / sum(len(t) for t in targets)
    logits, targets = log_probabilities(decoder, prefix, captions)
    likelihood = F.cross_entropy(torch.cat(logits), torch.cat(targets), label_smoothing=SMOOTHING)
    loss = (1 - WEIGHT) * policy + WEIGHT * likelihood
    loss.backward()
    found = {f"grad_{k}": p.grad for k, p in module.named_parameters()}
    values = {"advantages": advantages, "policy": policy, "likelihood": likelihood, "loss": loss}
    return {k: v.detach().reshape(v.shape or (1,)) for k, v in values.items()} | found


def write_gradients():
    torch.manual_seed(41)
    weights = load_file(LLAMA / "model.safetensors")
    features = load_file(RESAMPLER / "reference.safetensors")["features"][:2]
    drawn, captions, rewards = sentences(DRAWN, DRAWN_CUT), sentences(CAPTIONS), 3 * torch.rand(2, 3)
    exact, rounded = (
        gradients(weights, features, drawn, rewards, captions, dtype) for dtype in (torch.float64, torch.float32))
    gaps = pins.Gap()
    for key, double in exact.items():
        unit = double.abs().max()
        gaps.narrow("gradients" if key.startswith("grad_") else key, double / unit, rounded[key] / unit)
    gaps.report("self-critical")
    inputs = {
        "features": features, "rewards": rewards,
        "drawn": torch.cat(drawn).int(), "drawn_lengths": torch.tensor(DRAWN, dtype=torch.int32),
        "captions": torch.cat(captions).int(), "caption_lengths": torch.tensor(CAPTIONS, dtype=torch.int32)}
    pins.save(FOLDER / "gradients.safetensors", inputs | {k: v.float() for k, v in exact.items()})


def candidates(generator, references):
    """Good ones, ones of another image, broken ones, and odd ones, each with whether it came to its end."""
    found = []
    for number in range(CANDIDATES):
        words = generator.choice(references).split() if generator.random() < 0.7 else phrase(generator).split()
        for _ in range(generator.randint(0, 2)):
            words[generator.randrange(len(words))] = generator.choice(phrase(generator).split())
        complete = generator.random() < 0.7
        if not complete:
            words = words[:generator.randint(1, len(words))]
        found.append({"text": " ".join(words), "isComplete": complete})
    return found


def write_rewards():
    generator = random.Random(42)
    images = []
    for _ in range(IMAGES):
        references = [phrase(generator) for _ in range(generator.randint(1, 5))]
        images.append({"references": references, "candidates": candidates(generator, references)})
    odd = ["", ".", "dog dog dog dog", "xyzzy plugh", images[0]["references"][0]]
    images[0]["candidates"] = [{"text": text, "isComplete": True} for text in odd]
    tokenizer = PTBTokenizer()

    def tokenized(texts):
        """Of each image one list of texts, each with its end where it has one."""
        keyed = {n: [{"caption": text} for text, _ in group] for n, group in enumerate(texts)}
        words = tokenizer.tokenize(keyed)
        return {
            n: [f"{w} {END}".strip() if ends else w for w, (_, ends) in zip(words[n], group)]
            for n, group in enumerate(texts)}

    references = tokenized([[(text, True) for text in image["references"]] for image in images])
    for number in range(CANDIDATES):
        drawn = tokenized(
            [[(image["candidates"][number]["text"], image["candidates"][number]["isComplete"])] for image in images])
        # Frequencies come from the references of all images, which are the same each time.
        _, scores = Cider().compute_score(references, drawn)
        for image, score in zip(images, scores):
            image["candidates"][number]["reward"] = float(score)
    path = FOLDER / "rewards.json"
    path.write_text(json.dumps(images, indent=1, ensure_ascii=False) + "\n")
    rewards = [c["reward"] for image in images for c in image["candidates"]]
    print(path.name, path.stat().st_size, f"rewards {min(rewards):.3f} to {max(rewards):.3f}")


if __name__ == "__main__":
    pins.check("torch", "transformers", "safetensors", "numpy", "gguf", "pycocoevalcap")
    torch.set_num_threads(1)
    write_gradients()
    write_rewards()
