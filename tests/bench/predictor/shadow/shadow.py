#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shadow predictor gains from longer training, larger surrogates, other losses and shared weights.

    python3 glosses.py WORDNET_FOLDER glosses.npz
    python3 shadow.py model  glosses.npz model.pt            a small Switch classifier with 128 experts, some 90 s on a GPU
    python3 shadow.py try    glosses.npz model.pt key=value ...   one predictor; prints one line of JSON
    python3 shadow.py sweep  glosses.npz model.pt JOBS < variants.txt   many, JOBS at a time; a line holds the keys of one

A shadow predictor is the model's own dense path in which each sparse block's experts are replaced by one small feed-forward
block, with the routers on top. docs/predictors.md holds the table this made. Needs torch, and a GPU to be quick.
"""
import copy
import json
import math
import pathlib
import subprocess
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / "resources" / "demo"))
from demo_model import CONFIG, DemoModel, Norm, position_buckets  # noqa: E402

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
BATCH = 512
OPTIONS = {
    "epochs": 20,
    "lr": 5e-4,
    "ce": 0.005,           # weight of the cross-entropy beside the L1 distance of the truncated distributions
    "loss": "l1",          # l1, kl (over all experts), ce
    "surrogate": 1024,     # hidden units of the block that stands for the experts
    "gain": 0,             # 1: each expert has its own gain per hidden unit and its own offset, chosen by the shadow's own router
    "tuned": "tail",       # all: every weight; tail: what follows the first router; none: surrogates alone
    "rank": 0,             # >0: matrices of the tail stay the model's own and get an update of this rank
    "rows": 0,             # >0: only so many training rows
    "seed": 0,
}


class Glosses:
    def __init__(self, path):
        data = np.load(path)
        self.length = data["length"].astype(int)
        ids = np.zeros((len(self.length), self.length.max()), np.int16)
        ids[np.arange(ids.shape[1])[None] < self.length[:, None]] = data["ids"]
        self.ids = torch.from_numpy(ids).to(DEVICE)
        self.label = torch.from_numpy(data["label"].astype(np.int64)).to(DEVICE)
        self.train, self.held_out = (np.flatnonzero(data["split"] == s) for s in (0, 1))

    def batches(self, rows, generator=None):
        """Batches of like length; shuffled when a generator is given."""
        key = self.length[rows] + (generator.uniform(0, 2, len(rows)) if generator else 0)
        rows = rows[np.argsort(key, kind="stable")]
        parts = [rows[i:i + BATCH] for i in range(0, len(rows), BATCH)]
        return [parts[i] for i in generator.permutation(len(parts))] if generator else parts

    def batch(self, rows):
        ids = self.ids[torch.from_numpy(rows).to(DEVICE), :int(self.length[rows].max())].long()
        return ids, ids != 0


def cosine(progress):
    return min(1.0, progress * 20) * 0.5 * (1 + math.cos(math.pi * progress))


def train_model(data, path):
    torch.manual_seed(0)
    config = {**CONFIG, "vocab_size": 8192, "num_experts": 128, "num_labels": 45}
    model = DemoModel(config, drop=0.15).to(DEVICE).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=DEVICE == "cuda")
    generator, epochs, begin = np.random.default_rng(0), 10, time.time()
    for epoch in range(epochs):
        plan = data.batches(data.train, generator)
        for i, rows in enumerate(plan):
            for group in optimiser.param_groups:
                group["lr"] = 1e-3 * cosine((epoch + i / len(plan)) / epochs)
            ids, mask = data.batch(rows)
            x, _, balance, z = model.encode(ids, mask, word_drop=0.06)
            label = data.label[torch.from_numpy(rows).to(DEVICE)]
            loss = F.cross_entropy(model.classify(model.pool(x, mask)), label, label_smoothing=0.05) + 0.01 * balance + 1e-3 * z
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
    model.eval()
    right, counts = 0, torch.zeros(3, 128, device=DEVICE)
    with torch.no_grad():
        for rows in data.batches(data.held_out):
            ids, mask = data.batch(rows)
            x, logits, _, _ = model.encode(ids, mask)
            right += (model.classify(model.pool(x, mask)).argmax(-1) == data.label[torch.from_numpy(rows).to(DEVICE)]).sum().item()
            counts += torch.stack([torch.bincount(l.argmax(-1), minlength=128) for l in logits])
    share = counts / counts.sum(1, keepdim=True)
    entropy = -(share * share.clamp_min(1e-9).log()).sum(1) / math.log(128)
    print(f"model: accuracy {right / len(data.held_out):.3f}, experts used {(counts > 0).sum(1).tolist()}, entropy of the load "
          f"{[round(e, 3) for e in entropy.tolist()]} of the most, {time.time() - begin:.0f} s", flush=True)
    torch.save({"config": config, "state": model.state_dict()}, path)


class Matrix(nn.Module):
    """A matrix of the model: frozen, tuned whole, or with an update of low rank."""

    def __init__(self, linear, how, rank):
        super().__init__()
        self.weight = nn.Parameter(linear.weight.detach().clone(), requires_grad=how == "whole")
        self.down = self.up = None
        if how == "low":
            self.down = nn.Parameter(torch.randn(rank, linear.in_features, device=DEVICE) / math.sqrt(linear.in_features))
            self.up = nn.Parameter(torch.zeros(linear.out_features, rank, device=DEVICE))

    def forward(self, x):
        y = F.linear(x, self.weight)
        return y if self.down is None else y + F.linear(F.linear(x, self.down), self.up)


class Surrogate(nn.Module):
    def __init__(self, width, hidden, experts, gain):
        super().__init__()
        self.wi, self.wo = nn.Linear(width, hidden, bias=False), nn.Linear(hidden, width, bias=False)
        nn.init.zeros_(self.wo.weight)
        self.gain = nn.Parameter(torch.ones(experts, hidden)) if gain else None
        self.offset = nn.Parameter(torch.zeros(experts, width)) if gain else None

    def forward(self, x, logits):
        hidden = F.relu(self.wi(x))
        if self.gain is None:
            return self.wo(hidden)
        share, expert = torch.softmax(logits, -1).max(-1)
        return share[..., None] * (self.wo(hidden * self.gain[expert]) + self.offset[expert])


class Shadow(nn.Module):
    def __init__(self, model, o):
        super().__init__()
        first = next(i for i, b in enumerate(model.blocks) if b.sparse)
        last = max(i for i, b in enumerate(model.blocks) if b.sparse)
        self.heads, self.blocks = model.config["num_heads"], nn.ModuleList()
        whole = o["tuned"] == "all"
        self.table = nn.Parameter(model.shared.weight.detach().clone(), requires_grad=False)
        self.relative = nn.Parameter(model.relative.weight.detach().clone(), requires_grad=whole)
        for i, b in enumerate(model.blocks[:last + 1]):
            tail = i > first and o["tuned"] != "none"
            how = "whole" if whole or (tail and not o["rank"]) else "low" if tail else "frozen"
            block = nn.Module()
            for part in "qkvo":
                setattr(block, part, Matrix(getattr(b.attention, part), how, o["rank"]))
            block.norms = nn.ParameterList([
                nn.Parameter(n.weight.detach().clone(), requires_grad=whole or tail) for n in (b.norm_attention, b.norm_mlp)])
            block.sparse = b.sparse
            if b.sparse:
                block.router = Matrix(b.mlp.router, "whole" if whole or tail else "frozen", 0)
                if i < last:
                    block.surrogate = Surrogate(model.config["d_model"], o["surrogate"], b.mlp.experts, o["gain"])
            else:
                block.wi, block.wo = Matrix(b.mlp.wi, how, o["rank"]), Matrix(b.mlp.wo, how, o["rank"])
            self.blocks.append(block)
        self.to(DEVICE)

    def forward(self, ids, mask):
        """Router logits over the real tokens, [layers, tokens, experts]."""
        x = self.table[ids]
        bias = self.relative[position_buckets(ids.shape[1], ids.device)].permute(2, 0, 1)[None]
        bias = bias + torch.where(mask[:, None, None, :], 0.0, -1e9)
        b, n, _ = x.shape
        found = []
        for block in self.blocks:
            norm = lambda x, w: w * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)
            y = norm(x, block.norms[0])
            q, k, v = (getattr(block, p)(y).view(b, n, self.heads, -1).transpose(1, 2) for p in "qkv")
            mixed = F.scaled_dot_product_attention(q, k, v, bias, scale=1.0)
            x = x + block.o(mixed.transpose(1, 2).reshape(b, n, -1))
            y = norm(x, block.norms[1])
            if block.sparse:
                logits = block.router(y)
                found.append(logits[mask])
                if hasattr(block, "surrogate"):
                    x = x + block.surrogate(y, logits)
            else:
                x = x + block.wo(F.relu(block.wi(y)))
        return torch.stack(found)


def loss_of(student, top, at, o):
    ce = F.cross_entropy(student.flatten(0, 1), at[..., 0].flatten())
    if o["loss"] == "ce":
        return ce
    mine = student.gather(-1, at)
    if o["loss"] == "kl":
        return F.kl_div(torch.log_softmax(mine, -1), torch.log_softmax(top, -1), log_target=True, reduction="none").sum(-1).mean() \
            + o["ce"] * ce
    return (torch.softmax(mine, -1) - torch.softmax(top, -1)).abs().mean() + o["ce"] * ce


def attempt(data, path, o):
    torch.manual_seed(o["seed"])
    torch.set_num_threads(2)
    stored = torch.load(path, map_location=DEVICE)
    model = DemoModel(stored["config"]).to(DEVICE).eval()
    model.load_state_dict(stored["state"])
    shadow = Shadow(model, o)
    tuned = [p for p in shadow.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(tuned, lr=o["lr"], fused=DEVICE == "cuda")
    generator, begin = np.random.default_rng(o["seed"]), time.time()
    train = data.train[:o["rows"]] if o["rows"] else data.train

    def judge():
        hits, tokens = 0, 0
        with torch.no_grad():
            for rows in data.batches(data.held_out):
                ids, mask = data.batch(rows)
                true = torch.stack(model.encode(ids, mask)[1]).argmax(-1)[..., None]
                guess = shadow(ids, mask).topk(3, -1).indices
                hits = hits + torch.stack([(guess[..., :k] == true).any(-1).sum(-1) for k in (1, 3)])
                tokens += guess.shape[1]
        return (hits / tokens).tolist()

    curve = []
    for epoch in range(o["epochs"]):
        plan = data.batches(train, generator)
        for i, rows in enumerate(plan):
            for group in optimiser.param_groups:
                group["lr"] = o["lr"] * cosine((epoch + i / len(plan)) / o["epochs"])
            ids, mask = data.batch(rows)
            with torch.no_grad():
                top, at = torch.stack(model.encode(ids, mask)[1]).topk(30, -1)
            loss = loss_of(shadow(ids, mask), top, at, o)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        if (epoch + 1) % 5 == 0:
            curve.append(round(sum(judge()[1]) / 3, 4))
    rates = judge()
    return {**{k: v for k, v in o.items() if v != OPTIONS[k]}, "own": sum(p.numel() for p in tuned),
            "top1": [round(r, 3) for r in rates[0]], "top3": [round(r, 3) for r in rates[1]],
            "mean": [round(sum(r) / 3, 4) for r in rates], "curve": curve, "seconds": round(time.time() - begin)}


def parse(words):
    o = copy.deepcopy(OPTIONS)
    for word in words:
        key, value = word.split("=")
        o[key] = type(OPTIONS[key])(value)
    return o


def main():
    mode, glosses, path, *rest = sys.argv[1:]
    torch.backends.cuda.matmul.allow_tf32 = True
    if mode == "sweep":
        waiting, running = [line.split() for line in sys.stdin if line.strip()], []
        while waiting or running:
            running = [p for p in running if p.poll() is None]
            while waiting and len(running) < int(rest[0]):
                running.append(subprocess.Popen([sys.executable, __file__, "try", glosses, path, *waiting.pop(0)]))
            time.sleep(0.2)
        return
    data = Glosses(glosses)
    if mode == "model":
        train_model(data, path)
    else:
        print(json.dumps(attempt(data, path, parse(rest))), flush=True)


if __name__ == "__main__":
    main()
