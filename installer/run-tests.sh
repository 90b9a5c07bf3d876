#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs what is missing, builds, and runs every test but the benchmarks. Arguments are passed on to ctest, for
# example: installer/run-tests.sh -L unit

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

require_space_for_all
choose_deps_dir
"$root/installer/dependencies.sh"
build_release all
say "Running the tests"
cd "$root"
exec ctest --preset release -LE bench -j "$(nproc)" "$@"
