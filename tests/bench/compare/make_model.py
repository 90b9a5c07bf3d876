#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Switch encoder with random weights as a checkpoint folder, and token files.

    make_model.py model OUT --experts 128 [--device cuda]
    make_model.py tokens OUT.jsonl --rows 300 --length 25 [--seed 7]

The model has the sizes of switch-base (width 768, inner width 3072, 12 blocks of which 6 have experts) in bfloat16. Tokens
follow Zipf's law (exponent 1.1) and end in </s>: with tokens drawn evenly every cache would hit its share of the experts
and no prediction could help. The seed draws other sentences of the same language, so that a predictor can learn from one
file and be judged on another.
"""
import argparse
import json
import pathlib

import numpy


def write_model(out, experts, device):
    import torch
    from transformers import SwitchTransformersConfig, SwitchTransformersEncoderModel

    torch.manual_seed(7)
    torch.set_default_dtype(torch.bfloat16)
    config = SwitchTransformersConfig(
        d_model=768, d_kv=64, d_ff=3072, num_heads=12, num_layers=12, num_decoder_layers=12, num_sparse_encoder_layers=6,
        num_sparse_decoder_layers=6, num_experts=experts, expert_capacity=64, vocab_size=32128, dropout_rate=0.0)
    with torch.device(device):
        model = SwitchTransformersEncoderModel(config)
    model.eval().save_pretrained(out, max_shard_size="4GB")


def write_tokens(out, rows, length, seed, vocabulary=32000):
    language = numpy.random.default_rng(7).permutation(numpy.arange(3, vocabulary))  # which word is how frequent
    weights = 1.0 / numpy.arange(1, language.size + 1) ** 1.1
    ranks = numpy.random.default_rng(seed).choice(language.size, size=(rows, length - 1), p=weights / weights.sum())
    with open(out, "w", encoding="utf-8") as file:
        for row in ranks:
            file.write(json.dumps({"input_ids": [int(language[rank]) for rank in row] + [1]}) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    model = kinds.add_parser("model")
    model.add_argument("out", type=pathlib.Path)
    model.add_argument("--experts", type=int, required=True)
    model.add_argument("--device", default="cpu")
    tokens = kinds.add_parser("tokens")
    tokens.add_argument("out", type=pathlib.Path)
    tokens.add_argument("--rows", type=int, required=True)
    tokens.add_argument("--length", type=int, required=True)
    tokens.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    if arguments.kind == "model":
        write_model(arguments.out, arguments.experts, arguments.device)
    else:
        write_tokens(arguments.out, arguments.rows, arguments.length, arguments.seed)


if __name__ == "__main__":
    main()
