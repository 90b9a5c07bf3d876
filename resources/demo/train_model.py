#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Train the demo classifier: pre-training, fine-tuning, and the choice between the runs.

    python3 train_model.py pretrain --work WORK --out pre.pt [--set key=value ...]
    python3 train_model.py finetune --work WORK --init pre.pt --out fine.pt [--set key=value ...]
    python3 train_model.py choose   --work WORK --out MODEL_FOLDER fine1.pt fine2.pt ...

WORK holds `corpus.npz` from prepare_data.py. `train_all.py` runs the recipe of the shipped model. Everything is chosen on the
validation part of the training rows; the dev rows are never read here.
"""
import argparse
import copy
import json
import math
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from demo_model import DemoModel, save_model
from prepare_data import NEUTRAL, NO_VALENCE, SOURCES

PRETRAIN = {
    "seed": 1, "minutes": 3.0, "epochs": 12.0, "lr": 2e-3, "weight_decay": 0.02, "tokens": 16384, "drop": 0.1, "word_drop": 0.0,
    "mask": 0.15, "mlm": 1.0, "file": 0.5, "valence": 1.0, "token_valence": 1.0, "teacher": 1.0, "rating": 0.0, "label": 0.0,
    "balance": 0.01, "z": 1e-3, "slope": 1.5, "sharpen": 1.5, "ema": 0.998,
    "confidence": 0.0, "local": 0.0, "embedding_std": 1.0, "router_std": 0.5,
    "shares": {"film": 3, "product": 1, "news": 1, "tweet": 1, "definition": 1, "example": 1, "lemma": 0.5, "crop": 0.7},
}
FINETUNE = {
    **PRETRAIN, "minutes": 1.5, "epochs": 12.0, "lr": 1e-3, "weight_decay": 0.05, "tokens": 4096, "drop": 0.25, "word_drop": 0.1,
    "mask": 0.0, "mlm": 0.0, "file": 0.0, "valence": 0.0, "token_valence": 0.1, "teacher": 2.0, "rating": 0.5, "label": 1.0,
    "ema": 0.995,
    "shares": {"film": 1, "product": 0.5, "news": 0.3, "tweet": 0.5, "definition": 0, "example": 0, "lemma": 0, "crop": 0.1},
}


class Corpus:
    """The training table on one device, padded once."""

    def __init__(self, path, device):
        data = np.load(path)
        self.length, self.source, self.split = data["length"].astype(int), data["source"], data["split"]
        width = int(self.length.max())
        self.ids = torch.from_numpy(_padded(data["ids"], self.length, width, 0).astype(np.int16)).to(device)
        self.token_valence = torch.from_numpy(_padded(data["token_valence"], self.length, width, NO_VALENCE)).to(device)
        self.rating, self.valence, self.teacher = (
            torch.from_numpy(data[k]).to(device) for k in ("rating", "valence", "teacher"))
        self.file = torch.from_numpy(data["lexicographer"].astype(np.int64)).to(device)
        self.rating_host = data["rating"]
        self.device = device

    def rows(self, source, split):
        """Indices of one source (None: all) in one split (0 train, 1 validation, 2 dev)."""
        keep = self.split == split
        if source is not None:
            keep &= self.source == SOURCES.index(source)
        return np.flatnonzero(keep)

    def batch(self, rows):
        """Token ids and mask of some rows, cut to the longest."""
        width = int(self.length[rows].max())
        at = torch.from_numpy(rows).to(self.device)
        ids = self.ids[at, :width].long()
        return at, ids, ids != 0


def _padded(flat, length, width, fill):
    out = np.full((len(length), width), fill, flat.dtype)
    out[np.arange(width)[None, :] < length[:, None]] = flat
    return out


def batches(rows, length, tokens, generator):
    """Shuffled batches of similar length with about `tokens` tokens each."""
    rows = generator.permutation(rows)
    noisy = length[rows] + generator.uniform(-2, 2, len(rows))
    rows = rows[np.argsort(noisy, kind="stable")]
    out, begin = [], 0
    while begin < len(rows):
        end = begin + max(8, tokens // max(1, int(length[rows[begin]]) + 2))
        out.append(rows[begin:end])
        begin = end
    return [out[i] for i in generator.permutation(len(out))]


class Extra(nn.Module):
    """Heads that are only used in training."""

    def __init__(self, d, vocabulary):
        super().__init__()
        self.file = nn.Linear(d, 45)
        self.valence = nn.Linear(d, 1)
        self.rating = nn.Linear(d, 1)
        self.token_valence = nn.Linear(d, 1)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.local = nn.Sequential(nn.Linear(3 * d, 256), nn.ReLU(), nn.Linear(256, 3 * 64))

    def routing_from_neighbours(self, rows, mask):
        """A guess of the router logits from a token's embedding row and the two before it: a list per MoE layer."""
        before = F.pad(rows, (0, 0, 2, 0))
        guess = self.local(torch.cat([rows, before[:, 1:-1], before[:, :-2]], -1)[mask])
        return guess.view(len(guess), 3, 64).unbind(1)


