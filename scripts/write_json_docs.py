"""Write `docs/json.md`, the reference of `--json`, from the types of what is printed. With --check, only say whether
it fits.

Exit code 1 means that the file differs from what would be written.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import click

from bot.app import read_settings
from bot.cli.json_output import Answer, Failure, Words
from bot.cli.options import JsonOption
from bot.cli.root import root
from bot.cli.session import Terminal
from bot.core import bot_errors
from bot.core.audit.stored_views import AuditRow
from bot.core.bot_errors import EXIT_CODES
from bot.core.parsing.invocation import AnyCommand
from bot.host.discovery import load_plugins
from bot.language.data_encoding import field_kinds, is_text, item_kind
from bot.language.request_views import PlanPreview
from bot.plugin import DataObject, PluginError, Time, errors
from bot.usecases.admin.builtin_plugin import make_registry
from plugins.bitrix24.commands.common.json_views import InstalledApplication, PortalLink

ROOT = Path(__file__).resolve().parents[1]
PAGE = "docs/json.md"
PLAIN: Mapping[Any, str] = {str: "string", bool: "boolean", int: "number", float: "number", Time: "[time](#times)"}

INTRODUCTION = """\
# Output for programs

`--json` prints one JSON value on standard output, and for an error one JSON object on standard error. All commands have
this option except `serve`, `work`, `play`, `simulate`, `completion` and `audit export`. `scripts/write_json_docs.py`
writes this page from the types of the values. A test compares it with what the commands print.

A value has every key of its table. A release may add keys. The changelog names each key or code that a release removes
or changes.

* Keys are in snake_case.
* Compare codes and keys in a program, never sentences.
* **Ids** are strings: a connector, a line, a change request (`CR-1001`), a channel, a person (`T0001:U0002`, an account
  of the host `local:NAME`). A person has no name here, because people change their names. The number of an audit
  record is a number, because records are counted.
* What is not known, or is not there, is `null`.

## Times

A time is ISO 8601 text in UTC with milliseconds: `2026-03-01T14:05:00.250Z`.

## Texts

What is written for people is an object, and its sentence is always in English.

| Key | Type | Meaning |
|---|---|---|
| `key` | string or null | The message, for example `request.status.pending`. null for the words of others |
| `arguments` | object | What the sentence is about, by name |
| `text` | string | The sentence; empty where there is nothing to say |

