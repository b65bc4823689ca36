"""Fixtures/clipcap-tiny: checkpoints in ClipCap's layout, as `torch.save(model.state_dict())` writes them, and what they say.

Pinned: torch 2.13.0, transformers 5.23.0, safetensors 0.8.0.
Run:    python Tools/make_fixtures/clipcap.py

The two mappers are written here after the paper (Mokady et al. 2021) under the names of its code; GPT-2 is transformers',
tiny and random. Expectations are computed in float64 and stored as float32.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F
from transformers import GPT2Config, GPT2LMHeadModel

import pins
from decoders import randomise

FOLDER = pins.FIXTURES / "clipcap-tiny"
FEATURES, LENGTH, SPREAD, WIDTH, HEADS, DEPTH, IMAGES = 20, 3, 2, 16, 8, 2, 2


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        size = WIDTH * LENGTH
        self.model = nn.Sequential(nn.Linear(FEATURES, size // 2), nn.Tanh(), nn.Linear(size // 2, size))

    def forward(self, x):
        return self.model(x).view(-1, LENGTH, WIDTH)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.to_queries = nn.Linear(WIDTH, WIDTH, bias=False)
        self.to_keys_values = nn.Linear(WIDTH, 2 * WIDTH, bias=False)
        self.project = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        split = lambda t: t.unflatten(-1, (HEADS, -1)).transpose(1, 2)
        keys, values = self.to_keys_values(x).chunk(2, -1)
        found = F.scaled_dot_product_attention(split(self.to_queries(x)), split(keys), split(values))
        return self.project(found.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2, self.attn = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH), Attention()
        self.mlp = nn.Module()
        self.mlp.fc1, self.mlp.fc2 = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp.fc2(F.relu(self.mlp.fc1(self.norm2(x))))


class TransformerMapper(nn.Module):
    def __init__(self):
        super().__init__()
        self.transformer = nn.Module()
        self.transformer.layers = nn.ModuleList(Layer() for _ in range(DEPTH))
        self.linear = nn.Linear(FEATURES, SPREAD * WIDTH)
        self.prefix_const = nn.Parameter(torch.randn(LENGTH, WIDTH))

    def forward(self, x):
        x = torch.cat([self.linear(x).view(-1, SPREAD, WIDTH), self.prefix_const.expand(len(x), -1, -1)], 1)
        for layer in self.transformer.layers:
            x = layer(x)
        return x[:, SPREAD:]


class ClipCap(nn.Module):
    """The names of ClipCap's own module, which are those of the checkpoint."""

    def __init__(self, mapper, gpt):
        super().__init__()
        self.gpt, self.clip_project = gpt, mapper


def greedy(model, prompt, count):
    embeds, tokens = prompt, []
    for _ in range(count):
        token = model.gpt(inputs_embeds=embeds).logits[:, -1].argmax(-1)
        tokens.append(token)
        embeds = torch.cat([embeds, model.gpt.transformer.wte(token)[:, None]], 1)
    return torch.stack(tokens, 1)


def make(name, mapper, seed, gap):
    torch.manual_seed(seed)
    gpt = randomise(GPT2LMHeadModel(GPT2Config(vocab_size=720, n_embd=WIDTH, n_layer=2, n_head=2, n_positions=64,
                                               bos_token_id=1, eos_token_id=2)))
    model = ClipCap(mapper, gpt).eval()
    torch.save(model.state_dict(), FOLDER / f"{name}.pt")
    features = torch.randn(IMAGES, FEATURES)
    single = model.clip_project(features).detach()
    model = model.double()
    prompts = model.clip_project(features.double()).detach()
    logits = model.gpt(inputs_embeds=prompts).logits[:, -1].detach()
    tokens = greedy(model, prompts, 12)
    pins.save(FOLDER / f"{name}.safetensors", {
        "features": features, "prompts": gap.narrow(f"{name} prompts", prompts, single),
        "first_logits": logits.float(), "greedy_ids": tokens.int()})
    return gpt


if __name__ == "__main__":
    pins.check("torch", "transformers", "safetensors")
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    gap = pins.Gap()
    make("mlp", MLP(), 1, gap)
    gpt = make("transformer", TransformerMapper(), 2, gap)
    # What GPT-2 of this size is: its weights lie in the checkpoints.
    gpt.float().config.save_pretrained(FOLDER)
    gap.report("clipcap-tiny")
