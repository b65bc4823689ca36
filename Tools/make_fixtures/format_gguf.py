"""Fixtures/gguf: files of the gguf library, and what it dequantises block types to.

Pins: gguf 0.19.0, safetensors 0.8.0, numpy 2.4.6. Run: python3 Tools/make_fixtures/format_gguf.py
"""
import gguf
import numpy as np
from gguf import GGMLQuantizationType as Kind, GGUFValueType as Value
from safetensors.numpy import save_file

from pins import FIXTURES, check

SUITE = FIXTURES / "gguf"
QUANTIZED = [Kind.Q4_0, Kind.Q4_1, Kind.Q5_0, Kind.Q5_1, Kind.Q8_0, Kind.Q4_K, Kind.Q5_K, Kind.Q6_K]
# Where the halves (scales and minima) of a block lie.
HALVES = {Kind.Q4_1: [0, 2], Kind.Q5_1: [0, 2], Kind.Q4_K: [0, 2], Kind.Q5_K: [0, 2], Kind.Q6_K: [208]}


def random_blocks(kind, rows, random):
    """Blocks of random bits, so that every bit of a layout counts; their halves are finite, some subnormal."""
    size, byte_count = gguf.GGML_QUANT_SIZES[kind]
    blocks = np.frombuffer(random.bytes(rows * (256 // size) * byte_count), np.uint8).copy().reshape(-1, byte_count)
    for place in HALVES.get(kind, [0]):
        halves = random.normal(0, 1, len(blocks)).astype(np.float16)
        halves[::5] = np.float16(3e-7)
        blocks[:, place:place + 2] = halves.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(rows, -1)


def add(writer, expected, name, data, kind):
    writer.add_tensor(name, data, raw_dtype=kind)
    expected[name] = np.ascontiguousarray(gguf.quants.dequantize(data, kind), dtype=np.float32)


def write(writer, path):
    writer.write_header_to_file(path)
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{path.name}: {path.stat().st_size} bytes")


def quantized():
    random = np.random.default_rng(11)
    writer, expected = gguf.GGUFWriter(None, "test"), {}
    for kind in QUANTIZED:
        add(writer, expected, f"{kind.name}.bits", random_blocks(kind, 3, random), kind)
    for kind in [Kind.Q4_0, Kind.Q4_1, Kind.Q5_0, Kind.Q5_1, Kind.Q8_0, Kind.BF16, Kind.F16]:
        normal = random.normal(0, 0.05, (2, 64)).astype(np.float32)
        add(writer, expected, f"{kind.name}.normal", gguf.quants.quantize(normal, kind), kind)
    write(writer, SUITE / "quantized.gguf")
    save_file(expected, SUITE / "dequantized.safetensors")
    (SUITE / "dequantized.safetensors").chmod(0o644)


def metadata():
    writer = gguf.GGUFWriter(None, "llama")
    integers = {
        "uint8": (Value.UINT8, 2**8 - 1), "int8": (Value.INT8, -(2**7)), "uint16": (Value.UINT16, 2**16 - 1),
        "int16": (Value.INT16, -(2**15)), "uint32": (Value.UINT32, 2**32 - 1), "int32": (Value.INT32, -(2**31)),
        "uint64": (Value.UINT64, 2**64 - 1), "int64": (Value.INT64, -(2**63)),
    }
    for name, (kind, value) in integers.items():
        writer.add_key_value(f"test.{name}", value, kind)
        writer.add_key_value(f"test.array.{name}", [0, 1, value], Value.ARRAY, kind)
    writer.add_float32("test.float32", 0.1)
    writer.add_float64("test.float64", 0.1)
    writer.add_bool("test.bool", True)
    writer.add_string("test.string", "naïve 日本")
    writer.add_key_value("test.array.float32", [0.5, -1.25], Value.ARRAY, Value.FLOAT32)
    writer.add_key_value("test.array.float64", [0.5, -1.25], Value.ARRAY, Value.FLOAT64)
    writer.add_key_value("test.array.bool", [True, False, True], Value.ARRAY, Value.BOOL)
    writer.add_key_value("test.array.string", [b"a", b"", b"\xff\xfe", "é".encode()], Value.ARRAY, Value.STRING)
    writer.add_key_value("test.array.array", [[1, 2], [3], [4, 5, 6]], Value.ARRAY, Value.ARRAY)
    writer.add_custom_alignment(64)
    writer.add_tensor("matrix", np.arange(6, dtype=np.float32).reshape(2, 3))
    writer.add_tensor("integers", np.array([-1, 2], dtype=np.int64))
    writer.add_tensor("doubles", np.array([0.1, -2], dtype=np.float64))
    writer.add_tensor("ternary", np.zeros((1, 54), dtype=np.uint8), raw_dtype=Kind.TQ1_0)
    write(writer, SUITE / "metadata.gguf")


def big_endian():
    writer = gguf.GGUFWriter(None, "llama", endianess=gguf.GGUFEndian.BIG)
    writer.add_tensor("matrix", np.arange(6, dtype=np.float32).reshape(2, 3))
    write(writer, SUITE / "big-endian.gguf")


check("gguf", "safetensors", "numpy")
SUITE.mkdir(parents=True, exist_ok=True)
quantized()
metadata()
big_endian()
