# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sound cluster of three nodes and a balancer, for tests that break one thing of it."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.oracle1.minio.plugins.plugin_utils import preflight_hosts, preflight_variables

NODES = ["minio1", "minio2", "minio3"]
GROUPS = {"minio_server": NODES, "minio_lb": ["lb1"]}
PASSWORD = "q7Rz-mV2x_Kt9wLpE4uHs8Yd"
DEPLOYMENT = "0e0a1b3c-5f57-4d0b-9a76-0d3d3b0a1b2c"


def spec(number: int = 1, **values: t.Any) -> dict[str, t.Any]:
    return {"path": f"/mnt/minio/drive{number}", "label": f"MINIO{number}", **values}


def variables(drives: int = 1) -> tuple[list[dict[str, t.Any]], list[dict[str, t.Any]]]:
    """Inputs and secrets of all hosts."""
    shared = {
        "cluster_name": "oracle1",
        "pools": [{"hosts": NODES, "drives": [f"/mnt/minio/drive{number + 1}" for number in range(drives)]}],
        "parity": None,
        "api_port": 9000,
        "console_port": 9001,
        "manage_hosts_file": False,
        "tls_source": "private_ca",
        "release": "RELEASE.2026-02-12T20-18-48Z",
        "lb_port": 9000,
        "lb_console_port": 9001,
    }
    inputs = [
        {**copy.deepcopy(shared), "host": host, "drives": [spec(number + 1) for number in range(drives)] if host in NODES else []}
        for host in [*NODES, "lb1"]
    ]
    secrets = [{"host": entry["host"], "user": "oracle1-root", "password": PASSWORD, "settings": {}} for entry in inputs]
    return inputs, secrets


def judge_variables(change: t.Callable[[t.Any], None] = lambda all_: None, drives: int = 1, **options: t.Any) -> dict[str, t.Any]:
    """`change` gets the variables as an object with hosts, secrets and groups."""
    cluster = Cluster(drives)
    change(cluster)
    return preflight_variables.judge(list(cluster.hosts.values()), list(cluster.secrets.values()), cluster.groups, **options)


class Cluster:
    """Everything that is judged, by host."""

    def __init__(self, drives: int = 1, used: bool = False) -> None:
        inputs, secrets = variables(drives)
        self.groups = copy.deepcopy(GROUPS)
        self.hosts = {entry["host"]: entry for entry in inputs}
        self.secrets = {entry["host"]: entry for entry in secrets}
        self.facts = {host: facts(host, len(entry["drives"])) for host, entry in self.hosts.items()}
        self.options: dict[str, t.Any] = {}
        if used:
            self.write_formats()

    def set(self, **values: t.Any) -> None:
        for host in NODES:
            self.hosts[host].update(copy.deepcopy(values))

    def set_secret(self, **values: t.Any) -> None:
        for host in self.secrets:
            self.secrets[host].update(copy.deepcopy(values))

    def plan(self) -> dict[str, t.Any]:
        return preflight_variables.judge(list(self.hosts.values()), list(self.secrets.values()), self.groups)["plan"]

    def drive(self, host: str, number: int = 1) -> dict[str, t.Any]:
        return self.facts[host]["drives"][number - 1]

    def write_formats(self) -> None:
        """What the server leaves on the drives of the plan."""
        for pool in self.plan()["pools"]:
            sets = [[f"{place['host']}-{place['drive'][-1]}" for place in layout] for layout in pool["layout"]]
            for i, layout in enumerate(pool["layout"]):
                for j, place in enumerate(layout):
                    self.drive(place["host"], int(place["drive"][-1]))["format_json"] = {
                        "deployment_id": DEPLOYMENT, "backend": "xl", "this": sets[i][j], "sets": copy.deepcopy(sets),
                    }


def judge_hosts(change: t.Callable[[Cluster], None] = lambda cluster: None, drives: int = 1, used: bool = False) -> dict[str, t.Any]:
    cluster = Cluster(drives, used)
    plan = cluster.plan()
    change(cluster)
    return preflight_hosts.judge(
        [{"facts": cluster.facts[host]} for host in cluster.hosts], list(cluster.hosts.values()), cluster.groups, plan,
        cluster.options,
    )


def facts(host: str, drives: int) -> dict[str, t.Any]:
    """What oracle1.minio.host_facts returns for a good host: bare, its drives made and mounted."""
    number = [*NODES, "lb1"].index(host) + 11
    return {
        "hostname": host,
        "cores": 4,
        "memory": 8 * 1024**3,
        "machine": "x86_64",
        "architecture": "amd64",
        "distribution": {"id": "debian", "version": "12", "name": "Debian GNU/Linux 12 (bookworm)"},
        "addresses": [f"192.0.2.{number}", f"fe80::{number}"],
        "drives": [mounted(count + 1) for count in range(drives)],
        "ports": [],
        "pools": [],
        "peers": [
            {"name": name, "addresses": [f"192.0.2.{at + 11}"], "error": None} for at, name in enumerate(NODES)
        ] if host in NODES else [],
        "time": {"start": 1000.5, "end": 1000.6, "synchronized": True, "controller": {"sent": 1000.0, "received": 1000.7}},
    }


def mounted(number: int) -> dict[str, t.Any]:
    path, device = f"/mnt/minio/drive{number}", f"8:{16 * number}"
    return {
        "path": path, "exists": True, "symlink": False, "mounted": True,
        "mount": {"point": path, "source": f"/dev/sd{'bcdefghi'[number - 1]}", "fstype": "xfs", "options": ["rw", "noatime"],
                  "number": device, "subtree": "/"},
        "held_by": path, "number": device, "disk": f"sd{'bcdefghi'[number - 1]}", "on_root": False, "submounts": [],
        "size": 1_000_000_000_000, "free": 990_000_000_000,
        "device": {"named_by": "label", "path": f"/dev/sd{'bcdefghi'[number - 1]}", "exists": True, "block": True, "number": device,
                   "disk": f"sd{'bcdefghi'[number - 1]}", "size": 1_000_204_886_016, "mounted_at": [path], "busy": True,
                   "signature": "xfs", "fstype": "xfs", "uuid": "", "label": f"MINIO{number}", "partition_table": ""},
        "content": [], "format_json": None, "format_error": "",
    }


def unmount(drive: dict[str, t.Any], **device: t.Any) -> None:
    """The drive before the role has touched it; `device` changes what is known of its device."""
    drive.update(mounted=False, mount=None, exists=False, on_root=True, held_by="/", number="8:1", disk="sda", size=0, free=0)
    drive["device"].update({"mounted_at": [], "busy": False, **device})
