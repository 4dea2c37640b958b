# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole manifest at once: observe everything, plan everything, write with bounded concurrency in dependency order."""
from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Iterator, Sequence

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem, Refused, Unreachable
from ansible_collections.oracle1.minio.plugins.module_utils._manifest import MANIFEST, arguments, levels, wishes_of
from ansible_collections.oracle1.minio.plugins.module_utils._progress import Progress
from ansible_collections.oracle1.minio.plugins.module_utils._prune import PRUNABLE, Pruning
from ansible_collections.oracle1.minio.plugins.module_utils._references import Source
from ansible_collections.oracle1.minio.plugins.module_utils._resource import (
    Outcome, Plan, Wanted, assure, carry_out, check_removal, exported, missing_reference, observe, plan, remarks, start,
)
from ansible_collections.oracle1.minio.plugins.module_utils._secrets import SecretStore
from ansible_collections.oracle1.minio.plugins.module_utils._snapshot import Snapshot

NOTHING = Plan({}, {})
# From so many objects on, everything at once costs less than each by itself.
MANY = 3
IDENTITIES = ("policy", "user", "group", "policy_attachment", "service_account")


def survey(client: Client, wishes: Sequence[Wanted], how: str, pruned: Sequence[str] = ()) -> Snapshot:
    """What the wishes are read from. how: auto, bulk (always everything at once) or single (each object by itself).

    What may be pruned, given as keys of the manifest, takes a look at everything.
    """
    snapshot = Snapshot(client)
    least = {"auto": MANY, "bulk": 1, "single": len(wishes) + 1}[how]
    everything = set(pruned if how != "single" else ())
    if sum(wanted.resource.kind == "bucket" for wanted in wishes) >= least or everything & {"buckets", "tiers"}:
        snapshot.take_buckets()
    if sum(wanted.resource.kind in IDENTITIES for wanted in wishes) >= least or everything - {"buckets", "tiers"}:
        snapshot.take_identities()
    return snapshot


def reconcile(client: Client, wishes: Sequence[Wanted], how: str, check_mode: bool, concurrency: int,
              progress: Progress, pruning: Pruning = Pruning(())) -> tuple[list[Outcome], Snapshot | None]:
    """One outcome per wish, in their order, then one for each object that is pruned; and what was read from.

    how is survey's, or nothing: take all for absent, and prune nothing.

    In check mode, and where everything is taken for absent, the plan is the outcome.
    """
    with ThreadPoolExecutor(max_workers=concurrency) as threads:
        source = None if how == "nothing" else survey(client, wishes, how, pruning.kinds)
        outcomes = [Outcome(wanted, NOTHING) for wanted in wishes]
        progress.begin("read", len(outcomes))
        list(threads.map(progress.counted(lambda outcome: _decide(source, outcome)), outcomes))
        if source is not None:
            if pruning.kinds:
                unlisted = [Outcome(wanted, NOTHING) for wanted in pruning.unlisted(source, client, outcomes, threads.map)]
                list(threads.map(lambda outcome: _decide(source, outcome), unlisted))
                outcomes += unlisted
            promised = {(wanted.resource.kind, wanted.name) for wanted in wishes if wanted.present}
            list(threads.map(lambda outcome: _check_references(source, outcome, promised), outcomes))
        if source is None:
            return outcomes, source
        if check_mode:
            _check_removals(source, outcomes)
            list(threads.map(lambda outcome: _remark(source, outcome), outcomes))
            return outcomes, source
        progress.begin("written", sum(_is_due(outcome) for outcome in outcomes))
        for due in _rounds(outcomes):
            list(threads.map(progress.counted(lambda outcome: _write(client, outcome)), due))
            written = [outcome for outcome in due if _is_due(outcome)]
            now = survey(client, [outcome.wanted for outcome in written], how)
            list(threads.map(lambda outcome: _confirm(now, client, outcome), written))
        list(threads.map(lambda outcome: _remark(client, outcome), outcomes))
    return outcomes, source


def _rounds(outcomes: Sequence[Outcome]) -> Iterator[list[Outcome]]:
    """What may be written together, in the order of dependencies; what shall be absent last and the other way round."""
    order = levels(MANIFEST.values())
    for present, kinds in [*((True, kinds) for kinds in order), *((False, kinds) for kinds in reversed(order))]:
        yield [outcome for outcome in outcomes if _is_due(outcome)
               and outcome.wanted.present is present and outcome.wanted.resource.kind in kinds]


