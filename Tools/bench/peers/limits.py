"""What this machine can do, as PyTorch reaches it: products in float32, bfloat16 and int8, and reading memory.

    python limits.py [--threads 2]

Prints {"f32", "bf16", "int8"} in FLOP/s and {"read"} in bytes/s, the best of several.
"""
import argparse
import json
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)


def best(run, repeats=6):
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


m, n, k = 2048, 1536, 1536
found = {}
for name, dtype in (("f32", torch.float32), ("bf16", torch.bfloat16)):
    a, b = torch.randn(m, k).to(dtype), torch.randn(k, n).to(dtype)
    found[name] = 2 * m * n * k / best(lambda: a @ b)
a, b = (torch.randint(-127, 127, shape, dtype=torch.int8) for shape in ((m, k), (k, n)))
found["int8"] = 2 * m * n * k / best(lambda: torch._int_mm(a, b))
memory = torch.ones(1 << 27, dtype=torch.float32)
found["read"] = 4 * memory.numel() / best(lambda: memory.sum())
print(json.dumps(found))
