# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a manifest: merged where they agree, refused where they do not, judged without a server."""
from __future__ import annotations

import pytest
import yaml

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused
from ansible_collections.oracle1.minio.plugins.module_utils._manifest import MANIFEST, arguments, merge, problems_of

SECRET = "a-secret-nobody-may-see"


def test_parts_are_put_together_and_an_object_may_stand_in_several():
    parts = {"base": {"buckets": [{"name": "a", "versioning": "enabled"}], "users": None},
             "ocr": {"buckets": [{"name": "b"}, {"name": "a", "quota": "1GiB", "versioning": "enabled"}], "users": [{"name": "ocr"}]}}
    assert merge(parts) == {"buckets": [{"name": "a", "versioning": "enabled", "quota": "1GiB"}, {"name": "b"}], "users": [{"name": "ocr"}]}
    assert parts["base"]["buckets"] == [{"name": "a", "versioning": "enabled"}]


def test_a_contradiction_names_the_object_the_option_and_both_parts_and_no_value():
    with pytest.raises(Refused) as refused:
        merge({"base": {"users": [{"name": "ocr", "secret_key": SECRET}]},
               "ocr": {"users": [{"name": "ocr", "secret_key": "another-secret"}]}})
    assert "user ocr: base and ocr give it different values for secret_key" in str(refused.value)
    assert SECRET not in str(refused.value) and "another-secret" not in str(refused.value)


BAD = [
    ({"base": {"bucket": []}}, "base: there is no kind bucket; known are config, ldap"),
    ({"base": []}, "base: a manifest is a dictionary"),
    ({"base": {"buckets": {"name": "a"}}}, "base: buckets is a list of dictionaries"),
    ({"base": {"buckets": ["a"]}}, "base: buckets is a list of dictionaries"),
    ({"base": {"buckets": [{"versioning": "enabled"}]}}, "bucket number 1: missing required arguments: name"),
    ({"base": {"buckets": [{"name": "a", "versionning": "enabled"}]}}, "bucket a: versionning. Supported parameters include"),
    ({"base": {"buckets": [{"name": "a", "versioning": "on"}]}}, "bucket a: value of versioning must be one of: enabled, suspended, got: on"),
    ({"base": {"buckets": [{"name": "a", "lifecycle": [{"id": "x", "expire_dais": 3}]}]}}, "bucket a: lifecycle.expire_dais"),
    ({"base": {"buckets": [{"name": "a", "quota": "much"}]}}, "bucket a: cannot understand quota: 'much' is not a size"),
    ({"base": {"buckets": [{"name": "a"}, {"name": "a"}]}}, "bucket a: the manifest names it 2 times"),
    ({"base": {"buckets": [{"name": ["a"]}]}}, "base: buckets: name is a text"),
    ({"base": {"users": [{"name": {"a": 1}}]}}, "base: users: name is a text"),
    ({"base": {"policies": [{"name": "p", "state": "absent"}], "users": [{"name": "ocr", "policies": ["p", "q"]}]}},
     "user ocr: it refers to policy p, which the manifest removes (state: absent): take one of them out"),
    ({"base": {"users": [{"name": "ocr", "state": "absent"}], "service_accounts": [{"access_key": "edge", "user": "ocr"}]}},
     "service_account edge: it refers to user ocr, which the manifest removes"),
    ({"base": {"users": [{"name": "ocr", "state": "absent"}], "policy_attachments": [{"entity": "user:ocr", "policies": ["p"]}]}},
     "policy_attachment user:ocr: it refers to user ocr, which the manifest removes"),
    ({"base": {"users": [{"name": "ocr", "state": "absent"}], "groups": [{"name": "g", "members": ["ocr"]}]}}, "group g: it refers to user ocr, which"),
    ({"base": {"tiers": [{"name": "COLD", "state": "absent"}], "buckets": [{"name": "a", "lifecycle": [
        {"id": "x", "transition_days": 3, "transition_tier": "COLD"}]}]}}, "bucket a: it refers to tier COLD, which the manifest removes"),
    *(({"base": {key: [{"name": "a", **entry}]}}, words) for key, entry, words in (
        ("tiers", {"endpoint": f"https://user:{SECRET}@s3.example.com"}, "tier a: cannot understand endpoint: it has a password before an @"),
        ("config", {"settings": {"url": f"amqp://user:{SECRET}@mq"}}, "config a: cannot understand settings: url holds a credential"),
        ("openid", {"config_url": f"https://user:{SECRET}@login"}, "openid a: cannot understand config_url: it has an address with a password"),
        ("site_replication", {"sites": [{"name": "b", "endpoint": f"https://{SECRET}@b"}]}, "the endpoint of the site b has a user or a password"))),
    ({"base": {"policies": [{"name": "p", "policy": {"Statement": [{"Effect": "Allow"}]}}]}}, "policy p: cannot understand policy"),
]


@pytest.mark.parametrize(("parts", "words"), BAD, ids=[words for _parts, words in BAD])
def test_what_is_wrong_is_told_without_a_server(parts, words):
    assert any(words in problem for problem in problems_of(parts)), problems_of(parts)
    assert SECRET not in str(problems_of(parts))


def test_a_sound_manifest_has_no_problems():
    assert problems_of({}) == []
    assert problems_of({"base": {"policies": [{"name": "p", "state": "absent"}], "users": [{"name": "ocr", "state": "absent", "policies": ["p"]}],
                                 "buckets": [{"name": "a", "lifecycle": [{"id": "x", "state": "absent"}]}]}}) == []
    assert problems_of({"base": {"buckets": [{"name": "a", "quota": "1GiB", "tags": {"a": 5}}], "users": [{"name": "ocr", "policies": "readonly"}]}}) == []


def test_the_documentation_describes_what_the_manifest_takes():
    from ansible_collections.oracle1.minio.plugins.doc_fragments.manifest import ModuleDocFragment
    documented = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]["manifest"]["suboptions"]
    assert set(documented) == set(MANIFEST)
    for key, spec in arguments().items():
        assert set(documented[key]["suboptions"]) == set(spec["options"])
        assert all(option["description"] for option in documented[key]["suboptions"].values())
