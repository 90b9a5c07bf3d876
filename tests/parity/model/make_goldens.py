#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the small random models of tests/fixtures/models and what Hugging Face's transformers answers for them.

  make_goldens.py [FOLDER]           writes them (transformers 5.17.0, torch 2.11)
  make_goldens.py --check [FOLDER]   loads the models with another version and compares its answers with those that are
                                     there; 4.57.6 gives the same, its expert capacity lifted (5.17 has none)

Each folder holds a model and golden.safetensors: input_ids.<i> [length], last_hidden_state.<i> [length, d_model],
router.<i> [MoE layers, length] (the chosen experts), router_logits.<i>.<layer> [length, experts], and logits.<i>
[labels] where the model has a classifier head. Sentences run one by one, so that there is no padding.
"""
import json
import shutil
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import SwitchTransformersConfig, SwitchTransformersEncoderModel
from transformers import SwitchTransformersForConditionalGeneration
from transformers.models.switch_transformers import modeling_switch_transformers as upstream

LENGTHS = [1, 2, 7, 12, 25, 40, 133]
LABELS = 3
VOCABULARY = 64


def configuration(**overrides):
    values = dict(
        vocab_size=VOCABULARY, d_model=32, d_kv=8, d_ff=32, num_layers=4, num_heads=4, num_experts=4,
        num_sparse_encoder_layers=2, encoder_sparse_step=2, num_decoder_layers=1, num_sparse_decoder_layers=0,
        decoder_sparse_step=0, is_encoder_decoder=False, dropout_rate=0.0, router_jitter_noise=0.0)
    values.update(overrides)
    return SwitchTransformersConfig(**values)


def liven(model):
    """Initial weights are so small and norms so plain that mistakes would hide: make every part matter."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "layer_norm" in name:
                weight.copy_(1 + 0.3 * torch.randn_like(weight))
            elif "relative_attention_bias" in name:
                weight.copy_(torch.randn_like(weight))
            elif "router" in name:
                weight.copy_(torch.randn_like(weight) * (0.5 if weight.dim() == 1 else 1.5 * weight.shape[1] ** -0.5))
            elif "shared" in name or "embed_tokens" in name:
                weight.copy_(torch.randn_like(weight))
            elif weight.dim() == 2:
                weight.copy_(torch.randn_like(weight) * 1.2 * weight.shape[1] ** -0.5)


class Head(torch.nn.Module):
    """The classifier of the SiDA checkpoints: mean over the tokens, Linear, tanh, Linear."""

    def __init__(self, width):
        super().__init__()
        self.dense = torch.nn.Linear(width, width)
        self.out_proj = torch.nn.Linear(width, LABELS)

    def forward(self, hidden):
        return self.out_proj(torch.tanh(self.dense(hidden.mean(dim=1))))


