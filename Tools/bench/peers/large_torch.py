"""A Qwen2.5 of billions of parameters by PyTorch and transformers, from its GGUF file, with one layer in memory at a time.

    python large_torch.py FOLDER

Reads FOLDER/model.gguf and writes FOLDER/reference.safetensors, computed in float64 on the dequantised weights, for
`caption debug-parity`: the logits of two rows of tokens that each follow a prefix.
"""
import argparse
from pathlib import Path

import torch
from gguf import GGUFReader, dequantize
from safetensors.torch import save_file
from transformers import DynamicCache, Qwen2Config, Qwen2Model
from transformers.models.qwen2.modeling_qwen2 import Qwen2RotaryEmbedding

NAMES = {
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm"}
ROWS, TOKENS, PREFIX = 2, 8, 4


class Weights:
    def __init__(self, path):
        self.reader = GGUFReader(path)
        self.tensors = {tensor.name: tensor for tensor in self.reader.tensors}

    def value(self, key):
        return self.reader.fields[f"qwen2.{key}"].contents()

    def rows(self, name, rows=slice(None)):
        tensor = self.tensors[name]
        return torch.from_numpy(dequantize(tensor.data[rows], tensor.tensor_type).astype("float64"))

    def layer(self, number):
        start = f"blk.{number}."
        for name in self.tensors:
            if name.startswith(start):
                of, kind = name.removeprefix(start).split(".")
                yield f"{NAMES[of]}.{kind}", self.rows(name)

    def product(self, states, name):
        """Some rows of the matrix at a time: all of a vocabulary's would be gigabytes."""
        count, step = len(self.tensors[name].data), 8192
        return torch.cat([states @ self.rows(name, slice(at, at + step)).T for at in range(0, count, step)], -1)


def streamed(weights, config):
    """The model without its embedding, whose layers have weights only while they run."""
    with torch.device("meta"):
        model = Qwen2Model(config).eval()
    model.embed_tokens = None
    model.rotary_emb = Qwen2RotaryEmbedding(config)
    model.norm.load_state_dict({"weight": weights.rows("output_norm.weight")}, assign=True)
    for number, layer in enumerate(model.layers):
        layer.register_forward_pre_hook(
            lambda layer, _, n=number: layer.load_state_dict(dict(weights.layer(n)), assign=True) and None)
        layer.register_forward_hook(lambda layer, *_: layer.to("meta") and None)
    return model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    weights = Weights(folder / "model.gguf")
    heads, kv_heads = weights.value("attention.head_count"), weights.value("attention.head_count_kv")
    config = Qwen2Config(
        vocab_size=1, hidden_size=weights.value("embedding_length"), num_hidden_layers=weights.value("block_count"),
        intermediate_size=weights.value("feed_forward_length"), num_attention_heads=heads, num_key_value_heads=kv_heads,
        rms_norm_eps=weights.value("attention.layer_norm_rms_epsilon"), pad_token_id=None,
        rope_parameters={"rope_type": "default", "rope_theta": weights.value("rope.freq_base")})
    generator = torch.Generator().manual_seed(1)
    vocabulary = len(weights.tensors["token_embd.weight"].data)
    ids = torch.randint(0, vocabulary, (ROWS, TOKENS), generator=generator)
    prefix = torch.randn(
        ROWS, config.num_hidden_layers, 2, kv_heads, PREFIX, config.hidden_size // heads, generator=generator)
    cache = DynamicCache(config=config)
    for layer in range(config.num_hidden_layers):
        cache.update(prefix[:, layer, 0].double(), prefix[:, layer, 1].double(), layer)
    embedded = torch.stack([weights.rows("token_embd.weight", row.numpy()) for row in ids])
    states = streamed(weights, config)(inputs_embeds=embedded, past_key_values=cache, use_cache=True).last_hidden_state
    output = "output.weight" if "output.weight" in weights.tensors else "token_embd.weight"
    logits = weights.product(states, output).float()
    # Renamed when whole.
    unfinished = folder / "reference.unfinished"
    save_file({"input_ids": ids.int(), "prefix": prefix, "logits_after_prefix": logits}, unfinished)
    unfinished.rename(folder / "reference.safetensors")


if __name__ == "__main__":
    with torch.no_grad():
        main()
