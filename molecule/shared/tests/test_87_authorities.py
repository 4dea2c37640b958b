"""The change of the CA: refused in a wrong state, finished when it was interrupted, and noticed by no client."""
from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import LAB, NODES, ROOT, STATE, command, environment, play, ssh

sys.path.insert(0, str(ROOT / "tests/resilience"))
from load import Load  # noqa: E402

PKI = STATE / "pki"
SERVICES = [*((node, 9000) for node in NODES), ("lb1", 9000), ("mon1", 9090), ("mon1", 9093)]
# The arguments that docs/tls.md gives for the two runs.
DOCUMENTED = [line.split() for line in re.findall(r"^    ansible-playbook playbooks/rotate_ca\.yml -i inventories/prod(.*)$",
                                                  (ROOT / "docs/tls.md").read_text(), re.M)]
# Where no client is watched nothing is waited for between two nodes.
QUICK = ["-e", "minio_server_settle_seconds=0", "-e", "minio_server_heal_timeout=0", "-e", "minio_lb_drain_timeout=0"]


def certificates(text: str) -> list[str]:
    return re.findall(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", text, re.S)


def verified(path: Path) -> set[tuple[str, int]]:
    """The services whose certificate somebody accepts who trusts this file and nothing else."""
    context, found = ssl.create_default_context(cafile=str(path)), set()
    for host, port in SERVICES:
        address = LAB[host]["ansible_host"]
        try:
            with socket.create_connection((address, port), timeout=20) as link, context.wrap_socket(link, server_hostname=address):
                found.add((host, port))
        except ssl.SSLCertVerificationError:
            pass
    return found


def started(node: str) -> str:
    return ssh(node, "systemctl", "show", "minio", "-p", "InvocationID", "--value").stdout.strip()


def trusted(host: str) -> list[str]:
    return certificates(ssh(host, "cat", "/etc/minio/certs/CAs/ca.crt").stdout)


def clients(cluster, bundle: Path) -> Load:
    return Load(cluster.endpoint, cluster.access_key, cluster.secret_key, ca=str(bundle))


def noticed(load: Load) -> list[str]:
    """What clients noticed, beside an idle connection that the balancer closed when it was reloaded: of those one for each client and reload."""
    report = load.report()
    print(report, report.failures)
    closed = sum(failure.kind in ("SSLError", "ConnectionClosedError") for failure in report.failures)
    return report.problems(failed=min(closed, 2 * len(load.workers)))


def kept(tmp_path: Path, name: str) -> Path:
    """A copy of ca.crt as it is now: what a client outside was given."""
    return Path(shutil.copy(PKI / "ca.crt", tmp_path / name))


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Path:
    """What clients were given, from one test of this file to the next."""
    return tmp_path_factory.mktemp("given")


WRONG = {
    "only some hosts": (["--limit", "minio1,minio2,lb1,mon1"], "minio3 missing"),
    "certificates of the operator's own": (["-e", "minio_tls_source=files"], "must be private_ca"),
    "a phase that there is not": (["-e", "minio_tls_rotation_until=done"], "must be one of: trusted, issued, dropped"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_work_is_refused_before_anything_is_made(name):
    arguments, words = WRONG[name]
    run = play("rotate_ca", *arguments)
    assert run.status != 0 and words in run.text, run.text[-2000:]
    assert sorted(path.name for path in PKI.iterdir()) == ["ca.crt", "ca.key"]


@pytest.mark.parametrize("playbook", ["rotate_ca", "deploy"])
def test_a_key_that_belongs_to_no_trusted_certificate_signs_nothing(playbook):
    real = (PKI / "ca.key").read_bytes()
    try:
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", PKI / "ca.key"], check=True)
        run = play(playbook)
        assert run.status != 0 and "ca.key belongs to no certificate in ca.crt" in run.text
    finally:
        (PKI / "ca.key").write_bytes(real)


def test_everybody_trusts_both_and_clients_of_the_old_one_notice_nothing(cluster, given):
    old, before = kept(given, "old.crt"), {node: started(node) for node in NODES}
    (given / "old.key").write_bytes((PKI / "ca.key").read_bytes())
    with clients(cluster, old) as load:
        run = play("rotate_ca", *DOCUMENTED[0])
    assert run.status == 0, run.text[-3000:]
    assert noticed(load) == []
    both = certificates(kept(given, "both.crt").read_text())
    assert len(both) == 2 and all(trusted(host) == both for host in LAB)
    assert verified(old) == set(SERVICES) and all(started(node) != before[node] for node in NODES)
    (given / "new.crt").write_text(both[1])
    assert verified(given / "new.crt") == set()


def test_the_rest_is_noticed_by_no_client_of_both(cluster, given):
    before = {node: started(node) for node in NODES}
    with clients(cluster, given / "both.crt") as load:
        run = play("rotate_ca", *DOCUMENTED[1])
    assert run.status == 0, run.text[-3000:]
    assert noticed(load) == []
    new = certificates((given / "new.crt").read_text())
    assert certificates((PKI / "ca.crt").read_text()) == new and all(trusted(host) == new for host in LAB)
    assert verified(given / "new.crt") == set(SERVICES) and verified(given / "old.crt") == set()
    # Phase 3 alone restarts; each node has done so once.
    assert all(started(node) != before[node] for node in NODES)


def test_the_old_key_is_kept_and_nothing_is_left_to_do(given):
    (key,), (certificate,) = (PKI / "retired").glob("*.key"), (PKI / "retired").glob("*.crt")
    assert key.read_bytes() == (given / "old.key").read_bytes() and key.stat().st_mode & 0o777 == 0o600
    assert certificates(certificate.read_text()) == certificates((given / "old.crt").read_text())
    assert sorted(path.name for path in PKI.iterdir()) == ["ca.crt", "ca.key", "retired"]
    run = play("site")
    assert (run.status, run.changed()) == (0, []), run.text[-3000:]


def run_until(task: str) -> None:
    """Start the whole change and kill it, with all its children, a moment after this task begins."""
    process = subprocess.Popen(command("rotate_ca", "-e", "minio_tls_rotation_until=dropped", *QUICK), cwd=ROOT, env=environment(), text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if task in line:
            time.sleep(0.5)
            os.killpg(process.pid, signal.SIGKILL)
            break
    process.stdout.close()
    process.wait()
    assert task in lines[-1], f"never came to {task!r}: {''.join(lines)[-3000:]}"


def test_a_change_that_is_killed_again_and_again_ends_all_the_same(given):
    last, retired = kept(given, "last.crt"), len(list((PKI / "retired").glob("*.key")))
    for task in ("ca | Make the signing request of the CA", "publish | Install the CA certificate", "rotate_issue | Take the key of the new CA",
                 "private_ca | Install the certificate", "rotate_drop | Let ca.crt hold the new CA", "publish | Install the CA certificate"):
        run_until(task)
        # Somebody who trusts what ca.crt holds now or held before is served all the time.
        (given / "now.crt").write_text(last.read_text() + (PKI / "ca.crt").read_text())
        assert verified(given / "now.crt") == set(SERVICES), task
    run = play("rotate_ca", "-e", "minio_tls_rotation_until=dropped", *QUICK)
    assert run.status == 0, run.text[-3000:]
    (newest,) = certificates((PKI / "ca.crt").read_text())
    assert newest not in last.read_text() and all(trusted(host) == [newest] for host in LAB)
    assert verified(PKI / "ca.crt") == set(SERVICES) and verified(last) == set()
    assert len(list((PKI / "retired").glob("*.key"))) == retired + 1 and not list(PKI.glob("successor*"))
