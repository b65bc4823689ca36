"""DINOv2 by ONNX Runtime.

    python encoder_onnx.py MODEL.onnx REFERENCE.safetensors --count N --repeats R [--int8] [--threads 2]

REFERENCE has `pixels` [images, 3, height, width] and `last_hidden_state`, or `dinov2/pixels` and so on where it is of several
encoders, as `caption debug-tensors` writes them; the first image is encoded N at once. Prints
{"seconds", "distance"}: of each repetition; and the largest difference of the last hidden state as a share of its largest
number. With --int8 the model is quantised dynamically (`quantize_dynamic`, weights per channel), as is usual.
"""
import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnxruntime.quantization import quantize_dynamic
from safetensors.numpy import load_file


def states_of(model):
    """The model's output of tokens, [images, 1 + patches, hidden]: an output of three dimensions, or the last norm's."""
    ranks = {output.name: len(output.type.tensor_type.shape.dim) for output in model.graph.output}
    return [name for name, rank in ranks.items() if rank == 3]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("reference", type=Path)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--int8", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    reference = load_file(arguments.reference)
    scope = "" if "pixels" in reference else "dinov2/"
    pixels = numpy.repeat(reference[f"{scope}pixels"][:1], arguments.count, 0)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    options.log_severity_level = 3
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.model
        if arguments.int8:
            path = Path(folder) / "int8.onnx"
            quantize_dynamic(arguments.model, path, per_channel=True)
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    outputs = states_of(onnx.load(arguments.model, load_external_data=False))[:1] or None
    found = session.run(outputs, {name: pixels})[0]
    seconds = []
    for _ in range(arguments.repeats):
        start = time.perf_counter()
        session.run(outputs, {name: pixels})
        seconds.append(time.perf_counter() - start)
    expected = reference[f"{scope}last_hidden_state"][:1]
    same = found.shape[1:] == expected.shape[1:]
    distance = float(abs(found[:1] - expected).max() / abs(expected).max()) if same else None
    print(json.dumps({"seconds": seconds, "distance": distance}))


if __name__ == "__main__":
    main()
