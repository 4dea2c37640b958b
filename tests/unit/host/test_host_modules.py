# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files, units and packages of a host: what changes, what is foreseen, and what is left alone."""
from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args
from ansible_collections.oracle1.minio.plugins.action import host_packages as action
from ansible_collections.oracle1.minio.plugins.module_utils import _host_units as units
from ansible_collections.oracle1.minio.plugins.modules import host_packages

NOBODY = "nobody-of-this-name"


def run(module: str, **params: Any) -> dict[str, Any]:
    """What a module says; `check` stands for check mode."""
    told = {"_ansible_check_mode": params.pop("check", False), "_ansible_remote_tmp": "/tmp", "_ansible_keep_remote_files": False}
    output, before = io.StringIO(), os.umask(0o022)
    entry = importlib.import_module(f"ansible_collections.oracle1.minio.plugins.modules.{module}")
    try:
        with patch_module_args({**params, **told}), contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
            entry.main()
    finally:
        os.umask(before)
    return json.loads(output.getvalue())


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


@pytest.fixture
def files(tmp_path: Path) -> list[dict[str, Any]]:
    return [
        {"path": f"{tmp_path}/etc/example", "state": "directory", "mode": "0750"},
        {"path": f"{tmp_path}/etc/example/rules", "content": "rule\n"},
        {"path": f"{tmp_path}/etc/example/key", "content": "hidden\n", "mode": "0640"},
    ]


def test_files_are_made_once_with_their_parents_and_modes(files, tmp_path):
    first = run("host_files", files=files)
    assert (first["changed"], first["paths"]) == (True, [item["path"] for item in files])
    assert [mode(tmp_path / name) for name in ("etc", "etc/example", "etc/example/rules", "etc/example/key")] == ["0750", "0750", "0644", "0640"]
    second = run("host_files", files=files)
    assert (second["changed"], second["paths"], second["diff"]) == (False, [], [])


def test_check_mode_foresees_what_a_run_then_does_and_writes_nothing(files, tmp_path):
    foreseen = run("host_files", files=files, owner=NOBODY, group=NOBODY, check=True)
    assert not list(tmp_path.iterdir())
    done = run("host_files", files=files)
    assert [foreseen[key] for key in ("changed", "paths", "diff")] == [done[key] for key in ("changed", "paths", "diff")]


@pytest.mark.parametrize("key", ["owner", "group"])
def test_who_is_yet_to_be_made_is_a_change_in_check_mode_and_an_error_otherwise(files, key):
    run("host_files", files=files)
    foreseen = run("host_files", files=files[1:2], check=True, **{key: NOBODY})
    assert foreseen["paths"] == [files[1]["path"]] and foreseen["diff"][0]["after"] == {key: NOBODY}
    assert run("host_files", files=files[1:2], **{key: NOBODY})["failed"]
    assert run("host_files", files=files, check=True, **{key: str(os.getuid() if key == "owner" else os.getgid())})["changed"] is False


def test_a_change_of_content_or_of_the_mode_names_its_file_only(files, tmp_path):
    run("host_files", files=files)
    files[1]["content"], files[2]["mode"] = "other\n", "0600"
    found = run("host_files", files=files)
    assert found["paths"] == [files[1]["path"], files[2]["path"]]
    assert [(item["before"], item["after"]) for item in found["diff"]] == [("rule\n", "other\n"), ({"mode": "0640"}, {"mode": "0600"})]
    assert mode(tmp_path / "etc/example/rules") == "0644"


def test_a_file_that_is_refused_is_not_written_nor_what_comes_after_it(files, tmp_path):
    run("host_files", files=files)
    refused = {"path": files[1]["path"], "content": "bad\n", "validate": "grep -q rule %s"}
    found = run("host_files", files=[refused, {"path": f"{tmp_path}/later", "content": ""}])
    assert found["failed"] and "grep -q rule" in found["msg"] and found["paths"] == []
    assert (tmp_path / "etc/example/rules").read_text() == "rule\n" and not (tmp_path / "later").exists()
    good = run("host_files", files=[{**refused, "content": "rule 2\n"}])
    assert good["changed"] and (tmp_path / "etc/example/rules").read_text() == "rule 2\n"


