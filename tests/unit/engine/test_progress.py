# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What whoever watches long work is told: how far, how fast, how long yet, and not too often."""
from __future__ import annotations

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _heal as heal
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused
from ansible_collections.oracle1.minio.plugins.module_utils._progress import Lines, Pace, duration, size

MIB = 2**20


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("seconds", "text"), [
    (0, "0 s"), (59.6, "1 min"), (70, "1 min 10 s"), (3600, "1 h"), (3661, "1 h 1 min"), (200_000, "2 d 7 h"),
])
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (1536, "1.5 KiB"), (3 * MIB, "3.0 MiB"), (5 * 2**40, "5.0 TiB"), (5 * 2**50, "5120.0 TiB")])
def test_sizes(count, text):
    assert size(count) == text


def test_a_pace_grows_from_what_is_seen():
    clock = Clock()
    pace = Pace(clock)
    assert pace.text(0, 100 * MIB) == "0 %, 0 B of 100.0 MiB"
    clock.now += 10
    assert pace.text(20 * MIB, 100 * MIB) == "20 %, 20.0 MiB of 100.0 MiB, 2.0 MiB/s, 40 s left"
    # The rate is that of the last minute, not of the whole.
    for _second in range(70):
        clock.now += 1
        text = pace.text(20 * MIB, 100 * MIB)
    assert text == "20 %, 20.0 MiB of 100.0 MiB"


@pytest.mark.parametrize(("total", "text"), [(0, "7.0 MiB"), (5 * MIB, "99 %, 7.0 MiB of 7.0 MiB"), (7 * MIB, "99 %, 7.0 MiB of 7.0 MiB")])
def test_more_than_was_counted_before_is_not_the_end(total, text):
    assert Pace().text(7 * MIB, total) == text


def test_lines_come_less_often_the_longer_it_takes(tmp_path):
    clock, path = Clock(), tmp_path / "progress"
    lines = Lines(str(path), clock)
    for second in range(4 * 3600):
        clock.now = 1000.0 + second
        lines.tell(str(second))
    told = [int(line) for line in path.read_text().splitlines()]
    assert told[:4] == [0, 3, 6, 9]
    assert told[-1] - told[-2] == 60


def test_a_file_that_cannot_be_written_is_refused_at_once_and_never_later(tmp_path):
    with pytest.raises(Refused, match="progress_path"):
        Lines(str(tmp_path / "none" / "progress")).tell("a")
    clock, folder = Clock(), tmp_path / "folder"
    folder.mkdir()
    lines = Lines(str(folder / "progress"), clock)
    lines.tell("a")
    (folder / "progress").unlink()
    folder.rmdir()
    clock.now += 60
    lines.tell("b")
    assert not folder.exists()


def test_without_a_file_nothing_is_told():
    Lines(None).tell("a")


def shown(state="ok", healing=False, used=10, host="minio2", **more):
    return {"endpoint": f"https://{host}:9000/mnt/d1", "state": state, "healing": healing, "usedspace": used, "pool_index": 0, "set_index": 0, **more}


def test_a_replaced_drive_is_measured_by_the_fullest_of_its_set():
    info = {"servers": [{"drives": [shown(host="minio1", used=90), shown(healing=True), shown(host="minio3", used=80)]}]}
    drive, = heal.replaced(info, ["minio2:/mnt/d1"])
    assert (drive["used"], drive["used_by_others"], drive["finished"]) == (10, 90, False)
    assert len(heal.replaced(info, [])) == 3


@pytest.mark.parametrize(("state", "healing", "finished"), [("ok", False, True), ("ok", True, False), ("unformatted", True, False), ("offline", False, False)])
def test_when_a_drive_is_whole(state, healing, finished):
    drive, = heal.replaced({"servers": [{"drives": [shown(state, healing)]}]}, [])
    assert drive["finished"] is finished
