"""Fixtures/{dinov2-tiny,llama-tiny,llama-tiny-untied,resampler-tiny}: random models small enough to commit.

Pinned: torch 2.13.0, transformers 5.23.0, safetensors 0.8.0, numpy 2.4.6, gguf 0.19.0.
Run:    python Tools/make_fixtures/tiny_models.py

Weights keep activations near 1, so that a wrong constant or a swapped axis shows. Every expectation is computed in
float64 and stored rounded to float32; the same computation in float32 gives the gaps that are printed at the end.
"""
import json

import torch
from gguf import GGMLQuantizationType as Kind
from transformers import Dinov2Config, Dinov2Model, LlamaConfig, LlamaForCausalLM

import gguf_files
import pins
from architectures import Llama, LlamaShape, Resampler
from searches import greedy


def normal(*shape, std=1.0):
    return torch.randn(*shape) * std


def randomise(module):
    """Matrices N(0, 1/inputs), biases N(0, 0.2²), norm and scale weights 1 + N(0, 0.3²), embeddings N(0, 1)."""
    for name, parameter in module.state_dict().items():
        if name.endswith("bias"):
            value = normal(*parameter.shape, std=0.2)
        elif parameter.ndim == 1:
            value = 1 + normal(*parameter.shape, std=0.3)
        elif "embed" in name and "projection" not in name or "token" in name:
            value = normal(*parameter.shape)
        else:
            value = normal(*parameter.shape, std=parameter[0].numel() ** -0.5)
        parameter.copy_(value)
    return module


def dinov2(size=70, layers=3, seed=1):
    torch.manual_seed(seed)
    return randomise(Dinov2Model(Dinov2Config(
        hidden_size=24, num_hidden_layers=layers, num_attention_heads=3, mlp_ratio=4, patch_size=14, image_size=size,
        layer_norm_eps=1e-6)).eval())


def save_dinov2(model, folder):
    """`save_pretrained` writes the names of the hub's Dinov2 checkpoints."""
    model.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make_dinov2():
    folder, gap, reference = pins.FIXTURES / "dinov2-tiny", pins.Gap(), {}
    model = dinov2()
    save_dinov2(model, folder)
    torch.manual_seed(2)
    for height, width in ((56, 56), (70, 70), (84, 112)):
        name, pixels = f"{height}x{width}", normal(2, 3, height, width)
        single = model.float()(pixels, output_hidden_states=True)
        double = model.double()(pixels.double(), output_hidden_states=True)
        reference[f"pixels_{name}"] = pixels
        for n, (d, s) in enumerate(zip(double.hidden_states, single.hidden_states)):
            reference[f"hidden_state_{n}_{name}"] = gap.narrow(f"hidden_state_{n}", d, s)
        reference[f"last_hidden_state_{name}"] = gap.narrow("last", double.last_hidden_state, single.last_hidden_state)
    pins.save(folder / "reference.safetensors", reference)
    gap.report("dinov2-tiny")


def llama_weights(shape, seed):
    torch.manual_seed(seed)
    config = LlamaConfig(**shape.config())
    model = LlamaForCausalLM(config).eval()
    for name, parameter in model.state_dict().items():
        std = shape.hidden ** -0.5 if "embed" in name or "lm_head" in name else parameter[0].numel() ** -0.5
        # Queries and keys are enlarged: attention that picks out positions shows a wrong rotation.
        std *= 2 if "q_proj" in name or "k_proj" in name else 1
        value = 1 + normal(*parameter.shape, std=0.3) if parameter.ndim == 1 else normal(*parameter.shape, std=std)
        parameter.copy_(value)
    weights = {k: v.clone() for k, v in model.state_dict().items() if not (shape.tied and k == "lm_head.weight")}
    return model, weights