def losses(model, extra, corpus, rows, o):
    """The weighted sum of all training losses on one batch, and its parts for the log."""
    at, ids, mask = corpus.batch(rows)
    vocabulary = model.config["vocab_size"]
    given, hidden_at = ids, None
    if o["mask"]:
        dice = torch.rand(ids.shape, device=ids.device)
        hidden_at = (dice < o["mask"]) & (ids > 1)
        given = torch.where((dice < 0.8 * o["mask"]) & hidden_at, vocabulary - 1, ids)
        random = torch.randint(3, vocabulary - 100, ids.shape, device=ids.device)
        given = torch.where((dice >= 0.8 * o["mask"]) & (dice < 0.9 * o["mask"]) & hidden_at, random, given)
    x, router, balance, z = model.encode(given, mask, o["word_drop"])
    pooled = model.pool(x, mask)
    logits = model.classify(pooled)
    parts = {"balance": balance, "z": z}
    if o["confidence"]:
        parts["confidence"] = sum(torch.special.entr(torch.softmax(r, -1)).sum(-1).mean() for r in router) / len(router)
    if o["local"]:
        guess = extra.routing_from_neighbours(model.shared(given), mask)
        parts["local"] = sum(F.cross_entropy(g, torch.softmax(r, -1)) for g, r in zip(guess, router)) / len(router)
    if o["mlm"] and hidden_at is not None:
        scale = model.config["d_model"] ** -0.5 / o["embedding_std"]
        guess = x[hidden_at] @ model.shared.weight.T * scale + extra.bias
        parts["mlm"] = F.cross_entropy(guess, ids[hidden_at]) if len(guess) else logits.sum() * 0
    if o["file"]:
        parts["file"] = _mean(F.cross_entropy(extra.file(pooled), corpus.file[at].clamp(min=0), reduction="none"), corpus.file[at] >= 0)
    if o["valence"]:
        target = corpus.valence[at]
        parts["valence"] = _mean((extra.valence(pooled)[:, 0] - target.nan_to_num()).pow(2) * 10, ~target.isnan())
    if o["token_valence"]:
        target = corpus.token_valence[at, :ids.shape[1]]
        error = (extra.token_valence(x)[..., 0] - target.float() / 40).pow(2) * 10
        parts["token_valence"] = _mean(error, target != NO_VALENCE)
    score = logits[:, 1] - logits[:, 0]
    if o["teacher"]:
        target = torch.sigmoid(o["sharpen"] * torch.logit(corpus.teacher[at]))
        parts["teacher"] = _mean(F.binary_cross_entropy_with_logits(score, target.nan_to_num(0.5), reduction="none"), ~target.isnan())
    rating = corpus.rating[at]
    if o["label"]:
        target = torch.sigmoid(o["slope"] * rating.nan_to_num())
        parts["label"] = _mean(F.binary_cross_entropy_with_logits(score, target, reduction="none"), ~rating.isnan())
    if o["rating"]:
        parts["rating"] = _mean((extra.rating(pooled)[:, 0] - rating.nan_to_num() / 4).pow(2) * 10, ~rating.isnan())
    return sum(o[k] * v for k, v in parts.items()), {k: v.detach() for k, v in parts.items()}


