"""What a training step is asked to do in the training bench: its batches, and how many FLOPs they need.

Neither asks for a data set: how much there is to compute depends on shapes and on the captions' lengths alone.
"""
import array
import json
import random
import struct
import sys
from dataclasses import dataclass

IMAGES, CAPTIONS = 16, 4
# How many captions of 4, 5 … 19 tokens there are, start and stop token included, among those that training on Flickr8k
# draws: of each photo four that have at most 19 tokens. (38 of 24,364 are longer, of photos without enough short ones.)
SHORTEST = 4
COUNTS = (1, 7, 57, 236, 579, 1359, 1928, 2326, 2739, 2715, 2894, 2611, 2338, 1907, 1481, 1148)


@dataclass
class Batches:
    """Lengths in tokens, start and stop token included, of each batch's captions."""
    lengths: list

    @property
    def packed(self):
        """Tokens that the decoder reads: all of each caption but its last; the mean over the batches."""
        return sum(sum(row) - len(row) for row in self.lengths) / len(self.lengths)

    @property
    def padded(self):
        """The same where each caption is as long as the longest of its batch."""
        return sum((max(row) - 1) * len(row) for row in self.lengths) / len(self.lengths)


def make_batches(path, count, mapper, start, stop, vocabulary):
    """Writes `features_N` [images, tokens, width] F32, or [images, numbers] where tokens have several widths, `tokens_N` I32,
    the captions one after another, and `lengths_N` I32 for N = 1…count. Features are normally distributed with mean and
    deviation of the mapper's file, which it takes off again; captions are random words between start and stop token."""
    generator, tensors, lengths = random.Random(0), {}, []
    (shape, mean), (_, deviation) = statistics(mapper, "mean"), statistics(mapper, "std")
    for number in range(1, count + 1):
        row = generator.choices(range(SHORTEST, SHORTEST + len(COUNTS)), COUNTS, k=IMAGES * CAPTIONS)
        words = [[generator.randrange(stop + 1, vocabulary) for _ in range(length - 2)] for length in row]
        tokens = [token for caption in words for token in (start, *caption, stop)]
        features = array.array(
            "f", (m + d * generator.gauss(0, 1) for _ in range(IMAGES) for m, d in zip(mean, deviation)))
        tensors[f"features_{number}"] = ("F32", [IMAGES, *shape], features)
        tensors[f"tokens_{number}"] = ("I32", [len(tokens)], array.array("i", tokens))
        tensors[f"lengths_{number}"] = ("I32", [len(row)], array.array("i", row))
        lengths.append(row)
    write_safetensors(path, tensors)
    return Batches(lengths)


def write_safetensors(path, tensors):
    """`tensors`: {name: (type, shape, array of values of four bytes)}."""
    header, offset = {}, 0
    for name, (kind, shape, values) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [offset, offset + 4 * len(values)]}
        offset += 4 * len(values)
    text = json.dumps(header).encode()
    # Values begin at a multiple of eight.
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, _, values in tensors.values():
            if sys.byteorder == "big":
                values.byteswap()
            values.tofile(file)


def safetensors_header(file):
    """{name: entry} of an open file, and where its values begin."""
    length = struct.unpack("<Q", file.read(8))[0]
    header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    return header, 8 + length


def safetensors_shapes(path):
    """{name: shape}."""
    with open(path, "rb") as file:
        return {name: entry["shape"] for name, entry in safetensors_header(file)[0].items()}


def read_floats(path, name):
    """The shape and the values of a tensor that is F16 or F32."""
    with open(path, "rb") as file:
        header, start = safetensors_header(file)
        kind, (begin, end) = header[name]["dtype"], header[name]["data_offsets"]
        letter, size = {"F16": ("e", 2), "F32": ("f", 4)}[kind]
        file.seek(start + begin)
        return header[name]["shape"], struct.unpack(f"<{(end - begin) // size}{letter}", file.read(end - begin))


def statistics(mapper, name):
    """The shape of an image's features and its values of `mean` or `std`, which are stored by group (`mean.0`, `mean.1` …)
    where tokens have several widths."""
    shapes = safetensors_shapes(mapper)
    if name in shapes:
        return read_floats(mapper, name)
    groups = sum(key.startswith(f"{name}.") for key in shapes)
    values = [value for group in range(groups) for value in read_floats(mapper, f"{name}.{group}")[1]]
    return [len(values)], values


@dataclass
class Work:
    """FLOPs of one step, a multiplication and its addition as two. Counted are all products of matrices; what is done
    element by element (norms, softmax, rotations, the optimiser) is not. A product forward needs another one backward for
    its input's gradient, and one more for its weight's, unless the weight is frozen."""
    decoder: float
    attention: float
    head: float
    mapper: float

    @property
    def total(self):
        return self.decoder + self.attention + self.head + self.mapper


def work(configuration, mapper_shapes, groups, token_places, attention_pairs, targets):
    """The work of one step.

    configuration: the decoder's `config.json`; mapper_shapes: of `mapper.safetensors`; groups: tokens of each of the
    mapper's input projections; token_places: how many tokens the decoder computes, padding included; attention_pairs: of
    a token with a position that it may see or that is computed and masked; targets: tokens that the head foretells.
    """
    c = configuration
    layers, hidden, vocabulary = c["num_hidden_layers"], c["hidden_size"], c["vocab_size"]
    queries, keys = (c[f"num_{name}_heads"] * c["head_dim"] for name in ("attention", "key_value"))
    qkv = hidden * (queries + 2 * keys)
    layer = qkv + queries * hidden + 3 * hidden * c["intermediate_size"]
    return Work(
        # The first layer's input is the embedding, of which no gradient is asked.
        decoder=2 * token_places * (2 * layers * layer - qkv),
        # Scores and weighted values, and for each of them two gradients. (Scores computed anew on the way back, as ours
        # does to keep none, are not counted: nothing needs them.)
        attention=2 * 6 * layers * attention_pairs * queries,
        head=2 * 2 * targets * hidden * vocabulary,
        mapper=IMAGES * mapper_flops(mapper_shapes, groups))


def mapper_flops(shapes, groups):
    """The resampler's, for one image."""
    length, d = shapes["q"]
    tokens = sum(groups)
    blocks = len({name.split(".")[1] for name in shapes if name.startswith("bl.")})
    # Queries, keys, values and output among the queries; query and output, and keys and values of the memory; the MLP.
    matrices = 4 * length * d * d + (2 * length + 2 * tokens) * d * d + 8 * length * d * d
    attention = 2 * length * d * (length + tokens)
    inputs = d * sum(size * shapes[f"inp.{group}.weight"][1] for group, size in enumerate(groups))
    out = length * d * shapes["out.weight"][0]
    # Of the features no gradient is asked.
    return 2 * (2 * inputs + 3 * (blocks * (matrices + attention) + out))


def step_work(batches, configuration, mapper_shapes, groups, padded):
    """The mean over the batches of one step's work: of packed captions, or of padded ones."""
    prefix, counts = mapper_shapes["q"][0], len(batches.lengths)
    places = batches.padded if padded else batches.packed
    pairs = 0
    for row in batches.lengths:
        sizes = [max(row) - 1] * len(row) if padded else [length - 1 for length in row]
        pairs += sum(size * (prefix + size) for size in sizes) / counts
    return work(configuration, mapper_shapes, groups, places, pairs, batches.packed)
