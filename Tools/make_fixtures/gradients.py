"""Fixtures/gradients: the gradients of single operations and of layers.

Pinned: torch 2.13.0, safetensors 0.8.0 (and transformers 5.23.0, gguf 0.19.0 to import).
Run:    python Tools/make_fixtures/gradients.py

A file a case: its inputs, `out`, a random cotangent `grad_out` and, for each input NAME that is differentiated,
`grad_NAME` = ∂⟨out, grad_out⟩/∂NAME by PyTorch's autograd. Everything is computed in float64 from the float32 inputs and
stored rounded to float32; the same in float32 gives the gaps that are printed, relative to a tensor's largest value.
"""
import torch
import torch.nn.functional as F

import pins
from architectures import Block, Llama, LlamaShape, grouped_attention, rms_norm, rope
from tiny_models import randomise

FOLDER = pins.FIXTURES / "gradients"
EPSILON, THETA, DROPOUT = 1e-5, 100000.0, 0.1
IMAGES, CAPTIONS, LENGTHS = 2, 2, (5, 3, 4, 1)  # ragged captions, their rows one after another; two captions an image
ACTIVATIONS = {
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "gelu_quick": lambda x: x * (1.702 * x).sigmoid(),
    "relu": F.relu,
}
n = torch.randn


class RelativeGap(pins.Gap):
    """Gaps as shares of a tensor's largest value: gradients of one case differ in size by orders of magnitude."""

    def narrow(self, key, double, single):
        largest = double.abs().max().item()
        difference = (double - single.double()).abs().max().item() / (largest or 1)
        self.worst[key] = max(self.worst.get(key, 0.0), difference)
        return double.float()

    def __str__(self):
        key = max(self.worst, key=self.worst.get)
        return f"{self.worst[key]:.1e} ({key})"


def gradients(function, names, values, wanted, cotangent):
    values = dict(zip(names, values))
    for key in wanted:
        values[key].requires_grad_()
    result = function(*values.values())
    found = torch.autograd.grad(result, [values[k] for k in wanted], cotangent.to(result.dtype))
    return {"out": result.detach()} | {f"grad_{k}": g for k, g in zip(wanted, found)}


def case(name, function, /, frozen=(), **inputs):
    """Writes one file. Integer inputs and those named in `frozen` get no gradient; a scalar result is a loss."""
    single = [v.clone() for v in inputs.values()]
    double = [v.double() if v.is_floating_point() else v for v in inputs.values()]
    wanted = [k for k, v in inputs.items() if v.is_floating_point() and k not in frozen]
    shape, gap = function(*single).shape, RelativeGap()
    cotangent = n(shape) if shape else torch.ones(())
    exact, rounded = (gradients(function, inputs, v, wanted, cotangent) for v in (double, single))
    tensors = inputs | {k: gap.narrow(k, exact[k], rounded[k]) for k in exact}
    if shape:
        tensors["grad_out"] = cotangent
    else:
        tensors["loss"] = tensors.pop("out")[None]
    pins.save(FOLDER / f"{name}.safetensors", tensors)
    print(f"  float32's gap, relative to the largest value: {gap}")


def attention(q, k, v, heads=3):
    """Full attention of packed heads: q [B, T, H·HD], k and v [B, S, H·HD] → [B, T, H·HD]."""
    q, k, v = (t.unflatten(2, (heads, -1)).transpose(1, 2) for t in (q, k, v))
    weights = torch.softmax(q @ k.transpose(2, 3) * q.shape[-1] ** -0.5, -1)
    return (weights @ v).transpose(1, 2).flatten(2)


