"""What `scripts/play`, `scripts/test` and an editor do first: `scripts/setup`, alone or several at once."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.plugin.loopback import wait_until

ROOT = Path(__file__).parents[3]
BUILD = "from setuptools import build_meta; build_meta.build_editable('out')"


def test_the_editable_installation_gives_no_build_warning(tmp_path: Path) -> None:
    """A newcomer who reads one thinks that something is wrong."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("bot", "plugins"):
        (tmp_path / name).mkdir()
        shutil.copy(ROOT / name / "__init__.py", tmp_path / name)
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-W", "error", "-c", BUILD]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert made.returncode == 0, made.stderr
    assert "Warning" not in made.stderr
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".whl"]


# Several at once, over a project of one file and one requirement

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny"
version = "1.0"
"""
BACKEND = """
import os, pathlib, time, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    with open("builds.txt", "a") as builds:
        builds.write(f"{os.getpid()}\\n")
    while pathlib.Path("hold").exists():
        time.sleep(0.05)
    with zipfile.ZipFile(os.path.join(folder, "tiny-1.0-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("tiny.py", "")
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n")
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    return "tiny-1.0-py3-none-any.whl"
"""

PIP = Path(str(getattr(find_spec("pip"), "origin", ""))).parent
PYTHON = """#!/bin/sh
case "$*" in
"-m venv --clear .venv") {python} -m venv --without-pip --clear .venv && ln -s {pip} .venv/lib/python*/site-packages/ ;;
*) exec {python} "$@" ;;
esac
"""
"""Makes an environment whose pip is that of the tests: to make one with a pip of its own takes seconds."""


class Project:
    """A copy of `scripts/setup` over a project that needs one small wheel of its own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[str]] = []
        (folder / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "setup", folder / "scripts")
        (folder / "pyproject.toml").write_text(PYPROJECT)
        (folder / "backend.py").write_text(BACKEND.replace("\\\\n", "\\n"))
        self.python = folder / "python"
        self.python.write_text(PYTHON.format(python=sys.executable, pip=PIP))
        self.python.chmod(0o755)
        (folder / "requirements").mkdir()
        digest = hashlib.sha256(self._wheel().read_bytes()).hexdigest()
        for name in ("dev", "playground", "runtime"):
            lock = f"--no-index\n--find-links wheels\nneeded==1.0 --hash=sha256:{digest}\n"
            (folder / "requirements" / f"{name}.lock").write_text(lock)

    def make_environment(self) -> None:
        subprocess.run([self.python, "-m", "venv", "--clear", ".venv"], cwd=self.folder, check=True)

    def _wheel(self) -> Path:
        (self.folder / "wheels").mkdir()
        path = self.folder / "wheels" / "needed-1.0-py3-none-any.whl"
        about = "needed-1.0.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr("needed.py", "")
            wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: needed\nVersion: 1.0\n")
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")
        return path

    def start(self, what: str, *, tools: str = "") -> subprocess.Popen[str]:
        """Run the script in a group of its own; `tools` is the only folder where it finds commands, if given."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VIRTUAL_ENV", "COVERAGE"))}
        process = subprocess.Popen(
            ["sh", "scripts/setup", what],
            cwd=self.folder,
            env={**kept, "PYTHON": str(self.python), **({"PATH": tools} if tools else {})},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def builds(self) -> int:
        """How often the project was installed."""
        told = self.folder / "builds.txt"
        return len(told.read_text().splitlines()) if told.exists() else 0

    def stop(self) -> None:
        (self.folder / "hold").unlink(missing_ok=True)
        for process in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    made.make_environment()
    yield made
    made.stop()


def ended_well(process: subprocess.Popen[str]) -> bool:
    _, said = process.communicate(timeout=120)
    return process.returncode == 0 or pytest.fail(said)


def test_two_set_ups_at_once_make_one_environment_and_the_second_waits_for_it(project: Project) -> None:
    """An editor and a terminal, or `scripts/play` beside `scripts/test`."""
    (project.folder / "hold").touch()
    first, second = project.start("dev"), project.start("dev")
    assert wait_until(lambda: project.builds() > 0)
    (project.folder / "hold").unlink()
    assert ended_well(first)
    assert ended_well(second)
    assert project.builds() == 1
    for less in ("playground", "runtime"):
        assert ended_well(project.start(less)), "what dev has installed is enough"
    assert project.builds() == 1
    check = [".venv/bin/python", "-c", "import needed, tiny"]
    assert subprocess.run(check, cwd=project.folder, check=False).returncode == 0


def test_a_set_up_that_is_killed_gives_its_lock_back_and_the_next_finishes(project: Project) -> None:
    """Also where it left a Python without pip."""
    (project.folder / "hold").touch()
    first = project.start("dev")
    assert wait_until(lambda: project.builds() == 1)
    os.killpg(first.pid, signal.SIGKILL)
    (project.folder / "hold").unlink()
    (pip,) = project.folder.glob(".venv/lib/python*/site-packages/pip")
    pip.unlink()
    assert ended_well(project.start("dev"))
    assert project.builds() == 2


def test_where_there_is_no_flock_python_takes_the_lock(project: Project) -> None:
    tools = project.folder / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "cksum", "tr", "rm"):
        (tools / name).symlink_to(str(shutil.which(name)))
    (project.folder / "hold").touch()
    both = [project.start("dev", tools=str(tools)) for _ in range(2)]
    assert wait_until(lambda: project.builds() > 0)
    (project.folder / "hold").unlink()
    assert all(ended_well(one) for one in both)
    assert project.builds() == 1
