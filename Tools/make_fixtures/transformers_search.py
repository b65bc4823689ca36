"""transformers' own beam search from a prefix: what `searches.beam` is checked against."""
import torch
from transformers import DynamicCache


def beam(model, prefix, start, stop, maximum, width):
    """model: a LlamaForCausalLM; prefix [1, L, 2, KV, P, HD]; start: one token. Returns the ids, the stop token included
    where it was reached, and the score."""
    cache = DynamicCache()
    for layer in range(prefix.shape[1]):
        cache.update(prefix[:, layer, 0], prefix[:, layer, 1], layer)
    cache.batch_repeat_interleave(width)
    # `generate` skips as many ids as the cache holds: they only have to be there.
    ids = torch.tensor([[0] * prefix.shape[4] + start])
    made = model.generate(
        ids, attention_mask=torch.ones_like(ids), past_key_values=cache, num_beams=width, do_sample=False,
        length_penalty=1.0, early_stopping=False, max_new_tokens=maximum, eos_token_id=list(stop), pad_token_id=stop[0],
        return_dict_in_generate=True, output_scores=True)
    tokens = made.sequences[0, ids.shape[1]:].tolist()
    ends = [i for i, token in enumerate(tokens) if token in stop]
    return tokens[:ends[0] + 1] if ends else tokens, made.sequences_scores[0].item()
