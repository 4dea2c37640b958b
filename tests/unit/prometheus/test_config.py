# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is scraped from where, and how alerts leave."""
from __future__ import annotations

import subprocess
from typing import Any

import pytest
import yaml
from ansible_collections.oracle1.minio.plugins.plugin_utils import prometheus as made

INPUTS: dict[str, Any] = {
    "cluster": "one", "pace": 1.0, "interval": 15, "servers": ["minio1", "minio2"], "balancers": ["lb1"], "monitors": ["mon1"],
    "addresses": {"minio1": "192.0.2.11", "minio2": "2001:db8::12", "lb1": "192.0.2.21", "mon1": "192.0.2.31"},
    "cluster_targets": ["192.0.2.21:9000"], "ports": {"minio": 9000, "node": 9100, "nginx": 9113, "prometheus": 9090, "alertmanager": 9093},
    "tls": True, "ca_file": "/ca.crt", "server_name": "one.minio.internal", "token_file": "/token", "web_tls": True, "web_user": "u",
    "web_password_file": "/password", "buckets": [], "remote_write": [], "rule_files": ["/rules.yml"], "extra_scrape_configs": [],
}
EVERY_WAY: dict[str, Any] = {
    "receivers": [
        {"name": "ops", "email": {"to": "a@example.com", "from": "b@example.com", "smarthost": "mail:587", "username": "u", "password": "mail-secret"}},
        {"name": "all", "webhook": {"url": "https://hook.example.com/", "token": "hook-secret", "ca_file": None},
         "slack": {"url": "https://slack.example.com/slack-secret", "channel": "#ops"}, "pagerduty": {"routing_key": "pager-secret"}},
        {"name": "basic", "webhook": {"url": "https://hook.example.com/", "username": "u", "password": "basic-secret"}}],
    "routes": [{"receiver": "all", "matchers": ['severity="critical"'], "continue": None}],
    "pace": 1.0, "secrets_dir": "/secrets", "group_wait": 30, "group_interval": 300, "repeat_interval": 14400,
}


def jobs(**more: Any) -> dict[str, dict[str, Any]]:
    return {job["job_name"]: job for job in made.config({**INPUTS, **more})["scrape_configs"]}


def targets(job: dict[str, Any]) -> list[str]:
    return [target for group in job["static_configs"] for target in group["targets"]]


def test_the_cluster_is_read_once_and_the_nodes_each():
    found = jobs()
    assert targets(found["minio-cluster"]) == targets(found["minio-bucket"]) == targets(found["minio-usage"]) == ["192.0.2.21:9000"]
    assert targets(found["minio-node"]) == targets(found["minio-resource"]) == ["192.0.2.11:9000", "[2001:db8::12]:9000"]
    assert len(targets(found["node"])) == 4


def test_tls_is_verified_and_the_nodes_by_the_name_they_share():
    found = jobs()
    assert found["minio-node"]["tls_config"] == {"ca_file": "/ca.crt", "server_name": "one.minio.internal"}
    assert found["minio-cluster"]["tls_config"] == {"ca_file": "/ca.crt"}
    assert "insecure_skip_verify" not in yaml.safe_dump(made.config(INPUTS))
    plain = jobs(tls=False, web_tls=False)
    assert plain["minio-node"]["scheme"] == "http" and "tls_config" not in plain["minio-node"]


def test_what_nodes_tell_is_not_taken_from_the_cluster_too():
    dropped = jobs()["minio-cluster"]["metric_relabel_configs"][0]
    assert dropped["action"] == "drop" and "s3" in dropped["regex"]


def test_named_buckets_are_counted_on_every_node():
    found = jobs(buckets=["zebra"])["minio-bucket-requests"]
    assert [group["labels"]["node"] for group in found["static_configs"]] == ["minio1", "minio2"]
    assert {group["labels"]["__metrics_path__"] for group in found["static_configs"]} == {"/minio/metrics/v3/bucket/api/zebra"}


def test_without_a_balancer_there_is_no_nginx_to_watch():
    assert "nginx" not in jobs(balancers=[])


def test_remote_write_is_passed_on():
    assert made.config({**INPUTS, "remote_write": [{"url": "https://far.example.com/"}]})["remote_write"] == [{"url": "https://far.example.com/"}]


@pytest.mark.parametrize(("host", "address"), [
    ("192.0.2.11", "192.0.2.11"), ("2001:db8::1", "2001:db8::1"), ("127.0.0.1", "minio1"), ("jump.example.com", "minio1"), (None, "minio1")])
def test_a_host_is_reached_at_its_address_or_by_its_name(host, address):
    assert made.peer_address({"inventory_hostname": "minio1", "ansible_host": host}) == address


def test_no_secret_is_in_the_configuration_and_each_has_its_file():
    found = made.alertmanager(EVERY_WAY)
    assert "-secret" not in yaml.safe_dump(found["config"])
    assert sorted(found["secrets"].values()) == sorted(
        ["mail-secret", "hook-secret", "https://slack.example.com/slack-secret", "pager-secret", "basic-secret"])
    assert all(f"/secrets/{name}" in yaml.safe_dump(found["config"]) for name in found["secrets"])


@pytest.mark.parametrize("inputs", [EVERY_WAY, {**EVERY_WAY, "receivers": [], "routes": []}], ids=["every way", "nobody"])
def test_alertmanager_itself_takes_it(inputs, tmp_path):
    (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(made.alertmanager(inputs)["config"], sort_keys=False))
    done = subprocess.run(["amtool", "check-config", "alertmanager.yml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_itself_takes_it(tmp_path):
    (tmp_path / "token").write_text("t")
    inputs = {**INPUTS, "token_file": "token", "web_password_file": "token", "ca_file": "", "rule_files": [], "buckets": ["zebra"],
              "remote_write": [{"url": "https://far.example.com/"}]}
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(made.config(inputs), sort_keys=False))
    done = subprocess.run(["promtool", "check", "config", "prometheus.yml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("receivers", "routes", "words"), [
    ([{"name": "a", "webhook": {"url": "u"}}, {"name": "a", "webhook": {"url": "u"}}], [], "a is there more than once"),
    ([{"name": "a"}], [], "add one of email, webhook, slack, pagerduty"),
    ([{"name": "a", "email": {"to": "x"}}], [], "email lacks from"),
    ([], [{"receiver": "b"}], "there is no receiver 'b'"),
])
def test_what_cannot_be_delivered_is_refused_in_words(receivers, routes, words):
    assert words in "; ".join(made.receiver_problems(receivers, routes))
    with pytest.raises(made.PrometheusError, match="minio_prometheus_"):
        made.alertmanager({**EVERY_WAY, "receivers": receivers, "routes": routes})
