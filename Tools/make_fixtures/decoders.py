"""Fixtures/decoders: a tiny random model of each decoder family, with what transformers computes with it.

Pinned: torch 2.13.0, transformers 5.23.0, safetensors 0.8.0, numpy 2.4.6, gguf 0.19.0.
Run:    python Tools/make_fixtures/decoders.py

Every expectation is computed in float64 and stored rounded to float32; the same computation in float32 gives the gaps that
are printed at the end. Queries and keys are enlarged, so that a wrong rotation, position or window shows.
"""
import json

import gguf
import torch
import torch.nn.functional as F
from transformers import AutoModelForCausalLM, DynamicCache
from transformers import GPT2Config, GPTNeoXConfig, Gemma3TextConfig, LlamaConfig, MistralConfig, OPTConfig
from transformers import Qwen2Config, Qwen3Config

import pins

FOLDER = pins.FIXTURES / "decoders"
ROWS, TOKENS, PREFIX, GREEDY, VOCABULARY = 2, 7, 5, 20, 83
SMALL = dict(vocab_size=VOCABULARY, hidden_size=24, num_hidden_layers=2, num_attention_heads=4,
             max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)
GATED = dict(SMALL, intermediate_size=40, num_key_value_heads=2)
LLAMA3 = dict(rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=32)
MODELS = {
    "gpt2": GPT2Config(vocab_size=VOCABULARY, n_embd=24, n_layer=2, n_head=3, n_positions=64, bos_token_id=1,
                       eos_token_id=2),
    "opt": OPTConfig(**SMALL, ffn_dim=40),
    "opt-post-norm": OPTConfig(**SMALL, ffn_dim=40, do_layer_norm_before=False, word_embed_proj_dim=16),
    "gpt-neox": GPTNeoXConfig(**dict(SMALL, num_attention_heads=2), intermediate_size=40, tie_word_embeddings=False,
                              rope_parameters=dict(rope_type="default", rope_theta=100.0, partial_rotary_factor=0.5)),
    "gpt-neox-serial": GPTNeoXConfig(**SMALL, intermediate_size=40, use_parallel_residual=False, hidden_act="relu",
                                     rope_parameters=dict(rope_type="default", rope_theta=100.0,
                                                          partial_rotary_factor=1.0)),
    "llama3": LlamaConfig(**GATED, attention_bias=True, rope_parameters=LLAMA3, tie_word_embeddings=True),
    "mistral": MistralConfig(**GATED, sliding_window=6, rope_parameters=dict(rope_type="linear", rope_theta=300.0,
                                                                             factor=2.0)),
    "qwen2": Qwen2Config(**GATED, rope_parameters=dict(rope_type="default", rope_theta=1000.0),
                         tie_word_embeddings=True),
    "qwen2-window": Qwen2Config(**GATED, use_sliding_window=True, sliding_window=6, max_window_layers=1),
    "qwen3": Qwen3Config(**GATED, head_dim=10, rope_parameters=dict(rope_type="default", rope_theta=1000.0)),
    "gemma3": Gemma3TextConfig(**GATED, head_dim=10, query_pre_attn_scalar=24, sliding_window=6,
                               layer_types=["sliding_attention", "full_attention"]),
    # As GGUF has it: every sixth layer sees everything, scores are divided by the root of the head dimension.
    "gemma3-six": Gemma3TextConfig(**dict(GATED, num_hidden_layers=6, hidden_size=16, intermediate_size=24),
                                   head_dim=8, query_pre_attn_scalar=8, sliding_window=6),
}


def randomise(model):
    """Matrices N(0, 1/inputs), queries and keys twice that, embeddings N(0, 1/width), biases N(0, 0.2²), norms 1 + N(0, 0.3²)."""
    gemma = model.config.model_type.startswith("gemma")
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            value = torch.randn(parameter.shape) * 0.2
        elif parameter.ndim == 1:
            value = (0 if gemma else 1) + torch.randn(parameter.shape) * 0.3
        else:
            # Conv1D keeps inputs in rows.
            conv = model.config.model_type == "gpt2" and ("c_" in name)
            inputs = parameter.shape[0] if conv else parameter.shape[1]
            value = torch.randn(parameter.shape) * inputs ** -0.5
            if any(part in name for part in ("q_proj", "k_proj", "c_attn", "query_key_value")):
                value *= 2
        parameter.data.copy_(value)
    model.tie_weights()
    return model.eval()


def cache_of(prefix):
    """`prefix` [rows, layers, 2, heads, length, dimension] as transformers' cache, which keeps all positions."""
    cache = DynamicCache()
    for layer in range(prefix.shape[1]):
        cache.update(prefix[:, layer, 0], prefix[:, layer, 1], layer)
    return cache


def forward(model, ids, prefix=None):
    if prefix is None:
        return model(input_ids=ids, use_cache=False).logits
    return model(input_ids=ids, past_key_values=cache_of(prefix), use_cache=True).logits


