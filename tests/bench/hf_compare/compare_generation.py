#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hugging Face's greedy generation beside `sida run --task seq2seq`: same model, tokens, threads, batch and precision.

    compare_generation.py MODEL --sida build/release/bin/sida [--make] [--batch-size 1 8] [--new-tokens 32] [--json OUT]

--make first writes a model with switch-base-8's sizes and random weights to MODEL (2.5 GB). Sources are random ids. Both
sides run on the CPU in float32, are warmed up by a first pass and timed without loading, encoder included; of several
rounds in turn the best counts. Ids are compared: the figure says nothing if both do not do the same work.
"""
import argparse
import json
import random
import subprocess
import tempfile
import time
from pathlib import Path

import torch
import transformers
from transformers import SwitchTransformersConfig, SwitchTransformersForConditionalGeneration


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--sida", required=True)
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--batch-size", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--new-tokens", type=int, default=32)
    parser.add_argument("--source-tokens", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="write the figures there too")
    return parser.parse_args()


def make(folder):
    torch.manual_seed(1)
    config = SwitchTransformersConfig(
        d_model=768, d_kv=64, d_ff=3072, num_layers=12, num_decoder_layers=12, num_heads=12, num_experts=8,
        num_sparse_encoder_layers=6, num_sparse_decoder_layers=6, encoder_sparse_step=2, decoder_sparse_step=2,
        decoder_start_token_id=0)
    model = SwitchTransformersForConditionalGeneration(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() == 2 and not any(word in name for word in ("shared", "embed", "router")):
                weight.normal_(std=weight.shape[1] ** -0.5)
    model.save_pretrained(folder)


def hugging_face(model, sources, batch_size, new_tokens):
    """Seconds, and the ids that were made."""
    made, begin = [], time.perf_counter()
    for first in range(0, len(sources), batch_size):
        ids = torch.tensor(sources[first:first + batch_size])
        out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=new_tokens,
                             do_sample=False, num_beams=1)
        made += out[:, 1:].tolist()
    return time.perf_counter() - begin, [row[:row.index(1) + 1] if 1 in row else row for row in made]


def sida(arguments, data, batch_size, folder):
    outputs = Path(folder) / "out.jsonl"
    command = [arguments.sida, "run", "--model", arguments.model, "--dataset", str(data), "--task", "seq2seq",
               "--policy", "resident", "--threads", str(arguments.threads), "--batch-size", str(batch_size),
               "--max-new-tokens", str(arguments.new_tokens), "--repeat", "2", "--outputs", str(outputs), "--json"]
    answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    # Two passes of the same work; loading and the first touch of the slots are not in `seconds`.
    return answer["seconds"] / 2, [json.loads(line)["generated_ids"] for line in open(outputs, encoding="utf-8")]


def main():
    arguments = parse_arguments()
    if arguments.make:
        make(arguments.model)
    torch.set_num_threads(arguments.threads)
    model = SwitchTransformersForConditionalGeneration.from_pretrained(arguments.model, dtype=torch.float32).eval()
    numbers = random.Random(7)
    results = []
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        for batch_size in arguments.batch_size:
            sources = [[numbers.randrange(2, 32000) for _ in range(arguments.source_tokens - 1)] + [1]
                       for _ in range(batch_size)]
            data = Path(folder) / "sources.jsonl"
            data.write_text("".join(json.dumps({"input_ids": ids}) + "\n" for ids in sources))
            hugging_face(model, sources, batch_size, 4)
            theirs = ours = float("inf")
            for _ in range(arguments.rounds):
                seconds, their_ids = hugging_face(model, sources, batch_size, arguments.new_tokens)
                theirs = min(theirs, seconds)
                seconds, our_ids = sida(arguments, data, batch_size, folder)
                ours = min(ours, seconds)
            same = sum(a == b for a, b in zip(their_ids, our_ids))
            tokens = sum(map(len, our_ids))
            results.append({"batch_size": batch_size, "threads": arguments.threads, "tokens": tokens,
                            "hugging_face_tokens_per_s": tokens / theirs, "sida_tokens_per_s": tokens / ours,
                            "ratio": theirs / ours, "equal_samples": same})
            print(f"batch {batch_size}, {tokens} new tokens, {arguments.threads} threads: Hugging Face "
                  f"{tokens / theirs:.1f} tokens/s, sida {tokens / ours:.1f} tokens/s, {theirs / ours:.2f} times as fast; "
                  f"{same} of {batch_size} samples with equal ids")
    if arguments.json:
        report = {"model": arguments.model, "upstream": f"transformers {transformers.__version__}, "
                  f"torch {torch.__version__}", "results": results}
        Path(arguments.json).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
