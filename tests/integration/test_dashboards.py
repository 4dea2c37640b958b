# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every query of the dashboards at a real Prometheus that scrapes a real server, the report, and the role that hands them to Grafana."""
from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Iterator

import pytest
import yaml
from conftest import ROOT, Server, execute, free_port, running

sys.path[:0] = [str(ROOT / "docs"), str(ROOT / "tests")]
import dashboards  # noqa: E402
from packages import program  # noqa: E402

JOBS = ("cluster", "bucket", "node", "resource")
# What a server without peers has nothing to say of.
NEEDS_PEERS = {"minio-errors, Errors between nodes", "minio-nodes, Traffic between nodes"}


@contextlib.contextmanager
def scraping(server: Server, directory: Path) -> Iterator[str]:
    """A Prometheus that scrapes the server every second, with the labels of the role minio_prometheus; its URL."""
    directory.mkdir()
    jobs = [{"job_name": f"minio-{job}", "metrics_path": f"/minio/v2/metrics/{job}",
             "static_configs": [{"targets": [f"127.0.0.1:{server.port}"], "labels": {"cluster": "oracle1", "node": "127.0.0.1"}}]} for job in JOBS]
    (directory / "prometheus.yml").write_text(yaml.safe_dump({"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}))
    port = free_port()
    with open(directory / "log", "wb") as log:
        process = subprocess.Popen([program("prometheus", "prometheus"), f"--config.file={directory}/prometheus.yml",
                                    f"--storage.tsdb.path={directory}/data", f"--web.listen-address=127.0.0.1:{port}"],
                                   stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("measured"), MINIO_PROMETHEUS_AUTH_TYPE="public", MINIO_SCANNER_SPEED="fastest") as server:
        yield server


@pytest.fixture(scope="module")
def prometheus(measured: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with scraping(measured, tmp_path_factory.mktemp("prometheus") / "p") as url:
        s3, server = measured.boto3(), measured
        for bucket in ("photos", "backups"):
            s3.create_bucket(Bucket=bucket)
        server.mc("quota", "set", "s3/photos", "--size", "1GiB")
        for number in range(20):
            s3.put_object(Bucket="photos", Key=f"a/{number}", Body=b"x" * 10000)
            s3.get_object(Bucket="photos", Key=f"a/{number}")["Body"].read()
            with contextlib.suppress(s3.exceptions.NoSuchKey):
                s3.get_object(Bucket="backups", Key="absent")
            time.sleep(0.2)
        yield url


def test_every_query_parses_and_has_data(prometheus: str) -> None:
    deadline, missing = time.monotonic() + 90, {"": ""}
    while missing.keys() != NEEDS_PEERS and time.monotonic() < deadline:
        time.sleep(2)
        missing = {problem.partition(":")[0]: problem for problem in dashboards.problems(dashboards.Prometheus(prometheus), "1m", partial=True)}
    assert missing.keys() == NEEDS_PEERS, missing


def test_a_wrong_query_and_an_unknown_metric_are_found(prometheus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = dashboards.panels.Panel("Wrong", "none", {"a": "sum(minio_absent_total@node)", "b": "sum(up@node"}, "", "")
    monkeypatch.setattr(dashboards.panels, "BOARDS", (dashboards.panels.Board("board", "", "", {"": (panel,)}),))
    unknown, broken = dashboards.problems(dashboards.Prometheus(prometheus))
    assert unknown == "board, Wrong: nothing exposes minio_absent_total"
    assert "parse error" in broken


PLAY = """
- hosts: localhost
  connection: local
  gather_facts: true
  gather_subset: ['!all', min]
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  roles: [oracle1.minio.minio_grafana]
"""


def provisioned(directory: Path, *arguments: str, **variables: Any) -> dict[str, Any]:
    """The result of the role on this machine, its files under the directory."""
    (directory / "play.yml").write_text(PLAY)
    settings = {"minio_grafana_install": False, "minio_grafana_provisioning_dir": f"{directory}/provisioning",
                "minio_grafana_dashboards_dir": f"{directory}/dashboards", "minio_grafana_group": "root", "minio_grafana_service": "",
                "minio_grafana_secrets_dir": f"{directory}/secrets", **variables}
    done = subprocess.run([str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", str(directory / "play.yml"),
                           "-e", json.dumps(settings), *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
                          env={"PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(Path.home()),
                               "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"})
    result = json.loads(done.stdout[done.stdout.index("{"):])
    return {"text": done.stdout + done.stderr, **result["stats"]["localhost"]}


def test_a_grafana_that_exists_is_provisioned(tmp_path: Path) -> None:
    wishes = {"minio_grafana_prometheus_url": "https://prometheus.example.com:9090", "minio_grafana_prometheus_user": "grafana",
              "minio_grafana_prometheus_password": "pa$s: word", "minio_grafana_prometheus_ca": f"{tmp_path}/ca.crt"}
    (tmp_path / "ca.crt").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    foreseen = provisioned(tmp_path, "--check", **wishes)
    assert foreseen["failures"] == 0 and not (tmp_path / "dashboards").exists(), foreseen["text"]
    first = provisioned(tmp_path, **wishes)
    assert first["failures"] == 0 and first["changed"] > 0 and "pa$s" not in first["text"], first["text"]
    assert len(list((tmp_path / "dashboards").iterdir())) == 7
    (source,) = yaml.safe_load((tmp_path / "provisioning/datasources/minio.yml").read_text())["datasources"]
    # Grafana reads $$ as one dollar.
    assert source["secureJsonData"] == {"basicAuthPassword": "pa$$s: word", "tlsCACert": (tmp_path / "ca.crt").read_text().rstrip()}
    assert (source["type"], source["basicAuth"], source["basicAuthUser"]) == ("prometheus", True, "grafana")
    assert (tmp_path / "provisioning/datasources/minio.yml").stat().st_mode & 0o7 == 0
    (provider,) = yaml.safe_load((tmp_path / "provisioning/dashboards/minio.yml").read_text())["providers"]
    assert provider["options"]["path"] == f"{tmp_path}/dashboards"
    (tmp_path / "dashboards/minio-old.json").write_text("{}")
    assert provisioned(tmp_path, **wishes)["changed"] == 1 and not (tmp_path / "dashboards/minio-old.json").exists()


@pytest.mark.parametrize(("variables", "said"), [
    ({"minio_grafana_admin_password": "admin123"}, "fewer than 12 characters, is well known"),
    ({"minio_grafana_admin_password": "Admin-and-more-1"}, "holds the name admin"),
    ({}, "has no Grafana and does not reach its packages"),
])
def test_what_cannot_be_is_refused_with_the_remedy(tmp_path: Path, variables: dict[str, Any], said: str) -> None:
    nowhere = "http://127.0.0.1:1/key"
    result = provisioned(tmp_path, minio_grafana_install=True, grafana_apt_key=nowhere, grafana_yum_key=nowhere, **variables)
    assert result["failures"] == 1 and said in result["text"].replace("\\n", " ") and "admin123" not in result["text"], result["text"]


def test_a_host_that_needs_no_grafana_goes_on_without(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:1/key"
    result = provisioned(tmp_path, minio_grafana_install=True, minio_grafana_required=False, grafana_apt_key=nowhere, grafana_yum_key=nowhere)
    assert (result["failures"], result["changed"]) == (0, 0), result["text"]
    assert "No Grafana on localhost: its packages cannot be reached." in result["text"]
    assert not (tmp_path / "provisioning").exists()


class Shape(HTMLParser):
    """Whether every element is closed where it should be, and what the page refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: Counter[str] = Counter()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.faults += [f"{tag} refers to {value}" for name, value in attrs if name in ("src", "href", "style") and "//" in (value or "")]
        if tag == "svg" and not dict(attrs).get("aria-label"):
            self.faults.append("a drawing without words")
        if tag not in ("meta", "line", "rect", "path"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect",) and (not self.open or self.open.pop() != tag):
            self.faults.append(f"{tag} ends where it did not begin")


@pytest.fixture(scope="module")
def page(prometheus: str, measured: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    given = {"path": str(path), "title": "MinIO <oracle1>", "prometheus_url": prometheus, "cluster": "oracle1", "hours": 1, "balancers": ["lb1"],
             "info": execute("info", measured.connection, False)["info"],
             "probes": {"minio1": {"ok": True, "certificate": {"days_left": 20}}, "lb1": None},
             "advisories": [{"id": "CVE-2026-0", "severity": "high", "title": "<b>", "covered_by": []}],
             "drift": [{"kind": "bucket", "name": "photos", "action": "updated", "changed": True},
                       {"kind": "user", "name": "quiet-one", "action": "unchanged", "changed": False}]}
    assert execute("report", given, True)["changed"] is True and not path.exists()
    # Warnings are those of the whole process, so of other tests, too.
    done = execute("report", given, False)
    assert set(done) <= {"changed", "file", "invocation", "warnings"} and (done["changed"], done["file"]) == (True, str(path))
    refused = execute("report", {**given, "prometheus_url": "http://127.0.0.1:1"}, False)
    assert "http://127.0.0.1:1 does not answer as Prometheus does" in refused["msg"]
    return path


def test_the_report_is_one_whole_page(page: Path) -> None:
    text = page.read_text()
    shape = Shape(text)
    assert shape.faults == [] and shape.open == [] and not {"script", "link", "img", "iframe"} & shape.tags.keys()
    assert shape.tags["svg"] >= 6 and shape.tags["section"] == 9
    for said in ("MinIO &lt;oracle1&gt;", "1 balancer, 1 of 1 servers online, 4 of 4 drives in use", "CVE-2026-0", "&lt;b&gt;", "20 d", "photos",
                 "Time to first byte", "p99"):
        assert said in text, said
    assert "quiet-one" not in text and page.stat().st_mode & 0o7 == 0


def test_a_browser_shows_the_report_in_light_and_in_dark(page: Path, tmp_path: Path) -> None:
    shots = []
    for scheme in (1, 0):
        shot = tmp_path / f"{scheme}.png"
        done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={tmp_path}/profile",
                               f"--blink-settings=preferredColorScheme={scheme}", "--window-size=1240,2400", f"--screenshot={shot}", page.as_uri()],
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 and shot.exists(), done.stderr
        shots.append(shot.read_bytes())
    assert all(len(shot) > 50000 for shot in shots) and shots[0] != shots[1]
