"""Decoder, mapper and searches as plain PyTorch of any size and precision.

The default captioner's specification (its `model.py`) fixes all sizes and float32; the same architecture stands here
with the sizes as arguments, so that tiny models can be computed in float64 as well.

Shapes: B batch, T tokens, P prefix length, L layers, KV key/value heads, HD head dimension.
"""
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class LlamaShape:
    layers: int
    hidden: int
    intermediate: int
    heads: int
    key_value_heads: int
    vocabulary: int
    theta: float = 100000.0
    epsilon: float = 1e-5
    tied: bool = True
    head_dimension: int = 0  # hidden / heads unless given

    def __post_init__(self):
        self.head_dimension = self.head_dimension or self.hidden // self.heads

    def config(self, **more):
        return {
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
            "hidden_size": self.hidden, "intermediate_size": self.intermediate, "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads, "num_key_value_heads": self.key_value_heads,
            "head_dim": self.head_dimension, "vocab_size": self.vocabulary, "rms_norm_eps": self.epsilon,
            "rope_theta": self.theta, "max_position_embeddings": 512, "tie_word_embeddings": self.tied,
            "attention_bias": False, "mlp_bias": False, **more,
        }


def rms_norm(x, weight, epsilon):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * weight


def rope(x, positions, theta):
    """Rotate-half rotary embedding of x [..., T, HD]; the angles are computed in x's own precision."""
    dimension = x.shape[-1]
    angle = positions.to(x.dtype)[:, None] / theta ** (torch.arange(0, dimension, 2).to(x.dtype) / dimension)
    cos, sin = torch.cat([angle.cos()] * 2, -1), torch.cat([angle.sin()] * 2, -1)
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin


