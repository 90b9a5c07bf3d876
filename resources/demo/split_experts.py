#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spread a model's tokens over all its experts, then train on briefly, and distil the predictor again.

    python3 split_experts.py --work WORK --model MODEL_FOLDER --predictor predictor.safetensors --out OUT [--tune 60] [--distil 60]

For a model whose routers use few of their experts. Each used expert is copied into the unused slots, in proportion to its
tokens; the router's rows of the copies are trained to share those tokens evenly, surely, and without taking others' tokens.
So the model computes nearly what it did. Fine-tuning (--tune seconds, with a larger balance term) then lets the copies
differ; --distil seconds train the predictor on, from the one given.
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

from demo_model import load_model, save_model
from demo_predictor import load_predictor
from train_model import FINETUNE, Corpus, Extra, batches, losses, measure, rounded
from train_predictor import OPTIONS, Targets, distillation, hit_rates

TUNE = {**FINETUNE, "lr": 4e-4, "drop": 0.2, "word_drop": 0.05, "token_valence": 0.0, "rating": 0.0, "balance": 0.1, "z": 0.0,
        "confidence": 0.02, "ema": 0.98}


def split(model, corpus, steps, balance_weight):
    """Replace the unused experts of every MoE layer by copies of the busy ones; trains only the routers' rows."""
    rows = corpus.rows("film", 0)
    rows = rows[np.argsort(corpus.length[rows], kind="stable")]
    blocks = [b for b in model.blocks if b.sparse]
    inputs = [[] for _ in blocks]
    hooks = [b.mlp.router.register_forward_hook(lambda _, given, __, kept=kept: kept.append(given[0].detach()))
             for b, kept in zip(blocks, inputs)]
    with torch.no_grad():
        for begin in range(0, len(rows), 512):
            _, ids, mask = corpus.batch(rows[begin:begin + 512])
            model.encode(ids, mask)
    for hook in hooks:
        hook.remove()
    for number, (block, kept) in enumerate(zip(blocks, inputs)):
        x, old = torch.cat(kept), block.mlp.router.weight.detach().clone()
        experts = len(old)
        owner = (x @ old.T).argmax(-1)
        load = torch.bincount(owner, minlength=experts).float().cpu()
        copies = (load > 0).long()
        while copies.sum() < experts:
            copies[(load / copies.clamp(min=1) * (copies > 0)).argmax()] += 1
        group = torch.repeat_interleave(torch.arange(experts), copies).to(x.device)
        rows_new = (old[group] + 0.15 * torch.randn_like(old)).requires_grad_()
        optimiser = torch.optim.Adam([rows_new], lr=0.02)
        for step in range(steps):
            chosen = torch.randint(len(x), (8192,), device=x.device)
            logits = x[chosen] @ rows_new.T
            p = torch.softmax(logits, -1)
            mine = group[None, :] == owner[chosen][:, None]
            stay = (torch.logsumexp(logits, -1) - torch.logsumexp(logits.masked_fill(~mine, -1e9), -1)).mean()
            share = torch.bincount(logits.argmax(-1), minlength=experts) / len(chosen)
            balance = experts * (share * p.mean(0)).sum()
            unsure = torch.special.entr(p).sum(-1).mean()
            loss = stay + balance_weight * balance + 0.15 * unsure * step / steps
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        new = (x @ rows_new.detach().T).argmax(-1)
        share = torch.bincount(new, minlength=experts) / len(x)
        print(f"MoE layer {number}: {int((load > 0).sum())} experts used before, {int((share > 0).sum())} after, largest share "
              f"{share.max():.3f}, tokens that kept their expert {(group[new] == owner).float().mean():.4f}", flush=True)
        with torch.no_grad():
            block.mlp.router.weight.copy_(rows_new)
            block.mlp.wi.copy_(block.mlp.wi[group].clone())
            block.mlp.wo.copy_(block.mlp.wo[group].clone())


