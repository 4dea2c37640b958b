# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role, its task file for preflight and the documented examples, run by ansible-playbook on this machine."""
from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from release_support import FOREIGN, NATIVE, RELEASE, ROOT, VERSION, archive, executable

BODY = executable()
SHA256 = hashlib.sha256(BODY).hexdigest()
SERVER = {"component": "server", "release": RELEASE, "version": VERSION, "advisories": ["CVE-2026-1", "SN-2026-015"]}
INVENTORY = {"all": {"children": {
    "minio_server": {"hosts": {"minio1": {"ansible_host": "192.0.2.11"}, "minio2": {"ansible_host": "192.0.2.12"}}},
    "minio_lb": {"hosts": {"lb1": {"ansible_host": "192.0.2.13"}}}}}}


@pytest.fixture
def play(tmp_path):
    """Run tasks of the role on hosts that do not exist, without facts: everything must happen on the controller."""

    def run(variables: dict, tasks_from: str = "main", *arguments: str, machines: dict | None = None) -> tuple[int, str, dict]:
        (tmp_path / "inventory.yml").write_text(yaml.safe_dump(INVENTORY))
        (tmp_path / "play.yml").write_text(yaml.safe_dump([{
            "hosts": "all", "gather_facts": False, "vars": {"machines": machines or {}}, "tasks": [
                {"ansible.builtin.set_fact": {"architecture": "{{ machines[inventory_hostname] }}", "cacheable": True},
                 "when": "inventory_hostname in machines"},
                {"ansible.builtin.include_role": {"name": "oracle1.minio.minio_release", "tasks_from": tasks_from}},
                {"ansible.builtin.copy": {"content": "{{ minio_release_artifacts | default({}) }}",
                                          "dest": f"{tmp_path}/{{{{ inventory_hostname }}}}.json", "mode": "0644"},
                 "delegate_to": "localhost", "check_mode": False}]}]))
        (tmp_path / "vars.yml").write_text(yaml.safe_dump({"minio_release_cache_dir": str(tmp_path / "cache"), **variables}))
        done = subprocess.run(
            [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(tmp_path / "inventory.yml"),
             "-e", f"@{tmp_path}/vars.yml", str(tmp_path / "play.yml"), *arguments],
            cwd=ROOT, env={**os.environ, "ANSIBLE_NOCOLOR": "1"}, text=True, capture_output=True, check=False)
        facts = {path.stem: json.loads(path.read_text()) for path in tmp_path.glob("*[12].json")}
        return done.returncode, done.stdout + done.stderr, facts

    return run


@pytest.fixture
def given(tmp_path):
    path = tmp_path / "minio"
    path.write_bytes(BODY)
    return {"minio_release": RELEASE, "minio_release_extra": [SERVER], "minio_release_components": ["server"],
            "minio_release_files": {"server": {NATIVE: {"path": str(path), "sha256": SHA256}}}}


def test_every_host_learns_where_the_binaries_are_and_a_second_run_changes_nothing(play, given, tmp_path):
    code, output, facts = play(given)
    assert code == 0, output
    expected = {"path": f"{tmp_path}/cache/artifacts/server/{RELEASE}/{NATIVE}/minio", "sha256": SHA256, "release": RELEASE,
                "version": VERSION, "distribution": "minio", "source": "file", "present": True}
    assert facts == dict.fromkeys(("minio1", "minio2", "lb1"), {"server": {NATIVE: expected}})
    assert Path(expected["path"]).read_bytes() == BODY
    code, output, _facts = play(given)
    assert code == 0, output
    assert re.search(r"^ok: \[minio1 -> localhost\]", output, re.MULTILINE)


def test_check_mode_on_a_bare_controller_runs_to_its_end(play, given, tmp_path):
    code, output, facts = play(given, "main", "--check")
    assert code == 0, output
    assert re.search(r"^changed: \[minio1 -> localhost\]", output, re.MULTILINE)
    assert facts["lb1"]["server"][NATIVE]["present"] is False and facts["lb1"]["server"][NATIVE]["sha256"] is None
    assert not (tmp_path / "cache").exists()