def test_a_validator_with_a_shell_gets_the_path(tmp_path):
    found = run("host_files", files=[{"path": f"{tmp_path}/a", "content": "x", "validate": "sh -c 'd=$(mktemp -d) && cp %s $d/a; rm -r $d'"}])
    assert found["changed"] and found.get("failed") is None


def test_what_is_not_wanted_goes(files, tmp_path):
    run("host_files", files=files)
    wish = [{"path": files[1]["path"], "state": "absent"}, {"path": f"{tmp_path}/etc", "state": "absent"}]
    assert run("host_files", files=wish, check=True)["paths"] == [item["path"] for item in wish] and (tmp_path / "etc").exists()
    assert run("host_files", files=wish)["changed"] and not (tmp_path / "etc").exists()
    assert run("host_files", files=wish)["changed"] is False


def test_a_link_in_the_place_of_a_file_is_replaced_and_what_it_leads_to_is_kept(tmp_path):
    (tmp_path / "target").write_text("new\n")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    assert run("host_files", files=[{"path": f"{tmp_path}/link", "content": "new\n"}])["changed"]
    assert not (tmp_path / "link").is_symlink() and (tmp_path / "target").exists()


@pytest.mark.parametrize(("state", "there"), [("file", "directory"), ("directory", "file")])
def test_a_file_does_not_take_the_place_of_a_directory_nor_the_other_way_round(tmp_path, state, there):
    (tmp_path / "a").mkdir() if there == "directory" else (tmp_path / "a").write_text("")
    found = run("host_files", files=[{"path": f"{tmp_path}/a", "state": state, **({"content": ""} if state == "file" else {})}])
    assert found["failed"] and f"{tmp_path}/a is there and is" in found["msg"]


def test_contents_are_neither_logged_nor_returned_but_for_the_diff(files, monkeypatch):
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda self, msg, **more: logged.append(f"{msg} {more}"))
    found = run("host_files", files=files)
    assert logged and "hidden" not in "".join(logged)
    assert [item["after"] for item in found.pop("diff")][2] == "hidden\n" and "hidden" not in json.dumps(found)


def unit(**more: str) -> dict[str, str]:
    return {"ActiveState": "active", "UnitFileState": "enabled", **more}


def test_properties_of_units_are_told_apart():
    said = "ActiveState=active\nUnitFileState=enabled\n\nActiveState=inactive\nUnitFileState=\n"
    assert units.show(lambda command: said, ["a.service", "b.timer"]) == [unit(), unit(ActiveState="inactive", UnitFileState="")]


@pytest.mark.parametrize(("found", "enable", "start"), [
    (unit(), False, False), (unit(UnitFileState="static", ActiveState="activating"), False, False),
    (unit(UnitFileState="disabled"), True, False), (unit(ActiveState="failed"), False, True),
    (unit(UnitFileState="", ActiveState="inactive"), True, True), (unit(ActiveState="deactivating"), False, True),
])
def test_what_is_due_is_what_systemctl_would_do(found, enable, start):
    due = units.due([{"name": "a"}, {"name": "b"}], [found, unit()])
    assert due == {"enable": ["a"] * enable, "start": ["a"] * start}


