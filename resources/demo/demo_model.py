# SPDX-License-Identifier: GPL-3.0-or-later
"""The Switch Transformers encoder classifier as it is trained here, and its file format.

Written out in plain PyTorch because training wants all experts of a layer in one tensor. `save_model` writes the Hugging
Face layout (one tensor per expert, bf16); `verify.py` checks that transformers computes the same from that file.
"""
import hashlib
import json
import math
import pathlib

import torch
import torch.nn.functional as F
from torch import nn

PREFIX = "switch_transformers."
CONFIG = {
    "architectures": ["SwitchTransformersForSequenceClassification"], "model_type": "switch_transformers",
    "vocab_size": 4096, "d_model": 128, "d_kv": 32, "d_ff": 256, "num_heads": 4, "num_layers": 6, "num_decoder_layers": 0,
    "num_sparse_encoder_layers": 3, "num_sparse_decoder_layers": 0, "encoder_sparse_step": 2, "decoder_sparse_step": 0,
    "num_experts": 64, "num_selected_experts": 1, "expert_capacity": 64, "router_bias": False, "router_dtype": "float32",
    "router_jitter_noise": 0.01, "router_ignore_padding_tokens": False, "router_type": "tokens_masked",
    "router_z_loss_coef": 0.001, "router_aux_loss_coef": 0.001, "add_router_probs": False, "dense_act_fn": "relu",
    "feed_forward_proj": "relu", "is_gated_act": False, "relative_attention_num_buckets": 32,
    "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-6, "dropout_rate": 0.1, "initializer_factor": 1.0,
    "is_encoder_decoder": False, "use_cache": False, "tie_word_embeddings": True, "pad_token_id": 0, "eos_token_id": 1,
    "decoder_start_token_id": 0, "num_labels": 2, "id2label": {"0": "negative", "1": "positive"},
    "label2id": {"negative": 0, "positive": 1}, "problem_type": "single_label_classification", "torch_dtype": "bfloat16",
    "sida_studio": {"head_pooling": "real_tokens"},
}


class Norm(nn.Module):
    """T5 layer norm: divide by the root mean square, multiply by a weight; no mean, no bias."""

    def __init__(self, d):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x):
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)


