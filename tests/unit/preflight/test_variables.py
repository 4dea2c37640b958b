# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad variables and the message that each must give, before any host is touched."""

from __future__ import annotations

import pytest

from ansible_collections.oracle1.minio.plugins.plugin_utils import preflight_credentials, preflight_settings

from .cluster import NODES, PASSWORD, judge_variables, spec


def everywhere(**values):
    return lambda cluster: cluster.set(**values)


def on(host, **values):
    return lambda cluster: cluster.hosts[host].update(values)


def secret(**values):
    return lambda cluster: cluster.set_secret(**values)


def secret_on(host, **values):
    return lambda cluster: cluster.secrets[host].update(values)


def settings(**values):
    return secret(settings=values)


def pools(*members):
    return everywhere(pools=[{"hosts": hosts, "drives": ["/mnt/minio/drive1"]} for hosts in members])


BAD = {
    # inventory and pools
    "no nodes": (lambda c: c.groups.update(minio_server=[]), "the group minio_server is empty; name the nodes in the inventory"),
    "pools empty": (everywhere(pools=[]), "minio_server_pools is empty: name at least one pool"),
    "pools of text": (everywhere(pools="minio1"), "minio_server_pools is empty: name at least one pool"),
    "host of no group": (pools([*NODES, "minio9"]), "minio_server_pools names minio9, which is not in the group minio_server"),
    "node of no pool": (lambda c: (c.groups["minio_server"].append("minio4")), "minio4 is in the group minio_server but in no pool"),
    "host in two pools": (pools(NODES, ["minio3", "minio4", "minio5"]), "host minio3 is in pool 1 and in pool 2; a host belongs to one pool"),
    "host twice": (pools(["minio1", "minio2", "minio2"]), "host minio2 is listed 2 times; list it once"),
    "host with port": (pools(["minio1:9000", "minio2", "minio3"]), "'minio1:9000' is no host name or address"),
    "misspelt key of a pool": (everywhere(pools=[{"hosts": NODES, "drivs": ["/d"]}]), "unknown key drivs; use hosts, drives and parity"),
    "pools differ": (on("minio2", pools=[{"hosts": NODES[:2], "drives": ["/mnt/minio/drive1"]}]), "minio_server_pools differs between the nodes"),
    # topology
    "two nodes": (pools(NODES[:2]), "does not survive the loss of one node"),
    "parity zero": (everywhere(parity=0), "set minio_server_parity: 1 (66.7% usable), or accept the risk with minio_preflight_allow_node_loss_unsafe: true"),
    "parity too high": (everywhere(parity=2), "parity 2 is more than half of a set of 3 drives; set minio_server_parity: 1 or less"),
    "parity of text": (everywhere(parity="high"), "parity 'high' of minio_server_parity is no number of drives; write for example minio_server_parity: 1"),
    "parity differs": (on("minio3", parity=0), "minio_server_parity differs between the nodes: null on minio1, minio2; 0 on minio3; move it to group_vars/all"),
    "set drive count": (settings(MINIO_ERASURE_SET_DRIVE_COUNT=4), "MINIO_ERASURE_SET_DRIVE_COUNT is 4, 3 drives allow 3"),
    # names, TLS, ports
    "cluster name": (everywhere(cluster_name="my cluster"), "minio_server_cluster_name is 'my cluster'; use letters, digits and '-'"),
    "TLS source": (everywhere(tls_source="letsencrypt"), "minio_tls_source is 'letsencrypt'; use one of private_ca, files, none"),
    "TLS source differs": (on("minio1", tls_source="none"), "minio_tls_source differs between the nodes"),
    "port of text": (everywhere(api_port="s3"), "minio_server_api_port is 's3'; use a number from 1 to 65535"),
    "port too high": (everywhere(console_port=90001), "minio_server_console_port is 90001; use a number from 1 to 65535"),
    "port privileged": (everywhere(api_port=443), "minio_server_api_port is 443; the server runs without privileges, use 1024 or more"),
    "ports equal": (everywhere(console_port=9000), "minio_server_console_port and minio_server_api_port are both 9000 on minio1"),
    "port differs": (on("minio2", api_port=9100), "minio_server_api_port differs between the nodes: 9000 on minio1, minio3; 9100 on minio2"),
    "balancer port": (on("lb1", lb_port=0), "minio_lb_port is 0; use a number from 1 to 65535"),
    "balancer ports equal": (on("lb1", lb_port=9001), "minio_lb_console_port and minio_lb_port are both 9001 on lb1"),
    "balancer on a node": (lambda c: c.groups.update(minio_lb=["minio1"]), "minio_lb_port and minio_server_api_port are both 9000 on minio1; give one of them another port"),
    "release differs": (on("minio1", release="RELEASE.2025-09-07T16-13-09Z"), "minio_release differs between the nodes"),
    # drives
    "no drives": (everywhere(drives=[]), "minio1: minio_server_drives is not set; list the drives with path and device, uuid or label"),
    "drives unset": (everywhere(drives=None), "minio_server_drives is not set"),
    "drives of text": (everywhere(drives="/mnt/minio/drive1"), "minio_server_drives is no list; begin each drive with a dash"),
    "drive of text": (everywhere(drives=["/mnt/minio/drive1"]), "minio_server_drives[1] is '/mnt/minio/drive1', no dictionary; write path: /mnt/minio/drive1"),
    "misspelt key of a drive": (everywhere(drives=[spec(fromat=True)]), "minio_server_drives[1] has the unknown key fromat; use path, device, uuid, label and format"),
    "drive without path": (everywhere(drives=[{"label": "MINIO1"}]), "minio_server_drives[1] has the path None; give the absolute path of the mount point"),
    "path relative": (everywhere(drives=[spec(path="mnt/minio")]), "minio_server_drives[1] has the path 'mnt/minio'"),
    "path is root": (everywhere(drives=[spec(path="/")]), "minio_server_drives[1] has the path '/'"),
    "label of a number": (everywhere(drives=[spec(label=1)]), "minio_server_drives[1] has the label 1; write a text in quotes"),
    "device by name": (everywhere(drives=[spec(device="sdb")]), "minio_server_drives[1] has the device 'sdb'; give its path below /dev"),
    "format of text": (everywhere(drives=[spec(format="yes", device="/dev/sdb")]), "minio_server_drives[1] has format 'yes'; use true or false"),
    "format without device": (everywhere(drives=[spec(format=True)]), "minio_server_drives[1] has format: true but no device"),
    "path twice": (everywhere(drives=[spec(), spec(label="MINIO2")]), "minio_server_drives names path /mnt/minio/drive1 more than once"),
    "device twice": (everywhere(drives=[spec(1, device="/dev/sdb"), spec(2, device="/dev/sdb")]), "minio1: minio_server_drives names device /dev/sdb more than once"),
    "label twice": (everywhere(drives=[spec(1), spec(2, label="MINIO1")]), "minio_server_drives names label MINIO1 more than once"),
    "uuid twice": (everywhere(drives=[spec(1, uuid="a-b"), spec(2, uuid="a-b")]), "minio_server_drives names uuid a-b more than once"),
    "drive missing on a node": (on("minio2", drives=[spec(2)]), "minio2: minio_server_drives lacks /mnt/minio/drive1, which its pool has"),
    "drive surplus on a node": (on("minio2", drives=[spec(1), spec(2)]), "minio2: minio_server_drives has /mnt/minio/drive2, which its pool has not"),
    # settings
    "settings of text": (secret(settings="MINIO_DOMAIN=x"), "minio_server_settings is no dictionary; write MINIO_NAME: value"),
    "cache": (settings(MINIO_CACHE_DRIVES="/cache"), "MINIO_CACHE_DRIVES does not exist any more: the disk cache was removed from the server"),
    "distributed mode": (settings(MINIO_DISTRIBUTED_MODE_ENABLED="yes"), "MINIO_DISTRIBUTED_MODE_ENABLED does not exist any more"),
    "TLS enabled": (settings(MINIO_TLS_ENABLED="true"), "MINIO_TLS_ENABLED does not exist any more: the server never read it; TLS is on when the certificates are there"),
    "API secure": (settings(MINIO_API_SECURE="true"), "MINIO_API_SECURE does not exist any more"),
    "region": (settings(MINIO_REGION="eu"), "MINIO_REGION does not exist any more: use MINIO_SITE_REGION"),
    "volumes as setting": (settings(MINIO_VOLUMES="/data"), "MINIO_VOLUMES is set by minio_server_pools; remove it there and use that"),
    "storage class as setting": (settings(MINIO_STORAGE_CLASS_STANDARD="EC:1"), "MINIO_STORAGE_CLASS_STANDARD is set by minio_server_parity"),
    "root user as setting": (settings(MINIO_ROOT_USER="x"), "MINIO_ROOT_USER is set by minio_server_root_user"),
    "foreign name": (settings(AWS_REGION="eu"), "AWS_REGION is no variable of the server; its names begin with MINIO_"),
    "list as setting": (settings(MINIO_DOMAIN=["a", "b"]), "MINIO_DOMAIN has no single value; write one text, a list with commas"),
    "two lines": (settings(MINIO_DOMAIN="a\nb"), "MINIO_DOMAIN spans lines, which an environment file does not keep"),
    "two key services": (settings(MINIO_KMS_SECRET_KEY="k:v", MINIO_KMS_KES_ENDPOINT="https://kes"), "there are settings for a static key and KES; the server takes exactly one key service"),
    "reduced redundancy above standard": (settings(MINIO_STORAGE_CLASS_RRS="EC:2"), "MINIO_STORAGE_CLASS_RRS is EC:2, more than the standard parity EC:1; use EC:1 or less"),
    "setting differs": (secret_on("minio2", settings={"MINIO_DOMAIN": "b"}), "minio_server_settings: MINIO_DOMAIN differs between the nodes (minio1, minio3 | minio2)"),
    # credentials
    "no user": (secret(user=""), "minio_server_root_user is not set; set it in the vault"),
    "user placeholder": (secret(user="CHANGE_ME_root_user"), "minio_server_root_user is the placeholder 'CHANGE_ME_root_user'"),
    "user minioadmin": (secret(user="minioadmin"), "minio_server_root_user is the default name 'minioadmin'"),
    "user admin": (secret(user="Admin"), "minio_server_root_user is the default name 'Admin'"),
    "user short": (secret(user="ab"), "the server wants at least 3 characters"),
    "user with =": (secret(user="a=bcd"), "use no blank, no '=' and no ','"),
    "user of a number": (secret(user=12345), "minio_server_root_user is no text; put it in quotes"),
    "no password": (secret(password=""), "minio_server_root_password is not set; generate one"),
    "password of a number": (secret(password=1234567890123456), "minio_server_root_password is no text"),
    "password minioadmin": (secret(password="minioadmin"), "minio_server_root_password is a well-known default; generate one"),
    "password of the seed": (secret(password="admin123456"), "minio_server_root_password is a well-known default"),
    "password placeholder": (secret(password="CHANGE_ME_root_password"), "minio_server_root_password is a placeholder"),
    "password short": (secret(password="kX9#qL2v"), "minio_server_root_password has 8 characters, fewer than 16"),
    "password is user": (secret(user="oracle1-root-user-x", password="oracle1-root-user-x"), "minio_server_root_password is the same as minio_server_root_user"),
    "password holds user": (secret(password="oracle1-root-k3X9vB"), "minio_server_root_password contains minio_server_root_user"),
    "password repeats": (secret(password="abababababababababab"), "minio_server_root_password is easy to guess"),
    "password counts": (secret(password="1234567890123456789"), "minio_server_root_password is easy to guess"),
    "password with a newline": (secret(password=PASSWORD + "\n"), "minio_server_root_password has blanks at an end or control characters"),
    "password differs": (secret_on("minio3", password=PASSWORD + "x"), "minio_server_root_password differs between the nodes (minio1, minio2 | minio3)"),
}


