"""What the tests of a scenario stand on: the lab's hosts over SSH, and S3 clients that go through the balancer."""
from __future__ import annotations

import hashlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import boto3
import minio
import pytest
import testinfra
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

ROOT = Path(__file__).resolve().parents[3]
SCENARIO = os.environ.get("MOLECULE_SCENARIO_NAME", "default")
STATE = Path(os.environ.get("MOLECULE_EPHEMERAL_DIRECTORY", Path.home() / f".ansible/tmp/molecule.{SCENARIO}"))
LAB = json.loads((ROOT / "build/lab" / f"molecule-{SCENARIO}" / "hosts.json").read_text())["all"]["hosts"]
PLAN = json.loads((ROOT / "molecule" / SCENARIO / "lab.json").read_text())
# How many times longer than on this machine's own architecture everything may take.
PATIENCE = PLAN.get("patience", 1)
NODES = ["minio1", "minio2", "minio3"]
DOMAIN = "s3.oracle1.test"
# What takes long has a scenario of its own.
OWN = {"operations": {"test_50_interrupted.py", "test_80_rolling.py", "test_85_care.py", "test_87_credentials.py"},
       "tls": {"test_72_alerts.py", "test_87_authorities.py"}}
# Emulated hosts are for what their architecture could break, not for what takes many runs; a machine of their own kind does all.
EMULATED = {"test_10_hosts.py", "test_20_s3.py", "test_40_faults.py"}
EVERY = {path.name for path in Path(__file__).parent.glob("test_*.py")}
collect_ignore = sorted(EVERY - OWN[SCENARIO] if SCENARIO in OWN else set().union(*OWN.values()))
if {"arm64": "aarch64", "amd64": "x86_64"}.get(PLAN.get("arch"), platform.machine()) != platform.machine():
    collect_ignore = sorted(EVERY - EMULATED)
# A lab without a monitoring host has no monitoring to test.
collect_ignore += [] if "mon1" in LAB else ["test_70_monitoring.py"]


