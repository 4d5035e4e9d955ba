"""A terminal beside the page: what it needs to be one of this playground's bot, and the lines to type there."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

PROGRAM = "b24bot"


def write_settings(folder: Path, settings: Mapping[str, str]) -> None:
    """Write the settings of the playground's bot where a command that is run in this folder reads them."""
    path = folder / ".env"
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))


def connecting_line(folder: Path, domain: str) -> str:
    """The line that connects another application of the simulated portal."""
    words = [str(Path(sys.executable).with_name(PROGRAM)), "portal", "connect", "second", "--domain", domain]
    return f"{shlex.join(['cd', str(folder)])} && {shlex.join(words)}"