def test_a_sound_cluster_has_no_problems():
    got = judge_variables()
    assert (got["problems"], got["warnings"]) == ([], [])
    assert got["plan"]["volumes"] == ["https://minio{1...3}:9000/mnt/minio/drive1"]


@pytest.mark.parametrize("name", BAD)
def test_bad_variables_are_named_with_their_fix(name):
    change, message = BAD[name]
    problems = judge_variables(change)["problems"]
    assert any(message in problem for problem in problems), problems


def test_all_problems_come_at_once():
    def change(cluster):
        cluster.set(api_port=0, parity=7, tls_source="x")
        cluster.set_secret(user="admin", password="admin", settings={"MINIO_CACHE_QUOTA": 80})
        cluster.hosts["minio2"]["drives"] = []

    problems = "\n".join(judge_variables(change)["problems"])
    for word in ("minio_server_api_port", "parity 7", "minio_tls_source", "root_user", "root_password", "MINIO_CACHE_QUOTA", "minio2"):
        assert word in problems


def test_no_secret_is_ever_in_a_message():
    def change(cluster):
        cluster.set_secret(password="kX9#qL2v", settings={"MINIO_IDENTITY_OPENID_CLIENT_SECRET": "s3cr3t-a\n", "MINIO_CACHE_X": "s3cr3t-b"})
        cluster.secrets["minio2"].update(password="zY8#qL2v", settings={"MINIO_IDENTITY_OPENID_CLIENT_SECRET": "s3cr3t-c"})

    got = judge_variables(change)
    text = str(got)
    assert got["problems"]
    assert not any(value in text for value in ("kX9#qL2v", "zY8#qL2v", "s3cr3t"))


