# SPDX-License-Identifier: GPL-3.0-or-later
"""The predictor of the SiDA-MoE paper (compression, LSTM, sparse attention, residual, one head per MoE layer)."""
import torch
from torch import nn


def sparsemax(z):
    """Textbook sparsemax over the last dimension: tau = (S_rho - 1) / rho."""
    ordered = z.sort(-1, descending=True).values
    total = ordered.cumsum(-1)
    k = torch.arange(1, z.shape[-1] + 1, device=z.device, dtype=z.dtype)
    rho = (ordered * k - (total - 1) > 0).sum(-1, keepdim=True).clamp(min=1)
    return (z - (total.gather(-1, rho - 1) - 1) / rho).clamp(min=0)


class Predictor(nn.Module):
    """Router logits of every MoE layer from the token embedding rows of a sentence."""

    def __init__(self, embedding, hidden, experts, layers):
        super().__init__()
        self.layers = list(layers)
        self.compression_fc = nn.Linear(embedding, hidden)
        self.lstm = nn.LSTM(hidden, hidden, num_layers=2, batch_first=True)
        self.residual_fc = nn.Linear(hidden, hidden)
        self.fc = nn.ModuleDict({f"{name.replace('.', '-')}-router-classifier": nn.Linear(hidden, experts) for name in layers})

    def forward(self, rows, mask):
        """rows [B,L,d], mask [B,L] (true = real token, padding on the right) to logits [layers,B,L,E]."""
        compressed = torch.relu(self.compression_fc(rows))
        states = self.lstm(compressed)[0]
        scores = (states @ states.transpose(1, 2)).masked_fill(~mask[:, None, :], -1e9)
        weights = sparsemax(scores)
        weights = weights / weights.sum(-1, keepdim=True).clamp(min=1e-12)
        context = weights @ states + self.residual_fc(compressed)
        return torch.stack([head(context) for head in self.fc.values()])


def save_predictor(predictor, path, metadata):
    """Write the tensors (float32) under the names of the paper's code, with metadata as strings."""
    from safetensors.torch import save_file

    tensors = {k: v.detach().float().cpu().contiguous() for k, v in predictor.state_dict().items()}
    save_file(tensors, path, metadata={k: str(v) for k, v in metadata.items()})


def load_predictor(path):
    """Read a predictor file back: the network and its metadata."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        metadata = file.metadata()
        tensors = {k: file.get_tensor(k) for k in file.keys()}
    predictor = Predictor(int(metadata["embedding_dim"]), int(metadata["hidden_dim"]), int(metadata["experts"].split(",")[0]),
                          metadata["moe_layers"].split(","))
    predictor.load_state_dict(tensors)
    return predictor.eval(), metadata
