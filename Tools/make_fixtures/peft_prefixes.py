"""Fixtures/peft-tiny: prefixes that Hugging Face PEFT trained for llama-tiny and saved, and what it then says.

Pinned: torch 2.13.0, transformers 5.23.0, safetensors 0.8.0, peft 0.21.2.
Run:    python Tools/make_fixtures/peft_prefixes.py

Each prefix is trained by PEFT for some steps towards tokens drawn at random, saved by `save_pretrained` and loaded again by
`PeftModel.from_pretrained`: what that model generates is expected here.
"""
import json
import shutil

import torch
from peft import PeftModel, PrefixTuningConfig, TaskType, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

import pins

FOLDER, BASE = pins.FIXTURES / "peft-tiny", pins.FIXTURES / "llama-tiny"
START, NEW_TOKENS, STEPS = [[3], [17, 90, 41]], 16, 60
# How PEFT trained and kept it: the keys and values themselves, or what a network makes (only its output is saved).
KINDS = {
    "plain": (5, False, torch.float32), "projected": (3, True, torch.float32), "bfloat16": (7, False, torch.bfloat16),
}


def base(dtype=torch.float32):
    model = LlamaForCausalLM.from_pretrained(BASE, dtype=dtype).eval()
    model.config._name_or_path = model.name_or_path = "llama-tiny"  # no path of this machine in the files
    return model


def train(length, projected):
    config = PrefixTuningConfig(
        task_type=TaskType.CAUSAL_LM, num_virtual_tokens=length, prefix_projection=projected, encoder_hidden_size=24)
    model = get_peft_model(base(), config).train()
    targets = torch.randint(3, 160, (2, 8))
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.05)
    first = None
    for _ in range(STEPS):
        loss = model(input_ids=targets, labels=targets).loss
        first = first or loss.item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"loss {first:.3f} → {loss.item():.3f}")
    assert loss < first - 0.5
    return model


def save(model, folder, dtype):
    shutil.rmtree(folder, ignore_errors=True)
    model.to(dtype).save_pretrained(folder)
    (folder / "README.md").unlink()
    (folder / "adapter_config.json").write_text(
        json.dumps(json.loads((folder / "adapter_config.json").read_text()), indent=2, sort_keys=True) + "\n")


@torch.no_grad()
def generated(model, start, margins):
    """Greedy tokens of PEFT's own `generate`, each checked against the logits of the whole text at once."""
    ids = torch.tensor([start])
    text = model.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=NEW_TOKENS, do_sample=False,
        eos_token_id=None, pad_token_id=0)
    logits = model(input_ids=text, attention_mask=torch.ones_like(text)).logits[0, len(start) - 1:-1]
    best = logits.topk(2).values
    margins.append((best[:, 0] - best[:, 1]).min().item())
    new = text[0, len(start):]
    assert new.tolist() == logits.argmax(-1).tolist(), "generate and the forward pass differ"
    return new, logits[0]


def main():
    torch.manual_seed(7)
    gap, reference, margins = pins.Gap(), {}, []
    for kind, (length, projected, dtype) in KINDS.items():
        save(train(length, projected), FOLDER / kind, dtype)
        single, double = (
            PeftModel.from_pretrained(base(d), FOLDER / kind, autocast_adapter_dtype=False).to(d).eval()
            for d in (torch.float32, torch.float64))
        for n, start in enumerate(START):
            tokens, logits = generated(double, start, margins)
            check, short = generated(single, start, [])
            assert tokens.tolist() == check.tolist(), kind
            print(kind, start, tokens.tolist())
            reference[f"{kind}_start_{n}"] = torch.tensor(start, dtype=torch.int32)
            reference[f"{kind}_ids_{n}"] = tokens.int()
            reference[f"{kind}_first_logits_{n}"] = gap.narrow(f"first_logits of {kind}", logits, short)
        with torch.no_grad():
            # As PEFT hands it to the model: a key and a value of [1, heads, length, head dimension] a layer.
            cache = single.get_prompt(1)
            reference[f"{kind}_keys_values"] = torch.stack(
                [torch.stack([layer.keys[0], layer.values[0]]) for layer in cache.layers]).float()
    pins.save(FOLDER / "reference.safetensors", reference)
    gap.report("peft-tiny")
    print(f"the best logit leads by {min(margins):.4f} at least")
    print(f"{sum(p.stat().st_size for p in FOLDER.rglob('*') if p.is_file()):,} bytes")


if __name__ == "__main__":
    pins.check("torch", "transformers", "safetensors", "peft")
    torch.set_num_threads(2)
    main()
