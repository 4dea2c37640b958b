# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated credentials in files that only their owner reads.

A secret is on disk before it is sent. So a run that is interrupted in between, or a second run at the same time, sends the
same one, and nobody ends up with an account whose secret is lost.
"""
from __future__ import annotations

import os
import secrets
import string
import tempfile
from dataclasses import dataclass
from urllib.parse import quote

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused

# The server takes 8 to 40 characters for a service account.
LENGTH = 40
ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True)
class SecretStore:
    """A directory with one file per account: <kind>-<name>, the name percent-encoded where a file name demands it."""

    directory: str

    def path(self, kind: str, name: str) -> str:
        return os.path.join(self.directory, f"{kind}-{quote(name, safe=' @+=,')}")

    def has(self, kind: str, name: str) -> bool:
        return os.path.exists(self.path(kind, name))

    def obtain(self, kind: str, name: str) -> str:
        """The secret of an account; generated and written at the first call. Raises Refused for a file that cannot serve."""
        path = self.path(kind, name)
        try:
            if not os.path.exists(path):
                self._write(path)
            with open(path, encoding="utf-8") as file:
                secret = file.read().strip()
        except OSError as error:
            raise Refused(f"{error.strerror}: {error.filename}", attempt="keep its secret in secrets_dir") from None
        except UnicodeDecodeError:
            raise Refused(f"{path} is no text in UTF-8", attempt="read its secret from secrets_dir") from None
        if len(secret) < 8:
            raise Refused(f"{path} holds fewer than 8 characters: remove it, or write the secret into it",
                          attempt="read its secret from secrets_dir")
        return secret

    def _write(self, path: str) -> None:
        os.makedirs(self.directory, mode=0o700, exist_ok=True)
        secret = "".join(secrets.choice(ALPHABET) for number in range(LENGTH))
        # mkstemp makes the file 0600; the link appears whole or not at all, and never replaces another run's.
        handle, draft = tempfile.mkstemp(prefix=".draft-", dir=self.directory)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(secret + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError:
            return
        finally:
            os.unlink(draft)