def grouped_attention(q, k, v, past):
    """Causal grouped-query attention: q [B, H, T, HD] at positions past..., k and v [B, KV, past + T, HD]."""
    (B, H, T, HD), KV = q.shape, k.shape[1]
    k, v = (t.repeat_interleave(H // KV, 1) for t in (k, v))
    hidden = torch.arange(past + T)[None] > torch.arange(T)[:, None] + past
    scores = (q @ k.transpose(2, 3) * HD ** -0.5).masked_fill(hidden, -torch.inf)
    return torch.softmax(scores, -1) @ v


class Llama:
    """A Llama decoder over Hugging Face weight names, in the precision of `dtype`."""

    def __init__(self, weights, shape, dtype):
        self.w, self.shape, self.dtype = {k: v.to(dtype) for k, v in weights.items()}, shape, dtype

    def layer(self, i, x, before=None):
        """x [B, T, hidden]; before: (k, v) of the positions before x. Returns the new x and the (k, v) of all."""
        w, s, (B, T, _), p = self.w, self.shape, x.shape, f"model.layers.{i}."
        past = before[0].shape[2] if before else 0
        positions = torch.arange(T) + past
        project = lambda h, name: F.linear(h, w[p + name + "_proj.weight"])
        split = lambda t: t.view(B, T, -1, s.head_dimension).transpose(1, 2)
        h = rms_norm(x, w[p + "input_layernorm.weight"], s.epsilon)
        q, k, v = (split(project(h, f"self_attn.{n}")) for n in "qkv")
        q, k = rope(q, positions, s.theta), rope(k, positions, s.theta)
        if before:
            k, v = torch.cat([before[0], k], 2), torch.cat([before[1], v], 2)
        x = x + project(grouped_attention(q, k, v, past).transpose(1, 2).flatten(2), "self_attn.o")
        h = rms_norm(x, w[p + "post_attention_layernorm.weight"], s.epsilon)
        return x + project(F.silu(project(h, "mlp.gate")) * project(h, "mlp.up"), "mlp.down"), (k, v)

    def forward(self, ids, prefix=None, cache=None):
        """ids [B, T]; prefix [B, L, 2, KV, P, HD], keys after RoPE at 0..<P; cache: list of (k, v) of a former call.
        Returns logits [B, T, vocabulary] and the new cache."""
        if cache is None and prefix is not None:
            cache = [layer.unbind(1) for layer in prefix.to(self.dtype).unbind(1)]
        x, new = self.w["model.embed_tokens.weight"][ids], []
        for i in range(self.shape.layers):
            x, after = self.layer(i, x, cache[i] if cache else None)
            new.append(after)
        head = self.w["model.embed_tokens.weight" if self.shape.tied else "lm_head.weight"]
        return F.linear(rms_norm(x, self.w["model.norm.weight"], self.shape.epsilon), head), new


class NormedAttention(nn.MultiheadAttention):
    """Attention whose heads of queries and keys are normalised (Henry et al. 2020)."""

    def __init__(self, width, heads):
        super().__init__(width, heads, batch_first=True)
        self.q_norm, self.k_norm = (nn.RMSNorm(width // heads, eps=1e-6) for _ in range(2))

    def forward(self, query, key, value, need_weights=False):
        parts = zip((query, key, value), self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3))
        q, k, v = (F.linear(x, w, b).unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for x, w, b in parts)
        out = F.scaled_dot_product_attention(self.q_norm(q), self.k_norm(k), v)
        return self.out_proj(out.transpose(1, 2).flatten(2)), None


def attention(width, heads, normed):
    return NormedAttention(width, heads) if normed else nn.MultiheadAttention(width, heads, batch_first=True)


class Block(nn.Module):
    def __init__(self, width, heads, normed=False):
        super().__init__()
        self.n1, self.n2, self.n3 = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.sa, self.ca = attention(width, heads, normed), attention(width, heads, normed)
        self.ff = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Identity(), nn.Linear(4 * width, width))

    def forward(self, q, memory):
        h = self.n1(q)
        q = q + self.sa(h, h, h, need_weights=False)[0]
        h = self.n2(q)
        q = q + self.ca(h, memory, memory, need_weights=False)[0]
        return q + self.ff(self.n3(q))


def add_statistics(module, features, groups):
    """`mean` and `std` of the features: [tokens, F] where all have the width F; where `features` is a tuple, the width of
    each group's tokens, a list of [tokens of the group, width of the group]. Returns the width of each group."""
    if isinstance(features, int):
        module.register_buffer("mean", torch.zeros(sum(groups), features))
        module.register_buffer("std", torch.ones(sum(groups), features))
        return [features] * len(groups)
    constant = lambda make: nn.ParameterList(
        [nn.Parameter(make(n, f), requires_grad=False) for n, f in zip(groups, features)])
    module.mean, module.std = constant(torch.zeros), constant(torch.ones)
    return list(features)


def standardized(module, features):
    """features [B, tokens, F], or [B, numbers] where tokens have several widths → of each group [B, tokens, width]."""
    if isinstance(module.mean, torch.Tensor):
        return ((features - module.mean) / module.std).split(module.groups, 1)
    parts = features.split([m.numel() for m in module.mean], 1)
    return [(p.unflatten(1, m.shape) - m) / s for p, m, s in zip(parts, module.mean, module.std)]


class Resampler(nn.Module):
    """features [B, tokens, F] → prefix [B, L, 2, KV, P, HD]; `groups`: how many tokens share a projection each; `normed`:
    whether attention's heads are normalised."""

    def __init__(self, features, groups, width, heads, depth, prefix, normed=False):
        super().__init__()
        self.groups, self.prefix, tokens = groups, prefix, sum(groups)
        layers, _, key_value_heads, length, head_dimension = prefix
        self.inp = nn.ModuleList([nn.Linear(f, width) for f in add_statistics(self, features, groups)])
        self.pos = nn.Parameter(torch.zeros(tokens, width))
        self.q = nn.Parameter(torch.zeros(length, width))
        self.bl = nn.ModuleList([Block(width, heads, normed) for _ in range(depth)])
        self.no = nn.LayerNorm(width)
        self.out = nn.Linear(width, layers * 2 * key_value_heads * head_dimension, bias=False)
        self.base = nn.Parameter(torch.zeros(prefix))

    def forward(self, features):
        layers, _, key_value_heads, length, head_dimension = self.prefix
        memory = torch.cat([f(part) for f, part in zip(self.inp, standardized(self, features))], 1) + self.pos
        q = self.q[None].expand(len(features), -1, -1)
        for block in self.bl:
            q = block(q, memory)
        o = self.out(self.no(q)).view(len(features), length, layers, 2, key_value_heads, head_dimension)
        return self.base[None] + o.permute(0, 2, 3, 4, 1, 5)


class TransformerBlock(nn.Module):
    def __init__(self, width, heads, normed=False):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.sa = attention(width, heads, normed)
        self.ff = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Identity(), nn.Linear(4 * width, width))

    def forward(self, x):
        h = self.n1(x)
        x = x + self.sa(h, h, h, need_weights=False)[0]
        return x + self.ff(self.n2(x))


class Mapper(nn.Module):
    """What the mappers below share: features [B, tokens, F] are standardised, hidden states [B, P, width] become the prefix."""

    def __init__(self, features, groups, width, prefix):
        super().__init__()
        self.groups, self.prefix = groups, prefix
        layers, _, key_value_heads, _, head_dimension = prefix
        self.widths = add_statistics(self, features, groups)
        self.out = nn.Linear(width, layers * 2 * key_value_heads * head_dimension, bias=False)
        self.base = nn.Parameter(torch.zeros(prefix))

    def pooled(self, features):
        return torch.cat([group.mean(1) for group in standardized(self, features)], 1)

    def keys_values(self, x):
        layers, _, key_value_heads, length, head_dimension = self.prefix
        o = self.out(x).view(len(x), length, layers, 2, key_value_heads, head_dimension)
        return self.base[None] + o.permute(0, 2, 3, 4, 1, 5)


class TransformerMapper(Mapper):
    def __init__(self, features, groups, width, heads, depth, prefix, normed=False):
        super().__init__(features, groups, width, prefix)
        self.inp = nn.ModuleList([nn.Linear(f, width) for f in self.widths])
        self.pos = nn.Parameter(torch.zeros(sum(groups), width))
        self.const = nn.Parameter(torch.zeros(prefix[3], width))
        self.bl = nn.ModuleList([TransformerBlock(width, heads, normed) for _ in range(depth)])
        self.no = nn.LayerNorm(width)

    def forward(self, features):
        tokens = torch.cat([f(part) for f, part in zip(self.inp, standardized(self, features))], 1) + self.pos
        x = torch.cat([tokens, self.const[None].expand(len(features), -1, -1)], 1)
        for block in self.bl:
            x = block(x)
        return self.keys_values(self.no(x[:, tokens.shape[1]:]))


class MLPMapper(Mapper):
    def __init__(self, features, groups, width, depth, prefix):
        super().__init__(features, groups, width, prefix)
        inputs = [sum(self.widths)] + (depth - 1) * [width]
        self.hidden = nn.ModuleList([nn.Linear(n, width) for n in inputs])
        self.expand = nn.Linear(width, prefix[3] * width, bias=False)

    def forward(self, features):
        x = self.pooled(features)
        for layer in self.hidden:
            x = torch.tanh(layer(x))
        return self.keys_values(self.expand(x).unflatten(1, (self.prefix[3], -1)))


class LinearMapper(Mapper):
    def __init__(self, features, groups, width, prefix):
        super().__init__(features, groups, width, prefix)
        self.expand = nn.Linear(sum(self.widths), prefix[3] * width, bias=False)

    def forward(self, features):
        return self.keys_values(self.expand(self.pooled(features)).unflatten(1, (self.prefix[3], -1)))


def pooled(hidden, recipe):
    """Features [B, tokens, D] of hidden states [B, 1 + rows·columns, D] (square grids), by the manifest's recipe."""
    parts = []
    for part in recipe:
        h = hidden[part["hiddenState"]]
        if part["tokens"] == "class":
            parts.append(h[:, :1])
        else:
            (B, tokens, D), (rows, columns) = h.shape, part["grid"]
            side = int((tokens - 1) ** 0.5)
            grid = h[:, 1:].reshape(B, rows, side // rows, columns, side // columns, D)
            parts.append(grid.mean((2, 4)).reshape(B, rows * columns, D))
    return torch.cat(parts, 1)