def _is_due(outcome: Outcome) -> bool:
    return outcome.plan.changed and outcome.error is None


def _decide(source: Snapshot | None, outcome: Outcome) -> None:
    try:
        outcome.observed = None if source is None else observe(source, outcome.wanted)
        outcome.plan = plan(outcome.wanted, outcome.observed)
    except Problem as problem:
        outcome.error = problem


def _check_references(source: Snapshot, outcome: Outcome, promised: set[tuple[str, str]]) -> None:
    try:
        problem: Problem | None = missing_reference(source, outcome.wanted, outcome.plan, promised)
    except Problem as error:
        problem = error
    if problem is not None:
        outcome.plan, outcome.error = Plan(outcome.plan.before, outcome.plan.before), problem


def _check_removals(source: Snapshot, outcomes: Sequence[Outcome]) -> None:
    """Foresee what a real run would find out when it comes to the removal."""
    changed = [outcome.wanted for outcome in outcomes if _is_due(outcome)]
    released = {f"{wanted.resource.kind}:{wanted.name}" for wanted in changed} | {
        wanted.name for wanted in changed if wanted.resource.kind == "policy_attachment"}
    for outcome in outcomes:
        try:
            if _is_due(outcome):
                check_removal(source, outcome.wanted, outcome.plan, released)
        except Problem as problem:
            outcome.plan, outcome.error = Plan(outcome.plan.before, outcome.plan.before), problem


def _remark(source: Source, outcome: Outcome) -> None:
    try:
        outcome.remarks = {} if outcome.error else remarks(source, outcome.wanted, outcome.observed, outcome.plan)
    except Problem as problem:
        outcome.error = problem


def _write(client: Client, outcome: Outcome) -> None:
    """Carry out one plan. What exists is looked at again right before: another run may have been there in the meantime."""
    try:
        if outcome.observed is not None:
            outcome.observed = observe(client, outcome.wanted)
            outcome.plan = plan(outcome.wanted, outcome.observed)
        if outcome.plan.changed:
            carry_out(client, outcome.wanted, outcome.observed, outcome.plan)
    except Problem as problem:
        _fail(client, outcome, problem)


def _confirm(source: Snapshot, client: Client, outcome: Outcome) -> None:
    try:
        outcome.plan = assure(source, client, outcome.wanted, outcome.observed, outcome.plan)
    except Problem as problem:
        _fail(client, outcome, problem)


def _fail(client: Client, outcome: Outcome, problem: Problem) -> None:
    """After a failure the outcome holds what really became of the object."""
    before = outcome.plan.before
    outcome.error, outcome.plan = problem, Plan(before, before)
    try:
        outcome.plan = Plan(before, plan(outcome.wanted, observe(client, outcome.wanted)).before)
    except Problem:
        return


def run_export() -> None:
    """The whole of the module export."""
    module, client = start({"kinds": {"type": "list", "elements": "str", "choices": exportable(), "default": exportable()}})
    try:
        if isinstance(client, Problem):
            raise client
        source = Snapshot(client)
        if "buckets" in module.params["kinds"]:
            source.take_buckets()
        if any(MANIFEST[key].kind in IDENTITIES for key in module.params["kinds"]):
            source.take_identities()
        manifest, withheld = {}, []
        with ThreadPoolExecutor(max_workers=8) as threads:
            for key in (key for key in exportable() if key in module.params["kinds"]):
                resource = MANIFEST[key]
                names = resource.names(source)
                parts = list(threads.map(lambda name, resource=resource: exported(resource, source, name), names))
                manifest[key] = [entry for entry, _options in parts if entry is not None]
                withheld += [{"kind": resource.kind, "name": name, "options": options}
                             for name, (_entry, options) in zip(names, parts) if options]
    except Problem as problem:
        module.fail_json(msg=str(problem))
    module.exit_json(changed=False, manifest=manifest, withheld=withheld, observation=observation(source),
                     requests={"reads": client.reads, "writes": client.writes})


def exportable() -> list[str]:
    """Keys of the manifest whose objects can be listed."""
    return [key for key, resource in MANIFEST.items() if resource.names is not None]


class Module(AnsibleModule):
    """A module whose entry in the system's log says how many objects it is about, not the whole manifest."""

    def _log_invocation(self) -> None:
        # Ansible's own would write megabytes, after a search for each of hundreds of secrets.
        self.log(f"Invoked with {sum(len(objects) for objects in self.params['manifest'].values())} objects")


