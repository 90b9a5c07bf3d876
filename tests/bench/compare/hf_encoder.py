#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hugging Face's encoder on the GPU, timed: what a user would run instead.

    hf_encoder.py MODEL --mode standard|offload CASE...        CASE = TOKENS.jsonl:BATCH_SIZE:BATCHES

standard: everything on the GPU. offload: experts in host memory, moved by `accelerate` when they are called. Prints one
JSON object for each case: latency of a batch (milliseconds, three batches of warm-up left out), samples a second.
"""
import argparse
import json
import statistics
import time

import torch
from transformers import SwitchTransformersEncoderModel


def load(folder, mode):
    model = SwitchTransformersEncoderModel.from_pretrained(folder, dtype=torch.bfloat16).eval()
    if mode == "standard":
        return model.to("cuda")
    from accelerate import dispatch_model

    places = {name: "cpu" if ".experts." in name else 0 for name, module in model.named_modules()
              if not list(module.children()) and list(module.parameters(recurse=False))}
    return dispatch_model(model, device_map=places, main_device=0)


def measure(model, tokens, size, count):
    rows = [json.loads(line)["input_ids"] for line in open(tokens, encoding="utf-8")]
    times = []
    for number in range(3 + count):
        first = number * size % (len(rows) - size + 1)
        batch = rows[first:first + size]
        width = max(map(len, batch))
        ids = torch.tensor([row + [0] * (width - len(row)) for row in batch], device="cuda")
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in batch], device="cuda")
        torch.cuda.synchronize()
        begin = time.perf_counter()
        model(input_ids=ids, attention_mask=mask)
        torch.cuda.synchronize()
        times.append((time.perf_counter() - begin) * 1e3)
    times = sorted(times[3:])
    return {"p50": statistics.median(times), "p95": times[int(0.95 * (len(times) - 1))],
            "samples_per_s": size * len(times) / sum(times) * 1e3, "batches": len(times)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--mode", choices=("standard", "offload"), required=True)
    parser.add_argument("cases", nargs="+")
    arguments = parser.parse_args()
    with torch.inference_mode():
        model = load(arguments.model, arguments.mode)
        for case in arguments.cases:
            tokens, size, count = case.rsplit(":", 2)
            print(json.dumps({"case": case, **measure(model, tokens, int(size), int(count))}), flush=True)


if __name__ == "__main__":
    main()
