"""Full-size models with random weights, for measuring speed and memory where no real ones are at hand.

    python random_models.py FOLDER [NAME ...]

Writes FOLDER/NAME as Hugging Face directories (config.json, model.safetensors in float32; no tokenizer) for the names given,
or for all: vit-b-16, clip-vit-l-14, siglip-b, gpt2, qwen2.5-0.5b. CLIP and SigLIP are vision towers alone. Encoders also get
the preprocessor_config.json of their originals. Deviations are those of each model's own initialisation, from a fixed seed.
Needs torch and transformers.
"""
import argparse
import json
from pathlib import Path

import torch
from transformers import (
    CLIPVisionConfig, CLIPVisionModelWithProjection, GPT2Config, GPT2LMHeadModel, Qwen2Config, Qwen2ForCausalLM,
    SiglipVisionConfig, SiglipVisionModel, ViTConfig, ViTModel)

HALF = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
SQUARE = {"do_resize": True, "do_rescale": True, "do_normalize": True, "size": {"height": 224, "width": 224}}


def vit():
    return ViTModel(ViTConfig()), SQUARE | HALF | {"image_processor_type": "ViTImageProcessor", "resample": 2}


def clip():
    config = CLIPVisionConfig(
        hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16, patch_size=14,
        projection_dim=768)
    processor = {
        "image_processor_type": "CLIPImageProcessor", "do_resize": True, "size": {"shortest_edge": 224}, "resample": 3,
        "do_center_crop": True, "crop_size": {"height": 224, "width": 224}, "do_rescale": True, "do_normalize": True,
        "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
    return CLIPVisionModelWithProjection(config), processor


def siglip():
    processor = SQUARE | HALF | {"image_processor_type": "SiglipImageProcessor", "resample": 3}
    return SiglipVisionModel(SiglipVisionConfig()), processor


def gpt2():
    return GPT2LMHeadModel(GPT2Config()), None


def qwen():
    return Qwen2ForCausalLM(Qwen2Config(
        vocab_size=151936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14,
        num_key_value_heads=2, max_position_embeddings=32768, rms_norm_eps=1e-6, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6}, bos_token_id=151643, eos_token_id=151643)), None


MODELS = {"vit-b-16": vit, "clip-vit-l-14": clip, "siglip-b": siglip, "gpt2": gpt2, "qwen2.5-0.5b": qwen}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MODELS))
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in MODELS]
    if unknown:
        parser.error(f"no model {', '.join(unknown)}: choose from {', '.join(MODELS)}")
    for name in arguments.names or MODELS:
        torch.manual_seed(0)
        model, processor = MODELS[name]()
        folder = arguments.folder / name
        # One file, whatever the size.
        model.save_pretrained(folder, max_shard_size="100GB")
        if processor:
            (folder / "preprocessor_config.json").write_text(json.dumps(processor, indent=2) + "\n")
        print(f"{folder}: {sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