class Cluster:
    """Addresses, credentials and clients of the scenario's cluster."""

    def __init__(self) -> None:
        self.address = LAB["lb1"]["ansible_host"]
        self.endpoint = f"https://{self.address}:9000"
        self.ca = str(STATE / "pki" / "ca.crt")
        self.access_key = "molecule-root"

    @property
    def secret_key(self) -> str:
        """Of the moment: a test changes it."""
        return (STATE / "root-password").read_text().strip()

    def boto3(self, endpoint: str = "", account: tuple[str, str] = ("", ""), **config):
        # retries off: what the balancer and the cluster do is what is tested, not the client's patience.
        settings = {"retries": {"max_attempts": 0}, "signature_version": "s3v4", "s3": {"addressing_style": "path"},
                    "read_timeout": 60 * PATIENCE, **config}
        return boto3.client("s3", endpoint_url=endpoint or self.endpoint, verify=self.ca, region_name="us-east-1",
                            aws_access_key_id=account[0] or self.access_key, aws_secret_access_key=account[1] or self.secret_key,
                            config=Config(**settings))

    def refusals(self, access_key: str, secret_key: str) -> set[str]:
        """What every host says to a request for the list of buckets: a code of S3, empty for an answer."""
        said = set()
        for spec in LAB.values():
            try:
                self.boto3(f"https://{spec['ansible_host']}:9000", (access_key, secret_key)).list_buckets()
                said.add("")
            except ClientError as error:
                said.add(error.response["Error"]["Code"])
        return said

    def minio(self) -> minio.Minio:
        pool = urllib3.PoolManager(ca_certs=self.ca, cert_reqs="CERT_REQUIRED", retries=False)
        return minio.Minio(f"{self.address}:9000", self.access_key, self.secret_key, secure=True, http_client=pool)

    def mc(self, *argv: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        """Run mc on the first node, where minio_client has put it with its alias `oracle1`."""
        done = ssh("minio1", "mc", "--json", *argv)
        assert not ok or done.returncode == 0, done.stdout + done.stderr
        return done


def ssh(host: str, *argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command on a host of the lab; its output is returned, whatever its status."""
    spec = LAB[host]
    return subprocess.run(["ssh", "-i", spec["ansible_ssh_private_key_file"], *spec["ansible_ssh_common_args"].split(),
                           f"root@{spec['ansible_host']}", "--", *(f"'{word}'" for word in argv)],
                          text=True, capture_output=True, input=stdin, check=False, timeout=120 * PATIENCE)


def settled(node: str, seconds: float = 17) -> bool:
    """Whether the node's server has been ready for so long that it has looked for all of its peers' drives."""
    shown = ssh(node, "systemctl", "show", "minio", "-p", "ActiveState", "-p", "ActiveEnterTimestampMonotonic", "--value").stdout.split()
    uptime = float(ssh(node, "cat", "/proc/uptime").stdout.split()[0])
    return "active" in shown and uptime - int(next(word for word in shown if word.isdigit())) / 1e6 >= seconds


def wait_until(what: str, condition: Callable[[], bool], seconds: float = 90 * PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(1)


@dataclass
class Run:
    """One run of ansible-playbook: its status, its text and its results by host and task name."""

    status: int
    text: str
    tasks: list[dict]

    def changed(self) -> list[str]:
        """Names of the tasks that changed something, on whatever host."""
        return [task["task"]["name"] for task in self.tasks
                if any(result.get("changed") for result in task["hosts"].values())]

    def result(self, name: str) -> dict:
        """The first host's result of the task with this name."""
        return next(iter(next(task["hosts"] for task in self.tasks if task["task"]["name"].endswith(name)).values()))


def command(playbook: str, *arguments: str) -> list[str]:
    """The command line of a playbook on the scenario's hosts."""
    return [str(Path(sys.executable).with_name("ansible-playbook")), str(ROOT / "playbooks" / f"{playbook}.yml"),
            "-i", str(ROOT / "molecule/inventory"), "-i", str(ROOT / "build/lab" / f"molecule-{SCENARIO}" / "hosts.json"),
            "-e", f"@{ROOT / 'molecule' / SCENARIO / 'vars.yml'}", *arguments]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return {**kept, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "MOLECULE_EPHEMERAL_DIRECTORY": str(STATE), **more}


def play(playbook: str, *arguments: str) -> Run:
    """Run a playbook of the collection on the scenario's hosts."""
    done = subprocess.run(command(playbook, *arguments), cwd=ROOT, text=True, capture_output=True, check=False, timeout=900 * PATIENCE,
                          env=environment(ANSIBLE_STDOUT_CALLBACK="ansible.posix.json"))
    document = json.loads(done.stdout[done.stdout.index("{"):]) if "{" in done.stdout else {"plays": []}
    tasks = [task for play in document["plays"] for task in play["tasks"]]
    # What went wrong stands at the end, where a failed assertion shows it.
    wrong = [f"FAILED {host} | {task['task']['name']} | {result.get('msg', result)}"
             for task in tasks for host, result in task["hosts"].items() if result.get("failed") or result.get("unreachable")]
    return Run(done.returncode, "\n".join([done.stdout + done.stderr, *wrong]), tasks)


def interrupt(playbook: str, due: Callable[[list[str]], bool], *arguments: str) -> None:
    """Run a playbook and kill it, with all its children, at the first task for which `due` holds; it gets the titles so far."""
    process = subprocess.Popen(command(playbook, *arguments), cwd=ROOT, env=environment(), text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
    titles: list[str] = []
    for line in process.stdout:
        if line.startswith(("TASK [", "RUNNING HANDLER [")):
            titles.append(line.partition("[")[2].rpartition("]")[0])
            if due(titles):
                time.sleep(0.4)
                os.killpg(process.pid, signal.SIGKILL)
                break
    process.stdout.close()
    process.wait()


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture(scope="session")
def s3(cluster):
    return cluster.boto3()


@pytest.fixture
def bucket(cluster, request):
    """A bucket for one test, removed with all that is in it."""
    name = "t-" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:24]
    cluster.minio().make_bucket(name)
    yield name
    client = cluster.minio()
    for item in client.list_objects(name, recursive=True, include_version=True):
        client.remove_object(name, item.object_name, version_id=item.version_id)
    client.remove_bucket(name)


@pytest.fixture(scope="session")
def hosts():
    """testinfra hosts by name."""
    return {name: testinfra.get_host(f"ssh://root@{spec['ansible_host']}", ssh_identity_file=spec["ansible_ssh_private_key_file"],
                                     ssh_extra_args=spec["ansible_ssh_common_args"]) for name, spec in LAB.items()}


@pytest.fixture
def names_resolve_to_the_balancer(cluster, monkeypatch):
    """Let every name under DOMAIN resolve to the balancer, as a wildcard DNS record would."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: real(
        cluster.address if str(host).endswith(DOMAIN) else host, *rest, **more))
