#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dictionary glosses as token ids: the data of shadow.py.

    python3 glosses.py WORDNET_FOLDER glosses.npz

WORDNET_FOLDER holds data.noun, data.verb, data.adj and data.adv (Debian's wordnet-base). The label is the lexicographer's file
the entry is from (45 of them). Equal glosses are kept once; one in twenty is held out. Needs numpy and sentencepiece.
"""
import io
import pathlib
import sys

import numpy as np
import sentencepiece

VOCABULARY = 8192
LONGEST = 48


def main(folder, out):
    labels = {}
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").open(encoding="latin-1"):
            if not line.startswith("  "):
                head, gloss = line.split(" | ", 1)
                labels.setdefault(gloss.split(';  "')[0].split('; "')[0].strip(), int(head.split()[1]))
    text = sorted(labels)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text), model_writer=model, vocab_size=VOCABULARY - 1, model_type="unigram", pad_id=0, eos_id=1,
        unk_id=2, bos_id=-1, minloglevel=2)
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = [row[:LONGEST - 1] + [1] for row in pieces.encode(text)]
    split = (np.random.default_rng(0).random(len(text)) < 0.05).astype(np.uint8)
    np.savez_compressed(
        out, ids=np.concatenate(ids).astype(np.int16), length=np.array([len(row) for row in ids], np.int16),
        label=np.array([labels[t] for t in text], np.uint8), split=split)
    print(f"{len(text)} glosses, {sum(map(len, ids)) / len(ids):.1f} tokens each, {len(set(labels.values()))} labels")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
