# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus' HTTP API, as far as it is asked here."""
from __future__ import annotations

import json
import urllib.error
import urllib.parse
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.urls import open_url


class PrometheusError(Exception):
    """What was asked and what came instead of an answer."""


@dataclass(frozen=True)
class Prometheus:
    """One Prometheus. ca: a file with its authorities; user and password: its basic authentication."""

    url: str
    user: str = ""
    password: str = ""
    ca: str | None = None

    def ask(self, path: str, **parameters: Any) -> Any:
        """The data of the answer. PrometheusError when there is none."""
        url, form = f"{self.url.rstrip('/')}/api/v1/{path}", urllib.parse.urlencode(parameters)
        if not path.startswith("query"):
            url, form = f"{url}?{form}", ""
        try:
            # Credentials are those given, never a .netrc's; the authorities' file need not exist where there is no TLS.
            with open_url(url, form or None, {"Content-Type": "application/x-www-form-urlencoded"}, timeout=30, use_netrc=False,
                          url_username=self.user or None, url_password=self.password, force_basic_auth=True,
                          ca_path=self.ca if url.startswith("https:") else None) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise PrometheusError(f"{self.url} answers {error.code}: {_said(error.read())}") from error
        except (OSError, ValueError, KeyError) as error:
            raise PrometheusError(f"{self.url} does not answer as Prometheus does: {error}") from error

    def query(self, query: str) -> list[dict[str, Any]]:
        """The series of now: {metric: labels, value: [time, text]} each."""
        return self.ask("query", query=query)["result"]

    def range(self, query: str, start: float, end: float, step: float) -> list[dict[str, Any]]:
        """The series of a span, in seconds since 1970: {metric: labels, values: [[time, text], ...]} each."""
        return self.ask("query_range", query=query, start=start, end=end, step=step)["result"]


def _said(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace").strip()
