#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The SiDA Studio authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs what is missing, builds, and shows the demo: in a window where there is a display, else as a recorded
# session, pictures of the views and a report in build/demo.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

demo_data=$root/resources/demo
demo=$root/build/demo
bin=$root/build/release/bin

# The demo's own model, data and predictor, on 30 % of the memory that the whole model would take.
record_demo() {
    local options=(--model "$demo_data/model" --dataset "$demo_data/dev.tsv" --budget 30%
        --predictor "$demo_data/predictor.safetensors")
    say "Recording a run of the demo model"
    "$bin/sida" run "${options[@]}" --session "$demo/demo.sida" --force
}

show_without_display() {
    say "No display here: the demo is written to build/demo."
    mkdir -p "$demo"
    record_demo || die "the demo run failed: its message is above"
    say "Drawing the views"
    rm -rf -- "$demo/views.tmp"
    QT_QPA_PLATFORM=offscreen "$bin/sida-studio" "$demo/demo.sida" --export-views "$demo/views.tmp" >/dev/null \
        || die "drawing the views failed: the message is above"
    rm -rf -- "$demo/views"
    mv -T -- "$demo/views.tmp" "$demo/views"
    say "Writing the report"
    "$bin/sida" report "$demo/demo.sida" --format html --output "$demo/report.html" \
        || die "writing the report failed: the message is above"
    say "The demo is in $demo:"
    say "  demo.sida     the recorded session; open it with $bin/sida-studio"
    say "  views/        pictures of the window's views"
    say "  report.html   the report, for any browser"
}

require_space_for_all
choose_deps_dir
"$root/installer/dependencies.sh"
build_release sida sida-studio
if [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; then
    say "Starting SiDA Studio with the demo"
    exec "$bin/sida-studio" --demo
fi
show_without_display
