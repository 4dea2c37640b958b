"""The README's connection examples, run as they stand there against this cluster."""
from __future__ import annotations

import re
import subprocess
import sys

import pytest

from conftest import ROOT, STATE, ssh

README = (ROOT / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README, re.S)
CURL = re.findall(r"^curl .*$", README, re.M)


def of_this_cluster(cluster, text: str) -> str:
    """The example's address, authority and secret replaced by the cluster's; nothing else."""
    secret = (STATE / "secrets" / "user-ocr").read_text().strip()
    return (text.replace("s3.example.com", cluster.address).replace("oracle1-ca.crt", cluster.ca)
            .replace("the secret of that account", secret))


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_python_example(cluster, number):
    done = subprocess.run([sys.executable, "-c", of_this_cluster(cluster, PYTHON[number])], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("b'{")


@pytest.mark.parametrize("number", range(len(CURL)))
def test_curl_example(cluster, number):
    done = subprocess.run([*of_this_cluster(cluster, CURL[number]).split(), "--fail", "-sS"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_mc_examples():
    for line in re.findall(r"^mc (?:ls|admin) .*$", README, re.M):
        done = ssh("minio1", *line.split())
        assert done.returncode == 0, (line, done.stderr)
