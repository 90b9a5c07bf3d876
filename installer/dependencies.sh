#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs what SiDA Studio needs to be built and run: system packages (Debian 12 or newer, Ubuntu 24.04 or newer) and
# libtorch. What is there already is used; a second run changes nothing. docs/dependencies.md says what each is for.
#
#   SIDA_DEPS_DIR   where libtorch is unpacked (default: ~/.cache/sida-studio)
#   Torch_DIR       a torch or libtorch folder, version 2.8 or newer, to use instead

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Alternatives that different releases use for the same thing stand in one word, separated by a bar.
packages=(
    g++ cmake ninja-build pkg-config ccache python3 python3-venv
    libexpected-dev nlohmann-json3-dev libcli11-dev libfmt-dev libspdlog-dev libsqlite3-dev libssl-dev
    libutf8proc-dev libminizip-dev
    qt6-base-dev "qt6-svg-dev|libqt6svg6-dev" fonts-dejavu-core
    libgtest-dev libgmock-dev libbenchmark-dev sqlite3 xvfb poppler-utils
)
readonly libtorch_version=2.11.0
cuda_libraries=(libcudart.so.13 libcupti.so.13)

work=
cleanup() { [[ -z $work ]] || rm -rf -- "$work"; }
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# The name among the alternatives that is installed, else nothing.
installed_alternative() {
    local name
    for name in ${1//|/ }; do
        ! is_installed "$name" || return 0
    done
    return 1
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    else
        sudo "$@"
    fi
}

# apt COMMAND...: its output is kept in a file and only its own reason is shown when it fails.
apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 "$@" >"$work/apt.log" 2>&1 9<&-
}
apt_reason() { grep -E '^(E:|W: Failed)' "$work/apt.log" | head -n 1 || tail -n 1 "$work/apt.log"; }

