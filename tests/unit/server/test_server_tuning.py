"""Kernel settings remember what they replaced and go back to it."""
from __future__ import annotations

from pathlib import Path

from ansible_collections.oracle1.minio.plugins.module_utils import _server_tuning as tuning


def settings(tmp_path: Path) -> tuple[str, str]:
    plain, choice = tmp_path / "swappiness", tmp_path / "enabled"
    plain.write_text("60\n")
    choice.write_text("always [madvise] never\n")
    return str(plain), str(choice)


def test_a_value_goes_there_and_back(tmp_path: Path) -> None:
    plain, choice = settings(tmp_path)
    text, due, unknown, refused = tuning.plan({plain: "1", choice: "madvise", "/absent/key": "1"}, "")
    assert (due, unknown, refused) == ({plain: "1"}, ["/absent/key"], [])
    assert tuning.apply(plain, "1") == ""
    assert tuning.plan({plain: "1", choice: "madvise", "/absent/key": "1"}, text) == (text, {}, ["/absent/key"], [])
    assert tuning.plan({}, text) == ("", {plain: "60"}, [], [])


def test_one_value_that_is_dropped_goes_back_alone(tmp_path: Path) -> None:
    plain, choice = settings(tmp_path)
    text = tuning.plan({plain: "1", choice: "never"}, "")[0]
    tuning.apply(plain, "1")
    content, due, _unknown, _refused = tuning.plan({choice: "never"}, text)
    assert due == {plain: "60", choice: "never"}
    assert plain not in content and tuning.remembered(content) == {choice: "madvise"}


def test_the_first_value_is_remembered_not_the_last(tmp_path: Path) -> None:
    plain, _choice = settings(tmp_path)
    text = tuning.plan({plain: "1"}, "")[0]
    tuning.apply(plain, "1")
    assert tuning.remembered(tuning.plan({plain: "2"}, text)[0]) == {plain: "60"}


def test_sysctls_and_files_are_written_in_their_own_format() -> None:
    assert tuning.render({"vm.swappiness": "1"}, {"vm.swappiness": "60"}).splitlines()[1:] == [
        "# was vm.swappiness = 60", "vm.swappiness = 1",
    ]
    assert tuning.render({"/sys/a": "b"}, {}).splitlines()[1:] == ["w- /sys/a - - - - b"]
    assert tuning.path_of("net.ipv4.tcp_mtu_probing") == "/proc/sys/net/ipv4/tcp_mtu_probing"
