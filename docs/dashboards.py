# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grafana's dashboards from plugins/module_utils/_panels.py, and a look whether a Prometheus has what they ask for.

    .venv/bin/python docs/dashboards.py http://127.0.0.1:9090    run every query there; fail if one does not parse, has no data, or names no metric

docs/generate.py writes them to roles/minio_grafana/files/dashboards.
"""
from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, Callable, Iterator

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models import dashboard as models

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "plugins/module_utils"))
import _panels as panels  # noqa: E402
from _prometheus import Prometheus, PrometheusError  # noqa: E402

FOLDER = Path("roles/minio_grafana/files/dashboards")
TAG, GRID = "oracle1.minio", 24
SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
# Width and height in Grafana's grid.
SIZES = {"stat": (4, 4), "graph": (8, 8), "bars": (8, 9), "table": (12, 9)}
# Variable -> the query that lists its values.
VARIABLES = {"cluster": "label_values(up, cluster)", "node": 'label_values(up{job="minio-node",cluster=~"$cluster"}, node)',
             "bucket": 'label_values(minio_bucket_usage_total_bytes{cluster=~"$cluster"}, bucket)'}
JOB = re.compile(r'\bjob="([^"]+)"')
EVERYTHING = {name: ".*" for name in VARIABLES}


def _graph() -> timeseries.Panel:
    return (timeseries.Panel().line_width(1).fill_opacity(8).show_points(kinds.VisibilityMode.NEVER).min(0)
            .legend(common.VizLegendOptions().show_legend(True).display_mode(kinds.LegendDisplayMode.LIST)
                    .placement(kinds.LegendPlacement.BOTTOM).calcs([]))
            .tooltip(common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI).sort(kinds.SortOrder.DESCENDING)))


def _stat() -> stat.Panel:
    return stat.Panel().color_mode(kinds.BigValueColorMode.BACKGROUND).graph_mode(kinds.BigValueGraphMode.AREA).reduce_options(_last())


def _bars() -> bargauge.Panel:
    return (bargauge.Panel().orientation(kinds.VizOrientation.HORIZONTAL).display_mode(kinds.BarGaugeDisplayMode.BASIC).min(0)
            .reduce_options(_last()))


def _table() -> table.Panel:
    hidden = {"Time": True, "Value": False, **dict.fromkeys(("__name__", "cluster", "alertstate"), True)}
    return table.Panel().show_header(True).with_transformation(models.DataTransformerConfig(id_val="organize", options={"excludeByName": hidden}))


def _last() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"])


MAKERS: dict[str, Callable[[], Any]] = {"graph": _graph, "stat": _stat, "bars": _bars, "table": _table}


def _panel(row: panels.Panel) -> Any:
    width, height = SIZES[row.kind]
    built = MAKERS[row.kind]().title(row.title).description(row.description).unit(row.unit).datasource(SOURCE).span(width).height(height)
    steps = [models.Threshold(value, colour) for value, colour in row.steps]
    if not row.steps or row.steps[0][0] is not None:
        steps.insert(0, models.Threshold(None, "green" if row.steps else "blue"))
    built.thresholds(dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps))
    if row.kind == "graph" and row.steps:
        built.thresholds_style(common.GraphThresholdsStyleConfig().mode(kinds.GraphTresholdsStyleMode.DASHED))
    if row.kind in ("stat", "bars"):
        built.color_scheme(dashboard.FieldColor().mode(models.FieldColorModeId.THRESHOLDS))
    if row.names:
        built.mappings([models.ValueMap(options={value: models.ValueMappingResult(text=text) for value, text in row.names.items()})])
    for letter, (legend, query) in zip("ABCDEFGH", row.queries.items()):
        target = prometheus.Dataquery().expr(panels.expand(query)).legend_format(legend or "__auto").ref_id(letter)
        if row.kind in ("bars", "table"):
            target.instant().format(prometheus.prometheus.PromQueryFormat.TABLE if row.kind == "table" else
                                    prometheus.prometheus.PromQueryFormat.TIME_SERIES)
        built.with_target(target)
    return built


def _variable(name: str, query: str) -> Any:
    return (dashboard.QueryVariable(name).label(name.capitalize()).query(query).datasource(SOURCE).multi(name != "cluster")
            .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(models.VariableSort.ALPHABETICAL_ASC)
            .include_all(True).all_value(".*").current(models.VariableOption(selected=True, text="All", value="$__all")))


def build(board: panels.Board) -> models.Dashboard:
    result = (dashboard.Dashboard(board.title).uid(board.uid).description(board.says).tags([TAG]).refresh("30s").time("now-6h", "now")
              .timezone("browser").tooltip(models.DashboardCursorSync.CROSSHAIR).readonly()
              .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
              .link(dashboard.DashboardLink("MinIO").type(models.DashboardLinkType.DASHBOARDS).tags([TAG]).as_dropdown(True)
                    .include_vars(True).keep_time(True)))
    for name, query in VARIABLES.items():
        result.with_variable(_variable(name, query))
    for title, row in board.rows.items():
        result.with_row(dashboard.Row(title))
        for panel in row:
            result.with_panel(_panel(panel))
    built = result.build()
    for number, panel in enumerate(built.panels, start=1):
        panel.id_val = number
    return built


def files() -> dict[Path, str]:
    """Every dashboard's JSON by its path in the repository."""
    return {FOLDER / f"{board.uid}.json": json.dumps(build(board), cls=JSONEncoder, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
            for board in panels.BOARDS}


def problems(prometheus: Prometheus, rate: str = "1m", partial: bool = False) -> Iterator[str]:
    """What is wrong with the dashboards' queries at this Prometheus, of a cluster that has served every kind of call for a while.

    partial: not every job is scraped there; what asks for another one must parse, and need not have data.
    """
    known = set(prometheus.ask("label/__name__/values")) | panels.SELDOM.keys()
    jobs = set(prometheus.ask("label/job/values"))
    for board, panel, query in ((board, panel, query) for board in panels.BOARDS for panel in board.panels for query in panel.queries.values()):
        place, expanded = f"{board.uid}, {panel.title}", panels.expand(query, EVERYTHING, rate)
        try:
            found = prometheus.query(expanded)
        except PrometheusError as error:
            yield f"{place}: {error}: {query}"
            continue
        unknown = sorted(panels.metrics(query) - known)
        if panel.seldom or found or partial and not set(JOB.findall(expanded)) <= jobs:
            continue
        yield f"{place}: nothing exposes {', '.join(unknown)}" if unknown else f"{place}: no data: {query}"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    found = list(problems(Prometheus(arguments[0])))
    print("\n".join(found) or f"{sum(len(panel.queries) for board in panels.BOARDS for panel in board.panels)} queries have data")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
