"""Write `manifest.yml`, and the links of the README files that hold it. With --check, only say whether they fit.

The scopes are compared with the methods of Slack's Web API that the code calls, and with the events that it acts on.
Exit code 1 means that a file differs from what would be written, or that a scope is missing or not needed.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from slack_sdk import WebClient

from bot.language.translation import translate
from bot.settings import HOST_SETTINGS
from bot.slack.manifest import make_manifest, make_manifest_link
from bot.slack.scopes import COMMANDS, EVENT_SCOPES, METHOD_SCOPES, OPTIONAL_SCOPES, SCOPES

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = Path("manifest.yml")
READMES = (Path("README.md"), Path("README.ru.md"))
LINK = re.compile(r"^\[slack-app\]: .*$", re.MULTILINE)
WIDTH = 118
HEADER = """\
# The Slack app, as https://api.slack.com/apps → Create New App → From a manifest takes it.
# Written by scripts/write_manifest.py from what the code needs.
#
# It is written for Socket Mode, which needs only two tokens: no public address, no certificate, no open port. The bot
# opens the connection itself.
#
# To be reached over HTTP instead: set socket_mode_enabled to false, put your own host into all addresses below
# (they are the same), and set SLACK_SIGNING_SECRET. While Socket Mode is on, Slack ignores the addresses.
"""
PURPOSES = {**SCOPES, **OPTIONAL_SCOPES}
COMMENTS: Mapping[str, str] = {
    "app_home": "The bot sends direct messages, and takes commands in them.",
    "command": "Two deployments in one workspace: choose another command here and in B24BOT_COMMAND.",
    "should_escape": "People and channels come with their ids: who is meant is never decided by a name.",
}
"""What stands above a key."""


def default_command() -> str:
    """The slash command where no setting chooses another one."""
    (default,) = [row.default for row in HOST_SETTINGS if row.name == "B24BOT_COMMAND"]
    return default


def used_methods(folder: Path = ROOT / "bot" / "slack") -> set[str]:
    """The methods of the Web API that the code in a folder calls, by their names in slack_sdk."""
    called: set[str] = set()
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and "_" in node.attr.strip("_") and hasattr(WebClient, node.attr):
                called.add(node.attr)
    return called


def scope_faults(methods: set[str], asked: Sequence[str], events: Mapping[str, str] = EVENT_SCOPES) -> Iterator[str]:
    """What is wrong with the scopes that are asked for, given the methods that are called and the events."""
    yield from (f"{method} has no row in METHOD_SCOPES" for method in sorted(methods - set(METHOD_SCOPES)))
    yield from (f"{method} of METHOD_SCOPES is not called" for method in sorted(set(METHOD_SCOPES) - methods))
    needed = {COMMANDS, *(METHOD_SCOPES.get(method, "") for method in methods), *events.values()} - {""}
    yield from (f"the scope {scope} is needed and not asked for" for scope in sorted(needed - set(asked)))
    yield from (f"the scope {scope} is asked for and not needed" for scope in sorted(set(asked) - needed))


def write_yaml(value: Any, indent: int = 0) -> Iterator[str]:
    """The lines of a mapping or a list, with their comments."""
    space = "  " * indent
    if isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                purpose = f" # {translate(PURPOSES[item])}" if item in PURPOSES else ""
                yield f"{space}- {item}{purpose}"
            else:
                first, *rest = write_yaml(item, indent + 1)
                above = [first] if first.lstrip().startswith("#") else []
                start, *rest = rest if above else [first, *rest]
                yield from (line[2:] for line in above)
                yield f"{space}- {start.lstrip()}"
                yield from rest
        return
    for key, inner in value.items():
        if key in COMMENTS:
            yield f"{space}# {COMMENTS[key]}"
        if isinstance(inner, dict | list):
            yield f"{space}{key}:"
            yield from write_yaml(inner, indent + 1)
        elif isinstance(inner, str) and len(inner) + len(space) + len(key) > WIDTH:
            yield f"{space}{key}: >-"
            yield from textwrap.wrap(inner, WIDTH, initial_indent=f"{space}  ", subsequent_indent=f"{space}  ")
        else:
            yield f"{space}{key}: {_scalar(inner)}"


def _scalar(value: Any) -> str:
    if isinstance(value, str) and not re.match(r"[#@]", value):
        return value
    return json.dumps(value)


def texts(root: Path = ROOT) -> Mapping[Path, str]:
    """Each file and what it has to hold."""
    manifest = make_manifest(command=default_command())
    link = f"[slack-app]: {make_manifest_link(manifest)}"
    readmes = {path: LINK.sub(lambda _: link, (root / path).read_text("utf-8")) for path in READMES}
    return {MANIFEST: HEADER + "\n".join(write_yaml(manifest)) + "\n", **readmes}


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write the files, or compare them. Returns the exit code."""
    faults = list(scope_faults(used_methods(), list(PURPOSES)))
    for path, text in texts(root).items():
        target = root / path
        if "--check" not in arguments:
            target.write_text(text, "utf-8")
        elif not target.exists() or target.read_text("utf-8") != text:
            faults.append(f"{path} is not up to date. Run scripts/write_manifest.py.")
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
