"""What one person is answered: help, mistakes in a line, and tables with every kind of value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.core.authority.policy import Terms
from bot.core.messages.notices import LineButton, Mood, PrivateNotice
from bot.core.parsing.invocation import AnyCommand, understand
from bot.core.principals import Role
from bot.language.translation import translate
from bot.plugin import Message, Person, PluginError, Reply, Table, Time
from bot.usecases.admin.builtin_plugin import make_registry
from bot.usecases.admin.fault_queries import describe_fault, unknown_fault
from bot.usecases.admin.help_pages import Reader, explain_words, list_commands
from bot.usecases.integrity.active_limits import refuse_by_limit
from bot.usecases.notices.fault_buttons import FAULT_LINE, SHOW_DETAILS
from bot.usecases.notices.notifications import error_reply
from bot.usecases.process.fault_details import FaultDetail
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS
from plugins.bitrix24.plugin import plugin
from tests.slack.kit import ANTON, NOON, OLGA
from tests.slack.render.limit_cases import LIMITS
from tests.slack.strange_texts import EMOJI, HOSTILE, LONG, RIGHT_TO_LEFT

COMMANDS: Sequence[AnyCommand] = tuple(make_registry([plugin]).commands)
MISTAKES = (
    *("conector list", "connector", "connector fly", "connectors", "remove myconnector", "tractor"),
    *("connector remove", "connector remove a b", "connector list --nothing", "connector list --kind x", "line show x"),
    *('connector show "x', "connector remove сhat", "message send myconnector 1", "access grant gleb operator"),
    *("connector list shop", "connector remove x --reason", "request show seven", f"connector remove {HOSTILE}"),
)
"""Lines with something wrong in them."""
HEAD = (Message("bitrix24.state.name"), Message("bitrix24.portal.head_address"), Message("bitrix24.portal.head_added"))


def list_answers() -> Mapping[str, Sequence[tuple[str, PrivateNotice]]]:
    """The answers of each storyboard, by its name, each with what it is the answer to."""
    nouns = sorted({command.noun for command in COMMANDS})
    return {
        "help": [(f"help as {role}", _answer(list_commands(COMMANDS, _reader(role)))) for role in (None, *Role)],
        **{f"help-{noun}": list(_help_of(noun)) for noun in nouns if noun != "help"},
        "help-terminal": [(f"help {path}", _help(path)) for path in TERMINAL_COMMANDS],
        "mistakes": [(line, _mistake(line)) for line in MISTAKES],
        "limits": [(limit.name, _refusal(refuse_by_limit(limit))) for limit in LIMITS],
        "faults": list(_faults()),
        "tables": [(name, _answer(reply)) for name, reply in _tables()],
    }


def _faults() -> Iterator[tuple[str, PrivateNotice]]:
    """A fault with its reference as an admin reads it, and what its button shows."""
    told = Message("host.fault.command", plugin="faulty", command="gear look", incident="E-3f9a1c")
    button = LineButton(label=SHOW_DETAILS, line=f"{FAULT_LINE} E-3f9a1c")
    fault = _answer(Reply(title=told, notes=(Message("host.fault.hint"),)))
    yield "gear look, to an admin", replace(fault, mood=Mood.TROUBLE, buttons=(button,))
    frames = ("admin/gears.py:12 look", "admin/gears.py:30 turn")
    detail = FaultDetail(
        at=NOON, action="plugin_fault", words=translate(told), cause="ValueError: stuck", frames=frames
    )
    yield "fault show E-3f9a1c", _answer(describe_fault("E-3f9a1c", detail))
    yield "fault show E-000000", _refusal(unknown_fault("E-000000"))


def _answer(reply: Reply) -> PrivateNotice:
    return PrivateNotice(person=OLGA, channel="C0001", reply=reply, answer_url="", suggestion="", mood=Mood.ANSWER)


def _help_of(noun: str) -> Iterator[tuple[str, PrivateNotice]]:
    paths = [command.path for command in COMMANDS if command.noun == noun]
    for path in dict.fromkeys([noun, *paths]):
        number, shown = 1, _help(path)
        while True:
            yield f"help {path} {number}" if number > 1 else f"help {path}", shown
            following = _help(path, number + 1)
            if following == shown:
                break
            number, shown = number + 1, following


def _help(path: str, number: int = 1) -> PrivateNotice:
    return _answer(explain_words(COMMANDS, path.split(), _reader(Role.ADMIN), number))


def _reader(role: Role | None) -> Reader:
    return Reader(role=role, terms=Terms(break_glass=True), admins=(ANTON,))


def _mistake(line: str) -> PrivateNotice:
    try:
        understand(COMMANDS, line)
    except PluginError as error:
        return _refusal(error)
    return _answer(Reply(title=line))


def _refusal(error: PluginError) -> PrivateNotice:
    suggestion = getattr(error, "suggestion", "")
    return PrivateNotice(
        person=OLGA, channel="C0001", reply=error_reply(error), answer_url="", suggestion=suggestion, mood=Mood.REFUSAL
    )


def _tables() -> Iterator[tuple[str, Reply]]:
    yield "no rows", _table()
    yield "narrow rows", _table(("shop", "shop.example", "–"), ("kiosk", "kiosk.example", "–"))
    yield "with a time", _table(("shop", "shop.bitrix24.com", _told(Time(time=NOON))))
    yield "with people", _table((_told(Person(person=ANTON.id)), "shop.example", _told(Time(time=NOON))))
    for name, text in {"long": LONG, "right to left": RIGHT_TO_LEFT, "emoji": EMOJI, "hostile": HOSTILE}.items():
        yield f"{name} values", _table((text, text, text))
    yield "too many rows", _table(*((f"shop{number}", LONG[:400], "–") for number in range(60)))
    yield "a hostile title", Reply(title=HOSTILE, facts=((HEAD[0], HOSTILE),), notes=(HOSTILE,))


def _told(value: Person | Time) -> Message:
    return Message("bitrix24.portal.time", time=value)


def _table(*rows: tuple[Message | str, ...]) -> Reply:
    return Reply(
        title=Message("bitrix24.portal.count", count=len(rows)), table=Table(columns=HEAD, rows=rows, title="")
    )