def _mean(values, keep):
    return (values * keep).sum() / keep.sum().clamp(min=1)


@torch.no_grad()
def predict(model, corpus, rows, tokens=16384):
    """Label score (positive minus negative logit) of each row, in order."""
    model.eval()
    out = torch.empty(len(rows), device=corpus.device)
    order = np.argsort(corpus.length[rows], kind="stable")
    for begin in range(0, len(rows), 256):
        chosen = order[begin:begin + 256]
        _, ids, mask = corpus.batch(rows[chosen])
        x = model.encode(ids, mask)[0]
        logits = model.classify(model.pool(x, mask))
        out[torch.from_numpy(chosen).to(out.device)] = logits[:, 1] - logits[:, 0]
    return out.cpu().numpy()


def measure(model, corpus, split):
    """Accuracy and cross-entropy on the labelled film sentences of a split."""
    rows = corpus.rows("film", split)
    rows = rows[np.abs(corpus.rating_host[rows]) >= NEUTRAL]
    score, label = predict(model, corpus, rows), corpus.rating_host[rows] > 0
    loss = np.logaddexp(0, np.where(label, -score, score)).mean()
    return float(((score > 0) == label).mean()), float(loss)


def train(corpus, o, init, out):
    """One run: returns nothing, writes the averaged weights of the best epoch (fine-tuning) or of the end."""
    torch.manual_seed(o["seed"])
    generator = np.random.default_rng(o["seed"])
    model, extra = DemoModel(None, o["drop"], o["embedding_std"], o["router_std"]).to(corpus.device), None
    extra = Extra(model.config["d_model"], model.config["vocab_size"]).to(corpus.device)
    if init:
        state = torch.load(init, map_location=corpus.device)
        model.load_state_dict(state["model"])
        extra.load_state_dict(state["extra"])
    both = nn.ModuleList([model, extra])
    average = copy.deepcopy(both).eval()
    decay = [p for p in both.parameters() if p.dim() >= 2]
    plain = [p for p in both.parameters() if p.dim() < 2]
    optimiser = torch.optim.AdamW([{"params": decay}, {"params": plain, "weight_decay": 0.0}], lr=o["lr"],
                                  weight_decay=o["weight_decay"], betas=(0.9, 0.98), fused=corpus.device != "cpu")
    pool = {s: corpus.rows(s, 0) for s, share in o["shares"].items() if share > 0}

    def epoch_rows():
        """Each source as often as its share says; fractions are drawn anew."""
        out = []
        for s, rows in pool.items():
            whole, rest = divmod(o["shares"][s], 1)
            out += [rows] * int(whole)
            out.append(generator.choice(rows, int(rest * len(rows)), replace=False))
        return np.concatenate(out)

    begin, step, progress, epoch, best = time.time(), 0, 0.0, 0, None
    averaged, current = list(average.parameters()), list(both.parameters())
    while progress < 1:
        plan = batches(epoch_rows(), corpus.length, o["tokens"], generator)
        sums, both_count = {}, 0
        both.train()
        for k, rows in enumerate(plan):
            progress = max((epoch + k / len(plan)) / o["epochs"], (time.time() - begin) / 60 / o["minutes"])
            if progress >= 1:
                break
            rate = min(1.0, (step + 1) / 200, 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
            for g in optimiser.param_groups:
                g["lr"] = o["lr"] * rate
            loss, parts = losses(model, extra, corpus, rows, o)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(both.parameters(), 1.0)
            optimiser.step()
            step += 1
            keep = min(o["ema"], step / (step + 10))
            with torch.no_grad():
                torch._foreach_lerp_(averaged, current, 1 - keep)
            for name, v in parts.items():
                sums[name] = sums.get(name, 0) + v
            both_count += 1
        epoch += 1
        accuracy, loss = measure(average[0], corpus, 1)
        print(f"{pathlib.Path(out).stem} epoch {epoch} step {step} {time.time() - begin:.0f}s val {accuracy:.4f} {loss:.4f} "
              + " ".join(f"{n} {float(v) / max(1, both_count):.3f}" for n, v in sums.items()), flush=True)
        if best is None or not init or (accuracy, -loss) > (best["accuracy"], -best["loss"]):
            best = {"model": copy.deepcopy(average[0].state_dict()), "extra": copy.deepcopy(average[1].state_dict()),
                    "accuracy": accuracy, "loss": loss, "epoch": epoch, "options": o}
    torch.save({k: _cpu(v) if k in ("model", "extra") else v for k, v in best.items()}, out)
    print(f"{pathlib.Path(out).stem} done: val {best['accuracy']:.4f} {best['loss']:.4f} at epoch {best['epoch']}", flush=True)


def _cpu(state):
    return {k: v.cpu() for k, v in state.items()}


def rounded(state):
    """Weights as they will be stored: bf16, widened again."""
    return {k: v.to(torch.bfloat16).float() for k, v in state.items()}


def choose(corpus, paths, out):
    """Pick, on the validation rows, one run or the mean of the weights of runs with one beginning."""
    runs = {pathlib.Path(p).stem: torch.load(p, map_location="cpu") for p in paths}
    for name, run in sorted(runs.items(), key=lambda r: -r[1]["accuracy"]):
        print(f"run {name}: val {run['accuracy']:.4f} {run['loss']:.4f} epoch {run['epoch']}")
    candidates = {name: run["model"] for name, run in runs.items()}
    groups = {}
    for name, run in runs.items():
        groups.setdefault(run["options"].get("init", ""), []).append((run["loss"], name))
    for init, members in groups.items():
        members.sort()
        for size in (2, 3, 4, 6, 8, 12, 16):
            if size <= len(members):
                states = [runs[name]["model"] for _, name in members[:size]]
                candidates[f"mean of the best {size} from {pathlib.Path(init).stem}"] = {
                    k: torch.stack([s[k] for s in states]).mean(0) for k in states[0]}
    model, table = DemoModel().to(corpus.device), []
    for name, state in candidates.items():
        model.load_state_dict(rounded(state))
        accuracy, loss = measure(model, corpus, 1)
        table.append({"name": name, "validation_accuracy": accuracy, "validation_loss": loss})
    table.sort(key=lambda r: (-round(r["validation_accuracy"], 4), r["validation_loss"]))
    for r in table[:20]:
        print(f"candidate {r['name']}: val {r['validation_accuracy']:.4f} {r['validation_loss']:.4f}")
    model.load_state_dict(rounded(candidates[table[0]["name"]]))
    save_model(model, out)
    pathlib.Path(out, "..", "choice.json").resolve().write_text(json.dumps(
        {"chosen": table[0], "candidates": table, "runs": {n: {k: r[k] for k in ("accuracy", "loss", "epoch", "options")}
                                                         for n, r in runs.items()}}, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=("pretrain", "finetune", "choose"))
    parser.add_argument("runs", nargs="*")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--init")
    parser.add_argument("--out", required=True)
    parser.add_argument("--set", nargs="*", default=[], help="options, key=value in JSON")
    a = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = True
    corpus = Corpus(a.work / "corpus.npz", device)
    if a.stage == "choose":
        choose(corpus, a.runs, a.out)
        return
    o = copy.deepcopy(PRETRAIN if a.stage == "pretrain" else FINETUNE)
    for item in a.set:
        key, value = item.split("=", 1)
        assert key in o, f"no such option: {key}"
        value = json.loads(value)
        o[key] = {**o[key], **value} if isinstance(value, dict) else value
    if a.init:
        o["init"] = a.init
    train(corpus, o, a.init, a.out)


if __name__ == "__main__":
    main()
