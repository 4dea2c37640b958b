# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, as values that name the object, what was attempted and what the server said."""
from __future__ import annotations


class Problem(Exception):
    """Something an operator can act on. Its text is shown to the user: no secret ever goes into it.

    subject: the object, for example "bucket logs"; attempt: a phrase that follows "cannot", for example "set the lifecycle".
    """

    def __init__(self, reason: str, subject: str = "", attempt: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.subject = subject
        self.attempt = attempt

    def __str__(self) -> str:
        what = f"cannot {self.attempt}" if self.attempt else ""
        return ": ".join(part for part in (self.subject, what, self.reason) if part)


class Refused(Problem):
    """The wish cannot be fulfilled as it is written; nothing was sent."""


class Unreachable(Problem):
    """No answer came from the endpoint."""


class Untrusted(Problem):
    """The endpoint answered, but its certificate could not be verified."""


class NotKept(Problem):
    """The server accepted a write and still shows something else."""


class Unfinished(Problem):
    """What was started goes on in the server; only the waiting has ended."""


class WriteInCheckMode(Problem):
    """A writing request was about to be sent in check mode: a defect of the caller."""


class Rejected(Problem):
    """The server answered with an error. code is its own, for example NoSuchBucket."""

    def __init__(self, reason: str, code: str, status: int, attempt: str = "") -> None:
        super().__init__(reason, attempt=attempt)
        self.code = code
        self.status = status

    def __str__(self) -> str:
        return f"{super().__str__()} ({self.code}, HTTP {self.status})"
