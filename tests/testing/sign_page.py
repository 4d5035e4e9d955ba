"""The files of the walk-through in docs/plugins.md, as they stand there or with a part replaced."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "plugins.md").read_text("utf-8")
FILES: list[tuple[str, str]] = re.findall(r"^```\w+ (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
"""The files of the walk-through, by their paths."""


def write_sign(folder: Path, *replaced: tuple[str, str]) -> None:
    """Write the files into a folder. Each text to replace has to stand in them once."""
    files = dict(FILES)
    for old, new in replaced:
        (name,) = [name for name, text in files.items() if text.count(old) == 1]
        files[name] = files[name].replace(old, new)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
