#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the README's figures from the shipped files, with transformers' own Switch encoder.

    python3 verify.py                                    dev accuracy, hit rates and baselines, load per expert
    python3 verify.py --metrics metrics.json             also write them as JSON
    python3 verify.py --golden ../../tests/fixtures/demo/golden.safetensors

Everything is computed in float32 on the CPU, one sentence at a time without padding.
"""
import argparse
import json
import math
import pathlib

import torch
from safetensors.torch import load_file, save_file
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoTokenizer, SwitchTransformersConfig, SwitchTransformersEncoderModel

from demo_model import PREFIX, load_model, model_identity
from demo_predictor import load_predictor

HERE = pathlib.Path(__file__).resolve().parent


def read_tsv(path):
    """Sentences and labels of a file in SST-2's format."""
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines[0] == "sentence\tlabel"
    rows = [line.split("\t") for line in lines[1:] if line]
    return [r[0] for r in rows], [int(r[1]) for r in rows]


class Reference:
    """transformers' encoder, the head written out, and hooks that keep the router logits."""

    def __init__(self, folder):
        self.config = json.loads((folder / "config.json").read_text())
        stored = {k: v.float() for k, v in load_file(folder / "model.safetensors").items()}
        self.head = {k: v for k, v in stored.items() if not k.startswith(PREFIX)}
        self.tensors = {k.removeprefix(PREFIX): v for k, v in stored.items() if k.startswith(PREFIX)}
        self.encoder = SwitchTransformersEncoderModel(SwitchTransformersConfig.from_pretrained(folder)).float().eval()
        missing, unexpected = self.encoder.load_state_dict(self.tensors, strict=False)
        missing = [name for name in missing if name != "encoder.embed_tokens.weight"]  # tied to shared.weight
        assert not missing and not unexpected, (missing[:3], unexpected[:3])
        self.layers = [i for i in range(self.config["num_layers"]) if f"encoder.block.{i}.layer.1.mlp.router.classifier.weight" in self.tensors]
        self.router = {}
        for i in self.layers:
            classifier = self.encoder.encoder.block[i].layer[1].mlp.router.classifier
            classifier.register_forward_hook(lambda _, __, out, i=i: self.router.__setitem__(i, out.flatten(0, -2)))

    @torch.inference_mode()
    def __call__(self, ids):
        """Last hidden state [L,d], logits [2] and router logits per MoE layer [L,E] of one sentence."""
        given = torch.tensor([ids])
        hidden = self.encoder(input_ids=given, attention_mask=torch.ones_like(given)).last_hidden_state[0]
        h = self.head
        pooled = torch.tanh(h["classifier.dense.weight"] @ hidden.mean(0) + h["classifier.dense.bias"])
        logits = h["classifier.out_proj.weight"] @ pooled + h["classifier.out_proj.bias"]
        return hidden, logits, [self.router[i] for i in self.layers]


def hits(ranking, true, k):
    """How many of the true experts are among the first k of each row of a ranking."""
    return (ranking[:, :k] == true[:, None]).any(1).sum().item()


class TokenTable:
    """Baselines counted on the training rows: experts by token id, and the most frequent experts of the layer."""

    def __init__(self, layers, vocabulary, experts):
        self.count = [torch.zeros(vocabulary, experts) for _ in range(layers)]

    def add(self, ids, routers):
        for count, router in zip(self.count, routers):
            count.index_put_((ids, router.argmax(-1)), torch.ones(len(ids)), accumulate=True)

    def ranking(self, layer, ids):
        """Top 3 by token id (ties and unseen tokens by the layer's frequency), and the layer's top 3."""
        count = self.count[layer]
        total = count.sum(0)
        by_token = (count[torch.tensor(ids)] + total / (total.sum() + 1)).topk(3, -1).indices
        return by_token, total.topk(3).indices.expand(len(ids), 3)


def load_figures(load, distinct):
    """Entropy share, largest share, unused experts and mean distinct experts per sentence for one layer."""
    share = load / load.sum()
    entropy = -(share[share > 0] * share[share > 0].log()).sum() / math.log(len(load))
    return {"entropy": round(entropy.item(), 4), "largest_share": round(share.max().item(), 4),
            "unused_experts": int((load == 0).sum()), "distinct_per_sentence": round(sum(distinct) / len(distinct), 2),
            "tokens_per_expert": [int(n) for n in load]}


def write_golden(path, reference, predictor, rows):
    """Expected tensors of the first sentences, for the engine's tests."""
    out = {}
    for n, ids in enumerate(rows):
        hidden, logits, routers = reference(ids)
        guesses = predict(predictor, reference, ids)
        out[f"input_ids.{n}"] = torch.tensor(ids)
        out[f"last_hidden_state.{n}"], out[f"logits.{n}"] = hidden, logits
        for layer, (router, guess) in enumerate(zip(routers, guesses)):
            out[f"router_logits.{layer}.{n}"], out[f"predictor_logits.{layer}.{n}"] = router, guess
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.clone().contiguous() for k, v in out.items()}, path)
    path.chmod(0o644)
    print(f"{path}: {len(out)} tensors, {path.stat().st_size} bytes")


