# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine: observe, plan, apply, observe. Check mode, diff, errors and secrets are handled here and nowhere else.

A Resource is data and a few functions. What a run reports (changed, diff, the returned object) is computed from two
canonical values, the one before and the one after, so they cannot disagree. In check mode the value after is the plan; in
a real run it is what the server shows afterwards, and a run fails when the server does not show what was planned.
"""
from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Collection, Mapping, Sequence

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.oracle1.minio.plugins.module_utils import _client
from ansible_collections.oracle1.minio.plugins.module_utils._argspec import CONNECTION
from ansible_collections.oracle1.minio.plugins.module_utils._canonical import passwords
from ansible_collections.oracle1.minio.plugins.module_utils._errors import NotKept, Problem, Refused
from ansible_collections.oracle1.minio.plugins.module_utils._references import EXISTS, Source
from ansible_collections.oracle1.minio.plugins.module_utils._secrets import SecretStore

UNSEEN = "(not shown)"
SENT = "(not shown, newly set)"
# Seconds between looks after a write: a node behind a balancer may learn of it a moment later than its peer.
SETTLE = (0, 0.1, 0.3, 0.6, 1, 2)


def unmarked(value: Any) -> Any:
    """A value without the marks that stand, at any depth, for credentials: what can be compared with the server."""
    if isinstance(value, Mapping):
        return {name: unmarked(content) for name, content in value.items() if content not in (UNSEEN, SENT)}
    return [unmarked(item) for item in value] if isinstance(value, list) else value


def _same(value: Any) -> Any:
    return value


def _wanted(observed: Any, wanted: Any, options: Mapping[str, Any]) -> Any:
    return wanted


@dataclass(frozen=True)
class Field:
    """One managed property: an option of the module, a key of the diff, of the returned object and of the manifest.

    canonical turns the option into the compare form; merge(observed, wanted, options) says what shall be there;
    fixed: can only be chosen at creation; needed: has no default at creation.
    """

    name: str
    spec: dict[str, Any]
    canonical: Callable[[Any], Any] = _same
    merge: Callable[[Any, Any, Mapping[str, Any]], Any] = _wanted
    fixed: bool = False
    needed: bool = False


@dataclass(frozen=True)
class Wanted:
    """A wish for one object: canonical values of the managed fields only."""

    resource: Resource
    name: str
    present: bool
    values: Mapping[str, Any]
    options: Mapping[str, Any]
    secret: Any = field(default=None, repr=False)
    store: SecretStore | None = None

    @property
    def subject(self) -> str:
        return f"{self.resource.kind} {self.name}"

    @property
    def kept_secret(self) -> bool:
        return self.secret is None and self.store is not None and self.store.has(self.resource.kind, self.name)


@dataclass(frozen=True)
class Observed:
    """An object as it is: canonical values of the managed fields, and facts that a write or a refusal needs.

    gone: it does not exist, and is observed only for its facts, which notes reports; everything else takes it for None.
    """

    values: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    gone: bool = False


@dataclass(frozen=True)
class Plan:
    """What shall happen to one object. before and after are what is reported; {} says that it does not exist."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    send_secret: bool = False

    @property
    def changed(self) -> bool:
        return self.before != self.after

    def changes(self, name: str) -> bool:
        """Whether this field must be written."""
        return name in self.after and self.after[name] != self.before.get(name)

    @property
    def action(self) -> str:
        if not self.changed:
            return "unchanged"
        return "removed" if not self.after else "updated" if self.before else "created"


