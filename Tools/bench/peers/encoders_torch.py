"""A captioner's encoders in PyTorch, as the peers need them.

Features are float32, whatever the encoders compute in. A photo is squashed to each encoder's size by Pillow's bicubic.
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "make_fixtures"))

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from safetensors.torch import load_file
from transformers.models.dinov2.modeling_dinov2 import Dinov2Model

from architectures import pooled


class DINOv2:
    """`settings`: the encoder's part of the manifest."""

    def __init__(self, folder, settings, dtype):
        self.settings = settings
        self.model = Dinov2Model.from_pretrained(folder, dtype=dtype).eval()

    def hidden_states(self, pixels):
        """[images, 3, height, width] → what the first block is given and each block gives, [images, 1 + patches, width]."""
        return self.model(pixels.to(self.model.dtype), output_hidden_states=True).hidden_states

    def features(self, states):
        """A list of [images, tokens, width]."""
        return [pooled([state.float() for state in states], self.settings["features"])]


class EfficientNetLite:
    """The net of the package efficientnet-lite-pytorch with the store's weights, whose norms are folded into convolutions."""

    NAMES = {"stem": "_conv_stem", "blocks": "_blocks", "expand": "_expand_conv", "depthwise": "_depthwise_conv",
             "project": "_project_conv", "head": "_conv_head", "classifier": "_fc"}

    def __init__(self, folder, settings, dtype):
        # Not every captioner needs it.
        from efficientnet_lite_pytorch import EfficientNet
        from efficientnet_lite_pytorch.utils import efficientnet_lite

        self.settings, self.dtype = settings, dtype
        config = json.loads((folder / "config.json").read_text())
        with torch.device("meta"):
            # Without a size, padding follows the size of what comes.
            self.net = EfficientNet(*efficientnet_lite(
                config["width_coefficient"], config["depth_coefficient"], image_size=None,
                num_classes=config["num_classes"])).eval()
            for name, module in list(self.net.named_modules()):
                if isinstance(module, torch.nn.BatchNorm2d):
                    self.net.set_submodule(name, torch.nn.Identity())
                elif isinstance(module, torch.nn.Conv2d):
                    module.bias = torch.nn.Parameter(torch.empty(module.out_channels))
        weights = load_file(folder / "model.safetensors")
        self.net.load_state_dict({
            ".".join(self.NAMES.get(part, part) for part in name.split(".")): tensor.to(dtype)
            for name, tensor in weights.items()}, assign=True)
        # Quicker here, the more so with many images.
        self.net.to(memory_format=torch.channels_last)

    def hidden_states(self, pixels):
        """[images, 3, height, width] → what the first block is given, what each block gives and what the head makes of it,
        [images, channels, rows, columns], each as soon as it is computed."""
        x = self.net._swish(self.net._conv_stem(pixels.to(self.dtype)))
        yield x
        for block in self.net._blocks:
            x = block(x)
            yield x
        yield self.net._swish(self.net._conv_head(x))

    def features(self, states):
        """A list of [images, tokens, width]."""
        recipe = self.settings["features"]
        wanted = {part["hiddenState"] for part in recipe}
        kept = {number: state.float() for number, state in enumerate(states) if number in wanted}
        return [self.tokens(kept[part["hiddenState"]], part) for part in recipe]

    @staticmethod
    def tokens(state, part):
        grid = {"pooled": [1, 1], "patches": part.get("grid", state.shape[2:])}[part["tokens"]]
        return F.adaptive_avg_pool2d(state, grid).flatten(2).transpose(1, 2)


FAMILIES = {"dinov2": DINOv2, "efficientnet-lite": EfficientNetLite}


def encoders(captioner, manifest, store, dtype=torch.float32):
    """All encoders of a captioner's folder. `store`: the folder of base models by name."""
    loaded = []
    for settings in manifest.get("encoders") or [manifest["encoder"]]:
        folders = [captioner / settings["path"], store / settings["path"]]
        folder = next((folder for folder in folders if folder.exists()), None)
        if folder is None:
            sys.exit(f"{folders[-1]} is not there: run caption models pull")
        loaded.append(FAMILIES[settings["family"]](folder, settings, dtype))
    return loaded


def opened(path):
    """The photo upright and in RGB."""
    with Image.open(path) as photo:
        return ImageOps.exif_transpose(photo).convert("RGB")


def squashed(photo, preprocessing):
    """RGB bytes [height, width, 3]."""
    return np.asarray(photo.resize((preprocessing["width"], preprocessing["height"]), Image.BICUBIC)).copy()


def normalised(image, preprocessing):
    """RGB bytes [height, width, 3] → [3, height, width]."""
    mean, std = torch.tensor(preprocessing["mean"]), torch.tensor(preprocessing["std"])
    rescaled = (torch.from_numpy(image).double() * preprocessing["rescaleFactor"]).float()
    return ((rescaled - mean) / std).permute(2, 0, 1)


def pixels(path, encoders):
    """A photo as each encoder takes it, [3, height, width]."""
    photo = opened(path)
    return [normalised(squashed(photo, e.settings["preprocessing"]), e.settings["preprocessing"]) for e in encoders]


def features(encoders, pixels):
    """What each encoder takes, [images, 3, height, width] → as `joined`."""
    return joined([
        part for encoder, images in zip(encoders, pixels) for part in encoder.features(encoder.hidden_states(images))])


def joined(parts):
    """A list of [images, tokens, width] → [images, tokens, width], or [images, numbers] where there are several widths:
    an image's tokens one after the other, those of the first part first."""
    if len({part.shape[2] for part in parts}) == 1:
        return torch.cat(parts, 1)
    return torch.cat([part.flatten(1) for part in parts], 1)
