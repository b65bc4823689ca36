"""Fixtures/pytorch: checkpoints of `torch.save`, good ones and such as must be refused.

Pinned: torch 2.13.0, safetensors 0.8.0.
Run:    python Tools/make_fixtures/pytorch_files.py
"""
import io
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


class Storage:
    """Stands for twelve numbers."""


class Tensor:
    """What pickle turns into a tensor of any place, shape and strides in a storage."""

    def __init__(self, offset, shape, strides):
        self.parts = Storage(), offset, shape, strides, False, OrderedDict()

    def __reduce__(self):
        return torch._utils._rebuild_tensor_v2, self.parts


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return ("storage", torch.FloatStorage, "0", "cpu", 12) if isinstance(value, Storage) else None


def with_pickle(name, data):
    """A checkpoint of another pickle."""
    with zipfile.ZipFile(FOLDER / name, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/byteorder", "little")
        archive.writestr("archive/data/0", bytes(48))


def with_tensor(name, *place):
    data = io.BytesIO()
    Pickler(data, protocol=2).dump({"a": Tensor(*place)})
    with_pickle(name, data.getvalue())


def dictionaries(levels, keys):
    """Each dictionary holds the one before it many times: as many values as the power of both."""
    data = b"\x80\x02}q\x00"
    for level in range(levels):
        items = b"".join(b"X\x01\x00\x00\x00" + bytes([97 + key]) + b"h" + bytes([level]) for key in range(keys))
        data += b"}(" + items + b"uq" + bytes([level + 1])
    return data + b"."


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
    # Tensors that would lie outside of their storage.
    with_tensor("outside-end.pt", 3, (2, 2), (7, 2))
    with_tensor("outside-start.pt", 3, (2, 2), (-2, 1))
    with_tensor("outside-offset.pt", 13, (2, 2), (1, 2))
    with_tensor("outside-word.pt", 1, (3, 2), (1 << 62, 1 << 61))
    # Small pickles that would take for ever, or all of the stack.
    with_pickle("many-values.pt", dictionaries(15, 10))
    with_pickle("nested.pt", b"\x80\x02)" + b"\x85" * 1_000_000 + b".")
    # As versions before 1.6 wrote it.
    older = io.BytesIO()
    torch.save(nested, older, _use_new_zipfile_serialization=False)
    (FOLDER / "older.pt").write_bytes(older.getvalue())
    whole = older.getvalue()
    (FOLDER / "older-big-endian.pt").write_bytes(whole.replace(b"little_endianq\x02\x88", b"little_endianq\x02\x89"))
    assert (FOLDER / "older-big-endian.pt").read_bytes() != whole
    # A known name is called, and its result given a state.
    with_pickle("builds-object.pt", b"\x80\x02(K\x01t}b.")