@dataclass(frozen=True)
class Resource:
    """A kind of object.

    read(client, wanted) -> Observed or None; write(client, wanted, observed, plan, secret) creates and changes;
    remove(client, wanted, observed). complete(wanted, observed) returns the values with what they imply; refuse(wanted, observed,
    after) returns why it cannot be fulfilled; references(after) lists (kind, name) that must exist; secret is the name of
    the option with the credential; after lists the kinds that must be written earlier. key_spec is what the key's option has
    beside its type; name turns a name into its one canonical form; blocked(source, wanted) lists what the server holds on to
    an object for that shall go, as kind:name; restart_needed(client, wanted, observed) tells whether what is stored waits for a server's restart.

    secret_spec is the option's type where it is no text; generated: whether a secrets_dir may invent it; secret_needed: whether
    creation demands it; secret_due(wanted, observed) tells that the server lacks the credential that is wished for.
    notes(wanted, observed, plan) returns what a module reports beside the object, the same in check mode and in a real run.
    """

    kind: str
    key: str
    fields: Sequence[Field]
    read: Callable[[Source, Wanted], Observed | None]
    write: Callable[[_client.Client, Wanted, Observed | None, Plan, Any], None]
    remove: Callable[[_client.Client, Wanted, Observed], None]
    options: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    complete: Callable[[Wanted, Observed | None], Mapping[str, Any]] | None = None
    refuse: Callable[[Wanted, Observed | None, Mapping[str, Any]], str | None] | None = None
    references: Callable[[Mapping[str, Any], Mapping[str, Any]], list[tuple[str, str]]] | None = None
    secret: str | None = None
    secret_spec: Mapping[str, Any] = field(default_factory=lambda: {"type": "str"})
    generated: bool = True
    secret_needed: bool = True
    secret_due: Callable[[Wanted, Observed], bool] | None = None
    notes: Callable[[Wanted, Observed | None, Plan], Mapping[str, Any]] | None = None
    after: Sequence[str] = ()
    # The names of all objects of this kind; given a source. None: they cannot be listed, so they are not exported.
    names: Callable[[Source], list[str]] | None = None
    # An object as options that describe it, from its name and what was observed; nothing where it needs no entry.
    describe: Callable[[str, Observed], Mapping[str, Any]] | None = None
    # Options that an object has and that are not exported, because they are credentials which only somebody else can bring.
    withheld: Callable[[Observed], Sequence[str]] | None = None
    # Options of the module that carry another name there because the connection's option has it already.
    renamed: Mapping[str, str] = field(default_factory=dict)
    key_spec: Mapping[str, Any] = field(default_factory=dict)
    name: Callable[[str], str] = _same
    blocked: Callable[[Source, Wanted], list[str]] | None = None
    restart_needed: Callable[[Source, Wanted, Observed | None], bool] | None = None
    # The server reads, changes and stores all objects of this kind together, without a lock.
    unlocked: bool = False

    def spec(self, renamed: bool = False) -> dict[str, dict[str, Any]]:
        """The argument spec of one object; with the module's names where renamed is true."""
        result: dict[str, dict[str, Any]] = {
            self.key: {"type": "str", "required": True, "no_log": False, **self.key_spec},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        }
        result.update({item.name: item.spec for item in self.fields})
        result.update(self.options)
        if self.secret:
            result[self.secret] = {**self.secret_spec, "no_log": True}
            result["update_secret"] = {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False}
        names = self.renamed if renamed else {}
        return {names.get(name, name): spec for name, spec in result.items()}


def want(resource: Resource, params: Mapping[str, Any], store: SecretStore | None = None) -> Wanted:
    """A wish from the options of a module or from an entry of the manifest. Raises Refused, which names the object."""
    subject = f"{resource.kind} {params[resource.key]}"
    try:
        name = resource.name(params[resource.key])
    except Problem as problem:
        raise Refused(problem.reason, subject=subject, attempt=f"understand {resource.key}") from None
    values = {}
    for item in resource.fields:
        if params.get(item.name) is not None:
            try:
                values[item.name] = item.canonical(params[item.name])
            except Problem as problem:
                raise Refused(problem.reason, subject=subject, attempt=f"understand {item.name}") from None
    options = {option: params.get(option) for option in (*resource.options, "update_secret")}
    secret = params.get(resource.secret) if resource.secret else None
    return Wanted(resource, name, params.get("state") != "absent", values, options, secret,
                  store if resource.secret and resource.generated else None)


def plan(wanted: Wanted, observed: Observed | None) -> Plan:
    """What shall happen. Pure: it depends on nothing but its arguments and on whether a kept secret exists."""
    resource, observed = wanted.resource, _existing(observed)
    key = {resource.key: wanted.name}
    if not wanted.present:
        reason = resource.refuse(wanted, observed, {}) if resource.refuse and observed is not None else None
        if reason:
            raise Refused(reason, subject=wanted.subject, attempt="remove it")
        return Plan({} if observed is None else key, {})
    values = resource.complete(wanted, observed) if resource.complete else wanted.values
    before, after = {}, dict(key)
    for item in resource.fields:
        if item.name in values:
            there = None if observed is None else observed.values.get(item.name)
            after[item.name] = item.merge(there, values[item.name], wanted.options)
            before[item.name] = there
        elif observed is None and item.needed:
            raise Refused(f"{item.name} is needed", subject=wanted.subject, attempt="create it")
    if observed is not None:
        for item in resource.fields:
            if item.fixed and item.name in after and after[item.name] != before[item.name]:
                raise Refused(f"it is {before[item.name]!r}, and {item.name} can only be chosen at creation",
                              subject=wanted.subject, attempt=f"change {item.name} to {after[item.name]!r}")
    reason = resource.refuse(wanted, observed, after) if resource.refuse else None
    if reason:
        raise Refused(reason, subject=wanted.subject, attempt="change it" if observed is not None else "create it")
    return _with_secret(wanted, observed, {} if observed is None else {**key, **before}, after)


def _existing(observed: Observed | None) -> Observed | None:
    return None if observed is None or observed.gone else observed