def byte_tokens(count):
    """`count` single-character tokens of byte-level BPE after three special ones, for files whose text nobody reads."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    return special + list(bytes_to_unicode().values())[:count - 4] + ["Ġt"], [3] * 3 + [1] * (count - 3), ["Ġ t"]


def llama_expectations(weights, shape, gap, full):
    torch.manual_seed(4)
    ids, rows = torch.randint(3, shape.vocabulary, (3, 7)), 3
    double, single = (Llama(weights, shape, d) for d in (torch.float64, torch.float32))
    reference = {"input_ids": ids.int()}
    prefix = normal(rows, shape.layers, 2, shape.key_value_heads, 5, shape.head_dimension)
    both = lambda key, start=None: gap.narrow(key, double.forward(ids, start)[0], single.forward(ids, start)[0])
    reference["logits"] = both("logits")
    reference["prefix"] = prefix
    reference["logits_after_prefix"] = both("logits_after_prefix", prefix)
    if not full:
        return reference
    ragged, text = [], []
    for row, length in enumerate((0, 3, 5)):
        start = prefix[row:row + 1, ..., :length, :] if length else None
        ragged.append(double.forward(ids[row:row + 1], start)[0].float())
        sentence = greedy(double, prefix[row:row + 1], [3], stop=(), maximum=12)
        check = greedy(single, prefix[row:row + 1], [3], stop=(), maximum=12)
        assert sentence.ids == check.ids
        text.append(sentence)
    reference["ragged_lengths"] = torch.tensor([0, 3, 5], dtype=torch.int32)
    reference["logits_ragged"] = torch.cat(ragged)
    reference["greedy_start"] = torch.tensor([3], dtype=torch.int32)
    reference["greedy_ids"] = torch.tensor([s.ids for s in text], dtype=torch.int32)
    reference["greedy_log_probabilities"] = torch.tensor([s.log_probabilities for s in text])
    return reference


def make_llama(name, tied, seed):
    folder, gap = pins.FIXTURES / name, pins.Gap()
    shape = LlamaShape(layers=3, hidden=64, intermediate=96, heads=4, key_value_heads=2, vocabulary=160, tied=tied)
    model, weights = llama_weights(shape, seed)
    pins.save(folder / "model.safetensors", weights, {"format": "pt"})
    config = shape.config(torch_dtype="float32")
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    reference = llama_expectations(weights, shape, gap, full=True)
    theirs = model(reference["input_ids"].long()).logits
    assert (theirs - reference["logits"]).abs().max() < 1e-4, "transformers' Llama and ours differ"
    kinds = (Kind.F32, Kind.F16, Kind.Q8_0, Kind.Q4_1) if tied else (Kind.Q4_1,)
    for kind in kinds:
        label = kind.name.lower()
        path = folder / f"model-{label}.gguf"
        found = gguf_files.write(path, weights, shape, kind, *byte_tokens(shape.vocabulary), name=name)
        print(f"{path.relative_to(pins.FIXTURES)}: {path.stat().st_size:,} bytes")
        for key, value in llama_expectations(found, shape, gap, full=False).items():
            if key.startswith("logits"):
                reference[f"{key}_{label}"] = value
    pins.save(folder / "reference.safetensors", reference)
    gap.report(name)


def resampler(features, groups, width, heads, depth, prefix, seed):
    """Weights are rounded to float16, which is what the file holds; computing starts from the rounded values."""
    torch.manual_seed(seed)
    module = randomise(Resampler(features, groups, width, heads, depth, prefix).eval())
    tokens = sum(groups)
    module.pos.copy_(normal(tokens, width))
    module.q.copy_(normal(prefix[3], width))
    module.base.copy_(normal(*prefix))
    module.mean.copy_(normal(tokens, features, std=3.0))  # far from 0 beside the spread, as real class tokens are
    module.std.copy_(0.5 + torch.rand(tokens, features))
    for tensor in module.state_dict().values():
        tensor.copy_(tensor.half().float())
    return module


def save_resampler(module, path):
    pins.save(path, {k: v.half() for k, v in module.state_dict().items()}, {"kind": "resampler"})


def make_resampler():
    folder, gap = pins.FIXTURES / "resampler-tiny", pins.Gap()
    module = resampler(24, (7, 1, 1, 1), width=16, heads=2, depth=2, prefix=(3, 2, 2, 4, 16), seed=5)
    save_resampler(module, folder / "mapper.safetensors")
    features = module.mean + module.std * normal(3, 10, 24)
    single = module.float()(features)
    double = module.double()(features.double())
    pins.save(folder / "reference.safetensors", {"features": features, "prefix": gap.narrow("prefix", double, single)})
    gap.report("resampler-tiny")


if __name__ == "__main__":
    pins.check("torch", "transformers", "safetensors", "numpy", "gguf")
    torch.set_num_threads(2)
    with torch.no_grad():
        make_dinov2()
        make_llama("llama-tiny", tied=True, seed=3)
        make_llama("llama-tiny-untied", tied=False, seed=6)
        make_resampler()
