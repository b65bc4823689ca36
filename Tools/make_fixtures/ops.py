"""Fixtures/ops: single operations at small odd sizes.

Pinned: torch 2.13.0, safetensors 0.8.0.
Run:    python Tools/make_fixtures/ops.py

Everything is computed in float64 by PyTorch's own operators and stored rounded to float32, float32's gap is printed.
"""
import torch
import torch.nn.functional as F

import pins
from architectures import grouped_attention, rms_norm, rope

GRIDS = (("37x37_to_16x16", 37, 37, 16, 16), ("5x5_to_4x4", 5, 5, 4, 4), ("5x5_to_6x8", 5, 5, 6, 8), ("3x3_to_7x7", 3, 3, 7, 7))


def resized(grid, size):
    """grid [rows, columns, channels] → [size, channels], bicubic with a = −0.75, as DINOv2 does for its positions."""
    image = F.interpolate(grid.permute(2, 0, 1)[None], size=size, mode="bicubic", align_corners=False)
    return image[0].permute(1, 2, 0)


def main():
    torch.manual_seed(7)
    tensors, gap = {}, pins.Gap()

    def case(key, function, /, **inputs):
        """Stores the inputs as `key_name` and the function's result as `key`."""
        tensors.update({f"{key}_{name}": value for name, value in inputs.items()})
        double = function(*(v.double() if v.is_floating_point() else v for v in inputs.values()))
        tensors[key] = gap.narrow(key, double, function(*inputs.values()))

    n = torch.randn
    weight, bias = 1 + 0.3 * n(37), 0.3 * n(37)
    case("layer_norm", lambda x, w, b: F.layer_norm(x, (37,), w, b, 1e-6), input=3 + 2 * n(5, 37), weight=weight, bias=bias)
    case("rms_norm", lambda x, w: rms_norm(x, w, 1e-5), input=3 + 2 * n(5, 37), weight=weight)
    line = torch.cat([torch.linspace(-12, 12, 97), torch.tensor([-1e4, -0.0, 0.0, 1e-7, 1e4])])
    case("gelu", F.gelu, input=line)
    case("silu", F.silu, input=line)
    case("softmax", lambda x: x.softmax(-1), input=torch.cat([20 * n(4, 33), 1000 + n(1, 33), -1000 + n(1, 33)]))
    case("rope", lambda x, p: rope(x, p, 100000.0), input=n(2, 3, 41, 16), positions=torch.arange(41, dtype=torch.int32))
    for name, rows, columns, height, width in GRIDS:
        case(f"bicubic_{name}", lambda g: resized(g, (height, width)), input=n(rows, columns, 3))
    case("attention_full", lambda q, k, v: F.scaled_dot_product_attention(q, k, v), query=n(2, 3, 17, 8), key=n(2, 3, 19, 8), value=n(2, 3, 19, 8))
    case("attention_grouped", lambda q, k, v: grouped_attention(q, k, v, 5), query=n(2, 6, 7, 16), key=n(2, 2, 12, 16), value=n(2, 2, 12, 16))
    case("linear", lambda x, w, b: F.linear(x, w, b), input=n(5, 37), weight=n(11, 37), bias=n(11))
    pins.save(pins.FIXTURES / "ops/ops.safetensors", tensors)
    gap.report("ops")
    for key, value in tensors.items():
        print(key, list(value.shape), value.dtype)


if __name__ == "__main__":
    pins.check("torch", "safetensors")
    torch.set_num_threads(2)
    main()
