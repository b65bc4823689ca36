"""Makes Fixtures/generation: what transformers' own `generate` and warpers do on a tiny model that Swift can recompute.

The model is a table: the logits after two tokens a, b are row (31 a + 17 b) mod 61 of it, after one token as if a were 0.
Pinned: torch 2.13.0, transformers 5.23.0 (see pins.py). Run: python3 Tools/make_fixtures/generation.py
"""
import itertools
import json

import torch
from transformers import GenerationMixin, PreTrainedConfig, PreTrainedModel
from transformers.generation.logits_process import (
    LogitsProcessorList, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper)
from transformers.modeling_outputs import CausalLMOutput

import pins

CONTEXTS, VOCABULARY = 61, 48
STOP, OTHER_STOP, PADDING = 3, 7, 0
PROMPTS = [[5, 9], [12, 30], [44, 1], [20, 21]]
MAXIMUM = 12


class TableModel(PreTrainedModel, GenerationMixin):
    config_class = PreTrainedConfig

    def __init__(self, table):
        super().__init__(PreTrainedConfig(vocab_size=VOCABULARY, is_encoder_decoder=False, num_hidden_layers=1))
        self.table = torch.nn.Parameter(table, requires_grad=False)

    def contexts(self, ids):
        before = ids[:, :-1] if ids.shape[1] > 1 else torch.zeros_like(ids)
        before = torch.nn.functional.pad(before, (ids.shape[1] - before.shape[1], 0))
        return (31 * before + 17 * ids) % CONTEXTS

    def forward(self, input_ids, **kwargs):
        return CausalLMOutput(logits=self.table[self.contexts(input_ids)])

    def prepare_inputs_for_generation(self, input_ids, attention_mask=None, **kwargs):
        return {"input_ids": input_ids}


def run(model, options, prompts):
    """Options as the JSON form of GenerationOptions → for each prompt its hypotheses, best first."""
    strategy = options["strategy"]
    beams = strategy["name"] == "beam" and strategy["width"] > 1
    count = strategy.get("returnSequences", 1) if beams else 1
    arguments = dict(
        do_sample=False, use_cache=False, return_dict_in_generate=True, output_scores=True, pad_token_id=PADDING,
        eos_token_id=options["stopTokens"] or None, max_new_tokens=options["maximumNewTokens"],
        min_new_tokens=options.get("minimumNewTokens") or None,
        repetition_penalty=options.get("repetitionPenalty", 1.0),
        no_repeat_ngram_size=options.get("noRepeatNGramSize", 0))
    if beams:
        early = {"whenComplete": True, "heuristic": False, "never": "never"}[strategy["earlyStopping"]]
        arguments |= dict(
            num_beams=strategy["width"], length_penalty=strategy["lengthPenalty"], early_stopping=early,
            num_return_sequences=count)
    ids = torch.tensor(prompts)
    made = model.generate(ids, attention_mask=torch.ones_like(ids), **arguments)
    table = model.table.double().log_softmax(-1)
    rows = []
    for index, sequence in enumerate(made.sequences.tolist()):
        prompt, tokens = sequence[:len(prompts[0])], sequence[len(prompts[0]):]
        ends = [i for i, token in enumerate(tokens) if token in options["stopTokens"]]
        tokens = tokens[:ends[0] + 1] if ends else tokens[:options["maximumNewTokens"]]
        contexts = model.contexts(torch.tensor([prompt + tokens]))[0, len(prompt) - 1:-1]
        steps = table[contexts, tokens]
        row = {"tokens": tokens, "logProbabilities": [round(x, 6) for x in steps.tolist()]}
        if beams:
            row["score"] = round(made.sequences_scores[index].item(), 6)
        rows.append(row)
    return [rows[i:i + count] for i in range(0, len(rows), count)]


def beam(width, penalty=1.0, early="heuristic", count=1):
    return {"name": "beam", "width": width, "lengthPenalty": penalty, "earlyStopping": early, "returnSequences": count}


