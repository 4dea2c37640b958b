# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts as inline SVG, and numbers as people write them. Pure functions; every text is escaped here."""
from __future__ import annotations

import math
import time
from html import escape
from typing import Any, Mapping, Sequence

# (time, value) in order of time.
Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 220, 62, 10, 10, 24
COLOURS = 8
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_SUFFIX = {"Bps": "/s", "reqps": "/s", "ops": "/s", "cps": "/s"}


def number(value: float, unit: str = "none") -> str:
    """A value in its unit, one of Grafana's names, in three digits or so."""
    if math.isnan(value) or math.isinf(value):
        return "–"
    if unit in ("bytes", "Bps"):
        return _scaled(value, _BINARY, 1024) + _SUFFIX.get(unit, "")
    if unit == "percentunit":
        return f"{value * 100:.3g} %" if abs(value) < 1 else f"{value * 100:.0f} %"
    if unit in ("s", "ms", "µs"):
        return _span(value * {"s": 1, "ms": 1e-3, "µs": 1e-6}[unit])
    if unit == "d":
        return "never" if value >= 3650 else f"{value:.0f} d" if value >= 10 else f"{value:.1f} d"
    return _plain(value) + _SUFFIX.get(unit, "")


def _scaled(value: float, names: Sequence[str], base: int) -> str:
    power = 0
    while abs(value) >= base and power < len(names) - 1:
        value, power = value / base, power + 1
    return f"{value:.0f} {names[power]}" if value >= 100 or power == 0 else f"{value:.3g} {names[power]}"


def _span(seconds: float) -> str:
    for limit, divisor, name in ((1e-3, 1e-6, "µs"), (1, 1e-3, "ms"), (120, 1, "s"), (7200, 60, "min"), (172800, 3600, "h")):
        if abs(seconds) < limit:
            return f"{seconds / divisor:.3g} {name}"
    return f"{seconds / 86400:.3g} d"


def _plain(value: float) -> str:
    for limit, divisor, name in ((1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if abs(value) >= limit:
            return f"{value / divisor:.3g} {name}"
    return f"{value:.0f}" if value == int(value) else f"{value:.3g}"


def ticks(top: float, binary: bool = False, wanted: int = 4) -> list[float]:
    """Round values from 0 to at least top."""
    if top <= 0 or math.isinf(top) or math.isnan(top):
        return [0.0, 1.0]
    rough = top / wanted
    if binary:
        base = 1024 ** int(math.log(max(rough, 1), 1024))
        step = next(base * factor for factor in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024) if base * factor >= rough)
    else:
        base = 10.0 ** math.floor(math.log10(rough))
        step = next(base * factor for factor in (1, 2, 2.5, 5, 10) if base * factor >= rough * 0.999999)
    return [step * index for index in range(math.ceil(top / step - 1e-9) + 1)]


def lines(title: str, unit: str, series: Mapping[str, Points], start: float, end: float, dashed: Sequence[str] = (),
          none: str = "Nothing was measured.") -> str:
    """A line chart with its legend, and in words for those who do not see it. dashed: names of series that are foreseen."""
    values = [value for points in series.values() for moment, value in points if not math.isnan(value)]
    if not values:
        return f'<figure class="chart"><figcaption>{escape(title)}</figcaption><p class="empty">{escape(none)}</p></figure>'
    marks = ticks(max(values), unit in ("bytes", "Bps"))

    def x(moment: float) -> float:
        return LEFT + (moment - start) / max(end - start, 1) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - max(value, 0) / marks[-1] * (HEIGHT - TOP - BOTTOM)

    drawn = [f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(mark):.1f}" y2="{y(mark):.1f}"/>'
             f'<text class="axis" x="{LEFT - 6}" y="{y(mark) + 4:.1f}" text-anchor="end">{escape(number(mark, unit))}</text>' for mark in marks]
    pattern = "%H:%M" if end - start <= 2 * 86400 else "%d %b"
    for part in range(5):
        moment = start + (end - start) * part / 4
        anchor = {0: "start", 4: "end"}.get(part, "middle")
        drawn.append(f'<text class="axis" x="{x(moment):.1f}" y="{HEIGHT - 6}" text-anchor="{anchor}">'
                     f'{time.strftime(pattern, time.gmtime(moment))}</text>')
    for index, (name, points) in enumerate(series.items()):
        for run in _runs(points):
            path = "M" + " L".join(f"{x(moment):.1f} {y(value):.1f}" for moment, value in run)
            colour, foreseen = f"c{index % COLOURS}", " dashed" if name in dashed else ""
            if len(series) == 1:
                drawn.append(f'<path class="area {colour}" d="{path} L{x(run[-1][0]):.1f} {y(0):.1f} L{x(run[0][0]):.1f} {y(0):.1f}Z"/>')
            drawn.append(f'<path class="line {colour}{foreseen}" d="{path}"/>')
    legend = "".join(f'<li><i class="swatch c{index % COLOURS}"></i>{escape(name)} <b>{escape(number(points[-1][1], unit))}</b></li>'
                     for index, (name, points) in enumerate(series.items()) if points)
    said = "; ".join(f"{name}: now {number(points[-1][1], unit)}, at most {number(max(value for _moment, value in points), unit)}"
                     for name, points in series.items() if points)
    return (f'<figure class="chart"><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{escape(f"{title}. {said}")}">{"".join(drawn)}</svg><ul class="legend">{legend}</ul></figure>')


