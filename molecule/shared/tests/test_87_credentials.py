"""New root credentials, certificates and service accounts in one run of rotate_credentials.yml, and what an interruption leaves."""
from __future__ import annotations

import secrets
import ssl

from conftest import LAB, NODES, STATE, interrupt, play, ssh

PASSWORD = STATE / "root-password"
ROTATE = ["-e", '{"minio_care_accounts": [{"access_key": "device-1", "successor": "device-2"}]}',
          "-e", "minio_tls_validity_days=400", "-e", "minio_tls_renew_before_days=390"]


def password_of(node: str) -> str:
    """What the live process was started with."""
    found = ssh(node, "sh", "-c", "tr \\\\0 \\\\n < /proc/$(systemctl show minio -p MainPID --value)/environ | sed -n s/^MINIO_ROOT_PASSWORD=//p")
    return found.stdout.strip()


def certificates() -> list[str]:
    return [ssl.get_server_certificate((spec["ansible_host"], 9000)) for spec in LAB.values()]


def test_new_credentials_come_into_force_and_an_interrupted_run_is_finished_by_the_next(cluster, bucket):
    cluster.boto3().put_object(Bucket=bucket, Key="before", Body=b"written before")
    cluster.mc("admin", "user", "svcacct", "add", "oracle1", "edge", "--access-key", "device-1", "--secret-key", "device-secret")
    edge = (STATE / "secrets/user-edge").read_text().strip()
    old, shown = cluster.secret_key, certificates()
    new = secrets.token_hex(20)
    PASSWORD.write_text(new + "\n")

    # Every node has the new settings on disk, and every process the old ones.
    interrupt("rotate_credentials", lambda titles: titles[-1].endswith("service | Compare what runs with what is wanted"), *ROTATE)
    assert [password_of(node) for node in NODES] == [old] * 3
    assert cluster.refusals(cluster.access_key, old) == {""}
    # A node that restarts by itself now has the new ones alone, and waits.
    ssh("minio2", "systemctl", "restart", "--no-block", "minio")

    run = play("rotate_credentials", *ROTATE)
    assert run.status == 0, run.text[-3000:]
    assert old not in run.text and new not in run.text
    assert [password_of(node) for node in NODES] == [new] * 3
    assert cluster.refusals(cluster.access_key, new) == {""}
    assert cluster.refusals(cluster.access_key, old) == {"SignatureDoesNotMatch"}
    assert not set(certificates()) & set(shown)

    # What others were given stays good: users, a service account beside its successor, the data.
    successor = ("device-2", (STATE / "secrets/service_account-device-2").read_text().strip())
    for account in (("edge", edge), ("device-1", "device-secret"), successor):
        assert cluster.refusals(*account) == {""}
    assert cluster.boto3().get_object(Bucket=bucket, Key="before")["Body"].read() == b"written before"
    assert cluster.mc("ls", "oracle1").returncode == 0
    assert play("backup").status == 0

    run = play("rotate_credentials", ROTATE[0], ROTATE[1], "-e", "minio_care_accounts_retire=true")
    assert run.status == 0, run.text[-3000:]
    assert cluster.refusals("device-1", "device-secret") == {"InvalidAccessKeyId"} and cluster.refusals(*successor) == {""}
