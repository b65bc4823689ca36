"""Training steps of a captioner's mapper through its frozen decoder, in PyTorch.

    python train_torch.py CAPTIONER DECODER BATCHES --steps N [--threads 2] [--dtype float32|bfloat16]

Prints {"step", "loss", "gradientNorm", "seconds"} a line, as `caption debug-train-steps` does, and learns as that does:
no dropout, label smoothing 0.1, gradients of norm 1 at most, AdamW with β 0.9 and 0.98 and decay 0.05 on all tensors.

As quick as PyTorch allows in the usual way, with captions padded to the longest of their batch: products of one input are
one product; frozen matrices have no gradients, and lie in memory in both orders, so that both directions read rows; the
head sees no padding; the optimiser is fused. DTYPE is what the decoder computes in; the mapper is float32.
"""
import argparse
import json
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from mappers_torch import resampler

BETAS, DECAY, CLIP, SMOOTHING, NOTHING = (0.9, 0.98), 0.05, 1.0, 0.1, -100


class FrozenProduct(torch.autograd.Function):
    """x [..., inputs] → x Wᵀ [..., outputs]; the gradient of x alone."""

    @staticmethod
    def forward(context, x, matrix, transposed):
        context.transposed = transposed
        return F.linear(x, matrix)

    @staticmethod
    def backward(context, gradient):
        return F.linear(gradient, context.transposed), None, None


class FrozenNorm(torch.autograd.Function):
    """RMSNorm in float32, whatever x is; the gradient of x alone."""

    @staticmethod
    def forward(context, x, weight, epsilon):
        wide = x.float()
        scale = torch.rsqrt(wide.square().mean(-1, keepdim=True) + epsilon)
        context.save_for_backward(x, scale)
        context.weight = weight
        return (wide * scale).mul_(weight).to(x.dtype)

    @staticmethod
    def backward(context, gradient):
        x, scale = context.saved_tensors
        unit, gradient = x.float() * scale, gradient.float() * context.weight
        along = (gradient * unit).mean(-1, keepdim=True)
        return gradient.sub_(unit.mul_(along)).mul_(scale).to(x.dtype), None, None


class Matrix:
    def __init__(self, parts, dtype):
        self.matrix = torch.cat([part.to(dtype) for part in parts])
        self.transposed = self.matrix.T.contiguous()

    def __call__(self, x):
        return FrozenProduct.apply(x, self.matrix, self.transposed)


