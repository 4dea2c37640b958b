# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report's style sheet: light or dark as the reader's system is, one column on a phone, ink only on paper."""
from __future__ import annotations

STYLE = """
:root{--ink:#14213d;--soft:#5b6577;--page:#f4f6fa;--card:#fff;--rule:#dfe4ec;--good:#18794e;--warn:#a35200;--bad:#c4161c;
--goodbg:#e6f6ed;--warnbg:#fff1dd;--badbg:#ffe9e8;--c0:#2456d6;--c1:#c2570c;--c2:#0f8a5f;--c3:#8b35c9;--c4:#c01d5b;--c5:#0b7f99;--c6:#7a6400;--c7:#56616f}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf4;--soft:#9ba7ba;--page:#0e131d;--card:#171e2b;--rule:#2b3547;--good:#4fd08c;--warn:#ffb454;--bad:#ff7b72;
--goodbg:#12301f;--warnbg:#38270c;--badbg:#3d1717;--c0:#7aa2ff;--c1:#ffa15c;--c2:#4fd1a1;--c3:#c792ff;--c4:#ff85b0;--c5:#54cbe6;--c6:#e0c65a;--c7:#a9b4c4}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:20px;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header{display:flex;flex-wrap:wrap;gap:8px 24px;justify-content:space-between;align-items:center;padding:18px 24px;border-radius:14px;background:var(--card);
border:1px solid var(--rule);border-left:8px solid var(--good)}
header.warn{border-left-color:var(--warn)}header.bad{border-left-color:var(--bad)}
h1{margin:0;font-size:26px;line-height:1.2}h2{margin:0 0 12px;font-size:17px}
header p{margin:2px 0 0;color:var(--soft)}.verdict{text-align:right}.verdict b{font-size:20px;color:var(--good)}
header.warn .verdict b{color:var(--warn)}header.bad .verdict b{color:var(--bad)}
section{margin-top:16px;padding:18px 24px;background:var(--card);border:1px solid var(--rule);border-radius:14px;break-inside:avoid}
ul{list-style:none;margin:0;padding:0}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(160px,1fr));gap:10px}
.tile{display:flex;flex-direction:column;padding:10px 14px;border-radius:10px;border:1px solid var(--rule);border-top:4px solid var(--rule)}
.tile span{color:var(--soft);font-size:13px}.tile b{font-size:22px;font-variant-numeric:tabular-nums}
.tile.good{border-top-color:var(--good)}.tile.warn{border-top-color:var(--warn);background:var(--warnbg)}
.tile.bad{border-top-color:var(--bad);background:var(--badbg)}
.tile.warn b{color:var(--warn)}.tile.bad b{color:var(--bad)}
.todo{margin-top:14px;padding:10px 16px;background:var(--warnbg);border-radius:10px}.todo li{padding:2px 0}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(460px,100%),1fr));gap:20px 28px}
figure{margin:0;min-width:0}figcaption{font-weight:600;font-size:14px;margin-bottom:6px}svg{display:block;width:100%;height:auto}
.topology svg{max-width:860px;margin:0 auto}.topology figcaption{text-align:center;font-weight:400;color:var(--soft);margin:6px 0 12px}
.grid{stroke:var(--rule)}.axis{fill:var(--soft);font-size:11px}.line{fill:none;stroke:currentColor;stroke-width:1.8;stroke-linejoin:round}
.area{fill:currentColor;opacity:.12}.dashed{stroke-dasharray:5 4}
.c0{color:var(--c0)}.c1{color:var(--c1)}.c2{color:var(--c2)}.c3{color:var(--c3)}.c4{color:var(--c4)}.c5{color:var(--c5)}.c6{color:var(--c6)}
.c7{color:var(--c7)}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}header.good,header.warn,header.bad,.tile,tr.good,tr.warn,tr.bad{color:var(--ink)}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin-top:6px;font-size:12.5px;color:var(--soft)}
.legend b,.bars b{color:var(--ink);font-variant-numeric:tabular-nums}
.swatch{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px;background:currentColor}
.bars li{display:grid;grid-template-columns:minmax(90px,26%) 1fr 84px;gap:10px;align-items:center;padding:4px 0;font-size:13.5px}
.bars b{text-align:right}.bars .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.track{height:14px;border-radius:7px;background:var(--page);overflow:hidden}.track i{display:block;height:100%;background:currentColor;border-radius:7px}
.box{fill:var(--page);stroke:var(--soft);stroke-width:1.5}.box.good{stroke:var(--good)}.box.bad{stroke:var(--bad);stroke-width:2.5;fill:var(--badbg)}
.wire{fill:none;stroke:var(--rule);stroke-width:2}.label{fill:var(--ink);font-size:14px;font-weight:600;text-anchor:middle}
.small{fill:var(--soft);font-size:12px;text-anchor:middle}.drive{fill:currentColor}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13.5px}
th,td{text-align:left;padding:6px 14px 6px 0;border-bottom:1px solid var(--rule);vertical-align:top}
th{color:var(--soft);font-weight:600}tr td:first-child{font-weight:600;white-space:nowrap}tr.bad td:first-child{color:var(--bad)}
tr.warn td:first-child{color:var(--warn)}
.empty{margin:4px 0;color:var(--soft)}.empty.good{color:var(--good)}
footer{margin:16px 4px;color:var(--soft);font-size:12.5px}
@media print{body{background:none;max-width:none;padding:0}section,header{border-color:#ccc}}
""".replace("\n", "")