def tune(model, corpus, seconds, o):
    """Fine-tune for some seconds; returns the averaged model."""
    generator = np.random.default_rng(5)
    extra = Extra(model.config["d_model"], model.config["vocab_size"]).to(corpus.device)
    average = copy.deepcopy(model).eval()
    model.drop = o["drop"]
    optimiser = torch.optim.AdamW(model.parameters(), lr=o["lr"], weight_decay=o["weight_decay"], betas=(0.9, 0.98),
                                  fused=corpus.device != "cpu")
    begin, step, progress = time.time(), 0, 0.0
    while progress < 1:
        rows = np.concatenate([corpus.rows("film", 0), *(generator.choice(corpus.rows(s, 0), 800) for s in ("product", "tweet", "news"))])
        for chosen in batches(rows, corpus.length, o["tokens"], generator):
            progress = (time.time() - begin) / seconds
            if progress >= 1:
                break
            model.train()
            for g in optimiser.param_groups:
                g["lr"] = o["lr"] * min(1.0, (step + 1) / 20, 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
            loss, parts = losses(model, extra, corpus, chosen, o)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
            keep = min(o["ema"], step / (step + 10))
            with torch.no_grad():
                torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - keep)
    print(f"fine-tuned {step} steps, " + " ".join(f"{k} {float(v):.3f}" for k, v in parts.items()), flush=True)
    return average


def distil(model, predictor, corpus, seconds, o):
    """Train a predictor on for some seconds; returns the averaged network and its validation hit rates."""
    generator = np.random.default_rng(6)
    pool, held_out = np.concatenate([corpus.rows(s, 0) for s in o["shares"]]), corpus.rows("film", 1)
    targets, table = Targets(model, corpus, np.concatenate([pool, held_out])), model.shared.weight.detach()
    average = copy.deepcopy(predictor).eval()
    optimiser = torch.optim.AdamW(predictor.parameters(), lr=o["lr"], weight_decay=o["weight_decay"], fused=corpus.device != "cpu")
    begin, step, progress = time.time(), 0, 0.0
    while progress < 1:
        for chosen in batches(pool, corpus.length, o["tokens"], generator):
            progress = (time.time() - begin) / seconds
            if progress >= 1:
                break
            predictor.train()
            for g in optimiser.param_groups:
                g["lr"] = o["lr"] * min(1.0, (step + 1) / 20, 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
            _, ids, mask = corpus.batch(chosen)
            student = predictor(F.embedding(ids, table), mask)[:, mask]
            loss = distillation(student, targets.logits[targets.where(chosen, mask)].transpose(0, 1), o)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(predictor.parameters(), 1.0)
            optimiser.step()
            step += 1
            keep = min(0.99, step / (step + 10))
            with torch.no_grad():
                torch._foreach_lerp_(list(average.parameters()), list(predictor.parameters()), 1 - keep)
    rates = hit_rates(average, table, corpus, targets, held_out)
    print(f"predictor: {step} steps, validation top1 {rates[0]} {rates[0].mean():.4f} top3 {rates[1]} {rates[1].mean():.4f}", flush=True)
    return average, rates, len(pool), step * o["tokens"] / corpus.length[pool].sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--predictor", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="gets model/ and predictor.pt (for train_predictor.py choose)")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--balance", type=float, default=1.0)
    parser.add_argument("--tune", type=float, default=60)
    parser.add_argument("--distil", type=float, default=60)
    a = parser.parse_args()
    torch.manual_seed(3)
    torch.backends.cuda.matmul.allow_tf32 = True
    device, begin = "cuda" if torch.cuda.is_available() else "cpu", time.time()
    corpus, model = Corpus(a.work / "corpus.npz", device), load_model(a.model).to(device)
    print(f"validation before: {measure(model, corpus, 1)}, {time.time() - begin:.1f} s", flush=True)
    split(model, corpus, a.steps, a.balance)
    print(f"validation after the split: {measure(model, corpus, 1)}, {time.time() - begin:.1f} s", flush=True)
    model = tune(model, corpus, a.tune, TUNE)
    model.load_state_dict(rounded(model.state_dict()))
    model.eval()
    save_model(model, a.out / "model")
    print(f"validation after fine-tuning: {measure(model, corpus, 1)}, {time.time() - begin:.1f} s", flush=True)
    o = {**OPTIONS, "lr": 3e-3, "hidden": load_predictor(a.predictor)[0].residual_fc.out_features}
    average, rates, rows, epochs = distil(model, load_predictor(a.predictor)[0].to(device), corpus, a.distil, o)
    torch.save({"state": {k: v.cpu() for k, v in average.state_dict().items()}, "top1": float(rates[0].mean()),
                "top3": float(rates[1].mean()), "epoch": round(float(epochs)), "options": o, "rows": rows}, a.out / "predictor.pt")


if __name__ == "__main__":
    main()