def test_an_unsafe_topology_can_be_accepted():
    got = judge_variables(lambda cluster: cluster.set(parity=0), allow_node_loss=True)
    assert got["problems"] == []
    assert "accepted by minio_preflight_allow_node_loss_unsafe" in got["warnings"][0]


def test_without_tls_the_endpoints_are_http():
    got = judge_variables(lambda cluster: cluster.set(tls_source="none"))
    assert got["plan"]["volumes"] == ["http://minio{1...3}:9000/mnt/minio/drive1"]


def test_a_run_limited_to_some_nodes_says_whom_it_did_not_judge():
    got = judge_variables(lambda cluster: cluster.hosts.pop("minio3"))
    assert got["problems"] == []
    assert got["warnings"] == ["judged without minio3, which this run leaves out"]


@pytest.mark.parametrize("name, hint", [
    ("MINIO_SCANER_SPEED", "did you mean MINIO_SCANNER_SPEED?"),
    ("MINIO_COMPLETELY_NEW", "check its spelling"),
])
def test_an_unknown_setting_is_a_warning(name, hint):
    problems, warnings = preflight_settings.judge({name: "x"})
    assert problems == []
    assert warnings == [f"minio_server_settings: the server does not know {name} and ignores it; {hint}"]


@pytest.mark.parametrize("name", [
    "MINIO_DOMAIN", "MINIO_SITE_REGION", "MINIO_AUDIT_WEBHOOK_ENDPOINT_splunk", "MINIO_IDENTITY_OPENID_CONFIG_URL",
    "MINIO_API_REQUESTS_MAX", "MINIO_KMS_SECRET_KEY", "MINIO_PROMETHEUS_AUTH_TYPE", "_MINIO_DRIVE_ACTIVE_MONITORING",
])
def test_settings_that_the_server_reads_pass(name):
    assert preflight_settings.judge({name: "x"}) == ([], [])


@pytest.mark.parametrize("password", [PASSWORD, "correct horse battery staple", "b1946ac92492d2347c6235b4d2611184", "MHgk3+eD2fVPzoQ1n7Jx/s9LrUeTbKwA"])
def test_good_passwords_pass(password):
    assert preflight_credentials.judge("oracle1-root", password) == []
