# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kind of object that lives in memory, with a field of every sort, and what can go wrong when it is written."""
from __future__ import annotations

import contextlib
import io
import json
from dataclasses import replace
from typing import Any, Callable, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Field, Observed, Plan, Resource, Wanted, want

SECRET = "a-secret-nobody-may-see"
NOWHERE = {"endpoint": ["http://127.0.0.1:1"], "access_key": "access", "secret_key": "the-secret-key", "retries": 0}


def colour(value: str) -> str:
    if value == "invisible":
        raise Refused("there is no such colour")
    return value.lower()


def together(observed: list[str] | None, wanted: list[str], options: Mapping[str, Any]) -> list[str]:
    """Labels of others survive, unless the wish names them all."""
    return sorted({*wanted, *([] if options.get("all_labels") else observed or [])})


FIELDS = (
    Field("size", {"type": "int"}),
    Field("colour", {"type": "str"}, colour),
    Field("labels", {"type": "list", "elements": "str"}, sorted, together),
    Field("shape", {"type": "str"}, fixed=True),
    Field("box", {"type": "str"}),
)
OWNER = Field("owner", {"type": "str"}, needed=True)


class Memory:
    """Objects by their names. It has a queue of what happens right before the next looks, and of how the next writes go."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Any]] = {}
        self.secrets: dict[str, Any] = {}
        self.calls: list[tuple[str, str]] = []
        self.before_looks: list[Callable[[], None]] = []
        self.writes: list[Callable[[str, Mapping[str, Any]], None]] = []
        self.removals: list[Callable[[str, Mapping[str, Any]], None]] = []

    def kind(self, kind: str = "thing", **changes: Any) -> Resource:
        """The kind, with these parts of its Resource chosen otherwise."""
        plain = Resource(kind, "name", FIELDS, self._read, self._write, self._remove, {"all_labels": {"type": "bool"}})
        return replace(plain, **changes)

    def secretive(self, **changes: Any) -> Resource:
        """The same with a credential."""
        return self.kind(**{"secret": "secret_key", "renamed": {"secret_key": "thing_secret_key"}, **changes})

    @property
    def written(self) -> list[tuple[str, str]]:
        return [call for call in self.calls if call[0] != "look"]

    def _read(self, source: Any, wanted: Wanted) -> Observed | None:
        self.calls.append(("look", wanted.name))
        if self.before_looks:
            self.before_looks.pop(0)()
        found = self.things.get(wanted.name)
        return None if found is None else Observed({item.name: found.get(item.name) for item in wanted.resource.fields})

    def _write(self, client: Any, wanted: Wanted, observed: Observed | None, plan: Plan, secret: Any) -> None:
        self.calls.append(("write", wanted.name))
        values = {item.name: plan.after[item.name] for item in wanted.resource.fields if plan.changes(item.name)}
        (self.writes.pop(0) if self.writes else self.keep)(wanted.name, values)
        if secret is not None:
            self.secrets[wanted.name] = secret

    def _remove(self, client: Any, wanted: Wanted, observed: Observed) -> None:
        self.calls.append(("remove", wanted.name))
        (self.removals.pop(0) if self.removals else self.drop)(wanted.name, {})

    def keep(self, name: str, values: Mapping[str, Any]) -> None:
        """What a good server does."""
        self.things.setdefault(name, {}).update(values)

    def drop(self, name: str, values: Mapping[str, Any]) -> None:
        self.things.pop(name)

    def forget(self, name: str, values: Mapping[str, Any]) -> None:
        """Accept it and keep nothing."""

    def round_up(self, name: str, values: Mapping[str, Any]) -> None:
        """Accept it and make something else of it."""
        self.keep(name, {**values, "size": 1000})

    def keep_half(self, name: str, values: Mapping[str, Any]) -> None:
        """Keep the first value and fail."""
        self.keep(name, dict(list(values.items())[:1]))
        raise Rejected("the drive is full", "XMinioStorageFull", 507, "set the rest")

    def keep_late(self, looks: int) -> Callable[[str, Mapping[str, Any]], None]:
        """Show it only after some looks."""
        def write(name: str, values: Mapping[str, Any]) -> None:
            self.before_looks += [_nothing] * looks + [lambda: self.keep(name, values)]
        return write

    def overtaken(self, other: Mapping[str, Any] | None) -> Callable[[str, Mapping[str, Any]], None]:
        """Keep it; then somebody else writes other, or removes the object."""
        def write(name: str, values: Mapping[str, Any]) -> None:
            self.keep(name, values)
            self.drop(name, {}) if other is None else self.things[name].update(other)
        return write


def _nothing() -> None:
    """A look at which nothing happens."""


def unreadable() -> None:
    raise Rejected("try later", "SlowDown", 503, "read it")


def wish(resource: Resource, name: str = "a", **params: Any) -> Wanted:
    return want(resource, {"name": name, **params})


def execute(call: Callable[[], None], params: Mapping[str, Any], check: bool = False, diff: bool = True) -> dict[str, Any]:
    """Run the whole of a module as Ansible would, and return what it returns."""
    from ansible.module_utils.testing import patch_module_args
    output = io.StringIO()
    told = {"_ansible_check_mode": check, "_ansible_diff": diff}
    with patch_module_args({**NOWHERE, **params, **told}), contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        call()
    return json.loads(output.getvalue())
