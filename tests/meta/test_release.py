"""The tarball holds the collection and nothing else, and runs where no checkout is in reach."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath

import pytest
import repository

TOOLS = Path(sys.prefix) / "bin"

RELEASED = {
    "CHANGELOG.md", "FILES.json", "LICENSE", "MANIFEST.json", "README.md", "changelogs", "meta", "playbooks", "plugins",
    "requirements.txt", "requirements.yml", "roles",
}

PLAYBOOKS = [f"{repository.COLLECTION}.{PurePosixPath(path).stem}" for path in repository.under("playbooks/", suffix=".yml")
             if path.count("/") == 1]


def run(cwd: Path, tool: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of Ansible's as somebody would who has no configuration at all."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHONPATH"))}
    env |= {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_HOME": str(cwd / ".ansible"), **variables}
    return subprocess.run([str(TOOLS / tool), *arguments], cwd=cwd, env=env, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("tarball")
    built = run(repository.ROOT, "ansible-galaxy", "collection", "build", "--output-path", str(target), ANSIBLE_HOME=str(target / "home"))
    assert built.returncode == 0, built.stderr
    return next(target.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def elsewhere(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty directory with the collection installed beside it, and the inventory that a newcomer would copy."""
    place = tmp_path_factory.mktemp("elsewhere")
    done = run(place, "ansible-galaxy", "collection", "install", str(tarball), "--collections-path", str(place / "installed"),
               "--no-deps", "--offline")
    assert done.returncode == 0, done.stderr
    shutil.copytree(repository.ROOT / "inventories/prod", place / "inventory")
    return place


def playbook(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(place, "ansible-playbook", "-i", str(place / "inventory"), *arguments, ANSIBLE_COLLECTIONS_PATH=str(place / "installed"))


def test_the_tarball_holds_the_collection_and_nothing_else(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        members = archive.getmembers()
    assert {member.name.split("/")[0] for member in members} == RELEASED
    assert [member.name for member in members if member.issym() or member.islnk()] == []
    wanted = {path for path in repository.files() if path.split("/")[0] in RELEASED}
    present = {member.name for member in members if member.isfile()} - {"FILES.json", "MANIFEST.json"}
    assert present == wanted


def test_every_playbook_is_understood_by_its_full_name(elsewhere: Path) -> None:
    done = playbook(elsewhere, "--syntax-check", *PLAYBOOKS)
    assert done.returncode == 0, done.stderr
    assert str(repository.ROOT) not in done.stdout + done.stderr


def test_site_lists_its_tasks(elsewhere: Path) -> None:
    done = playbook(elsewhere, "--list-tasks", "oracle1.minio.site")
    assert done.returncode == 0, done.stderr
    for role in ("minio_preflight", "minio_release", "minio_tls", "minio_server", "minio_lb", "minio_configure", "minio_verify"):
        assert f"oracle1.minio.{role} : " in done.stdout or f"{role} : " in done.stdout, f"{role} has no part in site"


@pytest.mark.parametrize("name", ["oracle1.minio.preflight", "oracle1.minio.site"])
def test_placeholders_are_refused_before_a_host_is_touched(elsewhere: Path, name: str) -> None:
    """The shipped inventory names no real host: an attempt to reach one would be reported as unreachable."""
    done = playbook(elsewhere, name)
    output = done.stdout + done.stderr
    assert done.returncode == 2, output
    assert "placeholder" in output
    assert "minio_server_root_password" in output
    assert "UNREACHABLE" not in output
    assert "Gathering Facts" not in output
