# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains a small Switch encoder-decoder for the study in docs/predictors.md, "Decoders".

Needs torch and transformers (5.17):  python swapped_words.py ../../../../resources/demo/train.tsv OUT [minutes]

The task is a translation into a made-up language: neighbouring words change places and every word becomes its
counterpart under a fixed permutation of the 1,200 most frequent ones. Words, and so the decoder's inputs, keep
the frequencies of English. OUT gets `model`, `train.jsonl` and `dev.jsonl` (input_ids and labels).
"""
import collections
import json
import pathlib
import random
import re
import sys
import time

import torch
from transformers import SwitchTransformersConfig, SwitchTransformersForConditionalGeneration

WORDS, FIRST = 1200, 3  # ids: 0 padding, 1 end, 2 unknown, words from 3
LONGEST = 14


def sentences(path):
    for line in pathlib.Path(path).read_text().splitlines()[1:]:
        words = re.findall(r"[a-z']+", line.split("\t")[0].lower())
        if 3 <= len(words):
            yield words[:LONGEST]


def pairs(path):
    texts = list(sentences(path))
    counts = collections.Counter(word for text in texts for word in text)
    ids = {word: FIRST + i for i, (word, _) in enumerate(counts.most_common(WORDS))}
    rng = random.Random(1)
    counterpart = list(range(FIRST, FIRST + WORDS))
    rng.shuffle(counterpart)
    table = {2: 2, **{FIRST + i: c for i, c in enumerate(counterpart)}}
    made, seen = [], set()
    for text in texts:
        source = [ids.get(word, 2) for word in text]
        if tuple(source) in seen:
            continue
        seen.add(tuple(source))
        swapped = source[:]
        for i in range(0, len(swapped) - 1, 2):
            swapped[i], swapped[i + 1] = swapped[i + 1], swapped[i]
        made.append((source + [1], [table[token] for token in swapped] + [1]))
    rng.shuffle(made)
    return made


def batch_of(rows):
    length, width = max(len(s) for s, _ in rows), max(len(t) for _, t in rows)
    ids, labels = torch.zeros(len(rows), length, dtype=torch.long), torch.full((len(rows), width), -100)
    for i, (source, target) in enumerate(rows):
        ids[i, : len(source)] = torch.tensor(source)
        labels[i, : len(target)] = torch.tensor(target)
    return dict(input_ids=ids, attention_mask=(ids != 0).long(), labels=labels)


def main():
    out, minutes = pathlib.Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 8
    out.mkdir(parents=True, exist_ok=True)
    made = pairs(sys.argv[1])
    dev, train = made[:400], made[400:]
    for name, rows in (("train", train), ("dev", dev)):
        with open(out / f"{name}.jsonl", "w") as file:
            for source, target in rows:
                file.write(json.dumps({"input_ids": source, "labels": target}) + "\n")
    torch.manual_seed(1)
    config = SwitchTransformersConfig(
        vocab_size=1216, d_model=96, d_kv=24, d_ff=192, num_heads=4, num_layers=4, num_decoder_layers=6,
        num_sparse_encoder_layers=2, num_sparse_decoder_layers=3, num_experts=32, expert_capacity=4096,
        router_jitter_noise=0.01, dropout_rate=0.0,
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1, tie_word_embeddings=False)
    kept = out / "model"  # a second call goes on
    model = (SwitchTransformersForConditionalGeneration.from_pretrained(kept) if kept.exists()
             else SwitchTransformersForConditionalGeneration(config))
    # The release's own auxiliary loss fails on these models, so the routers are listened to here.
    logits = []
    for name, module in model.named_modules():
        if name.endswith("router.classifier"):
            module.register_forward_hook(lambda _module, _inputs, output: logits.append(output.flatten(0, -2)))
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
    rng, begin, step = random.Random(2), time.time(), 0
    while time.time() - begin < 60 * minutes:
        share = (time.time() - begin) / (60 * minutes)
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * min(1, (step + 1) / 100) * max(0.02, 1 - share)
        logits.clear()
        loss = model(**batch_of(rng.sample(train, 48))).loss
        balance = 0
        for values in logits:
            shares = values.softmax(-1)
            used = torch.nn.functional.one_hot(shares.argmax(-1), shares.size(-1)).float()
            balance = balance + shares.size(-1) * (used.mean(0) * shares.mean(0)).sum()
        optimiser.zero_grad()
        (loss + 0.01 * balance).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step % 100 == 0:
            print(step, round(loss.item(), 3), round(time.time() - begin), "s", flush=True)
            model.save_pretrained(out / "model")
    model.eval()
    with torch.no_grad():
        batch = batch_of(dev)
        right = model(**batch).logits.argmax(-1) == batch["labels"]
        print("teacher-forced accuracy", (right & (batch["labels"] != -100)).sum().item()
              / (batch["labels"] != -100).sum().item())
    model.save_pretrained(out / "model")


if __name__ == "__main__":
    main()
