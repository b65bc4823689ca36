"""The most FLOPs a second that float32 products reach here: python gemm_peak.py [THREADS]

Prints {"library", "shape", "flops"} of the fastest of some products, large enough that nothing but multiplying counts:
by NumPy, which has OpenBLAS inside, and by PyTorch (MKL or oneDNN), each the best of some repeats.
"""
import json
import os
import sys
import time

THREADS = sys.argv[1] if len(sys.argv) > 1 else "2"
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = THREADS

import numpy
import torch

# Rows, columns, inputs. The last is a decoder's MLP over the tokens of a batch.
SHAPES, REPEATS = ((1024, 1024, 1024), (2048, 2048, 2048), (1152, 3072, 576)), 5


def fastest(library, multiply, make):
    for rows, columns, inputs in SHAPES:
        a, b = make(rows, inputs), make(inputs, columns)
        multiply(a, b)
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            multiply(a, b)
            times.append(time.perf_counter() - start)
        yield {
            "library": library, "shape": [rows, columns, inputs], "flops": 2 * rows * columns * inputs / min(times)}


torch.set_num_threads(int(THREADS))
generator = numpy.random.default_rng(0)
found = [
    *fastest("OpenBLAS", numpy.matmul, lambda *shape: generator.standard_normal(shape, dtype="float32")),
    *fastest("PyTorch", torch.matmul, torch.randn)]
print(json.dumps(max(found, key=lambda product: product["flops"])))