def _with_secret(wanted: Wanted, observed: Observed | None, before: dict[str, Any], after: dict[str, Any]) -> Plan:
    name = wanted.resource.secret
    if name is None:
        return Plan(before, after)
    if observed is None:
        if wanted.secret is None and wanted.store is None:
            if not wanted.resource.secret_needed:
                return Plan(before, after)
            raise Refused(f"{wanted.resource.renamed.get(name, name)} is needed", subject=wanted.subject, attempt="create it")
        return Plan(before, {**after, name: SENT}, True)
    due = wanted.resource.secret_due is not None and wanted.secret is not None and wanted.resource.secret_due(wanted, observed)
    if due or (wanted.options.get("update_secret") == "always" and (wanted.secret is not None or wanted.kept_secret)):
        return Plan({**before, name: UNSEEN}, {**after, name: SENT}, True)
    return Plan(before, after)


@dataclass
class Outcome:
    """What became of one wish. before and after are the two values that everything else is made of."""

    wanted: Wanted
    plan: Plan
    error: Problem | None = None
    observed: Observed | None = None
    remarks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def diff(self) -> dict[str, Any]:
        return {"before": dict(self.plan.before), "after": dict(self.plan.after),
                "before_header": self.wanted.subject, "after_header": self.wanted.subject}

    @property
    def value(self) -> dict[str, Any]:
        """The object as it is now, managed fields only, without its credential."""
        return {name: content for name, content in self.plan.after.items() if name != self.wanted.resource.secret}


def observe(source: Source, wanted: Wanted) -> Observed | None:
    with _named(wanted):
        return wanted.resource.read(source, wanted)


def fulfil(client: _client.Client, wanted: Wanted, observed: Observed | None, planned: Plan) -> Plan:
    """Do what was planned, look again, and return what happened. Raises Problem; NotKept when the server shows otherwise."""
    carry_out(client, wanted, observed, planned)
    return assure(client, client, wanted, observed, planned)


def assure(source: Source, client: _client.Client, wanted: Wanted, observed: Observed | None, planned: Plan) -> Plan:
    """confirm; and where somebody else wrote in the meantime, plan and write once more upon what they left."""
    try:
        return confirm(source, client, wanted, observed, planned)
    except NotKept:
        observed = observe(client, wanted)
        again = plan(wanted, observed)
        if again.changed:
            carry_out(client, wanted, observed, again)
        kept = confirm(client, client, wanted, observed, again)
        # A secret that went with the first write is news, whatever the second one was about.
        marked = {wanted.resource.secret: SENT} if wanted.resource.secret and planned.send_secret else {}
        return Plan(planned.before, {**kept.after, **marked}, planned.send_secret or kept.send_secret)


def carry_out(client: _client.Client, wanted: Wanted, observed: Observed | None, planned: Plan) -> None:
    """Write what was planned."""
    observed = _existing(observed)
    with _named(wanted):
        if not planned.after and observed is not None:
            check_removal(client, wanted, planned)
            wanted.resource.remove(client, wanted, observed)
        else:
            wanted.resource.write(client, wanted, observed, planned, _secret(wanted) if planned.send_secret else None)


def confirm(source: Source, client: _client.Client, wanted: Wanted, observed: Observed | None, planned: Plan) -> Plan:
    """See that the server shows what was planned, first in source and then, if it must, by asking again and again."""
    resource, observed = wanted.resource, _existing(observed)
    # What the first look implied is still implied when it is gone.
    values = resource.complete(wanted, observed) if resource.complete else wanted.values
    settled = replace(wanted, values=values, options={**wanted.options, "update_secret": "on_create"})
    marked = {resource.secret: SENT} if resource.secret and planned.send_secret else {}
    rest, good = planned, 0
    for pause in SETTLE:
        time.sleep(pause)
        seen = observe(source if pause == 0 else client, settled)
        if not (wanted.present and seen is None):
            rest = plan(settled, seen)
        there = not (wanted.present and seen is None) and unmarked(rest.before) == unmarked(rest.after)
        if good and not there:
            break
        good += there
        # What is written without a lock may be lost to a writer who read before us: it is seen twice.
        if there and (good > 1 or not resource.unlocked or pause == SETTLE[-1]):
            same = unmarked(rest.after) == unmarked(planned.after)
            # What others changed meanwhile is told too; the marks of what was sent are known only to the plan.
            return planned if same else Plan(planned.before, {**rest.after, **marked}, planned.send_secret)
    shown = {name: rest.before.get(name) for name in rest.after if rest.changes(name)} or "nothing" if rest.after else "it"
    raise NotKept(f"the server accepted the change and still shows {shown}", subject=wanted.subject, attempt="see the change")


