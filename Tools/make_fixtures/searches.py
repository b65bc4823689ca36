"""Greedy and beam search over anything with `forward(ids, prefix, cache) → (logits, cache)`: slow, plain, the truth.

Both return the generated ids (the stop token included where it was reached) and the log-probability of each.
"""
from dataclasses import dataclass

import torch


@dataclass
class Sentence:
    ids: list
    log_probabilities: list

    @property
    def total(self):
        return sum(self.log_probabilities)

    @property
    def score(self):
        """Log-probability over length, the stop token counted: a length penalty of 1."""
        return self.total / len(self.ids)


def greedy(model, prefix, start, stop, maximum, margins=None):
    """One row; `margins`, when given, gets the distance between the best and the second best logit of every step."""
    ids, cache, made = torch.tensor([start]), None, Sentence([], [])
    while len(made.ids) < maximum:
        logits, cache = model.forward(ids, prefix if cache is None else None, cache)
        logits = logits[0, -1]
        token = logits.argmax().item()
        if margins is not None:
            best = logits.topk(2).values
            margins.append((best[0] - best[1]).item())
        made.ids.append(token)
        made.log_probabilities.append(logits.log_softmax(-1)[token].item())
        if token in stop:
            break
        ids = torch.tensor([[token]])
    return made


def beam(model, prefix, start, stop, maximum, width):
    """Beam search without early stopping, as transformers' `early_stopping=False, length_penalty=1`.

    A step ranks all continuations of the live beams by summed log-probability and looks at the best 2 × width: a stop
    token among the first `width` finishes a sentence, the others fill up to `width` live beams. The search ends when
    `width` sentences are finished and the best live sum, divided by the present length, cannot beat the worst of
    them. At `maximum` tokens every continuation counts as finished. Returns the sentences, best score first.
    """
    live, finished, cache = [Sentence([], [])], [], None
    ids = torch.tensor([start])
    for length in range(1, maximum + 1):
        logits, cache = model.forward(ids, prefix if cache is None else None, cache)
        steps = logits[:, -1].log_softmax(-1)
        totals = torch.tensor([s.total for s in live], dtype=steps.dtype)[:, None] + steps
        best = totals.flatten().topk(min(2 * width, totals.numel()))
        chosen, rows = [], []
        for rank, index in enumerate(best.indices.tolist()):
            row, token = divmod(index, totals.shape[1])
            sentence = Sentence(live[row].ids + [token], live[row].log_probabilities + [steps[row, token].item()])
            if token in stop or length == maximum:
                if rank < width:
                    finished.append(sentence)
            elif len(chosen) < width:
                chosen.append(sentence)
                rows.append(row)
        finished = sorted(finished, key=lambda s: -s.score)[:width]
        live = chosen
        if not live or (len(finished) == width and live[0].total / length <= finished[-1].score):
            break
        cache = [(k[rows], v[rows]) for k, v in cache]
        ids = torch.tensor([[s.ids[-1]] for s in live])
    return finished
