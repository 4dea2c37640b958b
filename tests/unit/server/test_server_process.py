"""Why a restart is due."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _server_process as process

LIVE = {"MINIO_SITE_NAME": "a", "MINIO_OPTS": "-x", "HOME": "/", "INVOCATION_ID": "1", process.REVISION: "r1"}

REASONS = [
    ({}, {}, []),
    ({}, {"same_binary": False}, ["binary"]),
    ({}, {"revision": "r2"}, ["unit"]),
    ({}, {"needs_reload": True}, ["unit"]),
    ({}, {"revision": None}, []),
    ({"MINIO_SITE_NAME": "b"}, {}, ["environment:MINIO_SITE_NAME"]),
    ({"MINIO_NEW": "b"}, {}, ["environment:MINIO_NEW"]),
    ({"ORACLE1_CONFIG_REVISION": "x"}, {}, ["environment:ORACLE1_CONFIG_REVISION"]),
    ({"MINIO_SITE_NAME": None}, {}, ["environment:MINIO_SITE_NAME"]),
    ({"HOME": None}, {}, []),
    ({"MINIO_SITE_NAME": "b"}, {"same_binary": False, "revision": "r2"}, ["binary", "unit", "environment:MINIO_SITE_NAME"]),
]

SHOW = """\
LoadState=loaded
ActiveState=activating
SubState=start
MainPID=42
NRestarts=3
NeedDaemonReload=yes
FragmentPath=/etc/systemd/system/minio.service
Environment=ORACLE1_UNIT_REVISION=abc "OTHER=two words"
EnvironmentFiles=/etc/default/minio (ignore_errors=no)
EnvironmentFiles=/etc/default/more (ignore_errors=yes)
UnitFileState=enabled
Result=success
InvocationID=0123
Job=17
AssertResult=yes
"""


@pytest.mark.parametrize(("wanted", "other", "expected"), REASONS)
def test_a_restart_is_due(wanted: dict[str, str | None], other: dict[str, object], expected: list[str]) -> None:
    every = {name: value for name, value in {**LIVE, **wanted}.items() if value is not None and name != "INVOCATION_ID"}
    arguments = {"same_binary": True, "revision": "r1", "needs_reload": False, **other}
    assert process.reasons(LIVE, every, **arguments) == expected  # type: ignore[arg-type]


def test_values_are_never_reasons() -> None:
    found = process.reasons({"MINIO_ROOT_PASSWORD": "old-word"}, {"MINIO_ROOT_PASSWORD": "new-word"}, True, None, False)
    assert found == ["environment:MINIO_ROOT_PASSWORD"]


def test_systemds_answer_is_read() -> None:
    unit = process.parse_show("minio.service", SHOW)
    assert (unit.active, unit.pid, unit.restarts, unit.needs_reload, unit.enabled, unit.job) == ("activating", 42, 3, True, True, True)
    assert unit.environment == {"ORACLE1_UNIT_REVISION": "abc", "OTHER": "two words"}
    assert unit.environment_files == ["/etc/default/minio", "/etc/default/more"]
    assert unit.running and not unit.assertion_failed


def test_a_unit_that_does_not_exist_is_down() -> None:
    unit = process.parse_show("minio.service", "LoadState=not-found\nActiveState=inactive\nMainPID=0\nEnvironment=\n")
    assert not unit.running and not unit.enabled and unit.environment_files == []


def test_a_unit_between_two_attempts_is_down() -> None:
    assert not process.parse_show("minio.service", SHOW.replace("MainPID=42", "MainPID=0")).running


def test_later_files_win_and_drop_in_variables_count(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("MINIO_A=1\nMINIO_B=1\n")
    second.write_text("MINIO_B=2\n")
    unit = process.Unit("minio.service", environment={"MINIO_A": "0", "MINIO_C": "3"}, environment_files=[str(first), str(second)])
    assert process.wanted_environment(unit, "/absent") == {"MINIO_A": "1", "MINIO_B": "2", "MINIO_C": "3"}


def test_the_live_environment_and_executable_are_those_of_the_process() -> None:
    assert (process.read_environ(os.getpid()) or {}).get("PATH") is not None
    assert process.same_executable(os.getpid(), os.readlink("/proc/self/exe"))
    assert not process.same_executable(os.getpid(), "/bin/sh")


def test_the_revision_is_read_from_the_unit_on_disk(tmp_path: Path) -> None:
    fragment = tmp_path / "minio.service"
    fragment.write_text("[Service]\nEnvironment=ORACLE1_UNIT_REVISION=abc123\n")
    assert process.revision_on_disk(process.Unit("minio.service", fragment=str(fragment))) == "abc123"
    fragment.write_text("[Service]\nExecStart=/bin/true\n")
    assert process.revision_on_disk(process.Unit("minio.service", fragment=str(fragment))) is None


def test_the_release_is_the_directory_behind_the_link(tmp_path: Path) -> None:
    binary = tmp_path / "RELEASE.X" / "minio"
    binary.parent.mkdir()
    binary.write_text("")
    (tmp_path / "minio").symlink_to(binary)
    assert process.release_of(str(tmp_path / "minio")) == "RELEASE.X"
    assert process.release_of(str(tmp_path / "absent")) is None


@pytest.mark.parametrize(("path", "expected"), [("/opt/minio/new/minio", True), ("/opt/minio/old/minio", False), ("/usr/bin/qemu", True)])
def test_an_emulated_program_is_what_its_emulator_has_mapped(path: str, expected: bool) -> None:
    maps = (
        "00400000-05a7f000 r-xp 00000000 00:4a 1311 /opt/minio/new/minio\n"
        "05b7f000-05c7f000 r--p 00000000 00:4a 1310 /opt/minio/old/minio (deleted)\n"
        "7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n"
        "7f0000001000-7f0000002000 r-xp 00000000 00:4a 77 /usr/bin/qemu\n"
    )
    assert process.mapped(maps, path) == expected
