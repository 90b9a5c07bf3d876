#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""switch-base-8 in real size, with random weights: does transformers load what `sida convert` wrote, does the engine load
what transformers saved, and do both say the same?

  real_size.py --sida PROGRAM --work FOLDER [--threads N]

One line PASS or FAIL for each check; exit status 1 if one failed. Needs torch, transformers and safetensors, 8 GB of disk
in FOLDER and 12 GB of memory. What each form of the model is:

  bin          as Google publishes it: torch files in shards with an index, bf16 with routers in f32, all four tied copies,
               experts of a layer spread over the shards
  saved        what transformers' own save_pretrained writes of it, in f32
  converted    what `sida convert` makes of `bin`
"""
import argparse
import collections
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import torch
import transformers
from safetensors import safe_open
from transformers import SwitchTransformersConfig, SwitchTransformersForConditionalGeneration
from transformers.models.switch_transformers import modeling_switch_transformers as upstream

LENGTHS = [1, 5, 17, 33, 64, 128]
TARGETS = [1, 3, 8, 12, 20, 32]
NEW_TOKENS = 16
SHARDS = 3
TOLERANCE = 1e-4  # of the largest value
BASE_8 = dict(
    vocab_size=32128, d_model=768, d_kv=64, d_ff=3072, num_layers=12, num_decoder_layers=12, num_heads=12, num_experts=8,
    num_sparse_encoder_layers=6, num_sparse_decoder_layers=6, encoder_sparse_step=2, decoder_sparse_step=2,
    expert_capacity=64, router_bias=False, router_dtype="float32", router_jitter_noise=0.0, dropout_rate=0.1,
    layer_norm_epsilon=1e-6, decoder_start_token_id=0, pad_token_id=0, eos_token_id=1)


class Checks:
    def __init__(self):
        self.failed = 0
        self.begin = time.monotonic()

    def say(self, good, what, detail=""):
        self.failed += not good
        print(f"{'PASS' if good else 'FAIL'}  {what}{': ' + detail if detail else ''}", flush=True)

    def step(self, what):
        print(f"      {time.monotonic() - self.begin:6.1f} s  {what}", flush=True)


def deviation(name, weight, config):
    """Of the random numbers: upstream's own, so that rounding is not amplified from layer to layer (queries are not scaled
    otherwise), but for the position bias, which is to matter."""
    if "relative_attention_bias" in name:
        return 0.5
    if "shared" in name or "embed" in name:
        return 1.0
    if name.endswith(".q.weight"):
        return (config.d_model * config.d_kv) ** -0.5
    return weight.shape[1] ** -0.5


def make_model():
    """Random weights, all of them bf16 numbers, so that each form holds the same values."""
    config = SwitchTransformersConfig(**BASE_8)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    with torch.device("meta"):
        model = SwitchTransformersForConditionalGeneration(config)
    torch.set_default_dtype(before)
    model = model.to_empty(device="cpu")
    model.tie_weights()
    model.eval()
    generator = torch.Generator().manual_seed(8)
    with torch.no_grad():
        for name, weight in sorted(model.named_parameters()):
            if "layer_norm" in name:
                weight.copy_(1 + 0.2 * torch.randn(weight.shape, generator=generator))
            else:
                weight.normal_(std=deviation(name, weight, config), generator=generator)
            weight.copy_(weight.bfloat16().float())
    return model


def write_bin(model, folder):
    """As the original repositories are: transformers 5 writes no such files any more."""
    folder.mkdir()
    shards = [collections.OrderedDict() for _ in range(SHARDS)]
    where = {}
    total = 0
    tensors = dict(model.state_dict())
    for copy in ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"):
        tensors[copy] = tensors["shared.weight"]
    for number, (name, tensor) in enumerate(tensors.items()):
        stored = tensor.clone() if "router" in name else tensor.bfloat16()
        shards[number % SHARDS][name] = stored
        where[name] = f"pytorch_model-{number % SHARDS + 1:05}-of-{SHARDS:05}.bin"
        total += stored.numel() * stored.element_size()
    for number, shard in enumerate(shards):
        torch.save(shard, folder / f"pytorch_model-{number + 1:05}-of-{SHARDS:05}.bin")
    (folder / "pytorch_model.bin.index.json").write_text(
        json.dumps({"metadata": {"total_size": total}, "weight_map": where}))
    config = model.config.to_dict()
    config["model_type"] = "switch_transformers"
    (folder / "config.json").write_text(json.dumps(config, indent=2))


def lift_capacity(model):
    """5.17 has no limit whatever config.json says; 4.x drops tokens beyond it."""
    for module in model.modules():
        if hasattr(module, "expert_capacity"):
            module.expert_capacity = 1 << 30


class Counts:
    """How many tokens each expert is given, layer by layer in the order of execution."""

    def __init__(self, model):
        layers = [m for m in model.modules() if isinstance(m, upstream.SwitchTransformersSparseMLP)]
        self.tables = [[0] * model.config.num_experts for _ in layers]
        for index, layer in enumerate(layers):
            for expert in range(model.config.num_experts):
                layer.experts[f"expert_{expert}"].register_forward_pre_hook(self.hook(index, expert))

    def hook(self, layer, expert):
        def count(_module, inputs):
            self.tables[layer][expert] += inputs[0].numel() // inputs[0].shape[-1]
        return count

    def take(self):
        taken = [list(table) for table in self.tables]
        for table in self.tables:
            table[:] = [0] * len(table)
        return taken


def samples():
    generator = torch.Generator().manual_seed(3)
    for length, target in zip(LENGTHS, TARGETS):
        ids = torch.randint(2, BASE_8["vocab_size"], (1, length), generator=generator)
        labels = torch.randint(2, BASE_8["vocab_size"], (1, target), generator=generator)
        if target > 4:
            labels[0, 2] = -100
        yield ids, labels


def ask_transformers(model):
    lift_capacity(model)
    counts = Counts(model)
    answers = {"text": [], "score": [], "seq2seq": [], "loss": [], "routed": {}}
    with torch.no_grad():
        for ids, labels in samples():
            out = model.encoder(input_ids=ids, attention_mask=torch.ones_like(ids))
            answers["text"].append(out.last_hidden_state[0])
        # No decoder was run: its layers are not counted.
        answers["routed"]["text"] = counts.take()[:BASE_8["num_sparse_encoder_layers"]]
        for ids, labels in samples():
            logits = model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels,
                           output_router_logits=False).logits[0].float()
            answers["score"].append(logits)
            answers["loss"].append(torch.nn.functional.cross_entropy(logits, labels[0]).item())
        answers["routed"]["score"] = counts.take()
        for ids, labels in samples():
            made = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=NEW_TOKENS,
                                  do_sample=False, num_beams=1)
            answers["seq2seq"].append(made[0, 1:])
        answers["routed"]["seq2seq"] = counts.take()
    return answers


def run_program(arguments):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
    return done


def load_equal(checks, what, folder, tensors):
    model, told = SwitchTransformersForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, output_loading_info=True)
    own = model.state_dict()
    wrong = [name for name, tensor in tensors.items() if name not in own or not torch.equal(own[name], tensor)]
    missing = [*told["missing_keys"], *told["mismatched_keys"]]
    unexpected = list(told["unexpected_keys"])
    checks.say(not wrong and not missing and not unexpected, f"transformers {transformers.__version__} loads {what}",
               f"{len(tensors)} tensors equal" if not wrong else f"{len(wrong)} differ, the first is {wrong[0]}")


def compare(checks, form, task, file, answers):
    key = {"text": "last_hidden_state", "score": "logits", "seq2seq": "generated_ids"}[task]
    worst = 0.0
    equal = True
    with safe_open(str(file), "pt") as stored:
        names = set(stored.keys())
        equal = names == {f"{key}.{i}" for i in range(len(LENGTHS))}
        for index, theirs in enumerate(answers[task]):
            ours = stored.get_tensor(f"{key}.{index}")
            if ours.shape != theirs.shape:
                equal = False
            elif task == "seq2seq":
                equal = equal and torch.equal(ours, theirs)
            else:
                worst = max(worst, ((ours - theirs).abs().max() / theirs.abs().max()).item())
    if task == "seq2seq":
        checks.say(equal, f"{form}, {task}", f"ids of {len(LENGTHS)} samples equal" if equal else "ids differ")
    else:
        checks.say(equal and worst <= TOLERANCE, f"{form}, {task}",
                   f"largest difference {worst:.1e} of the largest value (at most {TOLERANCE:.0e})")


def ask_sida(checks, program, forms, work, answers, threads):
    data = work / "data.jsonl"
    with open(data, "w") as stream:
        for ids, labels in samples():
            stream.write(json.dumps({"input_ids": ids[0].tolist(), "labels": labels[0].tolist()}) + "\n")
    for task in ("text", "score", "seq2seq"):
        written = {}
        for form, folder in forms.items():
            out, session = work / f"{form}-{task}.safetensors", work / f"{form}-{task}.sida"
            done = run_program([program, "run", "--model", folder, "--dataset", data, "--task", task, "--batch-size", 4,
                                "--max-new-tokens", NEW_TOKENS, "--threads", threads, "--outputs", out, "--session",
                                session, "--force", "--json"])
            if done.returncode != 0:
                checks.say(False, f"{form}, {task}", f"status {done.returncode}")
                continue
            compare(checks, form, task, out, answers)
            told = json.loads(run_program([program, "inspect", session, "--json"]).stdout)
            checks.say(told["routed"] == answers["routed"][task], f"{form}, {task}",
                       "tokens routed to each expert equal")
            if task == "score":
                total = sum(loss * sum(1 for label in labels[0].tolist() if label != -100)
                            for loss, (_, labels) in zip(answers["loss"], samples()))
                count = sum(sum(1 for label in labels[0].tolist() if label != -100) for _, labels in samples())
                theirs = torch.tensor(total / count).exp().item()
                ours = json.loads(done.stdout)["metric"]["value"]
                checks.say(abs(ours - theirs) <= 1e-3 * theirs, f"{form}, {task}",
                           f"perplexity {ours:.6g}, transformers {theirs:.6g}")
            written[form] = out.read_bytes()
            checks.step(f"{form}, {task} ran in {json.loads(done.stdout)['seconds']:.2f} s after loading for "
                        f"{json.loads(done.stdout)['load_seconds']:.2f} s")
        checks.say(len(set(written.values())) == 1 and len(written) == len(forms), f"all forms, {task}",
                   "the same bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sida", required=True, help="the program")
    parser.add_argument("--work", required=True, type=Path, help="folder for models and outputs; emptied at the end")
    parser.add_argument("--threads", type=int, default=0, help="0 = all")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    work = arguments.work / "real-size"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    checks = Checks()
    forms = {name: work / name for name in ("bin", "saved", "converted")}
    print(f"      transformers {transformers.__version__}, torch {torch.__version__}, {torch.get_num_threads()} threads",
          flush=True)
    try:
        model = make_model()
        checks.step(f"made: {sum(p.numel() for p in model.parameters()):,} parameters")
        answers = ask_transformers(model)
        checks.step("transformers answered")
        write_bin(model, forms["bin"])
        model.save_pretrained(forms["saved"], max_shard_size="1GB")
        tensors = {name: tensor for name, tensor in model.state_dict().items()}
        checks.step("both forms written")
        done = run_program([arguments.sida, "convert", forms["bin"], forms["converted"], "--max-shard-size", "500MB",
                            "--json"])
        told = json.loads(done.stdout) if done.returncode == 0 else {}
        checks.say(done.returncode == 0, "sida convert", f"{told.get('tensors')} tensors, {told.get('bytes')} bytes in "
                   f"{told.get('files')} files, {told.get('dropped_copies')} copies left out")
        checks.step("converted")
        if done.returncode == 0:
            load_equal(checks, "what convert wrote", forms["converted"], tensors)
        load_equal(checks, "the torch files that were converted", forms["bin"], tensors)
        del model, tensors
        checks.step("loaded again")
        ask_sida(checks, arguments.sida, forms, work, answers, arguments.threads)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    checks.step("FAILED" if checks.failed else "all checks passed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    transformers.utils.logging.disable_progress_bar()
    sys.exit(main())
