#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hugging Face's encoder beside `sida run --policy resident`: same model, tokens, threads, batch and precision.

    compare.py MODEL TOKENS.jsonl --sida build/release/bin/sida [--batch-size 1 8] [--threads 2] [--json OUT]

TOKENS.jsonl holds one object with "input_ids" a line. Both sides run on the CPU in float32, batch the sentences in the
file's order, are warmed up first, and are timed without loading; each is measured several times in turn and its best
round counts, so that other work on the machine falls on both alike. A classifier head is run on both sides.
"""
import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("tokens")
    parser.add_argument("--sida", required=True, help="the `sida` program, or forward_bench where there is none yet")
    parser.add_argument("--batch-size", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="write the figures there too")
    return parser.parse_args()


class HuggingFace:
    """The encoder with the classifier head written out, as a user would call it."""

    def __init__(self, folder, threads):
        import torch
        from safetensors import safe_open
        from transformers import SwitchTransformersEncoderModel

        self.torch = torch
        torch.set_num_threads(threads)
        state, head = {}, {}
        for path in sorted(Path(folder).glob("model*.safetensors")):
            with safe_open(path, "pt") as file:
                for name in file.keys():
                    target = head if name.startswith("classifier.") else state
                    target[name.removeprefix("switch_transformers.")] = file.get_tensor(name).float()
        config = SwitchTransformersEncoderModel.config_class.from_pretrained(folder)
        self.encoder = SwitchTransformersEncoderModel(config).eval()
        wanted = {name: value for name, value in state.items() if name.startswith(("encoder.", "shared."))}
        missing, unexpected = self.encoder.load_state_dict(wanted, strict=False)
        lost = [name for name in missing if "embed_tokens" not in name and name != "shared.weight"]
        if lost or unexpected:
            sys.exit(f"{folder}: not loaded completely: {lost + list(unexpected)}")
        self.head = head
        from transformers import __version__
        self.version = f"transformers {__version__}, torch {torch.__version__}"

    def run(self, ids, mask):
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        if not self.head:
            return hidden
        linear = self.torch.nn.functional.linear
        weight = mask.unsqueeze(-1).float()
        mean = (hidden * weight).sum(1) / weight.sum(1)
        dense = linear(mean, self.head["classifier.dense.weight"], self.head["classifier.dense.bias"]).tanh()
        return linear(dense, self.head["classifier.out_proj.weight"], self.head["classifier.out_proj.bias"])

    def samples_per_second(self, sentences, batch_size):
        torch = self.torch
        batches = []
        for first in range(0, len(sentences) - batch_size + 1, batch_size):
            rows = sentences[first:first + batch_size]
            width = max(map(len, rows))
            batches.append((torch.tensor([row + [0] * (width - len(row)) for row in rows]),
                            torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])))
        with torch.inference_mode():
            for batch in batches[:5]:
                self.run(*batch)
            begin = time.perf_counter()
            for batch in batches:
                self.run(*batch)
            seconds = time.perf_counter() - begin
        return len(batches) * batch_size / seconds


def sida_samples_per_second(arguments, batch_size):
    if Path(arguments.sida).name == "forward_bench":
        command = [arguments.sida, "--benchmark_format=json", "--benchmark_min_time=1",
                   f"--benchmark_filter=batch:{batch_size}/threads:{arguments.threads}/"]
        environment = {**os.environ, "SIDA_BENCH_MODEL": arguments.model, "SIDA_BENCH_TOKENS": arguments.tokens}
        answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        return json.loads(answer)["benchmarks"][0]["items_per_second"]
    command = [arguments.sida, "run", "--model", arguments.model, "--dataset", arguments.tokens, "--task", "text",
               "--policy", "resident", "--device", "cpu", "--dtype", "f32", "--threads", str(arguments.threads),
               "--batch-size", str(batch_size), "--repeat", "2", "--json"]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(answer)["throughput"]["samples_per_s"]


def main():
    arguments = parse_arguments()
    sentences = [json.loads(line)["input_ids"] for line in open(arguments.tokens, encoding="utf-8")]
    upstream = HuggingFace(arguments.model, arguments.threads)
    results = []
    for batch_size in arguments.batch_size:
        theirs = ours = 0.0
        for _ in range(arguments.rounds):
            theirs = max(theirs, upstream.samples_per_second(sentences, batch_size))
            ours = max(ours, sida_samples_per_second(arguments, batch_size))
        results.append({"batch_size": batch_size, "threads": arguments.threads, "hugging_face_samples_per_s": theirs,
                        "sida_samples_per_s": ours, "ratio": ours / theirs})
        print(f"batch {batch_size}, {arguments.threads} threads: Hugging Face {theirs:,.1f} samples/s, "
              f"sida {ours:,.1f} samples/s, {ours / theirs:.2f} times as fast")
    report = {"model": arguments.model, "sentences": len(sentences), "tokens": sum(map(len, sentences)),
              "upstream": upstream.version, "results": results}
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