def loss_and_gradient(model, ids, prefix):
    prefix = prefix.clone().requires_grad_(True)
    logits = forward(model, ids[:, :-1], prefix)
    loss = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
    return loss.detach(), torch.autograd.grad(loss, prefix)[0]


def prompted(model, ids, prompt):
    """Logits of the text behind a prompt of embeddings, and the gradient of its loss with respect to the prompt."""
    prompt = prompt.clone().requires_grad_(True)
    inputs = torch.cat([prompt, model.get_input_embeddings()(ids[:, :-1])], 1)
    if model.config.model_type == "gemma3_text":
        # The embedding module multiplies by the root of the width itself; a prompt is given as it is.
        assert inputs.dtype == prompt.dtype
    logits = model(inputs_embeds=inputs, use_cache=False).logits[:, prompt.shape[1]:]
    loss = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
    return logits.detach(), torch.autograd.grad(loss, prompt)[0]


def greedy(model, prefix):
    ids = torch.full((ROWS, 1), 1)
    for _ in range(GREEDY):
        ids = torch.cat([ids, forward(model, ids, prefix)[:, -1].argmax(-1, keepdim=True)], 1)
    return ids[:, 1:]


def expectations(model, gap, name):
    config = model.config
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    dimension = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    ids = torch.randint(3, VOCABULARY, (ROWS, TOKENS))
    prefix = torch.randn(ROWS, config.num_hidden_layers, 2, heads, PREFIX, dimension)
    width = getattr(config, "word_embed_proj_dim", None) or config.hidden_size
    prompt = torch.randn(ROWS, 3, width)
    results = []
    for dtype in (torch.float64, torch.float32):
        model = model.to(dtype)
        p, e = prefix.to(dtype), prompt.to(dtype)
        loss, gradient = loss_and_gradient(model, ids, p)
        result = {"loss": loss, "prefix_gradient": gradient}
        if width == config.hidden_size:
            result["logits_after_prompt"], result["prompt_gradient"] = prompted(model, ids, e)
        with torch.no_grad():
            result |= {"logits": forward(model, ids), "logits_after_prefix": forward(model, ids, p)}
            tokens = greedy(model, p)
        results.append((result, tokens))
    (double, tokens), (single, same) = results
    assert torch.equal(tokens, same), f"{name}: float32 takes another word"
    reference = {key: gap.narrow(f"{name} {key}", double[key], single[key]) for key in double}
    return reference | {"input_ids": ids.int(), "prefix": prefix, "prompt": prompt, "greedy_ids": tokens.int()}


def write_gguf(path, architecture, model):
    """The same weights as llama.cpp's converter names and lays them out, all in F32."""
    c, weights = model.config, {k: v.detach().float() for k, v in model.state_dict().items()}
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(c.max_position_embeddings)
    writer.add_embedding_length(c.hidden_size)
    writer.add_block_count(c.num_hidden_layers)
    writer.add_head_count(c.num_attention_heads)
    if architecture == "gpt2":
        writer.add_feed_forward_length(4 * c.hidden_size)
        writer.add_layer_norm_eps(c.layer_norm_epsilon)
    else:
        writer.add_feed_forward_length(c.intermediate_size)
        writer.add_layer_norm_rms_eps(c.rms_norm_eps)
        writer.add_head_count_kv(c.num_key_value_heads)
        rope = c.rope_parameters
        writer.add_rope_freq_base(rope.get("full_attention", rope)["rope_theta"])
    if architecture in ("qwen3", "gemma3"):
        writer.add_key_length(c.head_dim)
        writer.add_value_length(c.head_dim)
    if architecture == "gemma3":
        writer.add_sliding_window(c.sliding_window)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH[architecture.upper()], c.num_hidden_layers)
    for name, tensor in weights.items():
        if name == "lm_head.weight" and c.tie_word_embeddings or name.endswith((".attn.bias", ".attn.masked_bias")):
            continue
        if architecture == "gpt2" and any(part in name for part in ("c_attn.w", "c_proj.w", "c_fc.w")):
            tensor = tensor.T
        if architecture == "gemma3" and name.endswith("norm.weight"):
            tensor = tensor + 1
        writer.add_tensor(names.get_name(name, try_suffixes=(".weight", ".bias")), tensor.contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


GGUF = {"gpt2": "gpt2", "qwen2": "qwen2", "qwen3": "qwen3", "gemma3-six": "gemma3"}


def make(seed, name, config, gap):
    torch.manual_seed(seed)
    folder = FOLDER / name
    model = randomise(AutoModelForCausalLM.from_config(config, attn_implementation="eager"))
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    written = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")
    if name in GGUF:
        write_gguf(folder / "model.gguf", GGUF[name], model)
    pins.save(folder / "reference.safetensors", expectations(model, gap, name))


if __name__ == "__main__":
    pins.check("torch", "transformers", "safetensors", "numpy", "gguf")
    torch.set_num_threads(1)
    gap = pins.Gap()
    for number, (name, config) in enumerate(MODELS.items()):
        make(number + 1, name, config, gap)
    gap.report("decoders")
