"""What `scripts/play` and `scripts/setup` do first: the editable installation, which says nothing when all is well."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
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
