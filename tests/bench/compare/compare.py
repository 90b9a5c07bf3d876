#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything a user could run on one GPU, side by side: Hugging Face transformers, the same with `accelerate` keeping the
experts in host memory, and `sida run` with each policy and several budgets. Called by compare.sh.

    compare.py --sida build/release/bin/sida --work FOLDER --out FOLDER [--experts 8 128] [--shapes 1x25 64x25]
               [--budgets 10 20 40 100] [--train ROWS]

Peak memory is read from the driver by another process than the measured one. The floor of a run of `sida` is what the
hardware allows: the weights that a batch touches at the speed of the GPU's memory, or the experts that were not there at the
speed of the bus, whichever takes longer, both speeds as `sida doctor` measures them.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).parent


class PeakMemory:
    """Most bytes in use on the first GPU beyond those at the start, while a command runs."""

    def __init__(self):
        import pynvml

        self.nvml = pynvml
        pynvml.nvmlInit()
        self.device = pynvml.nvmlDeviceGetHandleByIndex(0)

    def used(self):
        return self.nvml.nvmlDeviceGetMemoryInfo(self.device).used

    def run(self, command, seconds):
        before = peak = self.used()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        over = threading.Event()

        def watch():
            nonlocal peak
            while not over.wait(0.005):
                peak = max(peak, self.used())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            err += f"\nstopped after {seconds} s"
        over.set()
        watcher.join()
        return process.returncode, out, err, peak - before


