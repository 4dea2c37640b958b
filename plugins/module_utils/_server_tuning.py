# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel settings that last: a sysctl.d and a tmpfiles.d file that remember what they replaced. Standard library only."""

from __future__ import annotations

import os
import re
import typing as t

HEADER = "# Written by Ansible (oracle1.minio.server_tuning). A line with 'was' is the value to go back to.\n"
_WAS = re.compile(r"^# was (\S+) = (.*)$", re.MULTILINE)


def path_of(key: str) -> str:
    """File behind a sysctl; a key that is a path already stays one."""
    return key if key.startswith("/") else "/proc/sys/" + key.replace(".", "/")


def current(key: str) -> str | None:
    """Value now, None when this kernel has no such setting. Of a list of choices it is the chosen one."""
    try:
        with open(path_of(key), encoding="utf-8") as stream:
            text = " ".join(stream.read().split())
    except OSError:
        return None
    chosen = re.search(r"\[(\S+)\]", text)
    return chosen.group(1) if chosen else text


def writable(key: str) -> bool:
    """Whether the kernel would take a value here: not in a container with a read-only /proc/sys."""
    return os.access(path_of(key), os.W_OK)


def apply(key: str, value: str) -> str:
    """Set the value now; why not, when the kernel refuses it."""
    try:
        with open(path_of(key), "w", encoding="utf-8") as stream:
            stream.write(value)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def remembered(text: str) -> dict[str, str]:
    """What the file says the values were before."""
    return dict(_WAS.findall(text))


def render(values: t.Mapping[str, str], was: t.Mapping[str, str]) -> str:
    """Content of the file; empty without values."""
    if not values:
        return ""
    lines = []
    for key, value in values.items():
        if key in was:
            lines.append(f"# was {key} = {was[key]}")
        lines.append(f"w- {key} - - - - {value}" if key.startswith("/") else f"{key} = {value}")
    return HEADER + "\n".join(lines) + "\n"


def plan(values: t.Mapping[str, str], text: str) -> tuple[str, dict[str, str], list[str], list[str]]:
    """Content wanted for the file, live values to set, settings the kernel lacks, and those it lets nobody write.

    A value that is no longer wanted goes back to what it was.
    """
    was = remembered(text)
    live = {key: current(key) for key in {**values, **was}}
    known = {key: value for key, value in values.items() if live[key] is not None}
    remember = {key: was.get(key, live[key] or "") for key in known}
    goal = {**{key: value for key, value in was.items() if key not in values}, **known}
    due = {key: value for key, value in goal.items() if live[key] is not None and live[key] != value}
    refused = [key for key in due if not writable(key)]
    return (
        render(known, remember), {key: value for key, value in due.items() if key not in refused},
        [key for key in values if key not in known], refused,
    )
