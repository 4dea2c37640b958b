# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of every role, above all of the monitoring: what is wrong with one, and the message with the fix."""

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleUndefinedVariable

from ansible_collections.oracle1.minio.plugins.plugin_utils import preflight_options, prometheus

GROUPS = {"minio_server": ["minio1", "minio2", "minio3"], "minio_lb": ["lb1"], "minio_monitoring": ["mon1"]}
SECRET = "s3cr3t-of-the-test"


def judge(host="mon1", **values):
    return preflight_options.judge({host: preflight_options.collect(values)}, GROUPS)


def receiver(**ways):
    return {"minio_prometheus_receivers": [{"name": "operators", **ways}]}


BAD = {
    # minio_prometheus
    "a text for a number": ({"minio_prometheus_port": "http"}, "minio_prometheus_port is 'http'; use a whole number (default: 9090)"),
    "a port of none": ({"minio_prometheus_port": 70000}, "minio_prometheus_port is 70000; use a number from 1 to 65535 (default: 9090)"),
    "a truth for a number": ({"minio_prometheus_interval": True}, "minio_prometheus_interval is True; use a whole number (default: 15)"),
    "an empty number": ({"minio_prometheus_interval": None}, "minio_prometheus_interval is empty; use a whole number, or remove the line for the default"),
    "no interval": ({"minio_prometheus_interval": 0}, "minio_prometheus_interval is 0; use 1 or more"),
    "no pace": ({"minio_prometheus_pace": 0}, "minio_prometheus_pace is 0; use a number from 0.01 to 100 (default: 1.0)"),
    "a percentage of more": ({"minio_prometheus_error_percent": 120}, "minio_prometheus_error_percent is 120; use a number from 1 to 100 (default: 1)"),
    "a negative count": ({"minio_prometheus_replication_backlog": -1}, "minio_prometheus_replication_backlog is -1; use 0 or more"),
    "critical before warning": ({"minio_prometheus_capacity_critical_percent": 70}, "minio_prometheus_capacity_warning_percent is 80 and "
                                "minio_prometheus_capacity_critical_percent is 70; the first must be less than the second"),
    "days the wrong way round": ({"minio_prometheus_certificate_critical_days": "40"}, "minio_prometheus_certificate_critical_days is 40 and "
                                 "minio_prometheus_certificate_warning_days is 30; the first must be less than the second"),
    "a group that waits too long": ({"minio_prometheus_group_wait": 900}, "minio_prometheus_group_wait is 900 and minio_prometheus_group_interval is 300; "
                                    "the first must be at most the second"),
    "a truth of words": ({"minio_prometheus_account_manage": "perhaps"}, "minio_prometheus_account_manage is 'perhaps'; use true or false (default: true)"),
    "a text for a list": ({"minio_prometheus_buckets": "photos"}, "minio_prometheus_buckets is 'photos'; begin each entry with a dash"),
    "a bucket of no name": ({"minio_prometheus_buckets": ["My Photos"]}, "minio_prometheus_buckets is a list; name buckets"),
    "a list for a text": ({"minio_prometheus_web_user": ["a"]}, "minio_prometheus_web_user is a list; use a text"),
    "a user with a colon": ({"minio_prometheus_web_user": "a:b"}, "minio_prometheus_web_user is 'a:b'; use a name without blanks and colons"),
    "an address without a scheme": ({"minio_prometheus_external_url": "prometheus.example.com"}, "minio_prometheus_external_url is 'prometheus.example.com'; "
                                    "begin it with http:// or https://"),
    "a time without a unit": ({"minio_prometheus_retention_time": 30}, "minio_prometheus_retention_time is 30; write a number with its unit, for example 30d"),
    "a size of another kind": ({"minio_prometheus_retention_size": "8 GiB"}, "minio_prometheus_retention_size is '8 GiB'; write a number with its unit, for example 8GB"),
    "a target without a port": ({"minio_prometheus_cluster_targets": ["lb1"]}, "minio_prometheus_cluster_targets is a list; write host:port"),
    "a host of no group": ({"minio_prometheus_servers": ["minio9"]}, "minio_prometheus_servers names minio9, which is not in the inventory's groups"),
    "an address with a port": ({"minio_prometheus_addresses": {"minio1": "192.0.2.11:9000"}}, "minio_prometheus_addresses: the address of minio1 is "
                               "'192.0.2.11:9000'; give an address or a name, without a port"),
    "an address of nobody": ({"minio_prometheus_addresses": {"minio9": "192.0.2.19"}}, "minio_prometheus_addresses names minio9"),
    "a receiver of no way": (receiver(), "minio_prometheus_receivers, operators: says nothing of how; add one of email, webhook, slack, pagerduty"),
    "a receiver without its name": ({"minio_prometheus_receivers": [{"webhook": {"url": "https://a"}}]}, "minio_prometheus_receivers[1] lacks name; name of the receiver"),
    "a misspelt way": (receiver(web_hook={"url": "https://a"}), "minio_prometheus_receivers[1] has the unknown key web_hook; did you mean webhook?"),
    "a mail to nobody": (receiver(email={"from": "a@example.com", "smarthost": "b:25"}), "minio_prometheus_receivers[1].email lacks to; addresses"),
    "the same name twice": ({"minio_prometheus_receivers": 2 * receiver(webhook={"url": "https://a"})["minio_prometheus_receivers"]},
                            "minio_prometheus_receivers: operators is there more than once"),
    "a route to nobody": ({**receiver(webhook={"url": "https://a"}), "minio_prometheus_routes": [{"receiver": "on-call"}]},
                          "minio_prometheus_routes: there is no receiver 'on-call'; name one of operators"),
    "a storage of no address": ({"minio_prometheus_remote_write": [{"name": "x"}]}, "minio_prometheus_remote_write[1] lacks url"),
    "a job of ours": ({"minio_prometheus_extra_scrape_configs": [{"job_name": "node"}]}, "minio_prometheus_extra_scrape_configs: the job node is there already"),
    "two on one port": ({"minio_prometheus_alertmanager_port": 9090}, "minio_prometheus_alertmanager_port and minio_prometheus_port are both 9090 on mon1"),
    # minio_grafana
    "an unknown dashboard": ({"minio_grafana_home_dashboard": "minio-everything"}, "minio_grafana_home_dashboard is 'minio-everything'; use one of minio-overview, "),
    "a certificate without its key": ({"minio_grafana_certificate": "/etc/c.crt"}, "minio_grafana_certificate is '/etc/c.crt' and minio_grafana_certificate_key is empty"),
    "Grafana on Prometheus' port": ({"minio_grafana_port": 9090}, "minio_grafana_port and minio_prometheus_port are both 9090 on mon1; give one of them another port"),
    "settings without a section": ({"minio_grafana_settings": {"enabled": True}}, "minio_grafana_settings.enabled is no section"),
    "a directory that is relative": ({"minio_grafana_dashboards_dir": "dashboards"}, "minio_grafana_dashboards_dir is 'dashboards'; give an absolute path"),
    # minio_report, minio_diagnose
    "a report of no time": ({"minio_report_hours": 0}, "minio_report_hours is 0; use 0.1 or more"),
    "a report in a directory": ({"minio_report_path": "/srv/reports/"}, "minio_report_path is '/srv/reports/'; name a file, not a directory"),
    "a report from nowhere": ({"minio_report_prometheus_url": "mon1:9090"}, "minio_report_prometheus_url is 'mon1:9090'; begin it with http:// or https://"),
    "half an hour of journals": ({"minio_diagnose_hours": 0.5}, "minio_diagnose_hours is 0.5; use a whole number (default: 24)"),
    "nothing is slow": ({"minio_diagnose_slow_seconds": 0}, "minio_diagnose_slow_seconds is 0; use 0.001 or more"),
    # minio_watchdog
    "a watchdog without patience": ({"minio_watchdog_timeout": 0}, "minio_watchdog_timeout is 0; use a number from 0.1 to 60 (default: 1.5)"),
    "a clock finer than dates": ({"minio_watchdog_clock_seconds": 2}, "minio_watchdog_clock_seconds is 2; use 5 or more, or 0 for any clock (default: 10)"),
    "a fence before the kill": ({"minio_watchdog_fence_after": 2}, "minio_watchdog_kill_after is 3 and minio_watchdog_fence_after is 2"),
    "a watched host of no group": ({"minio_watchdog_servers": ["minio9"]}, "minio_watchdog_servers names minio9"),
    # others
    "a mode of none": ({"minio_lb_tls_profile": "old"}, "minio_lb_tls_profile is 'old'; use one of intermediate, modern"),
    "certificates that are renewed at once": ({"minio_tls_renew_before_days": 365}, "minio_tls_renew_before_days is 365 and minio_tls_validity_days is 365"),
    "a text for truth": ({"minio_server_allow_down": "si"}, "minio_server_allow_down is 'si'; use true or false (default: false)"),
    "an address with a password": ({"minio_care_endpoint": f"ftp://me:{SECRET}@a"}, "minio_care_endpoint is 'ftp://...@a'; begin it with http"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_named_with_its_fix(name):
    values, message = BAD[name]
    problems, _warnings = judge(**values)
    assert any(problem.startswith(message) for problem in problems), problems


def test_the_defaults_of_every_role_are_sound():
    options = preflight_options.known()
    # Some are the reader's words, for example `The root user.`
    values = {name: option["default"] for name, option in options.items()
              if "default" in option and not re.search(r"\{\{|^[A-Z`].* ", str(option["default"]))}
    assert len(values) > 150 and judge(**values) == ([], [])


@pytest.mark.parametrize("values", [
    {"minio_prometheus_port": "9090", "minio_prometheus_pace": "0.5", "minio_prometheus_account_manage": "yes"},
    receiver(email={"to": "a@example.com", "from": "b@example.com", "smarthost": "c:25"}, slack={"url": "https://a", "channel": "#c", "title": "{{ .Status }}"}),
    {"minio_prometheus_retention_size": "", "minio_prometheus_external_url": "https://mon.example.com/prometheus"},
    {"minio_report_endpoint": "https://192.0.2.11:9000,https://192.0.2.12:9000"},
    {"minio_prometheus_addresses": {"minio1": "2001:db8::11", "minio2": "storage-2.example.com"}},
    {"minio_prometheus_capacity_warning_percent": 50, "minio_prometheus_capacity_critical_percent": "60"},
    {"minio_lb_status_port": 0, "minio_server_settle_seconds": 0, "minio_server_heal_timeout": 0, "minio_topology_pool": 0, "minio_watchdog_clock_seconds": 0},
    {"minio_grafana_install": False, "minio_grafana_port": 9090},
    {"some_other_variable": ..., "minio_of_somebody_else": 1, "minio_configure_manifest_team": {"buckets": []}},
], ids=str)
def test_a_good_value_passes(values):
    assert judge(**values) == ([], [])


def test_two_ports_only_meet_on_hosts_that_have_both():
    assert judge("lb1", minio_prometheus_nginx_port=9090) == ([], [])
    (problem,), _warnings = judge("lb1", minio_prometheus_nginx_port=9145)
    assert problem.startswith("minio_prometheus_nginx_port and minio_lb_status_port are both 9145 on lb1")


def test_the_same_problem_on_several_hosts_is_said_once():
    found = preflight_options.collect({"minio_prometheus_port": "x"})
    assert len(preflight_options.judge(dict.fromkeys(("minio1", "minio2", "mon1"), found), GROUPS)[0]) == 1


@pytest.mark.parametrize(("name", "hint"), [
    ("minio_prometheus_retention", "did you mean minio_prometheus_retention_time?"),
    ("minio_grafana_colour_of_everything", "check its spelling or remove it"),
])
def test_a_name_that_no_role_reads_is_a_warning(name, hint):
    assert judge(**{name: 1}) == ([], [f"no role reads {name}; {hint}"])


class Templates(dict):
    """Variables of a host, some of which refer to something that is not there."""

    def __getitem__(self, name):
        raise AnsibleUndefinedVariable(self.get(name))


@pytest.mark.parametrize(("error", "problems", "warnings"), [
    ("'vault_hook' is undefined", ["minio_report_path refers to vault_hook, which is not defined; define it, a secret in the vault, or remove the reference"], []),
    ("object of type 'dict' has no attribute 'default_ipv4'", [], ["minio_report_path refers to what is known only when the hosts are reached; its role judges it"]),
    ("'ansible_default_ipv4' is undefined", [], ["minio_report_path refers to what is known only when the hosts are reached; its role judges it"]),
])
def test_a_reference_to_nothing_is_named_and_one_to_facts_is_left_to_the_role(error, problems, warnings):
    found = preflight_options.collect(Templates(minio_report_path=error))
    assert preflight_options.judge({"mon1": found}, GROUPS) == (problems, warnings)


def test_no_secret_is_ever_in_a_message():
    secrets = [name for name, option in preflight_options.known().items() if option.get("no_log")]
    assert len(secrets) > 10
    problems, warnings = judge(**{name: [SECRET] for name in secrets}, **{
        "minio_prometheus_receivers": [{"name": "a", "webhook": {"url": "https://a", "token": [SECRET]}, "pagerduty": {"routing_key": {SECRET: 1}}}],
        "minio_prometheus_remote_write": {"password": SECRET}, "minio_prometheus_extra_scrape_configs": [SECRET],
    })
    assert len(problems) > 15 and SECRET not in str(problems + warnings)


def test_the_jobs_that_an_operator_cannot_take_are_those_of_the_configuration():
    ports = dict.fromkeys(("minio", "node", "nginx", "prometheus", "alertmanager"), 1)
    inputs = {"cluster": "c", "pace": 1, "interval": 15, "servers": ["a"], "balancers": ["a"], "monitors": ["a"], "addresses": {"a": "a"},
              "cluster_targets": ["a:1"], "ports": ports, "tls": False, "token_file": "t", "web_tls": False, "web_user": "u", "web_password_file": "p",
              "buckets": ["b"], "remote_write": [], "rule_files": [], "extra_scrape_configs": []}
    assert {job["job_name"] for job in prometheus.config(inputs)["scrape_configs"]} == set(prometheus.JOBS)
