# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Site replication: whole clusters that hold the same buckets, objects, policies and users.

It is one object of a cluster, named by the cluster's own name among the sites. Credentials are used to link sites and never kept.
"""
from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.oracle1.minio.plugins.module_utils._client import Answer, Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem, Refused, Rejected, Unreachable
from ansible_collections.oracle1.minio.plugins.module_utils._references import Source
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Field, Observed, Plan, Resource, Wanted

SITES: dict[str, Any] = {"type": "list", "elements": "dict", "options": {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "endpoint": {"type": "str"},
    "access_key": {"type": "str", "no_log": False},
    "secret_key": {"type": "str", "no_log": True},
}}
VERSION = {"api-version": "1"}
WRONG_CREDENTIALS = ("SignatureDoesNotMatch", "InvalidAccessKeyId", "AccessDenied")


def _sites(sites: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = [site["name"] for site in sites]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise Refused(f"two sites have the name {doubled[0]}")
    for site in sites:
        if "@" in (site.get("endpoint") or ""):
            raise Refused(f"the endpoint of the site {site['name']} has a user or a password before an @: write them as access_key and secret_key")
    return {"wanted": {site["name"]: (site.get("endpoint") or "").rstrip("/") for site in sites if site.get("state") != "absent"},
            "removed": [site["name"] for site in sites if site.get("state") == "absent"]}


def _merge(observed: Any, wanted: Mapping[str, Any], options: Mapping[str, Any]) -> list[dict[str, str]]:
    there = {site["name"]: site["endpoint"] for site in observed or []}
    kept = {} if options.get("sites_authoritative") else {name: there[name] for name in there if name not in wanted["removed"]}
    kept.update({name: endpoint or there.get(name, "") for name, endpoint in wanted["wanted"].items()})
    return [{"name": name, "endpoint": endpoint} for name, endpoint in sorted(kept.items())]


def _refuse(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if observed is not None and observed.facts["name"] != wanted.name:
        return f"the cluster at this endpoint is the site {observed.facts['name']}"
    if not wanted.present or "sites" not in after:
        return None
    sites = {site["name"]: site["endpoint"] for site in after["sites"]}
    there = {site["name"] for site in observed.values["sites"]} if observed is not None else set()
    if wanted.name not in sites:
        return f"the site itself, {wanted.name}, must be among the sites; send the request to another one to remove it"
    if len(sites) < 2:
        return "at least two sites are needed (this server would take one); state: absent ends the replication"
    lacking = sorted(name for name, endpoint in sites.items() if not endpoint)
    if lacking:
        return f"site {lacking[0]} needs an endpoint"
    endpoints = list(sites.values())
    if len(set(endpoints)) < len(endpoints):
        return "two sites have the same endpoint"
    given = _credentials(wanted)
    if set(sites) - there:
        lacking = sorted(name for name in sites if name != wanted.name and name not in given)
        if lacking:
            return f"to link a site, the server asks for access_key and secret_key of every other one: {', '.join(lacking)} lacks them"
    return None


def _credentials(wanted: Wanted) -> dict[str, tuple[str, str]]:
    return {site["name"]: (site["access_key"], site["secret_key"]) for site in wanted.options.get("sites") or []
            if site.get("access_key") and site.get("secret_key")}


def read(client: Client, wanted: Wanted) -> Observed | None:
    info = client.admin("GET", "site-replication/info", VERSION, attempt="read the sites").json()
    there = info.get("sites") or [] if info.get("enabled") else []
    if wanted.present:
        _judge(client, wanted, {site["name"] for site in there})
    if not there:
        return None
    return Observed(
        {"sites": [{"name": site["name"], "endpoint": site["endpoint"].rstrip("/")} for site in sorted(there, key=lambda site: site["name"])],
         "replicate_ilm_expiry": all(site.get("replicate-ilm-expiry") for site in there)},
        {"name": info["name"], "ids": {site["name"]: site["deploymentID"] for site in there}})


def _judge(client: Client, wanted: Wanted, there: set[str]) -> None:
    """Refuse new sites that the server would refuse, as far as they can be asked from here."""
    wish = wanted.values.get("sites")
    # A wish that only asks what is there has no sites.
    endpoints = wish["wanted"] if isinstance(wish, Mapping) else {}
    new = {name: endpoint for name, endpoint in endpoints.items() if name not in there and name != wanted.name and endpoint}
    given = _credentials(wanted)
    if not new:
        return
    own = _look(client)
    for name in sorted(set(new) & set(given)):
        access_key, secret_key = given[name]
        peer = client.like(endpoint=[new[name]], access_key=access_key, secret_key=secret_key, session_token=None, retries=0)
        try:
            seen = _look(peer)
        except Unreachable:
            # Only the servers have to reach each other.
            continue
        except Rejected as error:
            if error.code in WRONG_CREDENTIALS:
                raise Refused(f"site {name} does not accept the credentials ({error.code})", attempt="link it") from None
            raise
        reason = _obstacle(own, seen)
        if reason:
            raise Refused(f"site {name} {reason}", attempt="link it")


def _look(client: Client) -> dict[str, Any]:
    buckets = client.s3("GET", attempt="list the buckets of a site").body.count(b"<Bucket>")
    return {"id": client.admin("GET", "info", attempt="read the id of a site").json().get("deploymentID"), "buckets": buckets,
            "linked": client.admin("GET", "site-replication/info", VERSION, attempt="read the links of a site").json().get("enabled"),
            "identities": client.admin("GET", "site-replication/peer/idp-settings", VERSION, attempt="read a site's identity providers").json()}


def _obstacle(own: Mapping[str, Any], peer: Mapping[str, Any]) -> str | None:
    if peer["id"] == own["id"]:
        return "is the same cluster as the one at this endpoint"
    if peer["linked"]:
        return "already belongs to a site replication"
    if peer["identities"] != own["identities"]:
        return "has other identity providers (LDAP, OpenID) than the cluster at this endpoint"
    if peer["buckets"]:
        return f"holds {peer['buckets']} buckets: only the cluster at this endpoint may hold any when a site is linked"
    return None


def write(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: str | None) -> None:
    before = {site["name"]: site["endpoint"] for site in observed.values["sites"]} if observed is not None else {}
    after = {site["name"]: site["endpoint"] for site in plan.after.get("sites") or []} or before
    removed = sorted(set(before) - set(after))
    if removed:
        _accepted(client.admin("PUT", "site-replication/remove", VERSION, {"sites": removed, "all": False}, attempt="remove sites"), "remove sites")
    added = set(after) - set(before)
    if added:
        given = {wanted.name: (client.access_key, client.secret_key), **_credentials(wanted)}
        body = [{"name": name, "endpoints": endpoint, "accessKey": given[name][0], "secretKey": given[name][1]}
                for name, endpoint in after.items()]
        query = {**VERSION, "replicateILMExpiry": "true" if plan.after.get("replicate_ilm_expiry") else "false"}
        _accepted(client.admin("PUT", "site-replication/add", query, body, encrypted=True, repeatable=False, attempt="link the sites"),
                  "link the sites")
    for name in sorted(set(before) & set(after)):
        if after[name] != before[name] and observed is not None:
            body = {"name": name, "endpoint": after[name], "deploymentID": observed.facts["ids"][name]}
            _accepted(client.admin("PUT", "site-replication/edit", VERSION, body, encrypted=True, attempt="change an endpoint"), "change an endpoint")
    # Linking a site has switched it on everywhere, and doing so again would be an error.
    if observed is not None and plan.changes("replicate_ilm_expiry") and not (added and plan.after["replicate_ilm_expiry"]):
        switch = "enableILMExpiryReplication" if plan.after["replicate_ilm_expiry"] else "disableILMExpiryReplication"
        _accepted(client.admin("PUT", "site-replication/edit", {**VERSION, switch: "true"}, {}, encrypted=True, attempt="change the expiry"),
                  "set replicate_ilm_expiry")


def _accepted(answer: Answer, attempt: str) -> None:
    """The server answers 200 to what it has done in part only."""
    status = answer.json() or {}
    if status.get("errorDetail") or status.get("success") is False:
        raise Problem(status.get("errorDetail") or status.get("status") or "the server did it in part only", attempt=attempt)
    if status.get("initialSyncErrorMessage"):
        raise Problem(f"the sites are linked, but the first synchronisation failed: {status['initialSyncErrorMessage']}", attempt=attempt)


def remove(client: Client, wanted: Wanted, observed: Observed) -> None:
    body = {"sites": [], "all": True}
    _accepted(client.admin("PUT", "site-replication/remove", VERSION, body, attempt="end the replication"), "end the replication")


def names(source: Source) -> list[str]:
    """The cluster's own name among the sites, or nothing."""
    info = source.admin("GET", "site-replication/info", VERSION, attempt="read the sites").json()
    return [info["name"]] if info.get("enabled") else []


SITE_REPLICATION = Resource(
    kind="site_replication", key="name",
    fields=(Field("sites", SITES, _sites, _merge, needed=True), Field("replicate_ilm_expiry", {"type": "bool"})),
    # Named here as well, so that the credentials reach the writing; the canonical value has none.
    options={"sites": SITES, "sites_authoritative": {"type": "bool", "default": False}},
    read=read, write=write, remove=remove, refuse=_refuse, names=names, withheld=lambda observed: ["sites.secret_key"],
)