def test_architectures_are_those_of_the_hosts_whose_facts_are_known(play, given):
    given["minio_release_files"]["server"][FOREIGN] = {"path": "/not/read/in/check/mode", "sha256": SHA256}
    code, output, facts = play(given, "main", "--check", machines={"minio1": "x86_64", "lb1": "aarch64"})
    assert code == 0, output
    assert list(facts["minio2"]["server"]) == ["amd64", "arm64"]


def test_a_misspelt_key_of_a_users_entry_fails_before_anything_is_done(play, given, tmp_path):
    given["minio_release_extra"] = [{**SERVER, "sha": "x"}]
    code, output, _facts = play(given)
    assert code != 0 and "minio_release_extra.sha. Supported parameters include" in " ".join(output.split())
    assert not (tmp_path / "cache").exists()


def test_preflight_refuses_an_unknown_release_with_those_that_are_known(play, given):
    code, output, _facts = play({**given, "minio_release": "RELEASE.2030-01-01T00-00-00Z"}, "check")
    text = " ".join(output.split())
    assert code != 0
    assert "no server release 'RELEASE.2030-01-01T00-00-00Z'. Set minio_release to one of" in text
    assert RELEASE in text and "RELEASE.2026-02-12T20-18-48Z" in text


def test_preflight_prints_the_open_advisories_once_and_touches_no_host(play, given):
    code, output, _facts = play(given, "check")
    assert code == 0, output
    assert output.count("SN-2026-015  high      nothing     Object Lock") == 1
    assert "CVE-2026-1   unrated   nothing     not described in the catalogue" in output


def test_preflight_is_silent_about_accepted_advisories(play, given):
    code, output, _facts = play({**given, "minio_release_accept_advisories": ["GHSA-67mv-7hc9-wj88", "CVE-2026-1"]}, "check")
    assert code == 0, output
    assert "SN-2026-015" not in output and "covered by" not in output


def examples() -> dict[str, dict]:
    """The YAML blocks of docs/releases.md by the heading they stand under."""
    text = (ROOT / "docs" / "releases.md").read_text()
    parts = re.split(r"^##+ (.+)$", text, flags=re.MULTILINE)[1:]
    return {title: block.group(1) for title, body in zip(parts[::2], parts[1::2])
            if (block := re.search(r"```yaml\n(.*?)```", body, re.DOTALL))}


def test_the_documented_entry_works_with_the_addresses_of_this_test(play, server, tmp_path):
    content = archive({"LICENSE": b"text", "minio": executable("minio version RELEASE.2026-11-01T00-00-00Z", "amd64")})
    server.give("/minio/minio_linux_amd64.tar.gz", content)
    text = examples()["Adding an entry"].replace("https://mirror.example.com", server.url(""))
    variables = yaml.safe_load(text)
    placeholder = variables["minio_release_extra"][0]["downloads"][0]["sha256"]
    variables = yaml.safe_load(text.replace(placeholder, hashlib.sha256(content).hexdigest()))
    code, output, facts = play({**variables, "minio_release_components": ["server"], "minio_release_architectures": ["amd64"]})
    assert code == 0, output
    assert facts["lb1"]["server"]["amd64"]["release"] == variables["minio_release"]
    assert server.seen == ["/minio/minio_linux_amd64.tar.gz"]


def test_the_documented_air_gap_works_with_the_files_of_this_test(play, given, tmp_path):
    variables = yaml.safe_load(examples()["Air gap"])
    for component, files in variables["minio_release_files"].items():
        release = variables[{"server": "minio_release", "client": "minio_release_client"}[component]]
        for arch, item in files.items():
            path = tmp_path / f"{component}-{arch}"
            path.write_bytes(executable(f"{component} version {release}", arch))
            item.update(path=str(path), sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    code, output, facts = play({**variables, "minio_release_architectures": ["amd64"]})
    assert code == 0, output
    assert {component: item["amd64"]["source"] for component, item in facts["minio1"].items()} == {"server": "file", "client": "file"}
