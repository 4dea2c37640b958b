"""The environment file: systemd and the server read back what was written, or it is refused."""
from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.oracle1.minio.plugins.filter.server_environment import server_environment
from ansible_collections.oracle1.minio.plugins.module_utils import _server_env as env
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.text(st.characters(codec="utf-8"), max_size=40) | st.text("'\"\\ $`#;=a\t\n", max_size=8)

# What systemd 252 made of these files (systemd-run --property=EnvironmentFile=... env).
SYSTEMD = [
    ("A=b", {"A": "b"}),
    ("A= b  c  ", {"A": "b  c"}),
    ("A='b # c'", {"A": "b # c"}),
    ("A=b # c", {"A": "b # c"}),
    ("# A=b\n; B=c\nC=d", {"C": "d"}),
    ("# A=b\\\nB=c\nC=d", {"C": "d"}),
    ('A="b\\"c\\$d\\\\e\\f"', {"A": 'b"c$d\\e\\f'}),
    ("A='b\\c'", {"A": "b\\c"}),
    ("A=b\\c", {"A": "bc"}),
    ("A=b\\\nc", {"A": "bc"}),
    ("A='b'c", {"A": "bc"}),
    ("A='b''c'", {"A": "bc"}),
    ("A=b'c'", {"A": "b'c'"}),
    ("A=$HOME", {"A": "$HOME"}),
    ("A='b\nc'", {"A": "b\nc"}),
    ("A=1\nA=2", {"A": "2"}),
    ("A=", {"A": ""}),
    ("1A=b\nB", {}),
]

SERVER = [
    ("A=b", {"A": "b"}),
    ("export A=b", {"A": "b"}),
    ("A='b'", {"A": "b"}),
    ("A=\"b\"", {"A": "b"}),
    ("A='b\"", {"A": "'b\""}),
    ("A='b\\c'", {"A": "b\\c"}),
    ("A=b\\c", {"A": "b\\c"}),
    ("# A=b\n\n A=c ", {"A": "c"}),
    ("A=b=c", {"A": "b=c"}),
]

LINES = [
    ("http://minio{1...3}:9000/mnt/minio/drive1", "A=http://minio{1...3}:9000/mnt/minio/drive1"),
    ("", "A=''"),
    ("two words", "A='two words'"),
    ("$HOME", "A='$HOME'"),
    ("a#b", "A='a#b'"),
    ("back\\slash", "A='back\\slash'"),
    ('say "hi"', "A='say \"hi\"'"),
    ("it's", 'A="it\'s"'),
    ("it's \"a\" name", "A=it's \"a\" name"),
    (True, "A=on"),
    (False, "A=off"),
    (9000, "A=9000"),
]


@pytest.mark.parametrize(("text", "found"), SYSTEMD)
def test_systemd_reads(text: str, found: dict[str, str]) -> None:
    assert env.parse_systemd(text) == found


@pytest.mark.parametrize(("text", "found"), SERVER)
def test_the_server_reads(text: str, found: dict[str, str]) -> None:
    assert env.parse_server(text) == found


@pytest.mark.parametrize(("value", "line"), LINES)
def test_a_value_becomes_a_line(value: object, line: str) -> None:
    assert env.render({"A": value}) == [line]


def test_null_is_left_out_and_order_is_kept() -> None:
    assert env.render({"B": 1, "A": None, "C": 2}) == ["B=1", "C=2"]


@given(st.dictionaries(st.from_regex(r"\A[A-Z][A-Z0-9_]{0,8}\Z"), VALUES, max_size=4))
def test_both_read_back_what_was_written_or_it_is_refused(variables: dict[str, str]) -> None:
    try:
        text = "\n".join(env.render(variables)) + "\n"
    except env.UnwritableError as error:
        assert any(name in str(error) for name in variables)
        return
    assert env.parse_systemd(text) == variables
    assert env.parse_server(text) == variables


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"], exclude_characters="'"), max_size=40))
def test_everything_without_a_single_quote_can_be_written(value: str) -> None:
    assert env.parse_systemd(env.render({"A": value})[0]) == {"A": value}


@pytest.mark.parametrize("value", ["line\nbreak", "it's \\$ both", "'\" first", "bell\a"])
def test_what_cannot_be_written_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        server_environment({"MINIO_SITE_NAME": value})
    assert "MINIO_SITE_NAME" in str(refused.value)
    assert value not in str(refused.value)


def test_secrets_are_masked_longest_first() -> None:
    variables = {
        "MINIO_ROOT_USER": "root-name", "MINIO_ROOT_PASSWORD": "hidden-word", "MINIO_AUDIT_WEBHOOK_AUTH_TOKEN_x": "hidden-word-2",
        "MINIO_SITE_NAME": "rack4", "MINIO_KMS_SECRET_KEY_FILE": "/etc/minio/kms.key", "MINIO_X_TOKEN": "ab",
    }
    log = "root-name said hidden-word-2 then hidden-word in rack4 from /etc/minio/kms.key, ab"
    assert env.mask(log, env.secrets_of(variables)) == (
        "******** said ******** then ******** in rack4 from /etc/minio/kms.key, ab"
    )
