# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server has and the manifest does not: which of it may go, and which stays because something else needs it.

Only kinds whose objects belong to somebody. The server's own configuration, its keys and its links to other sites have no
strangers among them: they are reset or removed by name.
"""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Callable, Iterable, Mapping, Sequence

from ansible_collections.oracle1.minio.plugins.module_utils._bucket import tiers_of
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused
from ansible_collections.oracle1.minio.plugins.module_utils._iam import BUILT_IN
from ansible_collections.oracle1.minio.plugins.module_utils._manifest import MANIFEST
from ansible_collections.oracle1.minio.plugins.module_utils._references import Source
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Outcome, Wanted, observe, want, whole

PRUNABLE = ("tiers", "policies", "users", "groups", "policy_attachments", "service_accounts", "buckets")
IDENTITIES = ("policies", "users", "groups", "policy_attachments", "service_accounts")
# For each of them, the kinds whose objects may need one of it.
_NEEDED_BY: Mapping[str, Sequence[str]] = {
    "policies": ("users", "groups", "policy_attachments", "openid", "config"),
    "users": ("service_accounts", "groups", "policy_attachments"),
    "groups": ("policy_attachments",),
    "tiers": ("buckets",),
}
# The only subsystem of config that names policies.
_PLUGIN = "identity_plugin"
# A kind and a name.
Object = tuple[str, str]


@dataclass
class Pruning:
    """kinds: keys of the manifest; empty: those of which it may hold nothing; force: buckets go with what is in them.

    kept is filled with what is not removed although the manifest does not hold it, as kind, name and reason.
    """

    kinds: Sequence[str]
    empty: Sequence[str] = ()
    force: bool = False
    kept: list[dict[str, str]] = field(default_factory=list)

    def check(self, wishes: Iterable[Wanted], session_token: str | None) -> None:
        """Raise Refused for what would more likely be a mistake than a wish."""
        if self.kinds and session_token:
            raise Refused("with a session_token it cannot be told which account this is, whose own rights must stay: "
                          "use an account with keys of its own", subject="prune")
        held = {wanted.resource.kind for wanted in wishes if wanted.present}
        bare = [key for key in self.kinds if MANIFEST[key].kind not in held and key not in self.empty]
        if bare:
            raise Refused(f"the manifest holds no {', no '.join(bare)}, so that all of the server's would go: take it out of prune, "
                          f"or name it in prune_empty, too, if that is what you want", subject="prune")

    def unlisted(self, source: Source, client: Client, outcomes: Sequence[Outcome], each: Callable[..., Iterable[Any]]) -> list[Wanted]:
        """Wishes for the absence of all that goes. outcomes: what is planned for the manifest; each: a map, for reading."""
        own = _own(client, self.kinds)
        self.kept.clear()
        said = {(outcome.wanted.resource.kind, outcome.wanted.name): outcome for outcome in outcomes}
        goes: dict[Object, Wanted] = {}
        for key in (key for key in MANIFEST if key in self.kinds):
            for name in MANIFEST[key].names(source):
                wanted = self._absent(key, name)
                if (wanted.resource.kind, wanted.name) not in said and not (key == "policies" and name in BUILT_IN):
                    goes[wanted.resource.kind, wanted.name] = wanted
        for reached in (who for who in list(goes) if _is_own(source, goes[who], own)):
            self._keep(goes, reached, "the account that runs this may have its rights from it" if reached[0] == "group" else
                       "it is the account that runs this, or has that account")
        asked = [(key, name) for key in {needy for key in self.kinds for needy in _NEEDED_BY.get(key, ())}
                 for name in _all_names(source, key, said)]
        needs = dict(zip([(MANIFEST[key].kind, name) for key, name in asked],
                         each(lambda item: _needs(source, *item, said), asked)))
        while True:
            reached = {needed: needy for needy in sorted(needs) if needy not in goes for needed in needs[needy] if needed in goes}
            if not reached:
                return list(goes.values())
            for needed, (kind, name) in reached.items():
                self._keep(goes, needed, f"{kind} {name} needs it")

    def _absent(self, key: str, name: str) -> Wanted:
        resource = MANIFEST[key]
        wanted = want(resource, {resource.key: name, "state": "absent", "force": key == "groups" or (key == "buckets" and self.force)})
        return replace(wanted, options={**wanted.options, "pruned": True})

    def _keep(self, goes: dict[Object, Wanted], who: Object, reason: str) -> None:
        del goes[who]
        self.kept.append({"kind": who[0], "name": who[1], "reason": reason})


def _own(client: Client, kinds: Sequence[str]) -> set[str]:
    """The access key that this runs with, and the account behind it."""
    if not set(kinds) & set(IDENTITIES):
        return set()
    account = client.admin("GET", "accountinfo", attempt="ask which account this is").json()["AccountName"]
    if "=" in account and "policy_attachments" in kinds:
        raise Refused(f"{account} runs this, and the server does not tell which groups of LDAP give it its rights: leave out "
                      "policy_attachments, or use an account of the server's own", subject="prune")
    return {client.access_key, account}


def _is_own(source: Source, wanted: Wanted, own: set[str]) -> bool:
    if wanted.resource.kind == "group" and own:
        observed = observe(source, whole(wanted.resource, wanted.name))
        return observed is not None and bool(own & set(observed.values["members"]))
    return wanted.resource.kind in ("user", "service_account") and wanted.name in own


def _all_names(source: Source, key: str, said: Mapping[Object, Outcome]) -> list[str]:
    resource = MANIFEST[key]
    there = [_PLUGIN] if key == "config" else [resource.name(name) for name in resource.names(source)]
    return sorted({*there, *(name for kind, name in said if kind == resource.kind)})


def _needs(source: Source, key: str, name: str, said: Mapping[Object, Outcome]) -> set[Object]:
    """What an object will need when the manifest has been applied."""
    resource = MANIFEST[key]
    outcome = said.get((resource.kind, name))
    if outcome is not None and not outcome.wanted.present:
        return set()
    observed = observe(source, whole(resource, name))
    there = dict(observed.values) if observed is not None else {}
    after = dict(outcome.plan.after) if outcome is not None else {}
    wish = outcome.wanted.values if outcome is not None else {}
    if key == "service_accounts":
        return {("user", {**there, **after}.get("user", ""))}
    if key == "buckets":
        return {("tier", tier) for tier in tiers_of({**there, **after}.get("lifecycle") or [])}
    if key == "openid":
        return {("policy", policy) for policy in {**there, **after}.get("role_policy") or []}
    if key == "config":
        return {("policy", policy) for policy in {**there.get("settings", {}), **after.get("settings", {})}.get("role_policy", "").split(",")}
    needed = {("policy", policy) for policy in _attached(there, after, said.get(("policy_attachment", f"{resource.kind}:{name}")))}
    if key == "policy_attachments":
        kind, _colon, holder = name.partition(":")
        return needed | {(kind, holder)}
    # Of a group's members the manifest needs only those that it names; another one just leaves the group.
    return needed | {("user", member) for member in wish.get("members") or []}


def _attached(there: Mapping[str, Any], after: Mapping[str, Any], attachment: Outcome | None) -> set[str]:
    """Policies of a user, a group or somebody in LDAP, where a policy_attachment of the manifest may have a say, too."""
    told = [plan["policies"] for plan in (after, attachment.plan.after if attachment is not None else {}) if "policies" in plan]
    policies = set().union(*told) if told else set(there.get("policies") or [])
    if attachment is not None and not attachment.wanted.present:
        policies -= set(attachment.wanted.values.get("policies", policies))
    return policies
