"""Fixtures/{vit,clip,siglip,dinov2-registers,dinov2-swiglu}-tiny and Fixtures/preprocessors: vision encoders of other
families than plain DINOv2, small enough to commit, and what their image processors make of a photo.

Pinned: torch 2.13.0, transformers 5.23.0, safetensors 0.8.0, pillow 13.0.0.
Run:    python Tools/make_fixtures/encoders.py

Every expectation of a model is computed in float64 and stored rounded to float32; the gaps to float32 are printed.
"""
import json

import torch
from PIL import Image
from transformers import (
    CLIPConfig, CLIPModel, Dinov2Config, Dinov2Model, Dinov2WithRegistersConfig, Dinov2WithRegistersModel, SiglipConfig,
    SiglipModel, ViTConfig, ViTModel)
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

import pins
from tiny_models import normal, randomise

TEXT = {
    "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "vocab_size": 5,
    "max_position_embeddings": 4}


def weights(*modules):
    """As `tiny_models.randomise`, with kernels of patches as small as other matrices."""
    for module in modules:
        randomise(module)
        for name, parameter in module.state_dict().items():
            if parameter.ndim == 4:
                parameter.copy_(normal(*parameter.shape, std=parameter[0].numel() ** -0.5))


def save(model, folder):
    model.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make(name, model, tower, final_norm, sizes, seed, project=None, **arguments):
    """`tower` and `final_norm` find these in the model; `project` is what comes after the pooled output."""
    folder, gap, reference = pins.FIXTURES / name, pins.Gap(), {}
    save(model, folder)
    torch.manual_seed(seed)
    for height, width in sizes:
        label, pixels = f"{height}x{width}", normal(2, 3, height, width)
        run = lambda m, x: tower(m)(x, output_hidden_states=True, **arguments)
        single = run(model.float(), pixels)
        embeds = [project(model, single.pooler_output)] if project else []
        double = run(model.double(), pixels.double())
        last = double.hidden_states[-1]
        assert torch.allclose(final_norm(model)(last) if final_norm else last, double.last_hidden_state)
        reference[f"pixels_{label}"] = pixels
        for n, (d, s) in enumerate(zip(double.hidden_states, single.hidden_states)):
            reference[f"hidden_state_{n}_{label}"] = gap.narrow(f"hidden_state_{n}", d, s)
        reference[f"last_hidden_state_{label}"] = gap.narrow("last", double.last_hidden_state, single.last_hidden_state)
        reference[f"pooled_{label}"] = gap.narrow("pooled", double.pooler_output, single.pooler_output)
        if project:
            reference[f"projected_{label}"] = gap.narrow("projected", project(model, double.pooler_output), embeds[0])
    pins.save(folder / "reference.safetensors", reference)
    gap.report(name)
    print(f"{name}: the largest number is {max(v.abs().max() for k, v in reference.items() if 'pixels' not in k):.1f}")


def vit():
    torch.manual_seed(41)
    model = ViTModel(ViTConfig(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=56, patch_size=16,
        pooler_output_size=20)).eval()
    weights(model)
    make("vit-tiny", model, lambda m: m, lambda m: m.layernorm, ((56, 56), (64, 48)), 42, interpolate_pos_encoding=True)


def clip():
    torch.manual_seed(43)
    model = CLIPModel(CLIPConfig(
        text_config=TEXT, projection_dim=20, vision_config={
            "hidden_size": 40, "num_hidden_layers": 3, "num_attention_heads": 5, "intermediate_size": 56,
            "image_size": 50, "patch_size": 14})).eval()
    weights(model.vision_model, model.visual_projection)
    make("clip-tiny", model, lambda m: m.vision_model, None, ((50, 50), (56, 42)), 44,
         project=lambda m, x: m.visual_projection(x), interpolate_pos_encoding=True)


def siglip():
    torch.manual_seed(45)
    model = SiglipModel(SiglipConfig(
        text_config=TEXT, vision_config={
            "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 52,
            "image_size": 50, "patch_size": 14})).eval()
    weights(model.vision_model)
    make("siglip-tiny", model, lambda m: m.vision_model, lambda m: m.vision_model.post_layernorm,
         ((50, 50), (42, 70)), 46, interpolate_pos_encoding=True)


def dinov2():
    common = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "mlp_ratio": 2, "patch_size": 14,
              "image_size": 70, "layer_norm_eps": 1e-6}
    torch.manual_seed(47)
    model = Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**common, num_register_tokens=3)).eval()
    weights(model)
    make("dinov2-registers-tiny", model, lambda m: m, lambda m: m.layernorm, ((70, 70), (42, 84)), 48)
    torch.manual_seed(49)
    model = Dinov2Model(Dinov2Config(**common, use_swiglu_ffn=True)).eval()
    weights(model)
    make("dinov2-swiglu-tiny", model, lambda m: m, lambda m: m.layernorm, ((70, 70),), 50)


HALF = [0.5, 0.5, 0.5]
IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
OPENAI = {"image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
# Files in the forms that the hub has, from the oldest to the newest, at small sizes.
PREPROCESSORS = {
    "clip": ("clip", CLIPImageProcessorPil, OPENAI | {
        "crop_size": {"height": 32, "width": 28}, "do_center_crop": True, "do_convert_rgb": True, "do_normalize": True,
        "do_rescale": True, "do_resize": True, "image_processor_type": "CLIPImageProcessor", "resample": 3,
        "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": 37}}),
    "clip-numbers": ("clip", CLIPImageProcessorPil, OPENAI | {
        "crop_size": 32, "do_center_crop": True, "do_normalize": True, "do_resize": True,
        "feature_extractor_type": "CLIPFeatureExtractor", "resample": 3, "size": 32}),
    "siglip": ("siglip", SiglipImageProcessorPil, {
        "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": HALF,
        "image_processor_type": "SiglipImageProcessor", "image_std": HALF, "processor_class": "SiglipProcessor",
        "resample": 3, "rescale_factor": 0.00392156862745098, "size": {"height": 30, "width": 34}}),
    "vit": ("vit", ViTImageProcessorPil, {
        "do_normalize": True, "do_resize": True, "image_mean": HALF, "image_std": HALF, "size": 32}),
    "dinov2": ("dinov2", BitImageProcessorPil, IMAGENET | {
        "crop_size": {"height": 28, "width": 28}, "do_center_crop": True, "do_convert_rgb": True, "do_normalize": True,
        "do_rescale": True, "do_resize": True, "image_processor_type": "BitImageProcessor", "resample": 3,
        "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": 33}}),
    "unnormalised": ("vit", ViTImageProcessorPil, {
        "do_normalize": False, "do_rescale": False, "do_resize": True, "image_processor_type": "ViTImageProcessorFast",
        "resample": 1, "size": {"height": 20, "width": 20}}),
}


def preprocessors():
    folder, tensors = pins.FIXTURES / "preprocessors", {}
    folder.mkdir(exist_ok=True)
    image = Image.open(pins.FIXTURES / "images/chelsea.png").convert("RGB")
    for name, (model_type, processor, config) in PREPROCESSORS.items():
        text = json.dumps(config | {"_model_type": model_type}, indent=2, sort_keys=True)
        (folder / f"{name}.json").write_text(text + "\n")
        pixels = processor(**config)(image, return_tensors="pt")["pixel_values"]
        tensors[name] = pixels.float()
    pins.save(folder / "pixels.safetensors", tensors)


if __name__ == "__main__":
    pins.check("torch", "transformers", "safetensors", "pillow")
    torch.set_num_threads(1)
    with torch.no_grad():
        vit()
        clip()
        siglip()
        dinov2()
    preprocessors()