def check_removal(source: Source, wanted: Wanted, planned: Plan, released: Collection[str] = ()) -> None:
    """Raise Refused when something there still needs an object that shall go.

    A manifest may remove both, so a real run asks at the removal; before it, released names what the manifest changes.
    """
    if wanted.resource.blocked and planned.changed and not planned.after:
        holders = [holder for holder in wanted.resource.blocked(source, wanted) if holder not in released]
        if holders:
            raise Refused(f"it is attached to {', '.join(holders)}: detach it first", subject=wanted.subject, attempt="remove it")


def remarks(source: Source, wanted: Wanted, observed: Observed | None, planned: Plan) -> dict[str, Any]:
    """What is reported beside the object."""
    resource = wanted.resource
    result: dict[str, Any] = {}
    if resource.restart_needed:
        result["restart_needed"] = planned.changed or resource.restart_needed(source, wanted, observed)
    return {**result, **(resource.notes(wanted, observed, planned) if resource.notes else {})}


def _secret(wanted: Wanted) -> Any:
    if wanted.secret is not None or wanted.store is None:
        return wanted.secret
    return wanted.store.obtain(wanted.resource.kind, wanted.name)


class _named:
    """Puts the object's name on a problem that passes."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, problem: Any, trace: Any) -> None:
        if isinstance(problem, Problem) and not problem.subject:
            problem.subject = self._wanted.subject


def whole(resource: Resource, name: str) -> Wanted:
    """A wish that only asks for all fields; it has no value of any."""
    return Wanted(resource, name, True, {item.name: True for item in resource.fields}, {})


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty by default."""
    return {item: value for item, value in values.items() if value not in (None, "", 0, False, [], {})}


def exported(resource: Resource, source: Source, name: str) -> tuple[dict[str, Any] | None, list[str]]:
    """An object as an entry of a manifest that changes nothing, None when it has gone or needs no entry; and what was withheld."""
    observed = _existing(observe(source, whole(resource, name)))
    if observed is None:
        return None, []
    described = resource.describe(name, observed) if resource.describe else filled(observed.values)
    needless = resource.describe is not None and not described
    return None if needless else {resource.key: name, **described}, list(resource.withheld(observed)) if resource.withheld else []


def missing_reference(source: Source, wanted: Wanted, planned: Plan, promised: set[tuple[str, str]]) -> Refused | None:
    """What the object refers to and neither the server nor the manifest has. Asked only where something is to be written."""
    if not planned.changed or not planned.after or wanted.resource.references is None:
        return None
    with _named(wanted):
        for kind, name in wanted.resource.references(planned.before, planned.after):
            if (kind, name) not in promised and not EXISTS[kind](source, name):
                return Refused(f"{kind.replace('_', ' ')} {name} does not exist", subject=wanted.subject, attempt="refer to it")
    return None


def connection(params: Mapping[str, Any]) -> _client.Connection:
    return _client.Connection(**{name: params[name] for name in CONNECTION})


def start(spec: Mapping[str, Any], connections: int = 8, kind: type[AnsibleModule] = AnsibleModule,
          **rules: Any) -> tuple[AnsibleModule, _client.Client | Problem]:
    """The module, of this kind, and its client, or why there is none. Ends the module when the library is missing."""
    module = kind(argument_spec={**CONNECTION, **spec}, supports_check_mode=True, **rules)
    # What is refused because it has a password in it is not repeated with the call either.
    module.no_log_values.update(passwords(module.params), (written.rpartition("@")[0] for written in module.params["endpoint"] if "@" in written))
    if _client.LIBRARY_ERROR:
        module.fail_json(
            msg=missing_required_lib("urllib3", reason="The library minio brings it."),
            exception=_client.LIBRARY_ERROR)
    try:
        return module, _client.Client(connection(module.params), module.check_mode, connections)
    except Problem as problem:
        return module, problem


def run(resource: Resource) -> None:
    """The whole of a module that manages one object."""
    module, client = start(resource.spec(renamed=True))
    back = {new: old for old, new in resource.renamed.items()}
    shadowed = {name: value for name, value in module.params.items() if name not in CONNECTION}
    params = {back.get(name, name): value for name, value in shadowed.items()}
    try:
        if isinstance(client, Problem):
            raise client
        wanted = want(resource, params)
        observed = observe(client, wanted)
        done = plan(wanted, observed)
        missing = missing_reference(client, wanted, done, set())
        if missing:
            raise missing
        if module.check_mode:
            check_removal(client, wanted, done)
        elif done.changed:
            done = fulfil(client, wanted, observed, done)
        further = remarks(client, wanted, observed, done)
    except Problem as problem:
        module.fail_json(msg=str(problem))
    outcome = Outcome(wanted, done)
    result: dict[str, Any] = {"changed": done.changed, resource.kind: outcome.value,
                              "requests": {"reads": client.reads, "writes": client.writes}, **further}
    if module._diff:
        result["diff"] = outcome.diff
    module.exit_json(**result)