class Comparison:
    def __init__(self, arguments):
        self.arguments = arguments
        self.memory = PeakMemory()
        self.rows = []
        self.notes = []
        work = pathlib.Path(arguments.work)
        work.mkdir(parents=True, exist_ok=True)
        self.work = work
        self.doctor = json.loads(subprocess.run(
            [arguments.sida, "doctor", "--json"], check=True, capture_output=True, text=True).stdout)
        self.gpu = next(device for device in self.doctor["devices"] if device["kind"] == "cuda")

    def tokens(self, length, rows, seed=7):
        out = self.work / f"tokens-{length}-{rows}-{seed}.jsonl"
        if not out.exists():
            subprocess.run([sys.executable, HERE / "make_model.py", "tokens", out, "--rows", str(rows), "--length",
                            str(length), "--seed", str(seed)], check=True)
        return out

    def model(self, experts):
        out = self.work / f"base-{experts}"
        if not (out / "config.json").exists():
            subprocess.run([sys.executable, HERE / "make_model.py", "model", out, "--experts", str(experts), "--device",
                            "cuda"], check=True, stderr=subprocess.DEVNULL)
        return out

    def add(self, **row):
        self.rows.append(row)
        print(json.dumps(row), flush=True)

    def case(self, shape, batches):
        size, length = map(int, shape.split("x"))
        if size > 1:
            batches = max(4, batches // 3)
        return size, length, self.tokens(length, size * batches)

    def hugging_face(self, experts, mode, shapes):
        cases = []
        for shape in shapes:
            count = self.arguments.hf_batches if mode == "standard" else self.arguments.offload_batches
            size, _, tokens = self.case(shape, self.arguments.batches)
            cases.append((shape, f"{tokens}:{size}:{count}"))
        code, out, err, peak = self.memory.run(
            [sys.executable, str(HERE / "hf_encoder.py"), str(self.model(experts)), "--mode", mode]
            + [case for _, case in cases], 300)
        if code != 0:
            self.notes.append(f"transformers {mode}, base-{experts}: {err.strip().splitlines()[-1] if err else code}")
        for line in out.splitlines():
            answer = json.loads(line)
            shape = next(shape for shape, case in cases if case == answer["case"])
            self.add(experts=experts, shape=shape, engine=f"transformers {mode}", budget=None, p50=answer["p50"],
                     p95=answer["p95"], samples_per_s=answer["samples_per_s"], peak_bytes=peak)

    def sida(self, experts, shape, name, options, budget=None):
        size, _, tokens = self.case(shape, self.arguments.batches)
        command = [self.arguments.sida, "run", "--model", str(self.model(experts)), "--dataset", str(tokens), "--task",
                   "text", "--device", "cuda", "--dtype", "bf16", "--batch-size", str(size), "--repeat",
                   str(self.arguments.repeat), "--json"] + options
        if budget is not None:
            command += ["--budget", f"{budget}%"]
        code, out, err, peak = self.memory.run(command, 120)
        if code != 0:
            self.notes.append(f"{name}, base-{experts}, {shape}, {budget} %: "
                              f"{err.strip().splitlines()[-1] if err.strip() else code}")
            return
        answer = json.loads(out)
        batches = answer["samples"] / size
        expert_bytes = 2 * 768 * 3072 * 2
        purposes = answer["memory"]["by_purpose"]
        # Of the embedding table only a few rows are read.
        dense = purposes["dense_weights"] - 32128 * 768 * 2
        reading = (dense + answer["experts"]["uses"] / batches * expert_bytes) / self.gpu["device_read_bytes_per_s"]
        moved = 0.0
        if "resident" not in name:
            moved = (answer["transfers"]["bytes"] - answer["transfers"]["wasted_bytes"]) / batches \
                / self.gpu["host_to_device_bytes_per_s"]
        hash_rate = answer["hash"]["hit_rate"] if answer["hash"] else None
        seconds = answer["seconds"] / batches
        self.add(experts=experts, shape=shape, engine=name, budget=budget, p50=answer["latency_ms"]["p50"],
                 p95=answer["latency_ms"]["p95"], samples_per_s=answer["throughput"]["samples_per_s"], peak_bytes=peak,
                 budget_bytes=answer["memory"]["budget_bytes"], resident_bytes=answer["memory"]["resident_bytes"],
                 floor_ms=1e3 * max(reading, moved), bound_by="bus" if moved > reading else "memory",
                 ms_per_batch=1e3 * seconds, hits=answer["experts"]["hits"] / max(1, answer["experts"]["uses"]),
                 hash_rate=hash_rate, stall_ms=answer["stall_ms"]["total"] / batches,
                 stall_by_cause={cause: ms / batches for cause, ms in answer["stall_ms"]["by_cause"].items()},
                 copies_per_batch=answer["transfers"]["count"] / batches,
                 wasted=answer["transfers"]["wasted_bytes"] / max(1, answer["transfers"]["bytes"]),
                 copy_gb_per_s=answer["transfers"]["gib_per_s"] * 1.073741824, load_seconds=answer["load_seconds"])

    def train(self, experts):
        if not self.arguments.train:
            return None
        out = self.work / f"predictor-{experts}.safetensors"
        command = [self.arguments.sida, "train", "--model", str(self.model(experts)), "--dataset",
                   str(self.tokens(25, self.arguments.train, seed=1001)), "--task", "text", "--output", str(out),
                   "--kind", self.arguments.kind, "--epochs", str(self.arguments.epochs), "--json"]
        begin = time.time()
        code, _, err, _ = self.memory.run(command, self.arguments.train_seconds)
        if code != 0:
            self.notes.append(f"no predictor for base-{experts}: {err.strip().splitlines()[-1] if err.strip() else code}")
            return None
        self.notes.append(f"The predictor for base-{experts} ({self.arguments.kind}) was trained by sida train on "
                          f"{self.arguments.train} other sentences in {time.time() - begin:.0f} s")
        return out

    def run(self):
        a = self.arguments
        for experts in a.experts:
            predictor = self.train(experts)
            if not a.only_sida:
                self.hugging_face(experts, "standard", a.shapes)
                self.hugging_face(experts, "offload", a.offload_shapes or a.shapes)
            self.write()
            for shape in a.shapes:
                self.sida(experts, shape, "sida resident", ["--policy", "resident"])
                thorough = not a.thorough or shape in a.thorough
                for budget in a.budgets if thorough else a.budgets[:1]:
                    if not thorough:
                        self.sida(experts, shape, "sida sida, oracle", ["--policy", "sida", "--predictor", "oracle"], budget)
                        continue
                    self.sida(experts, shape, "sida on-demand lru", ["--policy", "on-demand", "--eviction", "lru"], budget)
                    if predictor:
                        for top in (1, 3):
                            self.sida(experts, shape, f"sida sida, top {top}",
                                      ["--policy", "sida", "--predictor", str(predictor), "--top-k", str(top)], budget)
                    self.sida(experts, shape, "sida sida, oracle", ["--policy", "sida", "--predictor", "oracle"], budget)
                self.write()

    def reference(self, row, engine):
        return next((other["p50"] for other in self.rows if other["engine"] == engine
                     and other["experts"] == row["experts"] and other["shape"] == row["shape"]), None)

    def write(self):
        out = pathlib.Path(self.arguments.out)
        out.mkdir(parents=True, exist_ok=True)
        report = {"gpu": self.gpu, "versions": self.doctor["versions"], "notes": self.notes, "rows": self.rows}
        (out / "compare.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        lines = ["| model | batch | engine | budget | p50 ms | p95 ms | samples/s | x standard | x offload | hits | "
                 "hash hits | ms a batch / floor | peak |", "|---|---|---|---|---|---|---|---|---|---|---|---|---|"]
        for row in self.rows:
            def times(engine):
                other = self.reference(row, engine)
                return f"{other / row['p50']:.1f}" if other else ""
            floor = f"{row['ms_per_batch']:.2f} / {row['floor_ms']:.2f} ({row['bound_by']})" if "floor_ms" in row else ""
            share = f"{100 * row['hits']:.0f} %" if "hits" in row else ""
            told = f"{100 * row['hash_rate']:.0f} %" if row.get("hash_rate") is not None else ""
            budget = f"{row['budget']} %" if row["budget"] else ""
            lines.append(
                f"| base-{row['experts']} | {row['shape']} | {row['engine']} | {budget} | {row['p50']:.2f} | {row['p95']:.2f} | "
                f"{row['samples_per_s']:.0f} | {times('transformers standard')} | {times('transformers offload')} | {share} | "
                f"{told} | {floor} | {row['peak_bytes'] / 2**30:.2f} GiB |")
        lines += [""] + [f"- {note}" for note in self.notes]
        (out / "compare.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sida", required=True)
    parser.add_argument("--work", required=True, help="models and tokens are made there and kept")
    parser.add_argument("--out", required=True, help="for compare.json and compare.md")
    parser.add_argument("--experts", type=int, nargs="+", default=[8, 128])
    parser.add_argument("--shapes", nargs="+", default=["1x25", "1x64", "8x25", "64x25", "1x512"])
    parser.add_argument("--thorough", nargs="+", help="shapes for all engines and budgets; default all")
    parser.add_argument("--offload-shapes", nargs="*", help="shapes for accelerate; default all")
    parser.add_argument("--budgets", type=int, nargs="+", default=[10, 20, 40, 100])
    parser.add_argument("--batches", type=int, default=60, help="different batches of each shape")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--hf-batches", type=int, default=60)
    parser.add_argument("--offload-batches", type=int, default=15)
    parser.add_argument("--train", type=int, default=0, help="sentences for a predictor; 0 = none")
    parser.add_argument("--train-seconds", type=int, default=600)
    parser.add_argument("--kind", default="lstm")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--only-sida", action="store_true")
    comparison = Comparison(parser.parse_args())
    comparison.run()
    comparison.write()


if __name__ == "__main__":
    main()