def searches(model):
    usual = {"stopTokens": [STOP], "maximumNewTokens": MAXIMUM}
    settings = [{"strategy": {"name": "greedy"}} | usual]
    for width, penalty, early in itertools.product(
            (2, 3, 4, 5, 6), (-1.0, 0.0, 0.6, 1.0, 2.0), ("whenComplete", "heuristic", "never")):
        settings.append({"strategy": beam(width, penalty, early, min(width, 2))} | usual)
    changes = [
        {"repetitionPenalty": 1.3}, {"repetitionPenalty": 0.8}, {"noRepeatNGramSize": 1}, {"noRepeatNGramSize": 2},
        {"noRepeatNGramSize": 3, "repetitionPenalty": 1.1}, {"minimumNewTokens": 5}, {"maximumNewTokens": 1},
        {"maximumNewTokens": 3}, {"minimumNewTokens": 12}, {"stopTokens": []}, {"stopTokens": [STOP, OTHER_STOP]},
        {"stopTokens": [STOP, OTHER_STOP], "minimumNewTokens": 4, "repetitionPenalty": 1.5, "noRepeatNGramSize": 2},
        {"maximumNewTokens": 30, "repetitionPenalty": 0.7}, {"maximumNewTokens": 30, "noRepeatNGramSize": 2},
    ]
    for change in changes:
        for strategy in ({"name": "greedy"}, beam(1), beam(3, 1.0, "heuristic", 3), beam(5, 0.6, "whenComplete", 2)):
            settings.append({"strategy": strategy} | usual | change)
    cases = []
    for options in settings:
        rows = run(model, options, PROMPTS)
        alone = [run(model, options, [prompt])[0] for prompt in PROMPTS]
        assert [[s["tokens"] for s in row] for row in rows] == [[s["tokens"] for s in row] for row in alone], options
        cases.append({"options": options, "rows": rows})
    return {"startTokens": PROMPTS, "cases": cases}


def warpers(logits):
    cases = []
    for row, temperature, k, p in itertools.product(
            range(len(logits)), (0.5, 1.0, 1.7), (None, 1, 5, 40), (None, 0.05, 0.5, 0.9, 0.99)):
        chain = LogitsProcessorList()
        if temperature != 1:
            chain.append(TemperatureLogitsWarper(temperature))
        if k:
            chain.append(TopKLogitsWarper(k))
        if p:
            chain.append(TopPLogitsWarper(p))
        kept = chain(torch.zeros(1, 1, dtype=torch.long), logits[row:row + 1].double())[0].log_softmax(-1)
        tokens = torch.nonzero(kept > -torch.inf)[:, 0]
        case = {"row": row, "temperature": temperature, "tokens": tokens.tolist(),
                "logProbabilities": [round(x, 5) for x in kept[tokens].tolist()]}
        if len(tokens) == logits.shape[1]:
            # Nothing was dropped: the first few say as much as all.
            case["tokens"], case["logProbabilities"] = None, case["logProbabilities"][:8]
        cases.append(case | ({"topK": k} if k else {}) | ({"topP": p} if p else {}))
    return cases


def main():
    pins.check("torch", "transformers")
    torch.manual_seed(8)
    folder = pins.FIXTURES / "generation"
    folder.mkdir(parents=True, exist_ok=True)
    table = torch.randn(CONTEXTS, VOCABULARY) * 1.6
    table[:, STOP] += 2
    model = TableModel(table).eval()
    # Rows peaked, usual, flat; without ties.
    logits = torch.randn(3, 160) * torch.tensor([[5.0], [2.0], [0.3]])
    for name, tensor in (("table.f32", table), ("warper-logits.f32", logits)):
        (folder / name).write_bytes(tensor.numpy().astype("<f4").tobytes())
    for name, value in (("searches.json", searches(model)), ("warpers.json", warpers(logits))):
        (folder / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")
        print(name, (folder / name).stat().st_size)


if __name__ == "__main__":
    main()
