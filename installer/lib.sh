# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What the scripts of this folder share. Sourced, never run.

set -euo pipefail
# Nothing here asks a question on standard input, and a closed one would be handed out again as some other file.
exec </dev/null

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }
hint() { printf 'hint: %s\n' "$*" >&2; }
die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Where downloaded libraries live: SIDA_DEPS_DIR, else the user's cache, else a folder inside the source tree.
choose_deps_dir() {
    if [[ -z ${SIDA_DEPS_DIR:-} ]]; then
        local home=${HOME:-}
        [[ -n $home ]] || home=$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6) || home=
        if [[ -n $home && -d $home ]] && mkdir -p "$home/.cache/sida-studio" 2>/dev/null \
            && [[ -w $home/.cache/sida-studio ]]; then
            SIDA_DEPS_DIR=$home/.cache/sida-studio
        else
            SIDA_DEPS_DIR=$root/.cache/sida-studio
        fi
    fi
    if ! mkdir -p "$SIDA_DEPS_DIR" 2>/dev/null || [[ ! -w $SIDA_DEPS_DIR ]]; then
        die "$SIDA_DEPS_DIR: cannot be written; set SIDA_DEPS_DIR to a folder for the downloaded libraries"
    fi
    SIDA_DEPS_DIR=$(cd "$SIDA_DEPS_DIR" && pwd)
    export SIDA_DEPS_DIR
}

# require_space FOLDER GIB WHAT_FOR
require_space() {
    local free
    free=$(df -Pk -- "$1" | awk 'NR == 2 { print int($4 / 1048576) }')
    ((free >= $2)) || die "$1: $free GiB free on this disk, $2 GiB are needed for $3; make room and start again"
}

# Asked before anything is fetched, so that a full disk is not met half an hour later.
require_space_for_all() {
    [[ -e $root/build/release/build.ninja ]] || require_space "$root" 6 "libtorch and the build"
}

# lock FILE_DESCRIPTOR FILE MESSAGE: held until the script ends; says so when it has to wait.
lock() {
    # Opened for reading: in a shared temporary folder another user's file cannot be opened for writing.
    [[ -e $2 ]] || (umask 0 && : >"$2") 2>/dev/null || true
    eval "exec $1<\"\$2\"" || die "$2: cannot be opened; remove it and start again"
    flock -n "$1" && return
    say "$3"
    flock "$1"
}

# Compiling takes up to 2 GiB a job: as many as the processors and the memory allow.
build_jobs() {
    local jobs by_memory
    jobs=$(nproc)
    by_memory=$(awk '/^MemAvailable:/ { print int($2 / 1572864) }' /proc/meminfo)
    ((by_memory >= 1)) || by_memory=1
    echo $((jobs < by_memory ? jobs : by_memory))
}

# build_release TARGET...: configures build/release and builds the targets; shows the compiler's own words when it fails.
build_release() {
    mkdir -p "$root/build"
    lock 8 "$root/build/.lock" "Another build of this folder is running: waiting for it to end."
    say "Configuring build/release"
    (cd "$root" && cmake --preset release) || die "cmake --preset release failed: its message is above"
    local jobs
    jobs=$(build_jobs)
    say "Building with $jobs jobs"
    (cd "$root" && NINJA_STATUS='[%f/%t] ' cmake --build --preset release -- -j "$jobs" "$@") \
        || die "the build failed: the compiler's message is above"
    exec 8<&-
}
