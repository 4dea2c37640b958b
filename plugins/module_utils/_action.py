# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that do something instead of managing an object: what they share with those that do."""
from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Callable, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem, Unfinished
from ansible_collections.oracle1.minio.plugins.module_utils._resource import start


@dataclass(frozen=True)
class Step:
    """What an action would do, found by looking.

    changed and value are what is reported when act is not called: in check mode, and where there is none.
    act does it and returns (changed, value) as they came to be.
    """

    changed: bool
    value: Mapping[str, Any]
    act: Callable[[], tuple[bool, Mapping[str, Any]]] | None = None


def until(look: Callable[[], Any], done: Callable[[Any], bool], seconds: float, attempt: str, show: Callable[[Any], str],
          tell: Callable[[str], None] | None = None) -> Any:
    """Look until done(what was seen), and return it. Raises Unfinished, with show(what was seen last), after these seconds.

    tell gets show(what was seen) after every look that was not the last.
    """
    deadline, pause = time.monotonic() + seconds, 0.1
    while True:
        seen = look()
        if done(seen):
            return seen
        if tell is not None:
            tell(show(seen))
        if time.monotonic() >= deadline:
            raise Unfinished(f"it goes on, and did not end within {seconds:g} seconds: {show(seen)}", attempt=attempt)
        time.sleep(min(pause, max(deadline - time.monotonic(), 0)))
        pause = min(pause * 1.5, 2)


def perform(kind: str, spec: Mapping[str, Any], prepare: Callable[[Client, Mapping[str, Any]], Step],
            **rules: Any) -> None:
    """The whole of a module that does something instead of managing an object. rules are passed on to AnsibleModule."""
    module, client = start(spec, **rules)
    try:
        if isinstance(client, Problem):
            raise client
        step = prepare(client, module.params)
        changed, value = step.changed, step.value
        if step.act is not None and not module.check_mode:
            changed, value = step.act()
    except Problem as problem:
        problem.subject = problem.subject or kind
        module.fail_json(msg=str(problem))
    module.exit_json(**{"changed": changed, kind: value, "requests": {"reads": client.reads, "writes": client.writes}})