def _runs(points: Points) -> list[list[tuple[float, float]]]:
    """The points, parted where a value is missing."""
    steps = sorted(later[0] - earlier[0] for earlier, later in zip(points, points[1:]))
    gap = 3 * steps[len(steps) // 2] if steps else 0
    result: list[list[tuple[float, float]]] = []
    for moment, value in points:
        if math.isnan(value):
            continue
        if not result or moment - result[-1][-1][0] > gap:
            result.append([])
        result[-1].append((moment, value))
    return result


def trend(points: Points, until: float) -> list[tuple[float, float]]:
    """The straight line with the least squares through the points, from the last of them until then; empty for fewer than three."""
    if len(points) < 3:
        return []
    middle, mean = sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
    spread = sum((moment - middle) ** 2 for moment, _value in points)
    slope = sum((moment - middle) * (value - mean) for moment, value in points) / spread if spread else 0.0
    last, value = points[-1]
    return [(last, value), (until, max(value + slope * (until - last), 0.0))]


def bars(title: str, unit: str, values: Mapping[str, float], classes: Mapping[str, str] | None = None, top: float | None = None) -> str:
    """Horizontal bars, the largest first as they are given. classes: name -> good, warn or bad."""
    if not values:
        return f'<figure class="chart"><figcaption>{escape(title)}</figcaption><p class="empty">Nothing was measured.</p></figure>'
    top = top or max(*values.values(), 1e-9)
    rows = "".join(f'<li><span class="name">{escape(name)}</span><span class="track"><i class="{(classes or {}).get(name, "c0")}" '
                   f'style="width:{min(max(value / top, 0), 1) * 100:.1f}%"></i></span><b>{escape(number(value, unit))}</b></li>'
                   for name, value in values.items())
    return f'<figure class="chart"><figcaption>{escape(title)}</figcaption><ul class="bars">{rows}</ul></figure>'


def topology(balancers: Sequence[str], servers: Sequence[Mapping[str, Any]], drives: Sequence[Mapping[str, Any]]) -> str:
    """Balancers above servers above their drives, each in the colour of its state. The shapes are those of the module info."""
    count = max(len(servers), 1)
    width, box = max(180 * count, 560), 160
    place = {server["endpoint"]: (index + 0.5) * width / count for index, server in enumerate(servers)}
    per_row = 8
    rows = max((math.ceil(sum(drive["server"] == name for drive in drives) / per_row) for name in place), default=1)
    height = 168 + 20 * max(rows, 1)
    shapes = []
    spots = [(index + 0.5) * width / max(len(balancers), 1) for index in range(len(balancers))]
    for spot in spots:
        shapes += [f'<path class="wire" d="M{spot:.0f} 48 C{spot:.0f} 80 {at:.0f} 64 {at:.0f} 96"/>' for at in place.values()]
    for spot, name in zip(spots, balancers):
        shapes.append(f'<rect class="box" x="{spot - 70:.0f}" y="8" width="140" height="40" rx="8"/>'
                      f'<text class="label" x="{spot:.0f}" y="33">{escape(name)}</text>')
    for server in servers:
        at, good = place[server["endpoint"]], server["state"] == "online"
        shapes.append(f'<rect class="box {"good" if good else "bad"}" x="{at - box / 2:.0f}" y="96" width="{box}" height="{height - 104}" rx="8"/>'
                      f'<text class="label" x="{at:.0f}" y="120">{escape(server["endpoint"].rpartition(":")[0] or server["endpoint"])}</text>'
                      f'<text class="small" x="{at:.0f}" y="138">{escape(server["state"])}, pool {server["pool"] + 1}</text>')
        own = [drive for drive in drives if drive["server"] == server["endpoint"]]
        for index, drive in enumerate(own):
            state = "warn" if drive["healing"] else "good" if drive["state"] == "ok" else "bad"
            in_row = min(len(own) - index // per_row * per_row, per_row)
            left = at - in_row * 9 + index % per_row * 18
            shapes.append(f'<rect class="drive {state}" x="{left:.0f}" y="{150 + index // per_row * 20}" width="14" height="14" rx="3">'
                          f'<title>{escape(drive["path"] or drive["endpoint"])}: {"healing" if drive["healing"] else escape(drive["state"])}</title></rect>')
    online = sum(server["state"] == "online" for server in servers)
    usable = sum(drive["state"] == "ok" for drive in drives)
    said = f"{len(balancers)} balancer{'s' if len(balancers) != 1 else ''}, {online} of {len(servers)} servers online, {usable} of {len(drives)} drives in use"
    return (f'<figure class="topology"><svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(said)}">{"".join(shapes)}</svg>'
            f'<figcaption>{escape(said)}</figcaption></figure>')


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], none: str, classes: Sequence[str] = ()) -> str:
    """A table, or what to say where there is nothing. classes: one for each row: good, warn, bad."""
    if not rows:
        return f'<p class="empty good">{escape(none)}</p>'
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(f'<tr class="{classes[index] if index < len(classes) else ""}">'
                   + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for index, row in enumerate(rows))
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
