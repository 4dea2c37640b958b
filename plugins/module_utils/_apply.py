# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole manifest at once: observe everything, plan everything, write with bounded concurrency in dependency order."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Iterable, Mapping, Sequence

from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem, Refused, Unreachable
from ansible_collections.oracle1.minio.plugins.module_utils._manifest import MANIFEST, arguments, levels, wishes_of
from ansible_collections.oracle1.minio.plugins.module_utils._resource import (
    Observed, Outcome, Plan, Wanted, fulfil, missing_reference, observe, plan, start,
)
from ansible_collections.oracle1.minio.plugins.module_utils._secrets import SecretStore

# Returns what is there for every wish, or the problem of looking; given a client, the wishes and a map over threads.
Observer = Callable[[Client, Sequence[Wanted], Callable[..., Iterable[Any]]], "list[Observed | Problem | None]"]


def single_reads(client: Client, wishes: Sequence[Wanted], spread: Callable[..., Iterable[Any]]) -> list[Any]:
    """Look at every object by itself, concurrently."""
    def look(wanted: Wanted) -> Observed | Problem | None:
        try:
            return observe(client, wanted)
        except Problem as problem:
            return problem
    return list(spread(look, wishes))


def nothing_there(client: Client, wishes: Sequence[Wanted], spread: Callable[..., Iterable[Any]]) -> list[Any]:
    """Take every object for absent: what is true of a cluster that does not exist yet."""
    return [None] * len(wishes)


def reconcile(client: Client, wishes: Sequence[Wanted], observer: Observer, check_mode: bool, concurrency: int) -> list[Outcome]:
    """One outcome per wish, in the order of the wishes. In check mode the plan is the outcome."""
    nothing = Plan({}, {})
    with ThreadPoolExecutor(max_workers=concurrency) as threads:
        seen = observer(client, wishes, threads.map)
        promised = {(wanted.resource.kind, wanted.name) for wanted in wishes if wanted.present}
        outcomes = []
        for wanted, there in zip(wishes, seen):
            try:
                if isinstance(there, Problem):
                    raise there
                outcomes.append(Outcome(wanted, plan(wanted, there)))
            except Problem as problem:
                outcomes.append(Outcome(wanted, nothing, problem))
        if observer is not nothing_there:
            list(threads.map(lambda outcome: _check_references(client, outcome, promised), outcomes))
        if check_mode:
            return outcomes
        order = levels(MANIFEST.values())
        for present, kinds in [*((True, kinds) for kinds in order), *((False, kinds) for kinds in reversed(order))]:
            due = [(outcome, there) for outcome, there in zip(outcomes, seen)
                   if outcome.wanted.present is present and outcome.wanted.resource.kind in kinds
                   and outcome.plan.changed and outcome.error is None]
            list(threads.map(lambda item: _write(client, *item), due))
    return outcomes


def _check_references(client: Client, outcome: Outcome, promised: set[tuple[str, str]]) -> None:
    try:
        problem: Problem | None = missing_reference(client, outcome.wanted, outcome.plan, promised)
    except Problem as error:
        problem = error
    if outcome.error is None and problem is not None:
        outcome.plan, outcome.error = Plan(outcome.plan.before, outcome.plan.before), problem


def _write(client: Client, outcome: Outcome, there: Observed | None) -> None:
    """Carry out one plan. After a failure the outcome holds what really became of the object."""
    planned = outcome.plan
    try:
        outcome.plan = fulfil(client, outcome.wanted, there, planned)
    except Problem as problem:
        outcome.error = problem
        outcome.plan = _what_happened(client, outcome.wanted, planned)


def _what_happened(client: Client, wanted: Wanted, planned: Plan) -> Plan:
    try:
        seen = observe(client, wanted)
        return Plan(planned.before, plan(wanted, seen).before)
    except Problem:
        return Plan(planned.before, planned.before)


def run() -> None:
    """The whole of the module apply."""
    module, client = start({
        "manifest": {"type": "dict", "required": True, "options": arguments()},
        "secrets_dir": {"type": "path", "no_log": False},
        "concurrency": {"type": "int", "default": 8},
        "assume_empty_if_unreachable": {"type": "bool", "default": False},
    }, connections=16)
    params = module.params
    observer, path, note = single_reads, "single_reads", ""
    try:
        if not 1 <= params["concurrency"] <= 16:
            raise Refused("concurrency is a number from 1 to 16")
        wishes = wishes_of(params["manifest"], SecretStore(params["secrets_dir"]) if params["secrets_dir"] else None)
        try:
            if isinstance(client, Problem):
                raise client
            if wishes:
                client.probe()
        except Unreachable as problem:
            if not (module.check_mode and params["assume_empty_if_unreachable"]):
                raise
            observer, path, note = nothing_there, "assumed_empty", str(problem)
        outcomes = reconcile(client, wishes, observer, module.check_mode, params["concurrency"])
    except Problem as problem:
        module.fail_json(msg=str(problem))
    result = report(outcomes)
    result["observation"] = path
    result["requests"] = {"reads": getattr(client, "reads", 0), "writes": getattr(client, "writes", 0)}
    if module._diff:
        result["diff"] = [outcome.diff for outcome in outcomes if outcome.plan.changed]
    if note:
        module.warn(f"The server was taken for one that does not exist yet, because this is check mode: {note}")
    if result["counts"]["failed"]:
        failed = "; ".join(str(outcome.error) for outcome in outcomes if outcome.error)
        module.fail_json(msg=f"{result['counts']['failed']} of {len(outcomes)} objects failed: {failed}", **result)
    module.exit_json(**result)


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """changed, counts and one entry per object."""
    counts = {name: 0 for name in ("created", "updated", "removed", "unchanged", "failed")}
    results = []
    for outcome in outcomes:
        wanted = outcome.wanted
        action = "failed" if outcome.error else outcome.plan.action
        counts[action] += 1
        entry = {"kind": wanted.resource.kind, "name": wanted.name, "action": action, "changed": outcome.plan.changed}
        if outcome.error:
            entry["error"] = str(outcome.error)
        if wanted.secret is None and wanted.store is not None and (
                wanted.kept_secret or (outcome.plan.send_secret and not outcome.error)):
            entry["secret_file"] = wanted.store.path(wanted.resource.kind, wanted.name)
        results.append(entry)
    return {"changed": any(outcome.plan.changed for outcome in outcomes), "counts": {"total": len(results), **counts},
            "results": results}