@torch.inference_mode()
def predict(predictor, reference, ids):
    """The predictor's logits of one sentence, [layers, L, E]."""
    rows = reference.tensors["shared.weight"][torch.tensor([ids])]
    return predictor(rows, torch.ones(1, len(ids), dtype=torch.bool))[:, 0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, default=HERE)
    parser.add_argument("--metrics", type=pathlib.Path)
    parser.add_argument("--golden", type=pathlib.Path)
    a = parser.parse_args()

    tokenizer = AutoTokenizer.from_pretrained(a.folder / "model")
    reference = Reference(a.folder / "model")
    predictor, metadata = load_predictor(a.folder / "predictor.safetensors")
    identity = model_identity(reference.config, reference.tensors)
    assert metadata["model_identity"] == identity, "the predictor belongs to another model"
    sentences, labels = read_tsv(a.folder / "dev.tsv")
    rows = [tokenizer(s)["input_ids"] for s in sentences]
    if a.golden:
        write_golden(a.golden, reference, predictor, rows[:16])
        return

    layers, experts = len(reference.layers), reference.config["num_experts"]
    table = TokenTable(layers, reference.config["vocab_size"], experts)
    own = load_model(a.folder / "model")
    training = sorted((tokenizer(s)["input_ids"] for s in read_tsv(a.folder / "train.tsv")[0]), key=len)
    for begin in range(0, len(training), 64):
        given = pad_sequence([torch.tensor(ids) for ids in training[begin:begin + 64]], batch_first=True)
        with torch.inference_mode():
            table.add(given[given != 0], own.encode(given, given != 0)[1])

    names = ["predictor", "token_table", "most_frequent"]
    hit = {n: torch.zeros(2, layers) for n in names}
    load, distinct = torch.zeros(layers, experts), [[] for _ in range(layers)]
    right, tokens, difference = 0, 0, 0.0
    for ids, label in zip(rows, labels):
        hidden, logits, routers = reference(ids)
        with torch.inference_mode():
            mine = own.encode(torch.tensor([ids]), torch.ones(1, len(ids), dtype=torch.bool))[0][0]
        difference = max(difference, (mine - hidden).abs().max().item())
        right += int(logits.argmax()) == label
        tokens += len(ids)
        for layer, (router, guess) in enumerate(zip(routers, predict(predictor, reference, ids))):
            true = router.argmax(-1)
            load[layer] += torch.bincount(true, minlength=experts)
            distinct[layer].append(len(true.unique()))
            for name, ranking in zip(names, (guess.topk(3, -1).indices, *table.ranking(layer, ids))):
                for row, k in enumerate((1, 3)):
                    hit[name][row, layer] += hits(ranking, true, k)

    metrics = {"dev": {"rows": len(rows), "tokens": tokens, "accuracy": round(right / len(rows), 4),
                       "majority_label": round(max(sum(labels), len(labels) - sum(labels)) / len(labels), 4)},
               "hash_hit_rate": {"chance": {"top1": round(1 / experts, 4), "top3": round(3 / experts, 4)}},
               "expert_load": {}, "model_identity": identity,
               "bytes": {str(p.relative_to(a.folder)): p.stat().st_size for p in sorted(a.folder.rglob("*"))
                         if p.suffix in (".safetensors", ".tsv", ".model", ".npz")}}
    print(f"dev accuracy {right / len(rows):.4f} ({right} of {len(rows)})")
    print(f"largest difference to the training code's hidden states {difference:.2e}")
    for name in names:
        rates = hit[name] / tokens
        metrics["hash_hit_rate"][name] = {
            f"top{k}": {"layers": [round(x, 4) for x in rates[r].tolist()], "mean": round(rates[r].mean().item(), 4)}
            for r, k in enumerate((1, 3))}
        print(f"{name}: top-1 {rates[0].tolist()} mean {rates[0].mean():.4f}; top-3 {rates[1].tolist()} mean {rates[1].mean():.4f}")
    for layer, block in enumerate(reference.layers):
        figures = load_figures(load[layer], distinct[layer])
        metrics["expert_load"][f"encoder.block.{block}.layer.1.mlp"] = figures
        print(f"block {block}:", {k: v for k, v in figures.items() if k != "tokens_per_expert"})
    print(f"tokens per sentence {tokens / len(rows):.1f}, predictor's metadata: top-1 {metadata['held_out_top1']}, top-3 {metadata['held_out_top3']}")
    if a.metrics:
        a.metrics.write_text(json.dumps(metrics, indent=1) + "\n")


if __name__ == "__main__":
    main()
