"""Two tiny wheels as `caption models pull` takes them apart: Fixtures/wheels.   python Tools/make_fixtures/wheels.py

`tiny_encoder`: an ONNX file whose graph names its initialisers the way an export of Hugging Face's Dinov2Model does, and the
tensors that must come out of it; `tiny_decoder`: a file kept as it is, and a licence.
"""
import hashlib
import io
import json
import pathlib
import zipfile

import numpy as np
import onnx
from onnx import helper, numpy_helper
from safetensors.numpy import save_file

import pins

pins.check("numpy", "onnx", "safetensors")
OUT = pathlib.Path(__file__).resolve().parents[2] / "Fixtures/wheels"
HIDDEN, MLP, PATCH, SIDE, LAYERS = 8, 16, 14, 3, 2
random = np.random.default_rng(11)


def tensor(*shape):
    return random.standard_normal(shape).astype(np.float32)


def dinov2():
    """name → tensor under the names of a Hugging Face checkpoint."""
    t = {
        "embeddings.cls_token": tensor(1, 1, HIDDEN),
        "embeddings.position_embeddings": tensor(1, 1 + SIDE * SIDE, HIDDEN),
        "embeddings.patch_embeddings.projection.weight": tensor(HIDDEN, 3, PATCH, PATCH),
        "embeddings.patch_embeddings.projection.bias": tensor(HIDDEN),
        "layernorm.weight": tensor(HIDDEN),
        "layernorm.bias": tensor(HIDDEN),
    }
    for n in range(LAYERS):
        p = f"encoder.layer.{n}."
        for name in ("attention.attention.query", "attention.attention.key", "attention.attention.value", "attention.output.dense"):
            t[p + name + ".weight"], t[p + name + ".bias"] = tensor(HIDDEN, HIDDEN), tensor(HIDDEN)
        t[p + "mlp.fc1.weight"], t[p + "mlp.fc1.bias"] = tensor(MLP, HIDDEN), tensor(MLP)
        t[p + "mlp.fc2.weight"], t[p + "mlp.fc2.bias"] = tensor(HIDDEN, MLP), tensor(HIDDEN)
        for name in ("norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias", "layer_scale1.lambda1", "layer_scale2.lambda1"):
            t[p + name] = tensor(HIDDEN)
    return t


def export(tensors):
    """The ONNX file: folded constants lose their names, the weights of linear layers are transposed."""
    initialisers, nodes, number = [numpy_helper.from_array(tensor(4, 4), "decoder.weight")], [], 100

    def constant(values):
        nonlocal number
        number += 1
        initialisers.append(numpy_helper.from_array(values, f"onnx::Folded_{number}"))
        return f"onnx::Folded_{number}"

    for name, values in tensors.items():
        if name == "embeddings.position_embeddings":
            for operation, part in (("Reshape", values[:, 1:]), ("Concat", values[:, :1])):
                attributes = {"axis": 1} if operation == "Concat" else {}
                nodes.append(helper.make_node(operation, [constant(np.ascontiguousarray(part)), "x"], ["y"], f"/backbone/embeddings/{operation}", **attributes))
        elif values.ndim == 2:
            layer, rest = name.split(".")[2], name.removesuffix(".weight").split(".", 3)[3]
            module = f"/backbone/encoder/layer.{layer}/" + rest.replace(".", "/")
            nodes.append(helper.make_node("MatMul", ["x", constant(np.ascontiguousarray(values.T))], ["y"], module + "/MatMul"))
        else:
            initialisers.append(numpy_helper.from_array(values, "backbone." + name))
    nodes.append(helper.make_node("MatMul", ["x", "decoder.weight"], ["y"], "/decoder/MatMul"))
    graph = helper.make_graph(nodes, "tiny", [], [], initialisers)
    return helper.make_model(graph, producer_name="caption fixtures").SerializeToString(deterministic=True)


def wheel(name, files, compression):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), content, compression)
    (OUT / name).write_bytes(data.getvalue())


def entry(data):
    return {"sha256": hashlib.sha256(data).hexdigest(), "byteCount": len(data)}


OUT.mkdir(exist_ok=True)
tensors = dinov2()
onnx_file, metadata = export(tensors), b"Name: tiny-encoder\nVersion: 1.0\nLicense: MIT\n"
weights, license = bytes(random.integers(0, 256, 3000, dtype=np.uint8)) + bytes(3000), b"Do as you like.\n"
save_file(tensors, OUT / "expected.safetensors", {"format": "pt"})
wheel("tiny_encoder-1.0-py3-none-any.whl", {"tiny_encoder/model.onnx": onnx_file, "tiny_encoder-1.0.dist-info/METADATA": metadata}, zipfile.ZIP_DEFLATED)
wheel("tiny_decoder-2.0-py3-none-any.whl", {"tiny_decoder/model.gguf": weights, "tiny_decoder-2.0.dist-info/LICENSE": license}, zipfile.ZIP_STORED)
files = {name: entry((OUT / name).read_bytes()) for name in ("tiny_encoder-1.0-py3-none-any.whl", "tiny_decoder-2.0-py3-none-any.whl")}
files |= {"model.onnx": entry(onnx_file), "METADATA": entry(metadata), "model.gguf": entry(weights), "LICENSE": entry(license)}
(OUT / "files.json").write_text(json.dumps(files, indent=1) + "\n")
