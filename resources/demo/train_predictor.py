#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distil the model's routers into the predictor.

    python3 train_predictor.py train  --work WORK --model MODEL_FOLDER --out predictor.pt [--set key=value ...]
    python3 train_predictor.py choose --work WORK --model MODEL_FOLDER --out predictor.safetensors run1.pt run2.pt ...

Inputs are the stored embedding rows, targets the router logits of the stored model over real tokens (</s> included, padding
never). Early stopping and the choice between runs use the validation part of the film sentences; dev is read only by
`choose`, once, for the figures in the file's metadata.
"""
import argparse
import copy
import datetime
import json
import math
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from demo_model import PREFIX, load_model, model_identity
from demo_predictor import Predictor, save_predictor
from train_model import Corpus, batches

OPTIONS = {"seed": 1, "hidden": 128, "minutes": 2.0, "epochs": 30.0, "lr": 2e-3, "weight_decay": 0.01, "tokens": 4096,
           "top_t": 30, "l1": 1.0, "ce": 0.005, "word_drop": 0.0, "ema": 0.998, "max_rows": 0,
           "shares": {"film": 1, "product": 1, "news": 1, "tweet": 1}}


class Targets:
    """Router logits of chosen rows, computed once with the frozen model: [tokens, layers, experts]."""

    def __init__(self, model, corpus, rows):
        self.begin = np.zeros(len(corpus.length), np.int64)
        self.begin[rows] = np.cumsum(corpus.length[rows]) - corpus.length[rows]
        sparse = sum(b.sparse for b in model.blocks)
        self.logits = torch.empty(int(corpus.length[rows].sum()), sparse, model.config["num_experts"], device=corpus.device)
        order = rows[np.argsort(corpus.length[rows], kind="stable")]
        with torch.no_grad():
            for at in range(0, len(order), 512):
                chosen = order[at:at + 512]
                _, ids, mask = corpus.batch(chosen)
                self.logits[self.where(chosen, mask)] = torch.stack(model.encode(ids, mask)[1], 1)

    def where(self, rows, mask):
        """Positions of the rows' real tokens, row-major."""
        begin = torch.from_numpy(self.begin[rows]).to(mask.device)
        return (begin[:, None] + torch.arange(mask.shape[1], device=mask.device))[mask]


def distillation(student, teacher, o):
    """Truncated L1 between softmaxes over the teacher's top T, plus weighted cross-entropy against its argmax."""
    top, at = teacher.topk(min(o["top_t"], teacher.shape[-1]), -1)
    gap = (torch.softmax(student.gather(-1, at), -1) - torch.softmax(top, -1)).abs().mean()
    return o["l1"] * gap + o["ce"] * F.cross_entropy(student.flatten(0, -2), at[..., 0].flatten())


@torch.no_grad()
def hit_rates(predictor, table, corpus, targets, rows):
    """Share of real tokens whose expert is in the predictor's top 1 and top 3, per layer."""
    hits, tokens = 0, 0
    order = rows[np.argsort(corpus.length[rows], kind="stable")]
    for at in range(0, len(order), 512):
        chosen = order[at:at + 512]
        _, ids, mask = corpus.batch(chosen)
        guess = predictor(F.embedding(ids, table), mask)[:, mask].topk(3, -1).indices
        true = targets.logits[targets.where(chosen, mask)].argmax(-1).T[..., None]
        hits = hits + torch.stack([(guess[..., :k] == true).any(-1).sum(-1) for k in (1, 3)])
        tokens += guess.shape[1]
    return (hits / tokens).cpu().numpy()  # [top 1 or 3, layer]


def moe_layers(model):
    """Canonical names of the MoE layers in execution order."""
    return [f"encoder.block.{i}.layer.1.mlp" for i, b in enumerate(model.blocks) if b.sparse]


