// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/sections.h"

namespace sida::report
{

namespace
{

constexpr std::string_view kStyleSheet = R"css(
:root {
  --base: #ffffff; --text: #1b1d21; --secondary: #565b65; --border: #c6c9cf; --grid: #e7e9ec; --never: #e4e6e9;
  --samples: #1b1d21; --hits: #00795a; --copies: #0f7cb8; --budget: #d55e00; --budget-text: #b34700;
  --compute: #6f8499; --bus: #a9acb1; --edge: rgba(0, 0, 0, 0.4); --ink: rgba(0, 0, 0, 0.75);
  --caution: #fff6e5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --base: #1e1f22; --text: #dfe1e5; --secondary: #a4a8b0; --border: #43464c; --grid: #303237; --never: #33353a;
    --samples: #dfe1e5; --hits: #1fb58a; --copies: #56b4e9; --budget: #e8702a; --budget-text: #e8892f;
    --compute: #8fa3b8; --bus: #9a9da3; --edge: rgba(255, 255, 255, 0.25); --caution: #3a2f1d;
  }
}
* { box-sizing: border-box; }
html { background: var(--base); color: var(--text); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
body { margin: 0; font: 14px/20px "Noto Sans", "DejaVu Sans", system-ui, sans-serif;
  font-variant-numeric: tabular-nums; }
main { max-width: 884px; margin: 0 auto; padding: 32px; }
.line { display: flex; justify-content: space-between; gap: 16px; font-size: 12px; line-height: 16px;
  color: var(--secondary); overflow-wrap: anywhere; }
h1 { font-size: 24px; line-height: 32px; font-weight: 600; margin: 12px 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 14px; line-height: 20px; font-weight: 600; margin: 0 0 8px; break-after: avoid; }
h2 small { font-size: 12px; font-weight: 400; color: var(--secondary); margin-left: 4px; }
h3 { font-size: 12px; line-height: 16px; font-weight: 600; margin: 16px 0 4px; }
.verdict { font-size: 15px; line-height: 24px; margin: 0 0 16px; }
.caution { margin: 0 0 8px; padding: 6px 12px; background: var(--caution); border-left: 3px solid var(--budget);
  font-size: 13px; }
.notice { margin: 0 0 8px; padding: 6px 12px; border-left: 3px solid var(--border); color: var(--secondary);
  font-size: 13px; }
.caution:last-child, .notice:last-child { margin-bottom: 16px; }
.figures { display: grid; grid-template-columns: repeat(6, auto); justify-content: space-between; gap: 16px; margin: 0;
  padding: 10px 0; border-top: 1px solid var(--text); border-bottom: 1px solid var(--border); }
.figures dt, .figures span { font-size: 12px; line-height: 16px; color: var(--secondary); }
.figures dd { margin: 0; font-size: 12px; white-space: nowrap; }
.figures b { font-size: 23px; line-height: 34px; font-weight: 600; }
.figures span { display: block; font-size: 11px; }
section { margin-top: 24px; break-inside: avoid; }
.columns { display: grid; grid-template-columns: 400px 1fr; gap: 32px; align-items: start; }
.columns section { min-width: 0; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font-size: 11.5px; fill: var(--text); }
svg text.secondary, p.note, .empty { fill: var(--secondary); color: var(--secondary); }
svg text.strong { font-weight: 600; }
svg text.halo { paint-order: stroke; stroke: var(--base); stroke-width: 4px; }
svg text.budget-text { fill: var(--budget-text); }
p.note { font-size: 12px; line-height: 16px; margin: 8px 0 0; }
.empty { margin: 8px 0 0; }
.grid { stroke: var(--grid); }
.axis { stroke: var(--border); }
.budget { stroke: var(--budget); stroke-width: 1.5; stroke-dasharray: 7 4; }
.refused { stroke-dasharray: 1.5 3; }
.line-samples, .line-hits, .line-copies { fill: none; stroke-width: 1.6; stroke-linejoin: round;
  stroke-linecap: round; }
.line-samples { stroke: var(--samples); }
.line-hits { stroke: var(--hits); }
.line-copies { stroke: var(--copies); }
.run-a, .run-b, .run-c, .run-d, .bound { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
.run-a { stroke: var(--samples); }
.run-b { stroke: var(--copies); stroke-dasharray: 6 3; }
.run-c { stroke: var(--budget-text); stroke-dasharray: 2 2.5; }
.run-d { stroke: var(--hits); stroke-dasharray: 9 3; }
.bound { stroke: var(--secondary); stroke-width: 1.2; stroke-dasharray: 2 3; }
.point-a { fill: var(--samples); }
.point-b { fill: var(--copies); }
.compute { fill: var(--compute); }
.bus { fill: url(#hatch-bus); }
.late { fill: url(#hatch-late); }
.unpredicted { fill: url(#hatch-unpredicted); }
.evicted { fill: url(#hatch-evicted); }
.slots { fill: #0072b2; } .activations { fill: #e69f00; } .staging { fill: #56b4e9; } .predictor { fill: #cc79a7; }
.dense { fill: #999999; } .context { fill: #6e6e6e; }
.never { fill: var(--never); }
.compute, .bus, .late, .unpredicted, .evicted { stroke: var(--edge); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 8px 40px; margin: 8px 0 0; padding: 0; }
.legend li { display: flex; gap: 8px; font-size: 13px; line-height: 16px; }
.legend svg { width: 16px; height: 12px; margin-top: 2px; flex: none; }
.legend span { display: block; font-size: 12px; color: var(--secondary); }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; line-height: 16px; }
th, td { padding: 4px 0 4px 12px; text-align: right; border-bottom: 1px solid var(--grid); white-space: nowrap; }
th:first-child { padding-left: 0; text-align: left; font-weight: 400; }
thead th { color: var(--secondary); font-weight: 400; font-size: 12px; border-bottom-color: var(--border); }
table .word { text-align: left; padding-left: 20px; }
.pairs th { color: var(--secondary); }
td.strong { font-weight: 600; }
td.wide { white-space: normal; overflow-wrap: anywhere; }

.scroll { overflow-x: auto; }
.made { border-top: 1px solid var(--border); padding-top: 16px; break-inside: auto; }
.provenance { display: grid; grid-template-columns: 1fr 1fr; gap: 2px 32px; margin: 0; font-size: 12.5px; }
.provenance div { display: grid; grid-template-columns: 128px 1fr; gap: 8px; break-inside: avoid; }
.provenance dt { color: var(--secondary); overflow-wrap: anywhere; }
.provenance dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 24px; padding-top: 8px; border-top: 1px solid var(--border); font-size: 11.5px; line-height: 16px;
  color: var(--secondary); break-inside: avoid; }
footer p { margin: 0 0 12px; }
code { font: inherit; }
@media screen and (max-width: 820px) {
  main { padding: 16px; }
  .figures { grid-template-columns: repeat(2, 1fr); }
  .columns, .provenance { grid-template-columns: minmax(0, 1fr); }
}
@media print {
  :root {
    --base: #ffffff; --text: #1b1d21; --secondary: #565b65; --border: #c6c9cf; --grid: #e7e9ec; --never: #e4e6e9;
    --samples: #1b1d21; --hits: #00795a; --copies: #0f7cb8; --budget: #d55e00; --budget-text: #b34700;
    --compute: #6f8499; --bus: #a9acb1; --edge: rgba(0, 0, 0, 0.4); --caution: #fff6e5;
  }
  main { max-width: none; padding: 0; zoom: 0.82; }
}
@page { size: A4; margin: 14mm; }
)css";

constexpr std::string_view kHatchPatterns
    = R"svg(<svg width="0" height="0" style="position:absolute" aria-hidden="true">
<defs>
<pattern id="hatch-bus" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5"
 style="fill:var(--bus)"/><path d="M-1 -1L6 6M-1 4L1 6M4 -1L6 1" style="stroke:var(--ink)" stroke-width="0.9"/></pattern>
<pattern id="hatch-late" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5"
 fill="#f0e442"/><circle cx="2.5" cy="2.5" r="0.9" style="fill:var(--ink)"/></pattern>
<pattern id="hatch-unpredicted" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6"
 fill="#d55e00"/><path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5" stroke="#ffe3cf" stroke-width="1.2"/></pattern>
<pattern id="hatch-evicted" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6"
 fill="#cc79a7"/><path d="M1.5 1.5L4.5 4.5M4.5 1.5L1.5 4.5" style="stroke:var(--ink)" stroke-width="0.9"/></pattern>
</defs>
</svg>
)svg";

} // namespace

std::string_view styleSheet()
{
    return kStyleSheet;
}

std::string_view hatchPatterns()
{
    return kHatchPatterns;
}

} // namespace sida::report
