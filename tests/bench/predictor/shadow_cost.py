# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a predictor of kind `shadow` costs beside the dense part of its model.

    python shadow_cost.py BUILD/bin/sida [MODEL] [THREADS]

MODEL is synthetic:switch-base-128,experts=4 unless named: the dense part has the published size, and few experts are
kept so that the model fits into memory. The dense part is what a resident run takes apart from its MoE layers (from
asking for the experts to the last of them computed, routers not in it); the predictor's time is what `sida evaluate` measures on
the same batches with as many threads. The dense part is the median and the predictor the mean over the same samples, one process after the other.
"""
import json
import pathlib
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile

SAMPLES, LENGTH, VOCABULARY = 32, 25, 32100


def sida(program, *arguments):
    done = subprocess.run([program, *arguments, "--json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def dense_seconds(session):
    database = sqlite3.connect(session)
    batches = database.execute("SELECT batch, end_ns - begin_ns FROM batches").fetchall()
    layers = dict(database.execute("SELECT batch, sum(end_ns - begin_ns) FROM layers GROUP BY batch").fetchall())
    return statistics.median((whole - layers[batch]) / 1e9 for batch, whole in batches)


def main():
    program = sys.argv[1]
    model = sys.argv[2] if len(sys.argv) > 2 else "synthetic:switch-base-128,experts=4"
    threads = sys.argv[3] if len(sys.argv) > 3 else "1"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        data = folder / "data.jsonl"
        numbers = random.Random(3)
        with data.open("w") as out:
            for _ in range(SAMPLES):
                print(json.dumps({"input_ids": [numbers.randrange(3, VOCABULARY) for _ in range(LENGTH)]}), file=out)
        common = ["--model", model, "--dataset", str(data), "--threads", threads]
        predictor = str(folder / "shadow.safetensors")
        sida(program, "train", *common, "--kind", "shadow", "--epochs", "1", "--limit", "4",
             "--batch-size", "2", "--output", predictor)
        for batch in ["1", "16"]:
            session = str(folder / f"resident-{batch}.sida")
            sida(program, "run", *common, "--task", "text", "--policy", "resident", "--batch-size", batch,
                 "--session", session)
            rows = sida(program, "evaluate", *common, "--task", "text", "--batch-size", batch,
                        "--predictor", predictor)["rows"]
            shadow = next(row for row in rows if row["name"] == "shadow")["seconds_per_batch"]
            dense = dense_seconds(session)
            print(f"{threads} threads, {batch} x {LENGTH} tokens: dense part {1e3 * dense:.2f} ms, "
                  f"shadow {1e3 * shadow:.2f} ms, ratio {shadow / dense:.2f}")


if __name__ == "__main__":
    main()
