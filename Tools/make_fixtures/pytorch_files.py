"""Fixtures/pytorch: checkpoints of `torch.save`, good ones and such as must be refused.

Pinned: torch 2.13.0, safetensors 0.8.0.
Run:    python Tools/make_fixtures/pytorch_files.py
"""
import os
import pickle
import zipfile
from collections import OrderedDict

import torch

import pins

FOLDER = pins.FIXTURES / "pytorch"


class Call:
    """What pickle turns into a call of `function`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def with_pickle(name, data):
    """A checkpoint of another pickle."""
    with zipfile.ZipFile(FOLDER / name, "w") as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/byteorder", "little")


if __name__ == "__main__":
    pins.check("torch", "safetensors")
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(1)
    shared = torch.arange(12, dtype=torch.float32)
    nested = {
        "model": OrderedDict(
            f64=torch.randn(2, 3, dtype=torch.float64), f32=torch.randn(3, 2), f16=torch.randn(4).half(),
            bf16=torch.randn(2, 2).bfloat16(), scalar=torch.tensor(1.5), empty=torch.zeros(0, 3),
            parameter=torch.nn.Parameter(torch.randn(5))),
        "integers": {"i64": torch.tensor([1, -(1 << 40)]), "i32": torch.tensor([7], dtype=torch.int32),
                     "i16": torch.tensor([-3], dtype=torch.int16), "i8": torch.tensor([-8], dtype=torch.int8),
                     "u8": torch.tensor([200], dtype=torch.uint8), "flags": torch.tensor([True, False])},
        # Windows of one storage.
        "first": shared[:4], "second": shared[4:].view(2, 4),
        "step": 100_000, "rate": None, "name": "a run", "done": True, "large": 1 << 40,
        # Numbers that do not lie one after the other.
        "transposed": torch.randn(3, 4).T, "permuted": torch.randn(2, 3, 4).half().permute(2, 0, 1),
        "every second": torch.arange(24, dtype=torch.int64).view(4, 6)[1:3, ::2],
    }
    torch.save(nested, FOLDER / "tensors.pt")
    flat = {}

    def collect(value, name):
        if isinstance(value, torch.Tensor):
            flat[name] = value.detach()
        elif isinstance(value, dict):
            for key, item in value.items():
                collect(item, f"{name}.{key}" if name else key)

    collect(nested, "")
    pins.save(FOLDER / "tensors.safetensors", flat)
    torch.save({"ones": torch.ones(1).expand(1 << 20)}, FOLDER / "expanded.pt")
    torch.save({"waves": torch.randn(3, dtype=torch.complex64)}, FOLDER / "complex.pt")
    with_pickle("calls-system.pt", pickle.dumps({"a": Call(os.system, "true")}, protocol=2))
    with_pickle("calls-eval.pt", pickle.dumps({"a": Call(eval, "1 + 1")}, protocol=2))
    # A known name is called, and its result given a state.
    with_pickle("builds-object.pt", b"\x80\x02(K\x01t}b.")
