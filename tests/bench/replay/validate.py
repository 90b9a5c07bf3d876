#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a replay is from the run that it foretells.

Records one run for each policy at one budget, replays its session under other budgets, makes those runs as well, and
prints hit rate and throughput of both side by side:

    tests/bench/replay/validate.py --sida build/release/bin/sida --model resources/demo/model \
        --dataset resources/demo/dev.tsv --predictor resources/demo/predictor.safetensors
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile


def call(*arguments):
    done = subprocess.run([str(a) for a in arguments], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def run(options, folder, policy, eviction, budget, extra):
    """The run of median throughput, and its session."""
    runs = []
    for round_number in range(options.rounds):
        session = pathlib.Path(folder) / f"{policy}-{eviction}-{budget.rstrip('%')}-{round_number}.sida"
        arguments = [options.sida, "run", "--model", options.model, "--dataset", options.dataset, "--policy", policy,
                     "--eviction", eviction, "--budget", budget, "--session", session, "--json", *extra]
        if policy == "sida":
            arguments += ["--predictor", options.predictor]
        runs.append((call(*arguments), session))
    middle = statistics.median_low(r["throughput"]["samples_per_s"] for r, _ in runs)
    return next(one for one in runs if one[0]["throughput"]["samples_per_s"] == middle)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sida", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--predictor", required=True)
    parser.add_argument("--recorded", default="30%", help="the budget of the session that is replayed")
    parser.add_argument("--budgets", default="20%,50%,80%", help="the budgets that are foretold and run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("extra", nargs="*", help="more options of `sida run`, behind --")
    options = parser.parse_args()
    budgets = options.budgets.split(",")
    print(f"{'policy':<18}{'budget':>8}{'hits':>9}{'replayed':>10}{'points':>8}{'samples/s':>12}{'replayed':>10}{'error':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for policy, eviction in (("on-demand", "lru"), ("on-demand", "lfru"), ("sida", "lookahead")):
            _, session = run(options, folder, policy, eviction, options.recorded, options.extra)
            replayed = call(options.sida, "replay", session, "--policies", f"{policy}:{eviction}", "--budgets",
                            ",".join(budgets), "--json")
            for budget, point in zip(budgets, replayed["simulated"][0]["points"]):
                real, _ = run(options, folder, policy, eviction, budget, options.extra)
                hits = real["experts"]["hits"] / real["experts"]["uses"]
                speed = real["throughput"]["samples_per_s"]
                print(f"{policy + ' ' + eviction:<18}{budget:>8}{100 * hits:>8.1f} %{100 * point['hit_rate']:>8.1f} %"
                      f"{100 * (point['hit_rate'] - hits):>+8.1f}{speed:>12.0f}{point['samples_per_s']:>10.0f}"
                      f"{100 * (point['samples_per_s'] / speed - 1):>+7.1f}%")


if __name__ == "__main__":
    main()