A key keeps its meaning, while its sentence may change with any release. An argument is a string, a number, a
[time](#times), a length of time in milliseconds, a text, or an array of these.

## Errors

Any command that fails prints this on standard error, also for a mistake in the words.

"""

ERRORS: Mapping[str, str] = {
    "PluginError": "The command failed for a reason that has no kind of its own.",
    "DeclarationError": "A plugin declares a command wrongly, and b24bot does not load it.",
    "BadArgument": "An argument has no valid value.",
    "Refusal": "The change is forbidden, or not possible now.",
    "TargetRefused": "The portal refused. `code` is its error code.",
    "TargetUnreachable": "The portal could not be reached, or gave no usable answer.",
    "WordsError": "The words are no command. `suggestion` is the line that was perhaps meant.",
    "LineTooLong": "The line is longer than b24bot reads.",
    "SecretTyped": "The line contains a secret of b24bot. b24bot did not store, record or log the line.",
    "NotPermitted": "The role of the person does not allow this.",
    "PluginFault": "A plugin failed. `error` names the plugin and the reference in the log.",
    "ConfigurationError": "A setting is missing or wrong.",
    "StoreUnavailable": "The database cannot be written now.",
    "StoreDamaged": "The database is damaged. Restore a backup.",
    "AlreadyRunning": "Another process already works on this database.",
}
"""What each kind of error means to a program."""

EXPORT = """\
## Lines of `audit export`

`b24bot audit export` prints one JSON object a line, oldest first: the keys of an [AuditRow](#auditrow), with `facts`
exactly as they are chained. The first line behind a gap has `previous` too, the head before it as hex digits.
"""

CHANGES = """\
## What changes something

These commands print an [Answer](#answer). Its `request` is the change request that waits for a decision. With
`--dry-run` its `data` is a [PlanPreview](#planpreview), and nothing is opened.

{commands}
"""

PLUGINS = """\
## Commands of other plugins

They print an [Answer](#answer). `data` is what the plugin's own documentation says, or [Words](#words) where a command
declares no data.
"""


def own_commands(group: click.Group, ctx: click.Context, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """List every command of the terminal that does something, with its path."""
    for name in group.list_commands(ctx):
        found = group.get_command(ctx, name)
        assert found is not None
        inner = click.Context(found, parent=ctx, obj=ctx.obj)
        if isinstance(found, click.Group):
            yield from own_commands(found, inner, f"{path}{name} ")
        else:
            yield f"{path}{name}", found


@cache
def terminal_types() -> Mapping[str, Any]:
    """The type of what `--json` prints, for each of the terminal's commands that has it."""
    found = own_commands(root, click.Context(root, obj=Terminal()))
    options = ((path, [one for one in command.params if isinstance(one, JsonOption)]) for path, command in found)
    return {path: given[0].data for path, given in options if given}


@cache
def declared() -> tuple[AnyCommand, ...]:
    """Every command that is declared: the host's own and those of the plugins that belong to it."""
    return tuple(make_registry(load_plugins(read_settings({})["B24BOT_PLUGINS"])))


@cache
def data_types() -> Mapping[str, Any]:
    """The type of `data` in the answer of each declared command that gives some."""
    own = {path for path, kind in terminal_types().items() if kind is not Answer}
    return {command.path: command.data for command in declared() if command.data and command.path not in own}


def page() -> str:
    """`docs/json.md`."""
    own = {path: kind for path, kind in terminal_types().items() if kind is not Answer}
    sections = {path: _section("", kind) for path, kind in own.items()}
    sections |= {path: _section("An [Answer](#answer). `data` is ", kind) for path, kind in data_types().items()}
    sections["run"] = "An [Answer](#answer): that of the command that is run.\n"
    changing = sorted(one.path for one in declared() if one.path not in sections)
    parts = [
        INTRODUCTION + _table(Failure),
        _error_kinds(),
        *(f"## `{path}`\n\n{sections[path]}" for path in sorted(sections)),
        CHANGES.format(commands="\n".join(f"* `{path}`" for path in changing)),
        PLUGINS,
        EXPORT,
        "## Types\n",
        *(f"### {kind.__name__}\n\n{_summary(kind)}\n\n{_table(kind)}" for kind in shared_types()),
    ]
    return "\n".join(parts)


def _section(before: str, kind: Any) -> str:
    """What a command prints: the keys of its type, or where they are told, if others have it as well."""
    each = _top(kind)
    what = "array of objects" if get_origin(kind) is tuple else "object"
    what += " or null" if NoneType in get_args(kind) else ""
    if each in shared_types():
        return f"{before}{'an' if before else 'An'} {what}: {_name(each)}.\n"
    return f"{before}{'an' if before else 'An'} {what}. {_summary(each)}\n\n{_table(each)}"


def list_tops() -> Sequence[Any]:
    """The types that commands print, as often as they do."""
    kinds = [kind for kind in (*terminal_types().values(), *data_types().values()) if kind is not Answer]
    return [_top(kind) for kind in kinds]


def _top(kind: Any) -> Any:
    """The dataclass of which a command prints one, several or perhaps none."""
    if get_origin(kind) is tuple:
        return item_kind(kind)
    return next(one for one in get_args(kind) or (kind,) if one is not NoneType)


@cache
def shared_types() -> Sequence[type[Any]]:
    """Every dataclass that is not told in the section of its one command, by name."""
    tops = list_tops()
    inside = _types(
        [Answer, PlanPreview, Words, AuditRow, PortalLink, InstalledApplication, *(field_kinds(top) for top in tops)]
    )
    alone = [top for top in tops if tops.count(top) == 1 and top not in inside]
    return [kind for kind in _types([*inside, *tops]) if kind not in alone]


def _types(kinds: Iterable[Any]) -> Sequence[type[Any]]:
    """Every dataclass in some types or mappings of types, to the last part, by name."""
    found: dict[str, type[Any]] = {}

    def collect(kind: Any) -> None:
        if isinstance(kind, Mapping):
            for each in kind.values():
                collect(each)
        elif isinstance(kind, type) and is_dataclass(kind) and kind is not Time and kind.__name__ not in found:
            found[kind.__name__] = kind
            collect(field_kinds(kind))
        for inner in get_args(kind):
            collect(inner)

    for each in kinds:
        collect(each)
    return [found[name] for name in sorted(found)]


def _summary(kind: type[Any]) -> str:
    return " ".join((inspect.getdoc(kind) or "").split())


def _table(kind: Any) -> str:
    meanings = find_meanings(kind)
    rows = (f"| `{name}` | {_name(each)} | {meanings[name]} |\n" for name, each in field_kinds(kind).items())
    return f"| Key | Type | Meaning |\n|---|---|---|\n{''.join(rows)}"


def _name(kind: Any) -> str:
    """A type as the page names it."""
    inner = get_args(kind)
    if DataObject in inner:
        return "any"
    if is_text(kind):
        return "[text](#texts) or null" if NoneType in inner else "[text](#texts)"
    if get_origin(kind) in (Union, UnionType):
        return " or ".join("null" if one is NoneType else _name(one) for one in inner)
    if get_origin(kind) is tuple:
        return f"array of {_name(item_kind(kind))}"
    if inner:
        return "object" if "Json" in str(inner) else f"object, {_name(item_kind(kind))} by {_key_name(inner[0])}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{one.value}`" for one in kind)
    return PLAIN.get(kind) or f"[{kind.__name__}](#{kind.__name__.lower()})"


def _key_name(kind: Any) -> str:
    """The keys of an object as the page names them: the codes that there are, or just names."""
    return _name(kind) if isinstance(kind, type) and issubclass(kind, Enum) else "name"


@cache
def find_meanings(kind: Any) -> Mapping[str, str]:
    """The text below each field of a dataclass, as its source has it."""
    found = dict.fromkeys(field_kinds(kind), "")
    for one in reversed(kind.__mro__[:-1]):
        (body,) = [each.body for each in _classes(one.__module__) if each.name == one.__name__]
        for field, text in pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
                found[field.target.id] = " ".join(str(ast.literal_eval(text.value)).split()).replace("|", "\\|")
    return found


@cache
def _classes(module: str) -> Sequence[ast.ClassDef]:
    source = inspect.getsource(sys.modules[module])
    return [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.ClassDef)]


def error_kinds() -> Sequence[type[PluginError]]:
    """List every kind of error that `kind` may name."""
    return [
        one
        for module in (errors, bot_errors)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, PluginError) and one.__module__ == module.__name__
    ]


def _error_kinds() -> str:
    rows = (f"| `{one.__name__}` | {_exit_code(one)} | {ERRORS[one.__name__]} |\n" for one in error_kinds())
    return f"| Kind | Exit code | Meaning |\n|---|---|---|\n{''.join(rows)}"


def _exit_code(kind: type[PluginError]) -> int:
    return next((code for one, code in EXIT_CODES if issubclass(kind, one)), 1)


def main(arguments: Sequence[str], base: Path = ROOT) -> int:
    """Write the page, or with --check look at it; returns the exit code."""
    path, text = base / PAGE, page()
    if path.is_file() and path.read_text("utf-8") == text:
        return 0
    if "--check" in arguments:
        print(f"{PAGE} is not what scripts/write_json_docs.py writes. Run it.", file=sys.stderr)
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
