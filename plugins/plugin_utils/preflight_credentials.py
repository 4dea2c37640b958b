# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether root credentials can be guessed. The messages never hold the password."""

from __future__ import annotations

import math
import re
import string
import typing as t

USER = "minio_server_root_user"
PASSWORD = "minio_server_root_password"
MIN_USER = 3
MIN_PASSWORD = 16
MIN_BITS = 60
FIX = "generate one, for example with `openssl rand -base64 30`, and keep it in the vault"

DEFAULT_USERS = frozenset(("admin", "administrator", "minio", "minioadmin", "minio-admin", "root", "user", "test", "accesskey"))
# Passwords of images, guides and of the cluster this collection replaces; compared without case and trailing digits.
DEFAULT_PASSWORDS = frozenset((
    "admin", "administrator", "minio", "minioadmin", "minio-secret-key", "minio-root-password", "password", "passw0rd",
    "secret", "secretkey", "changeme", "letmein", "welcome", "qwerty", "oracle", "root", "test", "storage", "supersecret",
))
_PLACEHOLDER = re.compile(r"change[_ -]?me|replace[_ -]?me|placeholder|todo|fixme|^<.*>$|^x+$|your[-_ ]|example", re.IGNORECASE)
_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


def judge(user: t.Any, password: t.Any) -> list[str]:
    """Problems of a pair of root credentials, each with its fix."""
    return [*_judge_user(user), *_judge_password(password, user)]


def _judge_user(user: t.Any) -> list[str]:
    if user is None or user == "":
        return [f"{USER} is not set; set it in the vault, see inventories/prod/group_vars/all/vault.yml"]
    if not isinstance(user, str):
        return [f"{USER} is no text; put it in quotes"]
    problems = []
    if _PLACEHOLDER.search(user):
        problems.append(f"{USER} is the placeholder {user!r}; replace it by a name of your own")
    elif user.lower() in DEFAULT_USERS:
        problems.append(f"{USER} is the default name {user!r}, the first one that is tried; choose another")
    if len(user) < MIN_USER:
        problems.append(f"{USER} is {user!r}; the server wants at least {MIN_USER} characters")
    if set(user) & set("=,") or not user.isprintable() or user != user.strip() or " " in user:
        problems.append(f"{USER} is {user!r}; use no blank, no '=' and no ',', which the server reserves")
    return problems


def _judge_password(password: t.Any, user: t.Any) -> list[str]:
    if password is None or password == "":
        return [f"{PASSWORD} is not set; {FIX}"]
    if not isinstance(password, str):
        return [f"{PASSWORD} is no text (a number or a truth value to YAML); put it in quotes"]
    if not password.isprintable() or password != password.strip():
        return [f"{PASSWORD} has blanks at an end or control characters, which an environment file does not keep; {FIX}"]
    if _PLACEHOLDER.search(password):
        return [f"{PASSWORD} is a placeholder; {FIX}"]
    if _is_default(password):
        return [f"{PASSWORD} is a well-known default; {FIX}"]
    if password == user:
        return [f"{PASSWORD} is the same as {USER}; {FIX}"]
    problems = []
    if len(password) < MIN_PASSWORD:
        problems.append(f"{PASSWORD} has {len(password)} characters, fewer than {MIN_PASSWORD}; {FIX}")
    if isinstance(user, str) and len(user) >= MIN_USER and user.lower() in password.lower():
        problems.append(f"{PASSWORD} contains {USER}; {FIX}")
    if not problems and bits(password) < MIN_BITS:
        problems.append(f"{PASSWORD} is easy to guess (about {bits(password):.0f} of {MIN_BITS} bits); {FIX}")
    return problems


def _is_default(password: str) -> bool:
    plain = password.lower()
    return plain in DEFAULT_PASSWORDS or plain.rstrip(string.digits + "!._-") in DEFAULT_PASSWORDS


def bits(password: str) -> float:
    """A cautious estimate of how many bits a guesser must try: repeated and sequential characters add next to nothing."""
    alphabet = sum(len(chars) for chars in _CLASSES if set(chars) & set(password))
    alphabet += 16 if any(not char.isalnum() for char in password) else 0
    fresh = sum(
        1 for at, char in enumerate(password)
        if char not in password[:at][-3:] and (at == 0 or abs(ord(char) - ord(password[at - 1])) != 1)
    )
    fresh = min(fresh, 2 * len(set(password)))
    return fresh * math.log2(max(alphabet, 2))