def test_a_process_is_stale_when_a_file_is_younger_than_its_stamp_or_one_is_missing(tmp_path):
    old, stamp, new, link = (tmp_path / name for name in ("old", "stamp", "new", "link"))
    for second, path in enumerate((old, stamp, new)):
        path.write_text("")
        os.utime(path, (second, second))
    link.symlink_to(new)

    def read(*paths: Path, mark: Path = stamp) -> list[dict[str, str]]:
        return units.stale([{"name": "a", "reads": [{"files": [str(path) for path in paths], "stamp": str(mark), "state": "reloaded"}]}])

    due = [{"unit": "a", "state": "reloaded"}]
    assert [read(old), read(stamp), read()] == [[], [], []]
    assert [read(old, new), read(link), read(tmp_path / "none"), read(old, mark=tmp_path / "none")] == [due] * 4


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    """A systemctl that remembers what it was asked."""
    log, here = tmp_path / "log", tmp_path / "bin"
    here.mkdir()
    (here / "systemctl").write_text(f"""#!/bin/sh
echo "$@" >> {log}
state() {{ grep -q "^$1" {log} && echo "$2" || echo "$3"; }}
case $1 in show)
  printf 'UnitFileState=%s\\nActiveState=%s\\n' "$(state enable enabled disabled)" "$(state start active inactive)";;
esac
""")
    (here / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{here}:{os.environ['PATH']}")
    return lambda: [line.split()[0] for line in log.read_text().splitlines()]


def test_a_unit_is_enabled_and_started_once(systemd, tmp_path):
    wish = {"units": [{"name": "a.service", "reads": [{"files": [], "stamp": str(tmp_path / "bin")}]}]}
    foreseen = run("host_units", **wish, check=True)
    assert systemd() == ["show"]
    done = run("host_units", **wish)
    assert foreseen["changed"] and [foreseen[key] for key in ("enabled", "started", "stale")] == [done[key] for key in ("enabled", "started", "stale")]
    assert systemd()[1:] == ["daemon-reload", "show", "enable", "start"]
    assert run("host_units", **wish)["changed"] is False and systemd()[5:] == ["daemon-reload", "show"]


def test_a_stale_unit_is_reported_and_not_touched(systemd, tmp_path):
    wish = {"units": [{"name": "a.service", "reads": [{"files": [], "stamp": str(tmp_path / "none")}]}]}
    run("host_units", **wish)
    found = run("host_units", **wish)
    assert found["changed"] and found["stale"] == [{"unit": "a.service", "state": "restarted"}] and systemd()[4:] == ["daemon-reload", "show"]


def test_a_failing_systemctl_is_told(tmp_path, monkeypatch):
    (tmp_path / "systemctl").write_text("#!/bin/sh\necho no bus >&2\nexit 1\n")
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = run("host_units", units=[{"name": "a.service"}])
    assert found["failed"] and "no bus" in found["msg"]


def test_only_what_is_installed_counts():
    assert host_packages.installed("nginx installed\nlibc6:amd64 installed\nold config-files\nhalf half-configured\n"
                                   "package silly is not installed\n") == {"nginx", "libc6"}


@pytest.mark.parametrize(("query", "said"), [("dpkg-query", "nginx installed"), ("rpm", "nginx installed")])
@pytest.mark.parametrize("check", [False, True])
def test_a_package_manager_is_needed_for_what_is_missing(tmp_path, monkeypatch, query, said, check):
    (tmp_path / query).write_text(f"#!/bin/sh\necho '{said}'\nexit 1\n")
    (tmp_path / query).chmod(0o755)
    monkeypatch.setattr(host_packages.shutil, "which", lambda name: name if name == query else None)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert run("host_packages", name=["nginx"], check=check)["missing"] == []
    found = run("host_packages", name=["nginx", "iproute2"], check=check)
    assert (found["changed"], found["missing"]) == (True, ["iproute2"])


@pytest.mark.parametrize(("missing", "check", "asked"), [([], False, 0), ([], True, 0), (["nginx"], False, 1), (["nginx"], True, 0)])
def test_the_package_manager_is_asked_for_what_is_missing_and_not_in_check_mode(monkeypatch, missing, check, asked):
    calls: list[tuple[str, dict[str, Any]]] = []

    def get(name: str, task: SimpleNamespace, **more: Any) -> SimpleNamespace:
        calls.append((name, task.args))
        return SimpleNamespace(run=lambda task_vars: {"changed": False, "msg": "it was there under another name"})

    task = SimpleNamespace(args={"name": ["nginx"]}, check_mode=check, copy=lambda: SimpleNamespace())
    plugin = action.ActionModule(task, None, None, None, None, None)
    plugin._shared_loader_obj = SimpleNamespace(action_loader=SimpleNamespace(get=get))
    monkeypatch.setattr(action.ActionBase, "run", lambda self, tmp, task_vars: {})
    monkeypatch.setattr(plugin, "_execute_module", lambda task_vars: {"changed": bool(missing), "missing": missing})
    result = plugin.run(task_vars={})
    assert calls == [("ansible.builtin.package", {"name": ["nginx"], "state": "present"})] * asked
    # What the package manager says decides, where it is asked.
    assert result["changed"] is (bool(missing) and check)
