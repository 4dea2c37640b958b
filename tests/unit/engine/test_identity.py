# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of entities, and the text form of the server's configuration."""
from __future__ import annotations

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused
from ansible_collections.oracle1.minio.plugins.module_utils._iam import entity
from ansible_collections.oracle1.minio.plugins.module_utils._idp import LDAP_PROVIDER, decode, encode
from hypothesis import assume, given
from hypothesis import strategies as st


@pytest.mark.parametrize(("written", "canonical"), [
    ("user:edge", "user:edge"),
    ("group:with: colon", "group:with: colon"),
    ("ldap_user:UID=edge, OU=People,dc=example", "ldap_user:uid=edge,ou=People,dc=example"),
    ("ldap_user: uid = edge , dc=example ", "ldap_user:uid=edge,dc=example"),
    (r"ldap_group:cn=a\, b,dc=example", r"ldap_group:cn=a\, b,dc=example"),
    (r"ldap_group:cn=a\\, DC=example", r"ldap_group:cn=a\\,dc=example"),
    (r"ldap_group:cn=a\ , dc=example", r"ldap_group:cn=a\ ,dc=example"),
    ("ldap_group:cn=a=b,dc=example", "ldap_group:cn=a=b,dc=example"),
])
def test_an_entity_has_one_name(written, canonical):
    assert entity(written) == canonical == entity(canonical)


@pytest.mark.parametrize("written", ["edge", "user:", "role:edge", "ldap_user:edge", "ldap_group:cn=a,b", "ldap_user: ", ":x"])
def test_what_is_no_entity_is_refused(written):
    with pytest.raises(Refused):
        entity(written)


KEYS = list(LDAP_PROVIDER.defaults)
VALUES = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" ")).filter(lambda text: text[:1] != "'" != text[-1:])


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_the_text_form_is_understood_as_it_was_meant(values):
    assume(not any(f"{key}=" in value for key in KEYS for value in values.values()))
    assert decode(encode(values), KEYS) == values


@pytest.mark.parametrize(("line", "values"), [
    ("server_addr=a:1 lookup_bind_dn=cn=x,dc=y enable=off", {"server_addr": "a:1", "lookup_bind_dn": "cn=x,dc=y", "enable": "off"}),
    ('lookup_bind_dn="a b"  server_addr="\'c\'"', {"lookup_bind_dn": "a b", "server_addr": "c"}),
    ("user_dn_search_filter=(uid=%s)", {"user_dn_search_filter": "(uid=%s)"}),
    ("", {}),
])
def test_the_text_form_of_others_is_understood(line, values):
    assert decode(line, KEYS) == values
