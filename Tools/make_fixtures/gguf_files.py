"""Llama weights as GGUF files, the way llama.cpp's converter lays them out."""
import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Kind

NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}
OUTSIDE = {
    "model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
FILE_TYPES = {Kind.F32: 0, Kind.F16: 1, Kind.Q4_1: 3, Kind.Q8_0: 7}


def permuted(weight, heads):
    """Rows of a query or key matrix reordered so that rotate-half pairs become neighbours: (0, d/2, 1, d/2 + 1, …)."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def unpermuted(weight, heads):
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def write(path, weights, shape, kind, tokens, token_types, merges, name, stop=2, head=None):
    """Writes the file and returns the weights as a reader finds them, dequantised, under Hugging Face's names.

    Norms stay F32; with a quantised `kind` the embedding is Q8_0, as in the default decoder's file. `head` is the kind
    of an untied head where that differs from `kind`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(name)
    writer.add_license("apache-2.0")
    writer.add_block_count(shape.layers)
    writer.add_context_length(512)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.intermediate)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.key_value_heads)
    writer.add_rope_freq_base(shape.theta)
    writer.add_rope_dimension_count(shape.head_dimension)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(FILE_TYPES[kind])
    writer.add_add_space_prefix(False)
    writer.add_add_bos_token(False)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types(token_types)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(stop)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(stop)
    found = {}
    for key, tensor in weights.items():
        heads = shape.heads if "q_proj" in key else shape.key_value_heads if "k_proj" in key else None
        array = tensor.numpy().astype(np.float32)
        array = permuted(array, heads) if heads else array
        stored = Kind.F32 if array.ndim == 1 else Kind.Q8_0 if kind == Kind.Q4_1 and "embed_tokens" in key else kind
        stored = head if head is not None and "lm_head" in key else stored
        data = gguf.quants.quantize(array, stored)
        writer.add_tensor(gguf_name(key), data, raw_dtype=stored)
        array = gguf.quants.dequantize(data, stored).astype(np.float32)
        found[key] = torch.from_numpy((unpermuted(array, heads) if heads else array).copy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return found


def gguf_name(key):
    if key in OUTSIDE:
        return OUTSIDE[key]
    layer, _, rest = key.removeprefix("model.layers.").partition(".")
    return f"blk.{layer}.{NAMES[rest.removesuffix('.weight')]}.weight"


def read(path, shape):
    """The weights of a file written above, dequantised, under Hugging Face's names."""
    found = {}
    for tensor in gguf.GGUFReader(path).tensors:
        array = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        heads = shape.heads if "attn_q." in tensor.name else shape.key_value_heads if "attn_k." in tensor.name else None
        found[tensor.name] = torch.from_numpy((unpermuted(array, heads) if heads else array).copy())
    layers = [f"model.layers.{i}.{name}.weight" for i in range(shape.layers) for name in NAMES]
    return {name: found[gguf_name(name)] for name in [*OUTSIDE, *layers] if gguf_name(name) in found}
