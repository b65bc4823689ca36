"""Decoders of billions of parameters as GGUF files with random weights, for measuring speed and memory.

    python random_gguf.py FILE SHAPE

Writes a Qwen2.5 of that SHAPE, 0.5b, 7b, 14b or 32b: matrices in Q4_0 (4.5 bits a weight), norms of ones, biases of zeros, and a
vocabulary of bytes and fillers, which llama.cpp asks for. Nibbles are of a fixed seed and scales of one size, so that weights have
the deviation of the model's own initialisation, 0.02. One tensor is in memory at a time. Needs numpy and gguf.
"""
import argparse
from pathlib import Path

import gguf
import numpy as np

# hidden size, layers, attention heads, key/value heads, hidden size of the MLP, vocabulary, and whether the embedding is the
# output's matrix too: Qwen2.5's config.json.
SHAPES = {
    "0.5b": (896, 24, 14, 2, 4864, 151936, True),
    "7b": (3584, 28, 28, 4, 18944, 152064, False),
    "14b": (5120, 48, 40, 8, 13824, 152064, False),
    "32b": (5120, 64, 40, 8, 27648, 152064, False),
}
Q4_0 = gguf.GGMLQuantizationType.Q4_0
# Nibbles less 8 are -8 to 7, of deviation 4.61.
SCALE = np.frombuffer(np.float16(0.02 / 4.61).tobytes(), np.uint8)


def tensors(shape):
    """(name, rows and columns) of a matrix, (name, length, what it is filled with) of a vector, in the order of the file."""
    hidden, layers, heads, kv_heads, mlp, vocabulary, is_tied = shape
    kv = hidden // heads * kv_heads
    yield "token_embd.weight", (vocabulary, hidden)
    for number in range(layers):
        for name, rows, columns in (
                ("attn_q", hidden, hidden), ("attn_k", kv, hidden), ("attn_v", kv, hidden), ("attn_output", hidden, hidden),
                ("ffn_gate", mlp, hidden), ("ffn_up", mlp, hidden), ("ffn_down", hidden, mlp)):
            yield f"blk.{number}.{name}.weight", (rows, columns)
        for name, length, value in (
                ("attn_q.bias", hidden, 0), ("attn_k.bias", kv, 0), ("attn_v.bias", kv, 0), ("attn_norm.weight", hidden, 1),
                ("ffn_norm.weight", hidden, 1)):
            yield f"blk.{number}.{name}", (length,), value
    yield "output_norm.weight", (hidden,), 1
    if not is_tied:
        yield "output.weight", (vocabulary, hidden)


def matrix(rows, columns, random):
    """Blocks of 32 weights: a scale of 16 bits and 16 bytes of nibbles."""
    blocks = np.empty((rows, columns // 32, 18), np.uint8)
    blocks[..., :2] = SCALE
    blocks[..., 2:] = random.integers(0, 256, (rows, columns // 32, 16), np.uint8)
    return blocks.reshape(rows, -1)


def byte_characters():
    """What byte-level vocabularies write for the 256 bytes: printable ones as they are, the others from U+0100 on."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(others)) for byte in range(256)]


def write(path, name):
    shape = SHAPES[name]
    hidden, layers, heads, kv_heads, mlp, vocabulary, _ = shape
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_name(f"random weights of the shape of Qwen2.5 {name}")
    writer.add_context_length(32768)
    writer.add_embedding_length(hidden)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(mlp)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0)
    tokens = byte_characters()
    tokens += ["ab"] + [f"<filler-{number}>" for number in range(vocabulary - len(tokens) - 1)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.NORMAL] * len(tokens))
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(vocabulary - 1)
    writer.add_add_bos_token(False)
    for tensor, size, *fill in tensors(shape):
        if fill:
            writer.add_tensor_info(tensor, size, np.dtype(np.float32), size[0] * 4)
        else:
            stored = (size[0], size[1] // 32 * 18)
            writer.add_tensor_info(tensor, stored, np.dtype(np.uint8), stored[0] * stored[1], raw_dtype=Q4_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    random = np.random.default_rng(0)
    for _, size, *fill in tensors(shape):
        writer.write_tensor_data(np.full(size, fill[0], np.float32) if fill else matrix(*size, random))
    writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("shape", choices=SHAPES)
    arguments = parser.parse_args()
    arguments.file.parent.mkdir(parents=True, exist_ok=True)
    # Renamed when whole.
    unfinished = arguments.file.with_suffix(".unfinished")
    write(unfinished, arguments.shape)
    unfinished.rename(arguments.file)
