#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Collects built programs with the shared libraries they need into one small folder, to be carried to a machine that has
# libtorch (the PyPI wheel of torch is enough) and nothing else of ours:
#
#   installer/bundle.sh FOLDER [PROGRAM_OR_MODULE...]
#
# Without a list: the command line program, and the CUDA module if it was built. Programs lie in FOLDER/bin (stripped),
# libraries in FOLDER/lib; FOLDER/NAME is a script that starts bin/NAME with both libraries' places. It looks for libtorch
# in TORCH_DIR (a torch package folder), then in the package torch of PYTHON (python3).
# Left out are libtorch with all that comes with it, and the C and C++ run-time libraries, which every system has: the other
# system's must not be older than this one's (one made on Debian 12 runs there, on Ubuntu 24.04 and on newer ones).

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

(($# >= 1)) || die "usage: installer/bundle.sh FOLDER [PROGRAM_OR_MODULE...]"
out=$1
shift
build=$root/build/release/bin
if (($# == 0)); then
    set -- "$build/sida"
    [[ ! -e $build/libsida_cuda.so ]] || set -- "$@" "$build/libsida_cuda.so"
fi
if [[ -e $out ]] && [[ -n $(ls -A -- "$out" 2>/dev/null || echo file) && ! -e $out/BUNDLE.txt ]]; then
    die "$out: is there already and is no bundle; name a folder that is not there yet"
fi
for file in "$@"; do
    [[ -f $file ]] || die "$file: no such program; build it first (cmake --build --preset release)"
done

fresh=$out.$$.tmp
trap 'rm -rf -- "$fresh"' EXIT
mkdir -p "$fresh/bin" "$fresh/lib"

# What every system brings, and what comes with libtorch or with NVIDIA's driver and toolkit.
left_out() {
    case $1 in
        linux-vdso.so* | ld-linux* | libc.so* | libm.so* | libmvec.so* | libdl.so* | librt.so* | libpthread.so* | libresolv.so*) ;;
        libstdc++.so* | libgcc_s.so*) ;;
        libtorch* | libc10* | libcaffe2* | libshm* | libgomp* | libcu* | libnv* | libnccl*) ;;
        *) return 1 ;;
    esac
}

needed() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }

# The loader's own answer says where each library lies; readelf says which of them are asked for without going through
# libtorch, whose own needs are not ours to carry.
collect() {
    local name path
    for name in $(needed "$1"); do
        if left_out "$name" || [[ -e $fresh/lib/$name ]]; then
            continue
        fi
        path=$(awk -v name="$name" '$1 == name && $2 == "=>" { print $3; exit }' <<<"$resolved")
        [[ -f $path ]] || die "$1 needs $name, which is not found on this machine"
        install -m 755 -- "$(readlink -f "$path")" "$fresh/lib/$name"
        strip --strip-unneeded "$fresh/lib/$name" 2>/dev/null || true
        collect "$path"
    done
}

names=()
for file in "$@"; do
    name=$(basename "$file")
    resolved=$(ldd "$file" 2>/dev/null || true)
    collect "$file"
    install -m 755 -- "$file" "$fresh/bin/$name"
    strip --strip-unneeded "$fresh/bin/$name"
    [[ $name == *.so || $name == *.so.* ]] || names+=("$name")
done

for name in "${names[@]}"; do
    cat >"$fresh/$name" <<'WRAPPER'
#!/bin/sh
# Starts the program of this name with the libraries beside it and a machine's own libtorch.
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
torch=${TORCH_DIR:-}
[ -n "$torch" ] || torch=$("${PYTHON:-python3}" -c \
    'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")' 2>/dev/null)
if [ ! -e "$torch/lib/libtorch_cpu.so" ]; then
    echo "error: libtorch is not found: set TORCH_DIR to a torch package folder, or PYTHON to a python3 that has torch" >&2
    exit 1
fi
# libtorch's wheel finds NVIDIA's libraries beside itself; a toolkit has them elsewhere.
places=$here/lib:$torch/lib:$torch/../nvidia/cu13/lib:/usr/local/cuda/lib64:/usr/local/cuda/extras/CUPTI/lib64
LD_LIBRARY_PATH=$places${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
exec "$here/bin/$(basename "$0")" "$@"
WRAPPER
    chmod 755 "$fresh/$name"
done

{
    echo "Programs of SiDA Studio with the libraries they need, but for libtorch and the C and C++ run-time libraries."
    echo "Made on: $(. /etc/os-release && echo "$PRETTY_NAME"), $(getconf GNU_LIBC_VERSION)"
    echo
    (cd "$fresh" && find bin lib -type f -printf '%p %s bytes\n' | sort)
} >"$fresh/BUNDLE.txt"

rm -rf -- "$out"
mv -- "$fresh" "$out"
trap - EXIT
say "$out: $(du -sh --apparent-size "$out" | cut -f1) for ${names[*]:-modules only}"