def answers(encoder, head):
    encoder.eval()
    tensors = {}
    captured = []
    hooks = [module.classifier.register_forward_hook(lambda _m, _i, out: captured.append(out.detach()))
             for module in encoder.modules() if isinstance(module, upstream.SwitchTransformersTop1Router)]
    generator = torch.Generator().manual_seed(5)
    for index, length in enumerate(LENGTHS):
        ids = torch.randint(1, VOCABULARY, (1, length), generator=generator)
        captured.clear()
        with torch.no_grad():
            hidden = encoder(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
            tensors[f"input_ids.{index}"] = ids[0]
            tensors[f"last_hidden_state.{index}"] = hidden[0].clone()
            if head is not None:
                tensors[f"logits.{index}"] = head(hidden)[0].clone()
        assert len(captured) == len(hooks)
        if hooks:
            logits = [layer.reshape(length, -1).float() for layer in captured]
            tensors[f"router.{index}"] = torch.stack([layer.softmax(-1).argmax(-1) for layer in logits])
            for layer, values in enumerate(logits):
                tensors[f"router_logits.{index}.{layer}"] = values.clone()
    for hook in hooks:
        hook.remove()
    return tensors


def write(folder, name, config, dtype=torch.float32, prefix="", with_head=False, decoder=False, shard_bytes=None,
          change=None):
    target = folder / name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    torch.manual_seed(sum(map(ord, name)))
    full = SwitchTransformersForConditionalGeneration(config) if decoder else None
    encoder = SwitchTransformersEncoderModel(config)
    if change:
        change(encoder, config)
    liven(full if decoder else encoder)
    head = Head(config.d_model) if with_head else None
    # What is stored is what counts: half precision files are widened on both sides.
    for module in filter(None, (full, encoder, head)):
        module.to(dtype).to(torch.float32)
    if decoder:
        state = {key: value for key, value in full.state_dict().items()}
        encoder.load_state_dict({key: value for key, value in state.items()
                                 if key.startswith("encoder.") or key == "shared.weight"})
    else:
        state = {key: value for key, value in encoder.state_dict().items() if key != "encoder.embed_tokens.weight"}
    state = {prefix + key: value for key, value in state.items()}
    if head is not None:
        state.update({"classifier." + key: value for key, value in head.state_dict().items()})
    state = {key: value.to(dtype).clone().contiguous() for key, value in state.items()}

    config_dict = config.to_dict()
    config_dict["dtype"] = str(dtype).removeprefix("torch.")
    (target / "config.json").write_text(json.dumps(config_dict, indent=2, sort_keys=True) + "\n")
    store(target, state, shard_bytes)
    save_file(answers(encoder, head), target / "golden.safetensors")


def store(target, state, shard_bytes):
    if shard_bytes is None:
        save_file(state, target / "model.safetensors", metadata={"format": "pt"})
        return
    shards, size = [{}], 0
    for key in sorted(state, key=lambda key: hash_of(key)):  # a layer's experts end up in different shards
        nbytes = state[key].numel() * state[key].element_size()
        if size + nbytes > shard_bytes and shards[-1]:
            shards.append({})
            size = 0
        shards[-1][key] = state[key]
        size += nbytes
    names = [f"model-{i + 1:05d}-of-{len(shards):05d}.safetensors" for i in range(len(shards))]
    weight_map = {}
    for name, shard in zip(names, shards):
        save_file(shard, target / name, metadata={"format": "pt"})
        weight_map.update({key: name for key in shard})
    total = sum(tensor.numel() * tensor.element_size() for tensor in state.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (target / "model.safetensors.index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")


def hash_of(text):
    return sum(ord(letter) * (position + 7) for position, letter in enumerate(text)) % 1009


def unequal_layers(encoder, config):
    """A different number of experts in the second sparse block, which upstream's configuration cannot say."""
    other = SwitchTransformersConfig(**{**config.to_dict(), "num_experts": 7})
    encoder.encoder.block[3].layer[1].mlp = upstream.SwitchTransformersSparseMLP(other)


def loaded(target):
    """The encoder and the head of a folder, as any version builds them."""
    config = SwitchTransformersConfig.from_json_file(target / "config.json")
    state = {}
    for path in sorted(target.glob("model*.safetensors")):
        state.update({key.removeprefix("switch_transformers."): value.float() for key, value in load_file(path).items()})
    encoder = SwitchTransformersEncoderModel(config)
    if target.name == "unequal-layers":
        unequal_layers(encoder, config)
    state["encoder.embed_tokens.weight"] = state["shared.weight"]
    encoder.load_state_dict({key: value for key, value in state.items()
                             if key.startswith("encoder.") or key == "shared.weight"})
    for module in encoder.modules():
        if isinstance(module, upstream.SwitchTransformersTop1Router):
            module.expert_capacity = 1 << 30
    head = None
    if "classifier.dense.weight" in state:
        head = Head(config.d_model)
        head.load_state_dict({key.removeprefix("classifier."): value for key, value in state.items()
                              if key.startswith("classifier.")})
    return encoder, head


def check(folder):
    different = 0
    for target in sorted(path.parent for path in folder.glob("*/golden.safetensors")):
        theirs = load_file(target / "golden.safetensors")
        ours = answers(*loaded(target))
        worst = 0.0
        same = ours.keys() == theirs.keys()
        for key in ours.keys() & theirs.keys():
            if ours[key].dtype != torch.float32:
                same = same and torch.equal(ours[key], theirs[key])
                continue
            largest = theirs[key].abs().max().item()
            worst = max(worst, (ours[key] - theirs[key]).abs().max().item() / largest)
        good = same and worst <= 5e-6  # processors add in other orders
        different += not good
        print(f"{'same' if good else 'OTHER'}  {target.name}: largest difference {worst:.1e} of the largest value")
    print(f"transformers {transformers.__version__}, torch {torch.__version__}")
    return 1 if different else 0


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2] / "fixtures" / "models"
    if "--check" in sys.argv:
        return check(folder)
    write(folder, "step2", configuration())
    write(folder, "step1", configuration(encoder_sparse_step=1, num_experts=8, num_layers=2))
    write(folder, "dense", configuration(encoder_sparse_step=0, num_sparse_encoder_layers=0))
    write(folder, "wide-heads", configuration(num_heads=5, d_kv=12))
    write(folder, "odd-sizes", configuration(d_model=30, d_ff=45, num_heads=3, d_kv=5, num_experts=5))
    write(folder, "router-bias", configuration(router_bias=True))
    write(folder, "gelu-new", configuration(dense_act_fn="gelu_new"))
    write(folder, "few-buckets", configuration(relative_attention_num_buckets=8, relative_attention_max_distance=20))
    write(folder, "bf16", configuration(), dtype=torch.bfloat16)
    write(folder, "f16", configuration(), dtype=torch.float16)
    write(folder, "unequal-layers", configuration(), change=unequal_layers)
    write(folder, "classifier", configuration(), with_head=True)
    write(folder, "classifier-prefixed", configuration(is_encoder_decoder=True), with_head=True,
          prefix="switch_transformers.")
    write(folder, "encoder-decoder", configuration(is_encoder_decoder=True), decoder=True)
    write(folder, "sharded", configuration(num_experts=6), shard_bytes=40_000)
    return 0


if __name__ == "__main__":
    sys.exit(main())