class Decoder:
    """A frozen Llama with tied head. B captions of T tokens, H heads and KV key/value heads of D numbers."""

    def __init__(self, folder, dtype):
        c = json.loads((folder / "config.json").read_text())
        weights = load_file(folder / "model.safetensors")
        self.heads, self.key_value_heads, self.dimension = (
            c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"])
        self.epsilon, self.theta, self.dtype = c["rms_norm_eps"], c["rope_parameters"]["rope_theta"], dtype
        self.layers = [
            self.layer(weights, f"model.layers.{number}.", dtype) for number in range(c["num_hidden_layers"])]
        self.norm = weights["model.norm.weight"].clone()
        self.head = Matrix([weights["model.embed_tokens.weight"]], dtype)

    @staticmethod
    def layer(weights, name, dtype):
        get = lambda *keys: [weights[f"{name}{key}.weight"] for key in keys]
        return {
            "attention norm": get("input_layernorm")[0].clone(),
            "qkv": Matrix(get("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"), dtype),
            "output": Matrix(get("self_attn.o_proj"), dtype),
            "mlp norm": get("post_attention_layernorm")[0].clone(),
            "gate and up": Matrix(get("mlp.gate_proj", "mlp.up_proj"), dtype),
            "down": Matrix(get("mlp.down_proj"), dtype),
        }

    def rotations(self, positions):
        """Cosines and sines [T, 1, D]; the sines of the first half are negative, as rotate-half wants them."""
        half = torch.arange(0, self.dimension, 2) / self.dimension
        angles = positions[:, None] / self.theta ** half
        cosines, sines = torch.cat([angles.cos()] * 2, -1), torch.cat([-angles.sin(), angles.sin()], -1)
        return cosines[:, None].to(self.dtype), sines[:, None].to(self.dtype)

    def hidden_states(self, tokens, prefix):
        """tokens [B, T]; prefix [images, layers, 2, KV, P, D], keys after the rotation; B / images captions of each image
        lie together. → [B, T, hidden] after the final norm."""
        B, T = tokens.shape
        P, repeats = prefix.shape[4], B // len(prefix)
        rotation = self.rotations(torch.arange(P, P + T))
        # The heads that share keys are rows of one product; each row sees the prefix and its own past.
        unseen = torch.ones(T, P + T, dtype=torch.bool).triu(P + 1)
        bias = torch.zeros(T, P + T).masked_fill(unseen, -1e9).repeat(self.heads // self.key_value_heads, 1)
        bias = bias.to(self.dtype)
        x = F.embedding(tokens, self.head.matrix)
        for layer, own in zip(self.layers, prefix.to(self.dtype).unbind(1)):
            before = own[:, None].expand(-1, repeats, -1, -1, -1, -1).flatten(0, 1).unbind(1)
            qkv = layer["qkv"](FrozenNorm.apply(x, layer["attention norm"], self.epsilon))
            x = x + layer["output"](self.attention(qkv, before, rotation, bias))
            gate, up = layer["gate and up"](FrozenNorm.apply(x, layer["mlp norm"], self.epsilon)).chunk(2, -1)
            x = x + layer["down"](F.silu(gate) * up)
        return FrozenNorm.apply(x, self.norm, self.epsilon)

    def attention(self, qkv, before, rotation, bias):
        """qkv [B, T, (H + 2 KV) D]; before: keys and values [B, KV, P, D] of the prefix; → [B, T, H D]."""
        (B, T, _), KV, D = qkv.shape, self.key_value_heads, self.dimension
        turning, v = qkv.view(B, T, -1, D).split([self.heads + KV, KV], 2)
        cosines, sines = rotation
        a, b = turning.chunk(2, -1)
        q, k = (turning * cosines + torch.cat([b, a], -1) * sines).transpose(1, 2).split([self.heads, KV], 1)
        k, v = torch.cat([before[0], k], 2), torch.cat([before[1], v.transpose(1, 2)], 2)
        q = q.reshape(B, KV, -1, D)
        weights = torch.softmax(torch.baddbmm(
            bias.expand(B * KV, -1, -1), q.flatten(0, 1), k.flatten(0, 1).mT, alpha=D ** -0.5), -1)
        return torch.bmm(weights, v.flatten(0, 1)).view(B, self.heads, T, D).transpose(1, 2).reshape(B, T, -1)


def padded(tokens, lengths, filler):
    """Packed captions → inputs and targets [captions, longest − 1]; targets are NOTHING where a caption is over."""
    rows = tokens.long().split(lengths.tolist())
    inputs = torch.nn.utils.rnn.pad_sequence([row[:-1] for row in rows], batch_first=True, padding_value=filler)
    targets = torch.nn.utils.rnn.pad_sequence([row[1:] for row in rows], batch_first=True, padding_value=NOTHING)
    return inputs, targets


def exact_norm(module):
    """What clipping computes, but added in float64 (and not timed): clipping adds the 5.9 million squares of the largest
    matrix in float32, and comes out 5e-4 too low."""
    return sum(p.grad.double().square().sum().item() for p in module.parameters() if p.requires_grad) ** 0.5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("captioner", type=Path)
    parser.add_argument("decoder", type=Path)
    parser.add_argument("batches", type=Path)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    manifest = json.loads((arguments.captioner / "captioner.json").read_text())
    mapper = resampler(arguments.captioner, manifest["mapper"])
    decoder = Decoder(arguments.decoder, getattr(torch, arguments.dtype))
    optimizer = torch.optim.AdamW(
        mapper.parameters(), lr=arguments.learning_rate, betas=BETAS, weight_decay=DECAY, fused=True)
    batches = load_file(arguments.batches)
    for step in range(1, arguments.steps + 1):
        features = batches[f"features_{step}"]
        inputs, targets = padded(
            batches[f"tokens_{step}"], batches[f"lengths_{step}"], manifest["decoder"]["stopTokens"][0])
        start = time.perf_counter()
        spoken = (targets != NOTHING).flatten().nonzero().squeeze(1)
        hidden = decoder.hidden_states(inputs, mapper(features)).flatten(0, 1)[spoken]
        loss = F.cross_entropy(decoder.head(hidden).float(), targets.flatten()[spoken], label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        seconds = time.perf_counter() - start
        norm = exact_norm(mapper)
        start = time.perf_counter()
        torch.nn.utils.clip_grad_norm_(mapper.parameters(), CLIP)
        optimizer.step()
        seconds += time.perf_counter() - start
        print(json.dumps({"step": step, "loss": loss.item(), "gradientNorm": norm, "seconds": seconds}), flush=True)
        # Gone before the next step makes its own.
        del hidden, loss


if __name__ == "__main__":
    main()
