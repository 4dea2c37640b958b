# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token with which Prometheus scrapes, at the metrics of a real server."""
from __future__ import annotations

import stat
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
import yaml
from conftest import ACCESS_KEY, SECRET_KEY, execute

from ansible_collections.oracle1.minio.plugins.module_utils import _prometheus_token as token_of

SECRET = "one-scraper-secret-nobody-may-see"
METRICS = ("/minio/v2/metrics/cluster", "/minio/v2/metrics/node")


def token(account: str, secret: str, check: bool = False, **more: Any) -> dict[str, Any]:
    return execute("prometheus_token", {"account_access_key": account, "account_secret_key": secret, **more}, check)


def kept(path: Any, account: str = ACCESS_KEY, secret: str = SECRET_KEY, **more: Any) -> dict[str, Any]:
    """Check, run, run again with a file; the result of the real run."""
    before = path.read_bytes() if path.exists() else None
    predicted = token(account, secret, check=True, path=str(path), **more)
    assert (path.read_bytes() if path.exists() else None) == before, "check mode wrote the file"
    real = token(account, secret, path=str(path), **more)
    assert not real.get("failed"), real
    assert {**predicted, "invocation": None} == {**real, "invocation": None}
    assert token(account, secret, path=str(path), **more)["changed"] is False
    assert "token" not in real and path.read_text().strip() not in str(real) and secret not in str(real)
    return real


def status(server: Any, path: str, bearer: str) -> int:
    """The status of a scrape; a 200 without metrics fails."""
    request = urllib.request.Request(server.direct + path, headers={"Authorization": f"Bearer {bearer}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert b"\nminio_" in answer.read()
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def user(run: Any, server: Any, *actions: str) -> str:
    """A new user that may do this and nothing else."""
    name = server.new("scraper")
    run("policy", {"name": name, "policy": {"Statement": [{"Effect": "Allow", "Action": list(actions)}]}})
    run("user", {"name": name, "user_secret_key": SECRET, "policies": [name]})
    return name


@pytest.mark.parametrize("path", METRICS)
def test_a_user_that_may_scrape_and_nothing_else_scrapes(run, server, tmp_path, path):
    name = user(run, server, "admin:Prometheus")
    kept(tmp_path / "token", name, SECRET)
    bearer = (tmp_path / "token").read_text().strip()
    assert status(server, path, bearer) == 200
    assert status(server, path, token(name, "not-the-secret-of-it")["token"]) == 403
    assert status(server, path, token(user(run, server, "admin:ServerInfo"), SECRET)["token"]) == 403
    run("user", {"name": name, "status": "disabled"})
    assert status(server, path, bearer) == 403


def test_the_token_is_the_one_that_mc_makes(server, tmp_path):
    made = yaml.safe_load(server.text("admin", "prometheus", "generate", "s3"))["scrape_configs"][0]["bearer_token"]
    ours = token(ACCESS_KEY, SECRET_KEY)["token"]
    assert ours.split(".")[0] == made.split(".")[0]
    claims = [token_of._decoded(text.split(".")[1]) for text in (made, ours)]
    assert [{**claim, "exp": 0} for claim in claims] == [{"iss": "prometheus", "sub": ACCESS_KEY, "exp": 0}] * 2
    (tmp_path / "token").write_text(made)
    (tmp_path / "token").chmod(0o600)
    assert kept(tmp_path / "token")["changed"] is False and (tmp_path / "token").read_text() == made
    assert [status(server, path, ours) for path in METRICS] == [200, 200]


def test_the_file_is_written_when_it_does_not_serve(tmp_path):
    path = tmp_path / "token"
    assert kept(path)["changed"] is True and stat.S_IMODE(path.stat().st_mode) == 0o600
    soon = token_of.make(ACCESS_KEY, SECRET_KEY, int(time.time()) + 20 * token_of.DAY)
    for text in ("", "nonsense", "a.b.c", soon, token_of.make("other", SECRET_KEY, 2 ** 32), token_of.make(ACCESS_KEY, "other-secret", 2 ** 32),
                 token_of.make(ACCESS_KEY, SECRET_KEY, 1000)):
        path.write_text(text)
        assert kept(path)["changed"] is True and stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [item.name for item in tmp_path.iterdir()] == ["token"]
    path.write_text(soon)
    assert kept(path, renew_before_days=19)["changed"] is False
    path.chmod(0o644)
    assert kept(path, renew_before_days=19)["changed"] is True and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kept(path, renew_before_days=19, mode="0640")["changed"] is True and stat.S_IMODE(path.stat().st_mode) == 0o640


def test_what_cannot_be_kept_is_told(tmp_path):
    result = token(ACCESS_KEY, SECRET_KEY, path=str(tmp_path / "absent" / "token"))
    assert result["failed"] and result["msg"].startswith(f"prometheus_token {ACCESS_KEY}: cannot keep it in {tmp_path}/absent/token: No such file")
    assert "renew_before_days is from 0" in token(ACCESS_KEY, SECRET_KEY, valid_days=3, renew_before_days=3)["msg"]