class Attention(nn.Module):
    """Self-attention without 1/sqrt(d) scaling; the position bias comes from block 0."""

    def __init__(self, c):
        super().__init__()
        inner = c["num_heads"] * c["d_kv"]
        self.heads = c["num_heads"]
        self.q, self.k, self.v = (nn.Linear(c["d_model"], inner, bias=False) for _ in range(3))
        self.o = nn.Linear(inner, c["d_model"], bias=False)

    def forward(self, x, bias, drop):
        b, n, _ = x.shape
        q, k, v = (f(x).view(b, n, self.heads, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        weights = F.dropout(torch.softmax(q @ k.transpose(2, 3) + bias, -1), drop, self.training)
        return self.o((weights @ v).transpose(1, 2).reshape(b, n, -1))


class Dense(nn.Module):
    """Feed-forward block wo(relu(wi x))."""

    def __init__(self, c):
        super().__init__()
        self.wi = nn.Linear(c["d_model"], c["d_ff"], bias=False)
        self.wo = nn.Linear(c["d_ff"], c["d_model"], bias=False)

    def forward(self, x, drop):
        return self.wo(F.dropout(F.relu(self.wi(x)), drop, self.training))


class Sparse(nn.Module):
    """Top-1 mixture of experts over a flat list of real tokens."""

    def __init__(self, c):
        super().__init__()
        self.experts = c["num_experts"]
        self.router = nn.Linear(c["d_model"], self.experts, bias=False)
        self.wi = nn.Parameter(torch.empty(self.experts, c["d_ff"], c["d_model"]))
        self.wo = nn.Parameter(torch.empty(self.experts, c["d_model"], c["d_ff"]))
        self.jitter = 0.01

    def forward(self, x, drop):
        """Returns the output, the router's logits and the two router losses (balance, z)."""
        seen = x * torch.empty_like(x).uniform_(1 - self.jitter, 1 + self.jitter) if self.training else x
        logits = self.router(seen)
        probability = torch.softmax(logits, -1)
        best, expert = probability.max(-1)
        count = torch.bincount(expert, minlength=self.experts)
        order = torch.argsort(expert, stable=True)
        start = torch.cumsum(count, 0) - count
        sorted_expert = expert[order]
        row = torch.arange(len(x), device=x.device) - start[sorted_expert]
        slots = x.new_zeros(self.experts, int(count.max()), x.shape[1])
        slots[sorted_expert, row] = x[order]
        hidden = F.dropout(F.relu(torch.bmm(slots, self.wi.transpose(1, 2))), drop, self.training)
        result = torch.bmm(hidden, self.wo.transpose(1, 2))[sorted_expert, row]
        y = torch.zeros_like(x).index_copy(0, order, result) * best[:, None]
        balance = self.experts * (count / len(x) * probability.mean(0)).sum()
        return y, logits, balance, torch.logsumexp(logits, -1).pow(2).mean()


class Block(nn.Module):
    """Pre-norm attention and feed-forward, each with a residual connection."""

    def __init__(self, c, sparse):
        super().__init__()
        self.norm_attention, self.attention = Norm(c["d_model"]), Attention(c)
        self.norm_mlp, self.mlp = Norm(c["d_model"]), (Sparse if sparse else Dense)(c)
        self.sparse = sparse


def position_buckets(n, device):
    """T5's bidirectional relative position buckets, [query, key]."""
    distance = torch.arange(n, device=device)[None, :] - torch.arange(n, device=device)[:, None]
    far = distance.abs().clamp(min=1).float()
    large = (8 + (torch.log(far / 8) / math.log(128 / 8) * 8).long()).clamp(max=15)
    return (distance > 0) * 16 + torch.where(distance.abs() < 8, distance.abs(), large)


class DemoModel(nn.Module):
    """Encoder and classification head; `drop` is the dropout rate in training."""

    def __init__(self, config=None, drop=0.1, embedding_std=1.0, router_std=0.5):
        super().__init__()
        c = self.config = dict(CONFIG if config is None else config)
        d, self.drop = c["d_model"], drop
        self.shared = nn.Embedding(c["vocab_size"], d)
        self.relative = nn.Embedding(32, c["num_heads"])
        self.blocks = nn.ModuleList(Block(c, i % c["encoder_sparse_step"] == 1) for i in range(c["num_layers"]))
        self.final_norm = Norm(d)
        self.dense, self.out_proj = nn.Linear(d, d), nn.Linear(d, c["num_labels"])
        for name, p in self.named_parameters():
            if p.dim() >= 2:
                nn.init.normal_(p, std=p.shape[-1] ** -0.5 * (0.5 if ".wo" in name or ".o." in name else 1.0))
            if ".q." in name:  # attention is not scaled by 1/sqrt(d_kv), so the queries begin small
                nn.init.normal_(p, std=(d * c["d_kv"]) ** -0.5)
            if ".router." in name:  # large, as upstream: experts that begin with a probability of 1/64 learn nothing
                nn.init.normal_(p, std=router_std)
        nn.init.normal_(self.shared.weight, std=embedding_std)
        nn.init.normal_(self.relative.weight, std=0.1)

    def encode(self, ids, mask, word_drop=0.0):
        """Hidden states [B,L,d], router logits per MoE layer over the real tokens (row-major), mean router losses."""
        if self.training and word_drop:
            lost = (torch.rand(ids.shape, device=ids.device) < word_drop) & (ids > 2)
            ids = torch.where(lost, self.config["vocab_size"] - 1, ids)
        drop = self.drop
        x = F.dropout(self.shared(ids), drop, self.training)
        bias = self.relative(position_buckets(ids.shape[1], ids.device)).permute(2, 0, 1)[None]
        bias = bias + torch.where(mask[:, None, None, :], 0.0, torch.finfo(x.dtype).min)
        at = mask.flatten().nonzero().squeeze(1)
        logits, balance, z = [], 0.0, 0.0
        for block in self.blocks:
            x = x + F.dropout(block.attention(block.norm_attention(x), bias, drop), drop, self.training)
            normed = block.norm_mlp(x)
            if block.sparse:
                y, router, b, r = block.mlp(normed.flatten(0, 1)[at], drop)
                y = torch.zeros_like(normed).flatten(0, 1).index_copy(0, at, y).view_as(normed)
                logits.append(router)
                balance, z = balance + b, z + r
            else:
                y = block.mlp(normed, drop)
            x = x + F.dropout(y, drop, self.training)
        x = F.dropout(self.final_norm(x), drop, self.training)
        return x, logits, balance / max(1, len(logits)), z / max(1, len(logits))

    def pool(self, x, mask):
        """The head's hidden layer: mean over the real tokens, linear, tanh."""
        mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.tanh(self.dense(F.dropout(mean, self.drop, self.training)))

    def classify(self, pooled):
        """Label logits from `pool`'s answer."""
        return self.out_proj(F.dropout(pooled, self.drop, self.training))


def load_model(folder):
    """Read a model folder back, bf16 widened to float32."""
    from safetensors.torch import load_file

    folder = pathlib.Path(folder)
    stored = {k: v.float() for k, v in load_file(folder / "model.safetensors").items()}
    model = DemoModel(json.loads((folder / "config.json").read_text()))
    with torch.no_grad():
        for name, target in _parameters_by_name(model):
            target.copy_(stored.pop(name))
    assert not stored, f"unexpected tensors: {sorted(stored)[:3]}"
    return model.eval()


def _parameters_by_name(model):
    """Pairs of published name and the tensor (a view for experts) that holds it in `model`."""
    stem = PREFIX + "encoder.block."
    yield PREFIX + "shared.weight", model.shared.weight
    yield stem + "0.layer.0.SelfAttention.relative_attention_bias.weight", model.relative.weight
    yield PREFIX + "encoder.final_layer_norm.weight", model.final_norm.weight
    for i, block in enumerate(model.blocks):
        for part in "qkvo":
            yield f"{stem}{i}.layer.0.SelfAttention.{part}.weight", getattr(block.attention, part).weight
        yield f"{stem}{i}.layer.0.layer_norm.weight", block.norm_attention.weight
        yield f"{stem}{i}.layer.1.layer_norm.weight", block.norm_mlp.weight
        mlp = f"{stem}{i}.layer.1.mlp."
        if block.sparse:
            yield mlp + "router.classifier.weight", block.mlp.router.weight
            for e in range(block.mlp.experts):
                yield f"{mlp}experts.expert_{e}.wi.weight", block.mlp.wi[e]
                yield f"{mlp}experts.expert_{e}.wo.weight", block.mlp.wo[e]
        else:
            yield mlp + "wi.weight", block.mlp.wi.weight
            yield mlp + "wo.weight", block.mlp.wo.weight
    for name in ("dense", "out_proj"):
        yield f"classifier.{name}.weight", getattr(model, name).weight
        yield f"classifier.{name}.bias", getattr(model, name).bias


def save_model(model, folder):
    """Write config.json and model.safetensors (bf16)."""
    from safetensors.torch import save_file

    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(model.config, indent=2) + "\n")
    tensors = {k: v.detach().to(torch.bfloat16).cpu().clone().contiguous() for k, v in _parameters_by_name(model)}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def model_identity(config, tensors):
    """The hash that ties a predictor to a model: its sizes and its router weights (names without the prefix)."""
    digest = hashlib.sha256(b"sida-model-1\n")
    sizes = [config[k] for k in ("d_model", "d_ff", "d_kv", "num_heads", "num_layers", "num_experts")]
    digest.update((" ".join(map(str, sizes)) + "\n").encode())
    for i in range(config["num_layers"]):
        name = f"encoder.block.{i}.layer.1.mlp.router.classifier.weight"
        if name in tensors:
            digest.update((name + "\n").encode())
            digest.update(tensors[name].float().contiguous().numpy().astype("<f4").tobytes())
    return digest.hexdigest()
