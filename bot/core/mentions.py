"""Marks inside plain text that only the bot can write: people, channels, times, and lines to type.

Typed text never mentions anybody, for it holds no marks.

Every sentence names a person by `person` or `mark_account`. What becomes of the mark is for the surface: Slack makes a
mention of it, everything else the id.

The ids of people and teams are capital letters and digits. A chat whose own ids differ shapes them so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from bot.core.principals import LOCAL_TEAM, Principal
from bot.core.text import format_time

_PERSON, _CHANNEL, _END, _TIME, _LINE = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
STORED = "\ue005"
"""In front of a message that is stored as text."""
_STARTS = f"{_PERSON}{_CHANNEL}{_TIME}{_LINE}"
_MARK = re.compile(f"([{_STARTS}])([^{_STARTS}{_END}]*){_END}")
_QUOTED_LINE = re.compile(f"`({_LINE}[^{_STARTS}{_END}]*{_END})`")
_ANY = re.compile(f"[{_STARTS}{_END}{STORED}]")
_SOMEBODY = re.compile(rf"\A(?:[A-Z][A-Z0-9]+:[A-Z][A-Z0-9]+|{LOCAL_TEAM}:.+)\Z", re.DOTALL)
_TYPED = re.compile(r"<@([A-Z][A-Z0-9]{2,20})(?:\|([^<>]*))?>")
_TARGET = "access:"
"""How the target of a change of the allow-list begins; the id of the person follows."""
_EARLIER = re.compile(rf"{_PERSON}(?:[^:{_PERSON}{_END}]*:)?([^{_PERSON}{_END}]*){_END}(?: \([A-Z0-9]+:\1\))?")


def person(principal: Principal) -> str:
    """Stands for a person, by the whole id; of somebody whose team is not known, by the id of the user alone."""
    return _mark(principal.id if principal.team else principal.user)


def mark_account(stored: str) -> str:
    """The same for an id as records and rows keep it; what is nobody's, like `b24bot`, stays as it is."""
    clean = remove_marks(stored)
    return _mark(clean) if is_person(clean) else clean


def target(stored: str) -> str:
    """What a plan changes, in words: `site:shop`, or `access:` and a person."""
    return (
        f"{_TARGET}{mark_account(stored.removeprefix(_TARGET))}" if stored.startswith(_TARGET) else remove_marks(stored)
    )


def find_person_id(stored: str) -> str:
    """The id of the person that a target is about; empty when it is about none."""
    found = stored.removeprefix(_TARGET)
    return found if stored != found and is_person(found) else ""


def is_person(stored: str) -> bool:
    """Whether what a record or a row keeps is the id of a person."""
    return _SOMEBODY.match(stored) is not None


def make_namer(ids: Iterable[str], name: Callable[[str], str]) -> Callable[[str], str]:
    """Make what writes these people as `name` does wherever a text has their id, also as it is typed: `@U0002`.

    Another id stays as it is, for it may be somebody's words.
    """
    people = [one for one in ids if is_person(one)]
    spellings = {one: one for one in people} | {f"@{read_user(one)}": one for one in people if not is_local(one)}
    if not spellings:
        return lambda text: text
    pattern = re.compile(rf"(?<![\w@])(?:{'|'.join(map(re.escape, spellings))})(?!\w)")
    return lambda text: pattern.sub(lambda found: name(spellings[found[0]]), text)


def _mark(name: str) -> str:
    return f"{_PERSON}{name}{_END}"


def read_user(name: str) -> str:
    """The user id in what a mark of a person holds; an older release wrote nothing else."""
    return name.partition(":")[2] or name


def is_local(name: str) -> bool:
    """Whether a mark of a person holds an account of the host's shell."""
    return name.startswith(f"{LOCAL_TEAM}:")


def typed(user: str, name: str | None = None) -> str:
    """Write a person whom a typed line mentions, by the id the chat gave and the name that stood in the line.

    A chat makes this of its own syntax. Lines are stored with it until a command tells which of the two it wants.
    """
    return f"<@{user}>" if name is None else f"<@{user}|{name}>"


def render_typed(line: str, write: Callable[[str, str], str]) -> str:
    """Replace each person whom a typed line mentions by what `write` makes of id and name; the name may be empty."""
    return _TYPED.sub(lambda found: write(found[1], found[2] or ""), line)


def channel(id: str) -> str:
    """Stands for a channel."""
    return f"{_CHANNEL}{id}{_END}"


def mark_time(at: int) -> str:
    """Stands for a time in UTC epoch milliseconds."""
    return f"{_TIME}{at}{_END}"


def mark_command_line(line: str) -> str:
    """Stands for a line to type, without what stands in front of it on a surface."""
    return f"{_LINE}{remove_marks(line)}{_END}"


def unquote_command_lines(text: str) -> str:
    """Take away the backticks around lines to type, where a surface sets such a line as code itself."""
    return _QUOTED_LINE.sub(r"\1", text)


def remove_marks(text: str) -> str:
    """Take every mark out: for whatever does not come from the bot itself."""
    return _ANY.sub("", text)


def write_id(name: str) -> str:
    """Write a person by the id alone."""
    return name if ":" in name else f"@{name}"


def unmark(
    text: str,
    *,
    command_line: Callable[[str], str] = str,
    time: Callable[[int], str] = format_time,
    person: Callable[[str], str] = write_id,
) -> str:
    """For the terminal, for programs, records and logs, where nothing is a mention: `T0001:U0002`, `#C0002`."""
    return replace_marks(
        text, person=person, channel=lambda channel: f"#{channel}", command_line=command_line, time=time
    )


def unify_marks(text: str) -> str:
    """The text with people marked as an older release marked them, to compare what two releases wrote."""
    return _EARLIER.sub(lambda found: remove_marks(found[0]) if is_local(found[0][1:]) else _mark(found[1]), text)


def has_person_mark(text: str) -> bool:
    """Whether a mark of a person stands in the text."""
    return any(found[1] == _PERSON for found in _MARK.finditer(text))


def is_one_person(text: str) -> bool:
    """Whether the text is the mark of a person and nothing else."""
    found = _MARK.fullmatch(text)
    return found is not None and found[1] == _PERSON


def replace_marks(
    text: str,
    *,
    person: Callable[[str], str],
    channel: Callable[[str], str],
    time: Callable[[int], str] = format_time,
    command_line: Callable[[str], str] = str,
) -> str:
    """Replace each mark by what the callbacks make of it. A time is in UTC where nothing else is asked for."""

    def write(found: re.Match[str]) -> str:
        if found[1] == _TIME:
            return time(int(found[2]))
        return {_PERSON: person, _CHANNEL: channel, _LINE: command_line}[found[1]](found[2])

    return _MARK.sub(write, text)
