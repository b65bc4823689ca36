"""Fixtures/older-models: models as repositories of before 2023 have them: weights pickled, whole or split, and a tokeniser of
vocab.json and merges.txt.

Pinned: torch 2.13.0, transformers 5.23.0, safetensors 0.8.0.
Run:    python Tools/make_fixtures/older_models.py
"""
import json
import shutil

import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer, OPTConfig, OPTForCausalLM

import pins
from decoders import SMALL, randomise

FOLDER = pins.FIXTURES / "older-models"
KINDS = pins.FIXTURES / "tokenizer-kinds"


def tokenizer(folder):
    """The vocabulary, merges and special tokens of tokenizer-kinds/opt.json in the older form."""
    whole = json.loads((KINDS / "opt.json").read_text())
    vocabulary = whole["model"]["vocab"] | {t["content"]: t["id"] for t in whole["added_tokens"]}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
    merges = "".join(f"{left} {right}\n" for left, right in whole["model"]["merges"])
    (folder / "merges.txt").write_text("#version: 0.2\n" + merges)
    tokens = {t["content"]: {k: t[k] for k in ("content", "single_word", "lstrip", "rstrip", "normalized")}
              for t in whole["added_tokens"]}
    end = tokens["</s>"]
    (folder / "special_tokens_map.json").write_text(json.dumps({
        "bos_token": end, "eos_token": end, "unk_token": end, "pad_token": tokens["<pad>"],
        "additional_special_tokens": ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]}, indent=2) + "\n")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": False}, indent=2) + "\n")
    # transformers makes the same tokeniser of these files as `tokenizers` of the whole.
    loaded = AutoTokenizer.from_pretrained(folder)
    for line in (KINDS / "opt.jsonl").read_text().splitlines():
        row = json.loads(line)
        assert loaded.encode(row["text"], add_special_tokens=False) == row["ids"], row
    return len(vocabulary)


def opt(folder):
    folder.mkdir(parents=True, exist_ok=True)
    size = tokenizer(folder)
    end = 700
    config = OPTConfig(**SMALL | dict(vocab_size=size, hidden_size=16, bos_token_id=end, eos_token_id=end, pad_token_id=701), ffn_dim=24)
    torch.manual_seed(60)
    model = randomise(OPTForCausalLM(config))
    config.architectures = ["OPTForCausalLM"]
    config.save_pretrained(folder)
    # The head is the embedding: one storage under two names.
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    ids = torch.randint(0, size, (2, 7))
    with torch.no_grad():
        logits = model.double()(input_ids=ids, use_cache=False).logits.float()
    pins.save(folder / "reference.safetensors", {"input_ids": ids.int(), "logits": logits})


def clip(folder):
    """clip-tiny in two files; its projection as the conversion of OpenAI's checkpoint left it, transposed."""
    folder.mkdir(parents=True, exist_ok=True)
    source = pins.FIXTURES / "clip-tiny"
    shutil.copy(source / "config.json", folder / "config.json")
    weights = load_file(source / "model.safetensors")
    weights["visual_projection.weight"] = weights["visual_projection.weight"].T.contiguous().T
    names = sorted(weights)
    parts = names[: len(names) // 2], names[len(names) // 2:]
    weight_map = {}
    for number, part in enumerate(parts, 1):
        file = f"pytorch_model-{number:05}-of-{len(parts):05}.bin"
        torch.save({name: weights[name] for name in part}, folder / file)
        weight_map |= dict.fromkeys(part, file)
    index = {"metadata": {"total_size": sum(t.nbytes for t in weights.values())}, "weight_map": weight_map}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=2) + "\n")


if __name__ == "__main__":
    pins.check("torch", "transformers", "safetensors")
    opt(FOLDER / "opt")
    clip(FOLDER / "clip")
