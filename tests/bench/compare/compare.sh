#!/bin/sh
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The comparison of docs/performance.md, on a machine with an NVIDIA GPU and Python with torch, transformers, accelerate,
# safetensors, numpy and nvidia-ml-py:
#
#   tests/bench/compare/compare.sh [FOLDER [OPTIONS OF compare.py...]]
#
# FOLDER (default: build/compare) gets the models and tokens (8 GB for base-128), compare.json and compare.md.
set -e
root=$(cd "$(dirname "$0")/../../.." && pwd)
folder=${1:-$root/build/compare}
[ $# -gt 0 ] && shift
exec python3 "$root/tests/bench/compare/compare.py" --sida "${SIDA:-$root/build/release/bin/sida}" \
    --work "$folder" --out "$folder" --train 4000 "$@"
