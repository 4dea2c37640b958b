"""playbooks/diagnose.yml on the live cluster, with a node that is away."""
from __future__ import annotations

import tarfile

import pytest
from conftest import LAB, STATE, play, settled, ssh

ARCHIVE = STATE / "diagnosis.tar.gz"


@pytest.fixture(scope="module")
def diagnosed(cluster):
    """The run and the archive's texts, after requests through a balancer that must try another node."""
    ssh("minio3", "systemctl", "stop", "minio")
    for number in range(12):
        cluster.boto3().list_buckets()
    # nginx writes its log every two seconds.
    ssh("lb1", "sleep", "3")
    try:
        done = play("diagnose", "-e", f"minio_diagnose_path={ARCHIVE}")
    finally:
        ssh("minio3", "systemctl", "start", "minio")
    for _attempt in range(60):
        if settled("minio3"):
            break
        ssh("lb1", "sleep", "1")
    assert done.status == 0, done.text
    with tarfile.open(ARCHIVE) as file:
        return done, {name.removeprefix("minio-diagnosis/"): file.extractfile(name).read().decode() for name in file.getnames()}


def test_it_changes_nothing_on_any_host(diagnosed):
    assert {name.rpartition(" : ")[2] for name in diagnosed[0].changed()} <= {"Make the archive", "Make the archive's directory"}


def test_the_summary_says_what_is_wrong(diagnosed):
    summary = diagnosed[1]["summary.txt"]
    assert "cluster: 2 of 3 servers" in summary and "minio3: minio.service is inactive" in summary
    assert f"node {LAB['minio3']['ansible_host']}:9000 failed" in summary


def test_every_host_is_in_the_archive_and_no_secret_is(diagnosed, cluster):
    texts = diagnosed[1]
    for host in ("minio1", "minio2", "minio3"):
        assert {f"{host}/minio.service.log", f"{host}/minio", f"{host}/versions.txt", f"{host}/summary.json"} <= set(texts)
        assert "MINIO_ROOT_PASSWORD=<hidden>" in texts[f"{host}/minio"] and "MINIO_VOLUMES=" in texts[f"{host}/minio"]
    assert "proxy_pass" in texts["lb1/nginx.conf"]
    assert not [name for name, text in texts.items() if cluster.secret_key in text]
    assert ARCHIVE.stat().st_mode & 0o77 == 0