def prefix_attention(queries, keys, values, prefix_keys, prefix_values):
    """Every caption's tokens see their image's whole prefix and themselves causally.

    queries [R, H·HD], keys and values [R, KV·HD], R = sum of LENGTHS; prefixes [IMAGES, KV, P, HD] → [R, H·HD].
    """
    _, key_value_heads, length, dimension = prefix_keys.shape
    outs, split = [], lambda t: t.unflatten(1, (-1, dimension)).transpose(0, 1)[None]
    for caption, rows in enumerate(zip(*(t.split(LENGTHS) for t in (queries, keys, values)))):
        q, k, v = (split(t) for t in rows)
        image = slice(caption // CAPTIONS, caption // CAPTIONS + 1)
        k, v = torch.cat([prefix_keys[image], k], 2), torch.cat([prefix_values[image], v], 2)
        outs.append(grouped_attention(q, k, v, length)[0].transpose(0, 1).flatten(1))
    return torch.cat(outs)


def operations():
    torch.manual_seed(21)
    linear = lambda x, w, b: F.linear(x, w, b)
    case("linear", linear, x=n(3, 5, 24), weight=n(40, 24), bias=n(40))
    weight, bias = 1 + 0.3 * n(24), 0.3 * n(24)
    case("layer_norm", lambda x, w, b: F.layer_norm(x, (24,), w, b, EPSILON), x=1 + 2 * n(7, 24), weight=weight, bias=bias)
    case("rms_norm", lambda x, w: rms_norm(x, w, EPSILON), x=1 + 2 * n(7, 24), weight=weight)

    def rotated(x, positions):
        rows = [rope(row.transpose(0, 1), p, THETA).transpose(0, 1) for row, p in zip(x, positions)]
        return torch.stack(rows)

    positions = torch.arange(5, dtype=torch.int32)[None] + torch.tensor([[16], [4]], dtype=torch.int32)
    case("rope", rotated, x=n(2, 5, 3, 8), positions=positions)
    case("attention_self", attention, q=n(2, 6, 24), k=n(2, 6, 24), v=n(2, 6, 24))
    case("attention_cross", attention, q=n(2, 4, 24), k=n(2, 9, 24), v=n(2, 9, 24))
    rows = sum(LENGTHS)
    case(
        "prefix_attention", prefix_attention, queries=n(rows, 4 * 8), keys=n(rows, 2 * 8), values=n(rows, 2 * 8),
        prefix_keys=n(IMAGES, 2, 3, 8), prefix_values=n(IMAGES, 2, 3, 8))
    case("gelu", F.gelu, x=torch.cat([2 * n(58), torch.tensor([0.0, -12.0])]).view(5, 12))
    case("silu_gate", lambda x: F.silu(x[..., :12]) * x[..., 12:], x=2 * n(5, 24))
    tokens = torch.tensor([3, 0, 19, 3, 7, 3, 11], dtype=torch.int32)
    case("embedding", lambda t, w: F.embedding(t, w), tokens=tokens, weight=n(20, 12))
    case("add", torch.add, x=n(2, 5, 12), p=n(5, 12))
    case("scale", lambda x, factor: x * factor, frozen=["factor"], x=n(4, 7), factor=torch.tensor([-0.625]))
    kept = (torch.rand(5, 12) >= DROPOUT).float()
    case("dropout", lambda x, mask: x * mask / (1 - DROPOUT), frozen=["mask"], x=n(5, 12), mask=kept)


def hyperbolic_tangent():
    torch.manual_seed(25)
    case("tanh", torch.tanh, x=torch.cat([2 * n(58), torch.tensor([0.0, -12.0])]).view(5, 12))


def activations():
    torch.manual_seed(26)
    line = torch.cat([2 * n(58), torch.tensor([0.0, -12.0])]).view(5, 12)
    for name in ("gelu_tanh", "gelu_quick", "relu"):
        case(name, ACTIVATIONS[name], x=line)
    case("gelu_tanh_gate", lambda x: ACTIVATIONS["gelu_tanh"](x[..., :12]) * x[..., 12:], x=2 * n(5, 24))


def losses():
    """The mean over the tokens; the logits are hidden · headᵀ, and `grad_head` is what a trainable head would get."""
    for name, smoothing in (("cross_entropy", 0.0), ("cross_entropy_smoothed", 0.1)):
        torch.manual_seed(22)
        targets = torch.randint(31, (9,), dtype=torch.int32)
        loss = lambda h, w, t: F.cross_entropy(F.linear(h, w), t.long(), label_smoothing=smoothing)
        case(name, loss, hidden=n(9, 12), head=n(31, 12), targets=targets)


def resampler_block():
    torch.manual_seed(23)
    block = Block(16, 2)
    with torch.no_grad():
        weights = {k: v.clone() for k, v in randomise(block).state_dict().items()}

    def function(queries, memory, *parameters):
        return torch.func.functional_call(block, dict(zip(weights, parameters)), (queries, memory))

    case("resampler_block", function, queries=n(2, 4, 16), memory=n(2, 10, 16), **weights)


def llama_layer():
    """One layer with frozen weights over each image's prefix, keys after RoPE; tokens stand from position P on."""
    torch.manual_seed(24)
    shape = LlamaShape(
        layers=1, hidden=24, intermediate=32, heads=4, key_value_heads=2, vocabulary=1, head_dimension=8)
    q, kv = shape.heads * shape.head_dimension, shape.key_value_heads * shape.head_dimension
    sizes = {
        "self_attn.q_proj": (q, 24), "self_attn.k_proj": (kv, 24), "self_attn.v_proj": (kv, 24),
        "self_attn.o_proj": (24, q), "mlp.gate_proj": (32, 24), "mlp.up_proj": (32, 24), "mlp.down_proj": (24, 32)}
    weights = {f"model.layers.0.{k}.weight": n(*s) * s[1] ** -0.5 for k, s in sizes.items()}
    for name in ("input_layernorm", "post_attention_layernorm"):
        weights[f"model.layers.0.{name}.weight"] = 1 + 0.3 * n(24)

    def function(x, prefix_keys, prefix_values, *parameters):
        model, outs = Llama(dict(zip(weights, parameters)), shape, x.dtype), []
        for caption, rows in enumerate(x.split(LENGTHS)):
            image = slice(caption // CAPTIONS, caption // CAPTIONS + 1)
            outs.append(model.layer(0, rows[None], (prefix_keys[image], prefix_values[image]))[0][0])
        return torch.cat(outs)

    prefix = {name: n(IMAGES, 2, 3, 8) for name in ("prefix_keys", "prefix_values")}
    case("llama_layer", function, frozen=weights, x=n(sum(LENGTHS), 24), **prefix, **weights)


if __name__ == "__main__":
    pins.check("torch", "safetensors")
    torch.set_num_threads(1)
    operations()
    hyperbolic_tangent()
    activations()
    losses()
    resampler_block()
    llama_layer()
