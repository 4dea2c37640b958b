# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest: everything that shall be there, as data. Its kinds, how parts of it are merged, and what is wrong with it."""
from __future__ import annotations

from collections import Counter
from typing import Any, Iterable, Mapping, Sequence

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.oracle1.minio.plugins.module_utils._bucket import BUCKET
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem, Refused
from ansible_collections.oracle1.minio.plugins.module_utils._config import CONFIG
from ansible_collections.oracle1.minio.plugins.module_utils._iam import ATTACHMENT, GROUP, POLICY, SERVICE_ACCOUNT, USER
from ansible_collections.oracle1.minio.plugins.module_utils._idp import LDAP, OPENID
from ansible_collections.oracle1.minio.plugins.module_utils._kms import KMS_KEY
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Resource, Wanted, want
from ansible_collections.oracle1.minio.plugins.module_utils._secrets import SecretStore
from ansible_collections.oracle1.minio.plugins.module_utils._site_replication import SITE_REPLICATION
from ansible_collections.oracle1.minio.plugins.module_utils._tier import TIER

# The manifest's keys, in the order in which results are listed.
MANIFEST: dict[str, Resource] = {
    "config": CONFIG, "ldap": LDAP, "openid": OPENID, "kms_keys": KMS_KEY, "tiers": TIER,
    "policies": POLICY, "users": USER, "groups": GROUP, "policy_attachments": ATTACHMENT, "service_accounts": SERVICE_ACCOUNT,
    "site_replication": SITE_REPLICATION, "buckets": BUCKET,
}


def arguments() -> dict[str, dict[str, Any]]:
    """The argument spec of a manifest: one list per kind. The lists are no secrets, although they may hold some."""
    return {key: {"type": "list", "elements": "dict", "default": [], "no_log": False, "options": resource.spec()}
            for key, resource in MANIFEST.items()}


def wishes_of(manifest: Mapping[str, Any], store: SecretStore | None) -> list[Wanted]:
    """The manifest's entries as wishes. Raises Refused that lists everything wrong with it, before anything is sent."""
    wishes, problems = _wishes(manifest, store)
    if problems:
        raise Refused("; ".join(problems))
    return wishes


def _wishes(manifest: Mapping[str, Any], store: SecretStore | None) -> tuple[list[Wanted], list[str]]:
    wishes, problems = [], []
    for key, resource in MANIFEST.items():
        for entry in manifest.get(key) or []:
            try:
                wishes.append(want(resource, entry, store))
            except Problem as problem:
                problems.append(str(problem))
    count = Counter(wanted.subject for wanted in wishes)
    problems += [f"{subject}: the manifest names it {number} times" for subject, number in count.items() if number > 1]
    return wishes, problems + _contradictions(wishes)


def _contradictions(wishes: Sequence[Wanted]) -> list[str]:
    """What refers to something that the same manifest removes."""
    removed = {(wanted.resource.kind, wanted.name): wanted for wanted in wishes if not wanted.present}
    return [f"{wanted.subject}: it refers to {removed[reference].subject}, which the manifest removes (state: absent): take one of them out"
            for wanted in wishes if wanted.present for reference in _refers(wanted) if reference in removed]


def _refers(wanted: Wanted) -> list[tuple[str, str]]:
    """What a wish names itself, whatever is there already."""
    # A wish for rules also has those that shall go; only the others refer to something.
    after = {wanted.resource.key: wanted.name, **{name: getattr(value, "rules", value) for name, value in wanted.values.items()}}
    named = wanted.resource.references({}, after) if wanted.resource.references else []
    # The server removes the service accounts of a user together with the user.
    return [*named, ("user", after["user"])] if wanted.resource is SERVICE_ACCOUNT and "user" in after else named


def levels(resources: Iterable[Resource]) -> list[list[str]]:
    """Kinds in the order in which they are written; what stands together in a list may be written at the same time."""
    left = {resource.kind: set(resource.after) for resource in resources}
    left = {kind: after & set(left) for kind, after in left.items()}
    result = []
    while left:
        free = sorted(kind for kind, after in left.items() if not after & set(left))
        result.append(free)
        left = {kind: after for kind, after in left.items() if kind not in free}
    return result


def merge(parts: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """One manifest of several, which are given by the names that a message shall use, such as those of their variables.

    An object may stand in several parts as long as they agree on every option that more than one of them has.
    Raises Refused that lists every contradiction. No value is part of a message: it may be a secret.
    """
    manifest, problems = _merged(parts)
    if problems:
        raise Refused("; ".join(problems))
    return manifest


def _merged(parts: Mapping[str, Any]) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    problems = [f"{part}: {problem}" for part, manifest in parts.items() for problem in _misshapen(manifest)]
    if problems:
        return {}, problems
    result: dict[str, list[dict[str, Any]]] = {}
    seen: dict[tuple[str, Any], tuple[str, dict[str, Any]]] = {}
    for part, manifest in parts.items():
        for key, entry in ((key, entry) for key, entries in manifest.items() for entry in entries or []):
            resource = MANIFEST[key]
            name = entry.get(resource.key)
            home, first = seen.get((key, name), (part, None))
            if first is None or home == part:
                # Twice in one part is a mistake, which is told when the whole is judged.
                result.setdefault(key, []).append(dict(entry))
                seen[key, name] = part, result[key][-1]
                continue
            problems += [f"{resource.kind} {name}: {home} and {part} give it different values for {option}; say it in one of them"
                         for option in sorted(entry) if first.get(option, entry[option]) != entry[option]]
            first.update(entry)
    return result, problems


def _misshapen(manifest: Any) -> list[str]:
    if not isinstance(manifest, Mapping):
        return [f"a manifest is a dictionary with the keys {', '.join(MANIFEST)}"]
    problems = [f"there is no kind {key}; known are {', '.join(MANIFEST)}" for key in manifest if key not in MANIFEST]
    for key, entries in manifest.items():
        if entries is not None and (not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries)):
            problems.append(f"{key} is a list of dictionaries")
        elif key in MANIFEST and any(isinstance(entry.get(MANIFEST[key].key), (dict, list)) for entry in entries or []):
            problems.append(f"{key}: {MANIFEST[key].key} is a text")
    return problems


def problems_of(parts: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with a manifest of these parts and can be told without a server; nothing when it is sound."""
    manifest, problems = _merged(parts)
    if problems:
        return problems
    sound: dict[str, list[dict[str, Any]]] = {}
    for key, resource in MANIFEST.items():
        validator = ArgumentSpecValidator(resource.spec())
        for number, entry in enumerate(manifest.get(key) or [], start=1):
            checked = validator.validate(entry)
            subject = f"{resource.kind} {entry.get(resource.key, f'number {number}')}"
            problems += [f"{subject}: {message}" for message in checked.error_messages]
            if not checked.error_messages:
                sound.setdefault(key, []).append(checked.validated_parameters)
    return problems + _wishes(sound, None)[1]
