"""Fixtures/onnx: a small ONNX model with an initializer of every element type, raw and typed.

Pins: onnx 1.23.2, numpy 2.4.6. Run: python3 Tools/make_fixtures/format_onnx.py
"""
import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from pins import FIXTURES, check

SUITE = FIXTURES / "onnx"
TYPES = {
    "float32": TensorProto.FLOAT, "uint8": TensorProto.UINT8, "int8": TensorProto.INT8, "uint16": TensorProto.UINT16,
    "int16": TensorProto.INT16, "int32": TensorProto.INT32, "int64": TensorProto.INT64, "bool": TensorProto.BOOL,
    "float16": TensorProto.FLOAT16, "float64": TensorProto.DOUBLE, "uint32": TensorProto.UINT32,
    "uint64": TensorProto.UINT64, "bfloat16": TensorProto.BFLOAT16,
}


def values(kind, number, random):
    dtype = helper.tensor_dtype_to_np_dtype(number)
    if kind == "bool":
        return np.array([[True, False, True], [False, False, True]])
    if "float" in kind:
        return random.normal(0, 1, (2, 3)).astype(dtype)
    limits = np.iinfo(dtype)
    return np.array([[0, 1, limits.max], [limits.min, 7, 100]], dtype=dtype)


def main():
    check("onnx", "numpy")
    random = np.random.default_rng(3)
    initializers, expected = [], {}
    for kind, number in TYPES.items():
        array = values(kind, number, random)
        raw = numpy_helper.from_array(array, f"raw.{kind}")
        typed = helper.make_tensor(f"typed.{kind}", number, array.shape, array.flatten(), raw=False)
        for tensor in (raw, typed):
            assert np.array_equal(numpy_helper.to_array(tensor), array)
            initializers.append(tensor)
            expected[tensor.name] = {
                "elementType": kind, "shape": list(array.shape), "bytes": array.tobytes().hex()}
    scalar = numpy_helper.from_array(np.array(2.5, dtype=np.float32), "scalar")
    expected["scalar"] = {"elementType": "float32", "shape": [], "bytes": np.float32(2.5).tobytes().hex()}
    external = TensorProto(name="external", data_type=TensorProto.FLOAT, dims=[2])
    external.data_location = TensorProto.EXTERNAL
    external.external_data.add(key="location", value="weights.bin")
    strings = helper.make_tensor("strings", TensorProto.STRING, [2], [b"a", b"b"])
    nodes = [
        helper.make_node("MatMul", ["input", "raw.float32"], ["product"], name="/layer.0/MatMul"),
        helper.make_node("Resize", ["product", "", "", "scalar"], ["output"], mode="nearest"),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "test", [value("input", TensorProto.FLOAT, [1, 2])], [value("output", TensorProto.FLOAT, None)],
        initializers + [scalar, external, strings], doc_string="All element types.")
    SUITE.mkdir(parents=True, exist_ok=True)
    model = helper.make_model(graph, producer_name="caption fixtures")
    (SUITE / "types.onnx").write_bytes(model.SerializeToString(deterministic=True))
    (SUITE / "types.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(f"types.onnx: {(SUITE / 'types.onnx').stat().st_size} bytes")


main()
