"""Write `.env.example` and `docs/settings.md` from the rows of the settings. With --check, only say whether they fit.

Exit code 1 means that a file differs from what would be written.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bot.app import read_settings
from bot.host.discovery import load_plugins
from bot.language.translation import translate
from bot.plugin import Setting, Text
from bot.settings import HOST_SETTINGS

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 100

INTRODUCTION = """\
# Settings

b24bot reads environment variables, and a file `.env` in the folder where it starts. An environment variable overrides
the file, and the file overrides the default. An empty value counts as not set.

`.env.example` lists the same settings. Keep `.env` readable by b24bot's account only (`chmod 600 .env`), because it
contains secrets. The tables below mark secrets with 🔒. b24bot never prints them and removes them from every log line.

## Required settings

| Purpose | Settings |
|---|---|
| receive commands over HTTP | `SLACK_BOT_TOKEN`, `SLACK_SIGNING_SECRET` |
| receive commands over Socket Mode | `SLACK_BOT_TOKEN`, `SLACK_APP_TOKEN` |
| admit the first admins | `B24BOT_ADMINS`, or `b24bot access grant` in the terminal |
| allow changes | `B24BOT_AUDIT_CHANNEL` |

Everything else has a default. Describe the portal with `b24bot portal connect`, or with the `BITRIX24_…` settings;
b24bot stores these once, on the first start.

## Form of values

* A **duration** is a whole number with `ms`, `s`, `m`, `h` or `d`: `90s`, `15m`, `1h`, `2d`.
* A **switch** is on for `on`, `yes`, `true` or `1`, and off for `off`, `no`, `false` or `0`.
* A **list** has commas between its items.
* A **person** is a team id and a user id with a colon: `T0001:U0002`. `/b24 whoami` shows yours. Slack shows the user
  id under Profile → ⋮ → Copy member ID.
* A **channel** is its id, `C…`. Slack shows it at the bottom of the channel's *About* tab.
* In `.env`, `$` has no special meaning. Put a value with spaces, quotation marks or `#` between single quotation marks.
  b24bot refuses an unreadable line, and a name with several values.
"""

HEADER = """\
# The settings of b24bot. Copy this file to .env, fill in what you need and protect it: chmod 600 .env
# A setting without a value has its default. docs/settings.md says more. Written by scripts/write_settings_docs.py.
"""


def sections() -> Mapping[str, Sequence[Setting]]:
    """The rows under the headings they are shown with: Slack's, the bot's own, and each plugin's."""
    settings = read_settings({})
    found = {
        "Slack": [row for row in HOST_SETTINGS if row.name.startswith("SLACK_")],
        "The bot": [row for row in HOST_SETTINGS if not row.name.startswith("SLACK_")],
    }
    for plugin in load_plugins(settings["B24BOT_PLUGINS"]):
        found[f"The plugin {plugin.name}"] = list(plugin.settings)
    return found


def sentence(text: Text) -> str:
    """Help in English with a full stop, and a capital letter unless it begins with a name such as client_id."""
    help_line = translate(text)
    named = "_" in help_line.split(" ")[0]
    return (help_line[:1] if named else help_line[:1].upper()) + help_line[1:].rstrip(".") + "."


def page(found: Mapping[str, Sequence[Setting]]) -> str:
    """`docs/settings.md`."""
    parts = [INTRODUCTION]
    for title, rows in found.items():
        parts.append(f"## {title}\n\n| Name | Default | What it is |\n|---|---|---|\n{''.join(map(_line, rows))}")
    return "\n".join(parts)


def _line(row: Setting) -> str:
    lock = " 🔒" if row.secret else ""
    default = f"`{row.default}`" if row.default else "–"
    return f"| `{row.name}`{lock} | {default} | {sentence(row.help).replace('|', chr(92) + '|')} |\n"


def example(found: Mapping[str, Sequence[Setting]]) -> str:
    """`.env.example`: what has a default is commented out, so that a copy keeps following the defaults."""
    parts = [HEADER]
    for title, rows in found.items():
        parts.append(f"# --- {title} {'-' * (WIDTH - len(title) - 7)}\n\n" + "\n".join(map(_entry, rows)))
    return "\n".join(parts)


def _entry(row: Setting) -> str:
    words = textwrap.wrap(sentence(row.help), WIDTH, initial_indent="# ", subsequent_indent="# ")
    return "\n".join([*words, f"# {row.name}={row.default}" if row.default else f"{row.name}=", ""])


def texts() -> Mapping[str, str]:
    """What each written file should hold, by its path under the root."""
    found = sections()
    return {".env.example": example(found), "docs/settings.md": page(found)}


def differing(root: Path) -> Iterable[str]:
    """The files under `root` that are missing or hold something else."""
    for name, text in texts().items():
        path = root / name
        if not path.is_file() or path.read_text("utf-8") != text:
            yield name


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write the files, or with --check look at them; returns the exit code."""
    stale = list(differing(root))
    if "--check" in arguments:
        for name in stale:
            print(f"{name} is not what scripts/write_settings_docs.py writes. Run it.", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(texts()[name], "utf-8")
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