def run() -> None:
    """The whole of the module apply."""
    module, client = start({
        "manifest": {"type": "dict", "required": True, "options": arguments()},
        "secrets_dir": {"type": "path", "no_log": False},
        "concurrency": {"type": "int", "default": 8},
        "observe": {"type": "str", "choices": ["auto", "bulk", "single"], "default": "auto"},
        "progress_path": {"type": "path"},
        "prune": {"type": "list", "elements": "str", "choices": list(PRUNABLE), "default": []},
        "prune_empty": {"type": "list", "elements": "str", "choices": list(PRUNABLE), "default": []},
        "prune_force": {"type": "bool", "default": False},
        "assume_empty_if_unreachable": {"type": "bool", "default": False},
    }, connections=16, kind=Module)
    params = module.params
    how, note = params["observe"], ""
    pruning = Pruning(params["prune"], params["prune_empty"], params["prune_force"])
    try:
        if not 1 <= params["concurrency"] <= 16:
            raise Refused("concurrency is a number from 1 to 16")
        wishes = wishes_of(params["manifest"], SecretStore(params["secrets_dir"]) if params["secrets_dir"] else None)
        pruning.check(wishes, params["session_token"])
        try:
            if isinstance(client, Problem):
                raise client
            if wishes or pruning.kinds:
                client.probe()
        except Unreachable as problem:
            if not (module.check_mode and params["assume_empty_if_unreachable"]):
                raise
            how, note = "nothing", str(problem)
        progress = Progress(params["progress_path"])
        outcomes, source = reconcile(client, wishes, how, module.check_mode, params["concurrency"], progress, pruning)
    except Problem as problem:
        module.fail_json(msg=str(problem))
    result = report(outcomes)
    # The whole manifest once more in every result is most of the time of a large one that needs nothing.
    result["invocation"] = {"module_args": {**params, "manifest": f"{len(outcomes)} objects"}}
    result["observation"] = observation(source)
    result["requests"] = {"reads": getattr(client, "reads", 0), "writes": getattr(client, "writes", 0)}
    if pruning.kinds:
        result["kept"] = pruning.kept
    if module._diff:
        result["diff"] = [outcome.diff for outcome in outcomes if outcome.plan.changed]
    if note:
        module.warn(f"The server was taken for one that does not exist yet, because this is check mode: {note}")
    # Ansible searches each text of a result for each secret: hundreds of secrets in thousands of texts. One look at all texts tells
    # which secrets (usually none) it has to search for.
    everything = as_json([result, note])
    module.no_log_values = {secret for secret in module.no_log_values if as_json(secret)[1:-1] in everything}
    if result["counts"]["failed"]:
        failed = "; ".join(str(outcome.error) for outcome in outcomes if outcome.error)
        module.fail_json(msg=f"{result['counts']['failed']} of {len(outcomes)} objects failed: {failed}", **result)
    module.exit_json(**result)


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def observation(source: Snapshot | None) -> dict[str, Any]:
    """How the state before was found, for the buckets and for the identities, and why not at once where that failed."""
    if source is None:
        return {"buckets": "assumed_empty", "identities": "assumed_empty", "notes": []}
    return {"buckets": "export" if source.buckets is not None else "single_reads",
            "identities": "export" if source.identities is not None else "single_reads", "notes": source.notes}


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """changed, counts and one entry per object."""
    counts = {name: 0 for name in ("created", "updated", "removed", "unchanged", "failed")}
    results = []
    for outcome in outcomes:
        wanted = outcome.wanted
        action = "failed" if outcome.error else outcome.plan.action
        counts[action] += 1
        entry = {"kind": wanted.resource.kind, "name": wanted.name, "action": action, "changed": outcome.plan.changed, **outcome.remarks}
        if wanted.options.get("pruned"):
            entry["pruned"] = True
        if outcome.error:
            entry["error"] = str(outcome.error)
        if wanted.secret is None and wanted.store is not None and (
                wanted.kept_secret or (outcome.plan.send_secret and not outcome.error)):
            entry["secret_file"] = wanted.store.path(wanted.resource.kind, wanted.name)
        results.append(entry)
    return {"changed": any(outcome.plan.changed for outcome in outcomes), "counts": {"total": len(results), **counts},
            "results": results}
