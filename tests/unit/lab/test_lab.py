"""What the lab and the demo say when a machine does not fit: the reason and the remedy, before anything is made."""
from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "lab"))

import bootstrap  # noqa: E402
import demo  # noqa: E402
import lab  # noqa: E402


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A lab whose state is in a scratch directory."""
    monkeypatch.setattr(lab, "STATE", tmp_path)
    made = lab.Lab("test", {"subnet": "198.18.9.0/24", "hosts": {}})
    made.dir.mkdir()
    return made


@pytest.mark.parametrize("arguments", [["lab/lab.py", "down", "nothing"], ["lab/demo.py", "up"], ["lab/demo.py", "down"], ["lab/bootstrap.py", "host"]],
                         ids=lambda value: " ".join(value))
def test_another_user_than_root_is_told_to_use_sudo(arguments):
    code = ("import os, sys; os.geteuid = lambda: 1000; sys.argv = sys.argv[1:]; sys.path.insert(0, 'lab'); "
            "import runpy; runpy.run_path(sys.argv[0], run_name='__main__')")
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 1 and "root" in done.stderr and "sudo" in done.stderr, done.stderr


def test_a_taken_port_is_named_with_the_host_that_needs_it(machine, monkeypatch):
    monkeypatch.setattr(lab, "run", lambda *argv, **more: "")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(lab.LabError, match=f"Port {port} on 127.0.0.1 is taken, lb1 needs it"):
            machine.check_room({"lb1": {"publish": {str(port): 9000}}})


def test_a_full_disk_is_refused(machine, monkeypatch):
    monkeypatch.setattr(lab, "run", lambda *argv, **more: "")
    monkeypatch.setattr(lab.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(2**40, 2**40 - 2**30, 2**30))
    with pytest.raises(lab.LabError, match="Less than 8 GiB free"):
        machine.check_room({})


@pytest.mark.parametrize(("text", "message"), [
    ('ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11 (bullseye)"\n', "Debian GNU/Linux 11 .bullseye. is not supported here. Known: debian 12, 13"),
    ('ID="rhel"\nVERSION_ID="9.4"\nPRETTY_NAME="Red Hat Enterprise Linux 9.4"\n', "Red Hat Enterprise Linux 9.4 is not supported here"),
    ("ID=arch\n", "This system is not supported here"),
])
def test_an_unknown_system_is_refused_with_the_known_ones(tmp_path, monkeypatch, text, message):
    release = tmp_path / "os-release"
    release.write_text(text)
    monkeypatch.setattr(bootstrap, "OS_RELEASE", release)
    with pytest.raises(lab.LabError, match=message):
        bootstrap.check_machine()


def test_a_machine_without_loop_devices_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "LOOP_CONTROL", tmp_path / "absent")
    with pytest.raises(lab.LabError, match="No loop device.*modprobe loop"):
        bootstrap.check_machine()


def test_an_unreachable_package_mirror_is_named_as_the_cause():
    """A package that no mirror has stands for a mirror that cannot be reached: apt fails the same way."""
    with pytest.raises(lab.LabError, match="package mirror must be reachable"):
        bootstrap.install(["oracle1-no-such-package"])


def test_a_failing_command_is_reported_with_its_last_lines():
    with pytest.raises(lab.LabError, match="status 3:\nthe reason"):
        lab.run("sh", "-c", "echo the reason >&2; exit 3")


ENGINE = "import signal, sys, time; signal.signal(15, lambda *_: (time.sleep(0.7), sys.exit(7))); print(1, flush=True); time.sleep(60)"


def test_an_engine_that_is_stopped_has_ended_before_another_may_be_started(tmp_path, monkeypatch):
    (tmp_path / "dockerd").symlink_to(Path(sys.executable).resolve())
    with subprocess.Popen([tmp_path / "dockerd", "-c", ENGINE], stdout=subprocess.PIPE) as engine:
        engine.stdout.readline()
        (tmp_path / "dockerd.pid").write_text(f"{engine.pid}\n")
        monkeypatch.setattr(demo, "STATE", tmp_path)
        monkeypatch.setattr(bootstrap, "answers", lambda: False)
        demo.stop_engine()
        assert engine.poll() == 7 and not (tmp_path / "dockerd.pid").exists()