install_packages() {
    local missing=() wanted=() word name
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "System packages: no apt on this system, so none is installed; docs/dependencies.md lists them."
        return
    fi
    for word in "${packages[@]}"; do
        installed_alternative "$word" || missing+=("$word")
    done
    if ((${#missing[@]} == 0)); then
        say "System packages: all ${#packages[@]} are installed."
        return
    fi
    say "System packages: installing ${missing[*]%%|*}"
    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "installing packages needs root, and there is no sudo; as root: apt-get install ${missing[*]%%|*}"
        sudo -n true 2>/dev/null || [[ -t 1 ]] || die "sudo asks for a password and nobody is there to answer; as root: apt-get install ${missing[*]%%|*}"
    fi
    say "  reading the package lists"
    apt update || die "apt-get update failed: $(apt_reason)"
    for word in "${missing[@]}"; do
        for name in ${word//|/ }; do
            if apt-cache show --no-all-versions "$name" >/dev/null 2>&1; then
                wanted+=("$name")
                continue 2
            fi
        done
        die "this system has no package ${word//|/ or }; Debian 12 or Ubuntu 24.04, or newer, is needed"
    done
    say "  downloading and unpacking, about a minute"
    apt install -y --no-install-recommends "${wanted[@]}" || die "apt-get install failed: $(apt_reason)"
    say "  installed"
}

# Version of the libtorch in a folder, or nothing.
libtorch_version_in() {
    local header=$1/include/torch/headeronly/version.h
    [[ -e $header ]] || header=$1/include/torch/csrc/api/include/torch/version.h
    [[ -e $header && -e $1/lib/libtorch_cpu.so ]] || return 0
    awk '/#define TORCH_VERSION_(MAJOR|MINOR|PATCH) / { printf "%s%s", separator, $3; separator = "." }' "$header"
}

is_new_enough() { [[ -n $1 && $(printf '%s\n2.8\n' "$1" | sort -V | head -n 1) == 2.8 ]]; }

# Sets `libtorch` to the first usable one, in the order of cmake/FindLibtorch.cmake.
find_libtorch() {
    local folder version
    local candidates=()
    libtorch=
    if [[ -n ${Torch_DIR:-} ]]; then
        candidates=("$Torch_DIR" "$Torch_DIR/torch" "$Torch_DIR/../../..")
    else
        folder=$(python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")' 2>/dev/null) || folder=
        [[ -z $folder ]] || candidates+=("$folder")
        candidates+=("$SIDA_DEPS_DIR/libtorch-$libtorch_version/torch")
    fi
    for folder in "${candidates[@]}"; do
        version=$(libtorch_version_in "$folder")
        if is_new_enough "$version"; then
            libtorch=$(cd "$folder" && pwd)
            say "libtorch: $version in $libtorch"
            return
        fi
    done
    [[ -z ${Torch_DIR:-} ]] || die "Torch_DIR=$Torch_DIR: no libtorch 2.8 or newer there; correct it, or unset it to have one installed"
}

download_failed() {
    ! grep -q 'DO NOT MATCH THE HASHES' "$work/pip.log" \
        || die "$1: the file that came has another SHA-256 than expected and was thrown away; try again, or set Torch_DIR to an installed libtorch"
    local reason
    reason=$(grep -E '^ERROR' "$work/pip.log" | head -n 1) || reason=$(tail -n 1 "$work/pip.log")
    die "$1: the download failed (${reason#ERROR: }); check the network, or set Torch_DIR to an installed libtorch"
}

# download_wheels REQUIREMENTS WHAT: into $work/wheels, each checked against its hash, for the pinned platform
# whatever Python this machine has.
download_wheels() {
    if [[ ! -x $work/venv/bin/python ]]; then
        python3 -m venv "$work/venv" >"$work/venv.log" 2>&1 \
            || die "python3 -m venv failed: $(tail -n 1 "$work/venv.log")"
    fi
    mkdir -p "$work/wheels"
    local platforms=() name
    for name in manylinux_2_28 manylinux_2_27 manylinux_2_25 manylinux_2_17 manylinux2014; do
        platforms+=(--platform "${name}_x86_64")
    done
    TMPDIR=$work "$work/venv/bin/python" -m pip download --disable-pip-version-check --no-cache-dir --no-deps \
        --require-hashes --only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 --abi none \
        "${platforms[@]}" --dest "$work/wheels" -r "$1" 2>"$work/pip.log" 9<&- \
        || download_failed "$2"
}

# unpack_wheels TARGET PREFIX...: the files below those prefixes, without what only Python needs.
unpack_wheels() {
    python3 - "$work/wheels" "$@" <<'PYTHON' || die "unpacking into $1 failed: see the message above"
import pathlib, sys, zipfile
wheels, target, prefixes = pathlib.Path(sys.argv[1]), sys.argv[2], tuple(sys.argv[3:])
for wheel in sorted(wheels.glob("*.whl")):
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            name = member.filename
            if name.startswith(prefixes) and not name.endswith((".py", "libtorch_python.so")):
                archive.extract(member, target)
    wheel.unlink()
PYTHON
}

install_libtorch() {
    local place=$SIDA_DEPS_DIR/libtorch-$libtorch_version
    [[ $(uname -sm) == "Linux x86_64" ]] \
        || die "libtorch is downloaded for Linux on x86_64 only, this is $(uname -sm); set Torch_DIR to a libtorch 2.8 or newer"
    command -v python3 >/dev/null || die "python3 is needed to download libtorch; install it, or set Torch_DIR"
    say "libtorch: none that is 2.8 or newer; downloading torch $libtorch_version (530 MB)"
    download_wheels "$root/installer/libtorch-requirements.txt" "torch $libtorch_version"
    say "  unpacking headers and libraries"
    unpack_wheels "$work/$libtorch_version" torch/include/ torch/lib/
    rm -rf -- "$place"
    mv -T -- "$work/$libtorch_version" "$place"
    libtorch=$place/torch
    say "libtorch: $libtorch_version in $libtorch"
}

# The names of the CUDA libraries that the loader does not find for libtorch_cpu.so.
unresolved() { LC_ALL=C ldd "$libtorch/lib/libtorch_cpu.so" 2>/dev/null | awk '/not found/ { print $1 }'; }

toolkit_library() {
    local file
    for file in /usr/local/cuda*/lib64/"$1" /usr/local/cuda*/targets/x86_64-linux/lib/"$1" \
        /usr/local/cuda*/extras/CUPTI/lib64/"$1"; do
        if [[ -e $file ]]; then
            readlink -f -- "$file"
            return
        fi
    done
}

# libtorch_cpu.so looks for CUDA's two small libraries in ../../nvidia/cu13/lib from its own folder, then where the
# system keeps libraries.
provide_cuda_libraries() {
    local missing name file place
    missing=$(unresolved)
    if [[ -z $missing ]]; then
        LC_ALL=C ldd "$libtorch/lib/libtorch_cpu.so" \
            | awk '/libcudart|libcupti/ && /=>/ { print "CUDA library: " $1 " in " $3 }'
        return
    fi
    [[ $libtorch == "$SIDA_DEPS_DIR/libtorch-$libtorch_version/torch" ]] \
        || die "$libtorch/lib/libtorch_cpu.so needs ${missing//$'\n'/, }; install what provides it, or unset Torch_DIR"
    place=$SIDA_DEPS_DIR/libtorch-$libtorch_version/nvidia/cu13
    mkdir -p "${place%/*}" "$work/nvidia/cu13/lib"
    for name in "${cuda_libraries[@]}"; do
        file=$(toolkit_library "$name")
        if [[ -n $file ]]; then
            ln -s -- "$file" "$work/nvidia/cu13/lib/$name"
            say "CUDA library: $name of the toolkit, $file"
        fi
    done
    if [[ ! -e $work/nvidia/cu13/lib/libcudart.so.13 || ! -e $work/nvidia/cu13/lib/libcupti.so.13 ]]; then
        say "CUDA libraries: no toolkit here has both; downloading the runtime and CUPTI (13 MB)"
        rm -rf -- "$work/nvidia"
        download_wheels "$root/installer/cuda-requirements.txt" "CUDA runtime and CUPTI libraries"
        unpack_wheels "$work" nvidia/cu13/lib/libcudart.so.13 nvidia/cu13/lib/libcupti.so.13
    fi
    rm -rf -- "$place"
    mv -T -- "$work/nvidia/cu13" "$place"
    missing=$(unresolved)
    [[ -z $missing ]] || die "$libtorch/lib/libtorch_cpu.so still needs ${missing//$'\n'/, }; install what provides it"
    say "CUDA libraries: in $place/lib"
}

choose_deps_dir
lock 9 /tmp/sida-studio-install.lock "Another installation is running on this machine: waiting for it to end."
# Left behind by a run that was killed; the lock says that nobody is using it.
rm -rf -- "$SIDA_DEPS_DIR"/tmp.*
work=$(mktemp -d "$SIDA_DEPS_DIR/tmp.XXXXXX")
install_packages
find_libtorch
if [[ -z $libtorch ]]; then
    require_space "$SIDA_DEPS_DIR" 3 "libtorch"
    install_libtorch
fi
provide_cuda_libraries
say "Dependencies are complete."
