# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the golden files of the parity test of a predictor's causal part.

Needs torch and safetensors:  python make_causal_goldens.py ../../fixtures/predictor

The network is that of SiDA-MoE, section 3.4, as make_goldens.py has it, read by a decoder: attention from a
position to itself and to what came before, and the mean of the source's embeddings beside the token's. In plain
PyTorch and double precision, one sequence at a time; nothing here is shared with the C++ code. The file has a
random encoder part too, because no predictor is without one.
"""
import pathlib
import sys

import torch
from safetensors.torch import save_file

from make_goldens import EMBEDDING, EXPERTS, LAYERS, VOCABULARY, Predictor

DECODER_LAYERS = ["decoder.block.1.layer.2.mlp", "decoder.block.3.layer.2.mlp", "decoder.block.5.layer.2.mlp"]
DECODER_EXPERTS = [8, 6, 11]
HIDDEN = 28  # neither the encoder part's nor a multiple of a vector register's width
LENGTHS = [(9, 30), (1, 1), (20, 70), (4, 2)]  # of source and decoder inputs; 70 keys are more than one block


def sparsemax(z, constant):
    """Of one row: sort, find the support, subtract, clip, normalise."""
    ordered, _ = torch.sort(z, descending=True)
    sums = torch.cumsum(ordered, 0)
    support = max(k for k in range(1, len(z) + 1) if 1 + k * ordered[k - 1] > sums[k - 1])
    clipped = torch.clamp(z - (sums[support - 1] - constant) / support, min=0)
    return clipped / clipped.sum()


class Causal(torch.nn.Module):
    def __init__(self, constant):
        super().__init__()
        self.constant = constant
        self.compression_fc = torch.nn.Linear(EMBEDDING, HIDDEN)
        self.source_fc = torch.nn.Linear(EMBEDDING, HIDDEN, bias=False)
        self.lstm = torch.nn.LSTM(HIDDEN, HIDDEN, num_layers=2, batch_first=True)
        self.residual_fc = torch.nn.Linear(HIDDEN, HIDDEN)
        keys = [name.replace(".", "-") + "-router-classifier" for name in DECODER_LAYERS]
        self.fc = torch.nn.ModuleDict({k: torch.nn.Linear(HIDDEN, e) for k, e in zip(keys, DECODER_EXPERTS)})

    def forward(self, source, x):
        hidden = torch.relu(self.compression_fc(x) + self.source_fc(source.mean(0)))
        out = self.lstm(hidden.unsqueeze(0))[0].squeeze(0)
        rows = []
        for now in range(len(out)):
            seen = out[: now + 1]
            rows.append(sparsemax(seen @ out[now], self.constant) @ seen)
        context = torch.stack(rows) + self.residual_fc(hidden)
        return [head(context) for head in self.fc.values()]


def main():
    folder = pathlib.Path(sys.argv[1])
    for number, (variant, constant) in enumerate([("textbook", 1.0), ("paper", 2.0)]):
        torch.manual_seed(40 + number)
        encoder, model = Predictor(constant), Causal(constant)
        with torch.no_grad():
            for parameter in model.lstm.parameters():
                parameter.mul_(3.0)  # so that attention selects keys instead of averaging all of them
        metadata = {
            "format": "sida-predictor", "version": "1", "kind": "lstm", "model_identity": "11" * 32,
            "moe_layers": ",".join(LAYERS), "experts": ",".join(map(str, EXPERTS)),
            "embedding_dim": str(EMBEDDING), "hidden_dim": str(encoder.lstm.hidden_size), "sparsemax": variant,
            "loss": "truncated-l1", "top_t": "6", "seed": str(40 + number),
            "decoder": "causal", "decoder_moe_layers": ",".join(DECODER_LAYERS),
            "decoder_experts": ",".join(map(str, DECODER_EXPERTS)), "decoder_hidden_dim": str(HIDDEN),
            "decoder_sparsemax": variant, "decoder_source": "mean",
        }
        tensors = {k: v.float().contiguous() for k, v in encoder.state_dict().items()}
        tensors.update({"decoder." + k: v.float().contiguous() for k, v in model.state_dict().items()})
        save_file(tensors, folder / f"causal_{variant}.safetensors", metadata)
        model = model.double()
        embeddings = torch.randn(VOCABULARY, EMBEDDING)
        golden = {"embeddings": embeddings}
        for i, (source_length, length) in enumerate(LENGTHS):
            source = torch.randint(0, VOCABULARY, (source_length,), dtype=torch.int64)
            ids = torch.randint(0, VOCABULARY, (length,), dtype=torch.int64)
            golden[f"source_ids.{i}"], golden[f"input_ids.{i}"] = source, ids
            with torch.no_grad():
                for layer, logits in enumerate(model(embeddings[source].double(), embeddings[ids].double())):
                    golden[f"logits.{layer}.{i}"] = logits.float().contiguous()
        save_file(golden, folder / f"causal_{variant}_golden.safetensors")


if __name__ == "__main__":
    main()
