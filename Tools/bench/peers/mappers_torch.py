"""A captioner's mapper in PyTorch, as the peers need it."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "make_fixtures"))

import torch
from safetensors.torch import load_file

from architectures import Resampler


def resampler(captioner, manifest):
    """The float32 module of a captioner's folder and the `mapper` part of its manifest; without dropout."""
    weights = {name: tensor.float() for name, tensor in load_file(captioner / manifest["path"]).items()}
    groups, blocks = manifest["tokenGroups"], len({k.split(".")[1] for k in weights if k[:3] == "bl."})
    width, features = weights["inp.0.weight"].shape
    if "mean" not in weights:
        # Statistics are stored by group where tokens have several widths.
        features = tuple(weights[f"mean.{group}"].shape[1] for group in range(len(groups)))
    with torch.device("meta"):
        module = Resampler(
            features, groups, width, manifest["heads"], blocks, tuple(weights["base"].shape),
            normed="bl.0.ca.q_norm.weight" in weights)
    module.load_state_dict(weights, assign=True)
    return module
