# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's environment file: written so that systemd and the server's own parser read the same values.

systemd knows quotes and backslash escapes (systemd.exec(5), EnvironmentFile=). The server, when it is told to read the
file itself (MINIO_CONFIG_ENV_FILE, cmd/common-main.go), strips one pair of equal quotes and knows no escapes. A value
is written in the first form that both read back as the value; one that has no such form is refused.
Pure functions, standard library only.
"""

from __future__ import annotations

import re
import typing as t

NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_PLAIN = re.compile(r"^[A-Za-z0-9_/:.,@%+={}~^-]+$")
_WHITESPACE = " \t\r"
_ESCAPED_IN_DOUBLE_QUOTES = '"\\`$'
_SECRET = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|KEY|CREDENTIAL|DSN|CONNECTION_STRING")
_NOT_SECRET = re.compile(r"_(FILE|KEY_NAME|KEYFILE)$")


class UnwritableError(ValueError):
    """A variable that cannot be written. The message names it and never holds its value."""


def parse_systemd(text: str) -> dict[str, str]:
    """What systemd makes of an EnvironmentFile; later assignments win."""
    found: dict[str, str] = {}
    position, end = 0, len(text)
    while position < end:
        while position < end and text[position] in _WHITESPACE + "\n":
            position += 1
        if position < end and text[position] in "#;":
            position = _skip_comment(text, position)
            continue
        start = position
        while position < end and text[position] not in "=\n":
            position += 1
        if position >= end or text[position] == "\n":
            continue
        key = text[start:position].strip(_WHITESPACE)
        value, position = _systemd_value(text, position + 1)
        if NAME.match(key):
            found[key] = value
    return found


def _skip_comment(text: str, position: int) -> int:
    while position < len(text) and text[position] != "\n":
        position += 2 if text[position] == "\\" else 1
    return position


def _systemd_value(text: str, position: int) -> tuple[str, int]:
    """Value that begins at position, and the position after its line (the state machine of env-file.c)."""
    out: list[str] = []
    state, kept = "before", 0
    while position < len(text):
        char = text[position]
        position += 1
        if state == "before":
            if char == "\n":
                break
            if char in "'\"":
                state = char
            elif char == "\\":
                state = "value"
                position = _unescape(text, position, out)
                kept = len(out)
            elif char not in _WHITESPACE:
                state = "value"
                out.append(char)
                kept = len(out)
        elif state == "value":
            if char == "\n":
                break
            if char == "\\":
                position = _unescape(text, position, out)
                kept = len(out)
            else:
                out.append(char)
                kept = kept if char in _WHITESPACE else len(out)
        elif char == state:
            state, kept = "before", len(out)
        elif char == "\\" and state == '"':
            following = text[position:position + 1]
            position += 1
            if following in _ESCAPED_IN_DOUBLE_QUOTES:
                out.append(following)
            elif following != "\n":
                out.append("\\" + following)
        else:
            out.append(char)
    if state == "value":
        del out[kept:]
    return "".join(out), position


def _unescape(text: str, position: int, out: list[str]) -> int:
    following = text[position:position + 1]
    if following != "\n":
        out.append(following)
    return position + 1


def parse_server(text: str) -> dict[str, str]:
    """What the server makes of the same file when it reads it itself."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        key, separator, value = entry.removeprefix("export").strip().partition("=")
        if not separator:
            raise ValueError("a line is no assignment")
        if len(value) >= 2 and value[0] in "'\"" and value[-1] == value[0]:
            value = value[1:-1]
        found[key] = value
    return found


def text_of(value: t.Any) -> str:
    """A YAML value as the server takes it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def render(variables: t.Mapping[str, t.Any]) -> list[str]:
    """The variables as lines of an environment file, in the given order. None is left out."""
    return [_line(name, text_of(value)) for name, value in variables.items() if value is not None]


def _line(name: str, value: str) -> str:
    if not NAME.match(name):
        raise UnwritableError(f"{name!r} is no name of an environment variable")
    if any(ord(char) < 32 and char != "\t" or ord(char) == 127 for char in value):
        raise UnwritableError(f"{name} holds a line break or another control character; systemd does not take it")
    forms = [value] if _PLAIN.match(value) else [f"'{value}'", f'"{value}"', value]
    for form in forms:
        line = f"{name}={form}"
        if parse_systemd(line) == {name: value} and parse_server(line) == {name: value}:
            return line
    raise UnwritableError(
        f"{name} cannot be written so that systemd and the server read the same value; "
        "do not combine a single quote with a double quote or a backslash"
    )


def secrets_of(variables: t.Mapping[str, str]) -> list[str]:
    """Values that must not be shown, longest first. The root user's name is one of them."""
    secret = {
        value for name, value in variables.items()
        if value and (name == "MINIO_ROOT_USER" or (_SECRET.search(name) and not _NOT_SECRET.search(name)))
    }
    return sorted(secret, key=len, reverse=True)


def mask(text: str, secrets: t.Iterable[str]) -> str:
    """The text without the secrets. One of fewer than three characters would tear up every line and is no secret."""
    for secret in secrets:
        if len(secret) >= 3:
            text = text.replace(secret, "********")
    return text
