"""Fixtures/safetensors: files of the safetensors library, with what their tensors hold spelled out in JSON.

Pins: safetensors 0.8.0, numpy 2.4.6. Run: python3 Tools/make_fixtures/format_safetensors.py
"""
import json

import numpy as np
from safetensors import TensorSpec, serialize

from pins import FIXTURES, check

SUITE = FIXTURES / "safetensors"
WIDTHS = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int16": 2, "int8": 1,
    "uint64": 8, "uint32": 4, "uint16": 2, "uint8": 1, "bool": 1, "float8_e4m3fn": 1,
}
SHAPES = {"float64": [2, 3], "float32": [], "float16": [3, 1, 2], "bfloat16": [5], "int64": [0, 4], "int8": [7]}


def tensor(kind, shape, random):
    count = int(np.prod(shape)) * WIDTHS[kind]
    data = bytes(random.integers(0, 2, count, dtype=np.uint8)) if kind == "bool" else random.bytes(count)
    return kind, shape, np.frombuffer(data, np.uint8)


def write(name, tensors, metadata=None):
    path = SUITE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    specifications = {
        key: TensorSpec(dtype=kind, shape=shape, data_ptr=data.ctypes.data, data_len=data.nbytes)
        for key, (kind, shape, data) in tensors.items()
    }
    path.write_bytes(serialize(specifications, metadata))
    print(f"{name}: {path.stat().st_size} bytes")


def main():
    check("safetensors", "numpy")
    random = np.random.default_rng(5)
    kinds = [kind for kind in WIDTHS if kind != "float8_e4m3fn"]
    types = {f"of.{kind}": tensor(kind, SHAPES.get(kind, [2, 2]), random) for kind in kinds}
    types['name "quoted" \\ 日本\n'] = tensor("float32", [1], random)
    write("types.safetensors", types, {"note": 'line\n"two" é'})
    expected = {
        name: {"elementType": kind, "shape": shape, "bytes": data.tobytes().hex()}
        for name, (kind, shape, data) in types.items()
    }
    (SUITE / "types.json").write_text(json.dumps(expected, indent=1) + "\n")

    narrow = {"narrow": tensor("float8_e4m3fn", [4], random), "wide": tensor("float32", [2], random)}
    write("float8.safetensors", narrow)

    shards = {
        "model-00001-of-00002.safetensors": {"a.weight": tensor("float32", [2, 2], random)},
        "model-00002-of-00002.safetensors": {
            "b.weight": tensor("float16", [3], random), "b.bias": tensor("float32", [1], random)},
    }
    for name, tensors in shards.items():
        write(f"sharded/{name}", tensors, {"format": "pt"})
    index = {
        "metadata": {"total_size": 26},
        "weight_map": {tensor: shard for shard, tensors in shards.items() for tensor in tensors},
    }
    (SUITE / "sharded" / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


main()
