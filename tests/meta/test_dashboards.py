"""The dashboards: written from their data, complete, and of the shapes that Grafana publishes."""
from __future__ import annotations

import json
import re
import sys
from typing import Any

import pytest
import repository
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from repository import ROOT, agree

sys.path.insert(0, str(ROOT / "docs"))
import dashboards  # noqa: E402
from dashboards import panels  # noqa: E402

FILES = repository.under(f"{dashboards.FOLDER}/")
PANELS = [(board, panel) for board in panels.BOARDS for panel in board.panels]


def loaded(path: str) -> dict[str, Any]:
    return json.loads(repository.text(path))


def test_what_is_committed_is_what_the_generator_writes() -> None:
    wanted = {str(path): text for path, text in dashboards.files().items()}
    assert set(FILES) == set(wanted) and len(FILES) == 7
    agree([f"{path} differs: run docs/generate.py" for path in FILES if repository.text(path) != wanted[path]])


@pytest.mark.parametrize("path", FILES)
def test_a_dashboard_has_the_types_that_grafana_publishes(path: str) -> None:
    register_default_plugins()
    again = json.loads(json.dumps(Dashboard.from_json(loaded(path)), cls=JSONEncoder))
    assert again == loaded(path), "the SDK's types lose something of it"


@pytest.mark.parametrize("path", FILES)
def test_a_dashboard_has_its_variables_and_leads_to_the_others(path: str) -> None:
    board = loaded(path)
    assert [variable["name"] for variable in board["templating"]["list"]] == ["datasource", "cluster", "node", "bucket"]
    (link,) = board["links"]
    assert link["type"] == "dashboards" and set(link["tags"]) <= set(board["tags"]) and link["includeVars"] is True


def test_no_two_are_alike() -> None:
    boards = [loaded(path) for path in FILES]
    assert len({board["uid"] for board in boards}) == len({board["title"] for board in boards}) == len(FILES)
    for board in boards:
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
        titles = [panel["title"] for panel in board["panels"] if panel["type"] != "row"]
        assert len(set(titles)) == len(titles)


def test_every_panel_says_what_to_do_and_in_what_it_counts() -> None:
    agree([f"{path}: {panel['title']}" for path in FILES for panel in loaded(path)["panels"] if panel["type"] != "row"
           and not (panel["fieldConfig"]["defaults"].get("unit") and "**When it is red:** " in panel["description"] and panel["targets"])])


def test_a_panel_that_turns_red_says_what_to_do_then() -> None:
    agree([f"{board.uid}: {panel.title}" for board, panel in PANELS if "red" in dict(map(reversed, panel.steps))
           and panel.red.startswith(("it has no", "it never"))])


def test_every_metric_is_of_one_job() -> None:
    """A metric without a scope would be counted once for every job that has it."""
    bare = re.compile(r"\b(?:oracle1_minio|minio|node|nginx|prometheus|alertmanager)_\w+|\bup\b|\bALERTS\b")
    agree([f"{board.uid}: {panel.title}: {query}" for board, panel in PANELS for query in panel.queries.values()
           if bare.search(re.sub(r"\b(?:by|on|without|ignoring) *\([^)]*\)|\([a-z, ]+\)", "", panels.METRIC.sub("", query)))])
    agree([f"{board.uid}: {panel.title}: {query} has no metric" for board, panel in PANELS for query in panel.queries.values()
           if not panels.metrics(query)])


def test_a_query_is_expanded_for_grafana_and_for_prometheus() -> None:
    query = 'sum(rate(x_total@node{api="a"}[rate])) / y@all'
    assert panels.expand(query) == ('sum(rate(x_total{job="minio-node",cluster=~"$cluster",node=~"$node",api="a"}[$__rate_interval]))'
                                    ' / y{cluster=~"$cluster"}')
    assert panels.expand(query, {"cluster": "c", "node": ".*"}, "2m") == (
        'sum(rate(x_total{job="minio-node",cluster=~"c",node=~".*",api="a"}[2m])) / y{cluster=~"c"}')
    assert panels.metrics(query) == {"x_total", "y"}
