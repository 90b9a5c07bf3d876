# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the golden files of the import of the SiDA-MoE authors' predictors.

Needs torch and safetensors:  python make_authors_golden.py ../../fixtures/predictor

A network of their shape in words of its own, with random weights under the names that their code gives them, is
saved the way they save it. Beside it stand the logits of both of their variants, which have the same tensors: with
attention (their sparsemax, which subtracts 1 twice) and without. Sentences come one by one, as nothing is padded.
"""
import pathlib
import sys

import torch
from safetensors.torch import save_file

BLOCKS = [1, 3]
EXPERTS, EMBEDDING, HIDDEN, VOCABULARY = 7, 24, 20, 50
LENGTHS = [23, 1, 9]


class Predictor(torch.nn.Module):
    """Attributes are named so that the state_dict has the authors' keys."""

    def __init__(self):
        super().__init__()
        self.compression_fc = torch.nn.Linear(EMBEDDING, HIDDEN)
        self.residual_fc = torch.nn.Linear(HIDDEN, HIDDEN)
        self.lstm = torch.nn.LSTM(HIDDEN, HIDDEN, num_layers=2, batch_first=True)
        self.fc = torch.nn.ModuleDict({
            f"switch_transformers-encoder-block-{block}-layer-1-mlp-router-classifier":
                torch.nn.Linear(HIDDEN, EXPERTS) for block in BLOCKS})

    def forward(self, embedded, attention):
        narrow = self.compression_fc(embedded).clamp(min=0)
        states = self.lstm(narrow[None])[0][0]
        seen = self.attend(states) if attention else states
        return [head(seen + self.residual_fc(narrow)) for head in self.fc.values()]

    @staticmethod
    def attend(states):
        seen = []
        for state in states:
            scores = states @ state
            ordered = scores.sort(descending=True).values
            total = ordered.cumsum(0)
            place = torch.arange(1, len(scores) + 1, dtype=scores.dtype)
            size = int((place * ordered > total - 1).sum())  # of the support
            weights = (scores - (total[size - 1] - 2) / size).clamp(min=0)
            seen.append((weights / weights.sum()) @ states)
        return torch.stack(seen)


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(31)
    model = Predictor()
    with torch.no_grad():
        for parameter in model.lstm.parameters():
            parameter.mul_(3.0)  # states large enough for attention to choose
    torch.save({"model_state_dict": model.state_dict()}, folder / "authors.pt")
    model = model.double()
    embeddings = torch.randn(VOCABULARY, EMBEDDING)
    for name, attention in [("sparsemax", True), ("none", False)]:
        golden = {"embeddings": embeddings}
        for i, length in enumerate(LENGTHS):
            ids = torch.randint(0, VOCABULARY, (length,), dtype=torch.int64, generator=torch.Generator().manual_seed(i))
            golden[f"input_ids.{i}"] = ids
            with torch.no_grad():
                for layer, logits in enumerate(model(embeddings[ids].double(), attention)):
                    golden[f"logits.{layer}.{i}"] = logits.float().contiguous()
        save_file(golden, folder / f"authors_{name}_golden.safetensors")


if __name__ == "__main__":
    main()