def train(corpus, model, o, out):
    """One run; keeps the averaged weights of the epoch with the best validation top-1."""
    torch.manual_seed(o["seed"])
    generator = np.random.default_rng(o["seed"])
    pool = {s: corpus.rows(s, 0) for s, share in o["shares"].items() if share > 0}
    if o["max_rows"]:
        pool = {s: rows[:o["max_rows"]] for s, rows in pool.items()}
    held_out = corpus.rows("film", 1)
    targets = Targets(model, corpus, np.concatenate(list(pool.values()) + [held_out]))
    table = model.shared.weight.detach()
    vocabulary = model.config["vocab_size"]
    predictor = Predictor(model.config["d_model"], o["hidden"], model.config["num_experts"], moe_layers(model)).to(corpus.device)
    average = copy.deepcopy(predictor).eval()
    optimiser = torch.optim.AdamW(predictor.parameters(), lr=o["lr"], weight_decay=o["weight_decay"], fused=corpus.device != "cpu")
    begin, step, epoch, progress, best = time.time(), 0, 0, 0.0, None
    name = pathlib.Path(out).stem
    while progress < 1:
        rows = np.concatenate([generator.choice(r, max(1, int(min(1, o["shares"][s]) * len(r))), replace=False)
                               for s, r in pool.items()])
        plan = batches(rows, corpus.length, o["tokens"], generator)
        predictor.train()
        total, used = 0.0, 0
        for k, chosen in enumerate(plan):
            progress = max((epoch + k / len(plan)) / o["epochs"], (time.time() - begin) / 60 / o["minutes"])
            if progress >= 1:
                break
            for g in optimiser.param_groups:
                g["lr"] = o["lr"] * min(1.0, (step + 1) / 100, 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
            _, ids, mask = corpus.batch(chosen)
            inputs = ids
            if o["word_drop"]:
                lost = (torch.rand(ids.shape, device=ids.device) < o["word_drop"]) & (ids > 2)
                inputs = torch.where(lost, vocabulary - 1, ids)
            student = predictor(F.embedding(inputs, table), mask)[:, mask]
            loss = distillation(student, targets.logits[targets.where(chosen, mask)].transpose(0, 1), o)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(predictor.parameters(), 1.0)
            optimiser.step()
            step += 1
            keep = min(o["ema"], step / (step + 10))
            with torch.no_grad():
                torch._foreach_lerp_(list(average.parameters()), list(predictor.parameters()), 1 - keep)
            total, used = total + loss.detach(), used + 1
        epoch += 1
        rates = hit_rates(average, table, corpus, targets, held_out)
        if epoch % 5 == 1 or progress >= 1:
            print(f"{name} epoch {epoch} {time.time() - begin:.0f}s loss {float(total) / max(1, used):.5f} "
                  f"top1 {rates[0].round(3)} {rates[0].mean():.4f} top3 {rates[1].round(3)} {rates[1].mean():.4f}", flush=True)
        if best is None or rates[0].mean() > best["top1"]:
            best = {"state": {k: v.cpu().clone() for k, v in average.state_dict().items()}, "top1": float(rates[0].mean()),
                    "top3": float(rates[1].mean()), "epoch": epoch, "options": o, "rows": int(sum(map(len, pool.values())))}
    torch.save(best, out)
    print(f"{name} done: validation top1 {best['top1']:.4f} top3 {best['top3']:.4f} at epoch {best['epoch']}", flush=True)


def choose(corpus, model, folder, paths, out, prefer_hidden):
    """Write the run with the best validation top-1 (of one width, if asked), with the dev figures in its metadata."""
    runs = [(pathlib.Path(p).stem, torch.load(p, map_location="cpu")) for p in paths]
    runs.sort(key=lambda r: -r[1]["top1"])
    for name, r in runs:
        print(f"predictor {name}: validation top1 {r['top1']:.4f} top3 {r['top3']:.4f} hidden {r['options']['hidden']} "
              f"epoch {r['epoch']} rows {r['rows']}")
    name, run = next((r for r in runs if prefer_hidden in (0, r[1]["options"]["hidden"])), runs[0])
    o, layers, c = run["options"], moe_layers(model), model.config
    predictor = Predictor(c["d_model"], o["hidden"], c["num_experts"], layers).to(corpus.device)
    predictor.load_state_dict(run["state"])
    predictor.eval()
    dev = corpus.rows("film", 2)
    dev = dev[np.abs(corpus.rating_host[dev]) >= 0.3]
    rates = hit_rates(predictor, model.shared.weight, corpus, Targets(model, corpus, dev), dev)
    print(f"chosen {name}: dev top1 {rates[0]} {rates[0].mean():.4f} top3 {rates[1]} {rates[1].mean():.4f}")
    stored = {k.removeprefix(PREFIX): v for k, v in load_file(pathlib.Path(folder) / "model.safetensors").items()}
    save_predictor(predictor, out, {
        "format": "sida-predictor", "version": 1, "kind": "lstm", "model_identity": model_identity(c, stored),
        "moe_layers": ",".join(layers), "experts": ",".join([str(c["num_experts"])] * len(layers)),
        "embedding_dim": c["d_model"], "hidden_dim": o["hidden"], "sparsemax": "textbook", "loss": "truncated-l1",
        "top_t": o["top_t"], "ce_weight": o["ce"], "held_out_top1": f"{rates[0].mean():.4f}",
        "held_out_top3": f"{rates[1].mean():.4f}", "trained_rows": run["rows"], "epochs": run["epoch"], "seed": o["seed"],
        "created": datetime.date.today().isoformat(), "creator": "train_predictor.py"})
    table = [{"name": n, "validation_top1": r["top1"], "validation_top3": r["top3"], "best_epoch": r["epoch"], "rows": r["rows"],
              "options": r["options"]} for n, r in runs]
    pathlib.Path(out).with_name("predictor_runs.json").write_text(json.dumps({"chosen": name, "runs": table}, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=("train", "choose"))
    parser.add_argument("runs", nargs="*")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--hidden", type=int, default=0, help="choose among runs of this width")
    parser.add_argument("--set", nargs="*", default=[], help="options, key=value in JSON")
    a = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    corpus = Corpus(a.work / "corpus.npz", device)
    model = load_model(a.model).to(device)
    if a.stage == "choose":
        choose(corpus, model, a.model, a.runs, a.out, a.hidden)
        return
    o = copy.deepcopy(OPTIONS)
    for item in a.set:
        key, value = item.split("=", 1)
        assert key in o, f"no such option: {key}"
        value = json.loads(value)
        o[key] = {**o[key], **value} if isinstance(value, dict) else value
    train(corpus, model, o, a.out)


if __name__ == "__main__":
    main()
