# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the golden files of the predictor's parity test.

Needs torch and safetensors:  python make_goldens.py ../../fixtures/predictor

The network is the one of SiDA-MoE, section 3.4, one sentence at a time, in plain PyTorch and double precision
where it is cheap to have: nothing here is shared with the C++ code. Per sparsemax variant it writes a small
random predictor, and one file with embeddings, the sentences and their logits.
"""
import pathlib
import sys

import torch
from safetensors.torch import save_file

LAYERS = ["encoder.block.1.layer.1.mlp", "encoder.block.3.layer.1.mlp"]
EXPERTS = [8, 6]
EMBEDDING, HIDDEN, VOCABULARY = 24, 20, 50  # HIDDEN is no multiple of a vector register's width
LENGTHS = [17, 1, 40, 2]


def sparsemax(logits, constant):
    """Row by row, as written in the paper's reference: sort, find the support, subtract, clip, normalise."""
    rows = []
    for z in logits:
        ordered, _ = torch.sort(z, descending=True)
        sums = torch.cumsum(ordered, 0)
        support = 0
        for k in range(1, len(z) + 1):
            if 1 + k * ordered[k - 1] > sums[k - 1]:
                support = k
        tau = (sums[support - 1] - constant) / support
        rows.append(torch.clamp(z - tau, min=0))
    return torch.nn.functional.normalize(torch.stack(rows), p=1, dim=-1)


class Predictor(torch.nn.Module):
    def __init__(self, constant):
        super().__init__()
        self.constant = constant
        self.compression_fc = torch.nn.Linear(EMBEDDING, HIDDEN)
        self.lstm = torch.nn.LSTM(HIDDEN, HIDDEN, num_layers=2, batch_first=True)
        self.residual_fc = torch.nn.Linear(HIDDEN, HIDDEN)
        keys = [name.replace(".", "-") + "-router-classifier" for name in LAYERS]
        self.fc = torch.nn.ModuleDict({k: torch.nn.Linear(HIDDEN, e) for k, e in zip(keys, EXPERTS)})

    def forward(self, x):
        hidden = torch.relu(self.compression_fc(x))
        out, _ = self.lstm(hidden.unsqueeze(0))
        out = out.squeeze(0)
        context = sparsemax(out @ out.T, self.constant) @ out + self.residual_fc(hidden)
        return [head(context) for head in self.fc.values()]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, (variant, constant) in enumerate([("textbook", 1.0), ("paper", 2.0)]):
        torch.manual_seed(20 + number)
        model = Predictor(constant)
        with torch.no_grad():
            # Outputs large enough for attention to select keys instead of averaging all of them.
            for name, parameter in model.lstm.named_parameters():
                parameter.mul_(3.0)
        metadata = {
            "format": "sida-predictor", "version": "1", "kind": "lstm",
            "model_identity": "00" * 31 + "%02x" % number,
            "moe_layers": ",".join(LAYERS), "experts": ",".join(map(str, EXPERTS)),
            "embedding_dim": str(EMBEDDING), "hidden_dim": str(HIDDEN), "sparsemax": variant,
            "loss": "truncated-l1", "top_t": "6", "ce_weight": "0.005", "seed": str(20 + number),
        }
        tensors = {k: v.float().contiguous() for k, v in model.state_dict().items()}
        save_file(tensors, folder / f"{variant}.safetensors", metadata)
        model = model.double()
        embeddings = torch.randn(VOCABULARY, EMBEDDING)
        golden = {"embeddings": embeddings}
        for i, length in enumerate(LENGTHS):
            ids = torch.randint(0, VOCABULARY, (length,), dtype=torch.int64)
            golden[f"input_ids.{i}"] = ids
            with torch.no_grad():
                for layer, logits in enumerate(model(embeddings[ids].double())):
                    golden[f"logits.{layer}.{i}"] = logits.float().contiguous()
        save_file(golden, folder / f"{variant}_golden.safetensors")


if __name__ == "__main__":
    main()
