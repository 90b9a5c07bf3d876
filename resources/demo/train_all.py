#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a whole recipe: pre-training, fine-tuning, the choice, predictors; the runs of a stage side by side on one GPU.

    python3 train_all.py --recipe recipe.json --work WORK --out OUT [--set key=value ...]

The recipe lists the runs of each stage with their options. Each run ends after its `minutes` at the latest;
`--set` overrides an option in every run (for a small trial on a CPU, say).
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent


def launch(script, stage, log, *arguments):
    """Start one training process that logs to a file."""
    with open(log, "w") as file:
        return subprocess.Popen([sys.executable, str(HERE / script), stage, *map(str, arguments)], stdout=file, stderr=subprocess.STDOUT)


def run_stage(script, stage, runs, work, extra, overrides):
    """Run all of a stage's runs at once and print the end of each log; failed ones are left out of the answer."""
    begin, processes = time.time(), {}
    for name, run in runs.items():
        options = {**run.get("set", {}), **overrides}
        arguments = ["--work", work, "--out", work / f"{name}.pt", *extra]
        if run.get("init"):
            arguments += ["--init", work / f"{run['init']}.pt"]
        arguments += ["--set", *(f"{k}={json.dumps(v)}" for k, v in options.items())]
        processes[name] = launch(script, stage, work / f"{name}.log", *arguments)
    done = [name for name, p in processes.items() if p.wait() == 0]
    for name in runs:
        lines = (work / f"{name}.log").read_text().splitlines()
        print(f"== {name}\n" + "\n".join(lines[-2 if name in done else -12:]), flush=True)
    print(f"== {script} {stage}: {len(done)} of {len(runs)} runs, {time.time() - begin:.0f} s", flush=True)
    return done


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", type=pathlib.Path, default=HERE / "recipe.json")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--set", nargs="*", default=[])
    a = parser.parse_args()
    a.work, a.out = a.work.resolve(), a.out.resolve()
    recipe = json.loads(a.recipe.read_text())
    overrides = {k: json.loads(v) for k, v in (item.split("=", 1) for item in a.set)}
    (a.out / "model").mkdir(parents=True, exist_ok=True)

    run_stage("train_model.py", "pretrain", recipe.get("pretrain", {}), a.work, [], overrides)
    tuned = run_stage("train_model.py", "finetune", recipe.get("finetune", {}), a.work, [], overrides)
    if tuned:
        subprocess.run([sys.executable, str(HERE / "train_model.py"), "choose", *(str(a.work / f"{n}.pt") for n in tuned),
                        "--work", str(a.work), "--out", str(a.out / "model")], check=True)
    model = ["--model", a.out / "model"]
    distilled = run_stage("train_predictor.py", "train", recipe.get("predictor", {}), a.work, model, overrides)
    if distilled:
        subprocess.run([sys.executable, str(HERE / "train_predictor.py"), "choose", *(str(a.work / f"{n}.pt") for n in distilled),
                        "--work", str(a.work), "--model", str(a.out / "model"), "--hidden", str(recipe.get("hidden", 0)),
                        "--out", str(a.out / "predictor.safetensors")], check=True)


if __name__ == "__main__":
    main()
