"""Whatever way a line comes, it is one request: the same plan, digest, decision, line and records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

import pytest

from bot.core.audit.audit_record import AuditRecord
from bot.core.change.change_request import ChangeRequest
from bot.core.change.planned_command import Planned
from bot.core.messages.deliveries import Form, SlashCommand
from bot.core.parsing.partial_line import read_partial_line
from bot.core.principals import Principal
from bot.plugin import quote
from bot.usecases.authority import card_token
from bot.usecases.forms.form_fields import list_fields, list_switches
from bot.usecases.forms.form_lines import FormOrigin, read_form_line, write_origin
from bot.usecases.requests.planning import consider
from tests.usecases.core_bot import OLGA, OPS, SHELL, CoreBot

SEEDS = range(12)
COLOURS = ("blue", "green", "light blue", "--x", "it's", "«red»", "синий", "a=b", '"', "help")
REASONS = ("", "old number", "OPS-412: it's «over»", "--dry-run", "two\nlines", "привет", 'a "quoted" word')


def write_option(name: str, value: str) -> str:
    return quote(f"{name}={value}") if value.startswith("-") else f"{name} {quote(value)}"


def make_line(random: Random) -> str:
    """A command of the toy that changes something, with any words in it."""
    reason = random.choice(REASONS)
    because = f" {write_option('--reason', reason)}" if reason else ""
    name, colour = random.choice(("one", "two", "precious")), random.choice(COLOURS)
    return random.choice(
        (
            f"thing remove {name}{because}",
            f"thing paint {name} {write_option('--colour', colour)}{because}",
            f"thing swap one two{because}",
            f"thing wave two precious{because}",
        )
    )


def as_typed(core_bot: CoreBot, line: str) -> SlashCommand:
    return core_bot.typed(OLGA, line)


def as_button(core_bot: CoreBot, line: str) -> SlashCommand:
    return replace(core_bot.typed(OLGA, line), pressed=True)


def as_mention(core_bot: CoreBot, line: str) -> SlashCommand:
    return replace(core_bot.typed(OLGA, line), message="1772366400.000300", answer_url="")


def as_form(core_bot: CoreBot, line: str) -> SlashCommand:
    """The form that the line opens, sent off as it is filled in."""
    partial = read_partial_line(core_bot.ctx.registry.typed, line)
    fields = {each.name: each.value for each in list_fields(core_bot.ctx, partial, OLGA)}
    value = write_origin(FormOrigin(command=partial.command.path, channel=OPS, switches=list_switches(partial)))
    key = core_bot.typed(OLGA, line).key
    return read_form_line(core_bot.ctx, Form(key=key, person=OLGA, value=value, fields=fields))


WAYS: Mapping[str, Callable[[CoreBot, str], SlashCommand]] = {
    "typed": as_typed,
    "button": as_button,
    "mention": as_mention,
    "form": as_form,
}


def describe(core_bot: CoreBot, change: ChangeRequest) -> tuple[object, ...]:
    """All that makes a request, but for its number and its times."""
    records = [(one.tag, one.actor, facts(one, change)) for one in core_bot.records("change:", change.id)]
    plan = change.plan
    return (change.line, change.digest, plan, change.decision, change.reason, change.place, change.requester, records)


def facts(record: AuditRecord, change: ChangeRequest) -> str:
    """Its facts but for the hash over all of the request, which has the number in it."""
    return str({name: text for name, text in record.facts.items() if name != "terms"}).replace(change.id, "CR")


def ask(core_bot: CoreBot, slash: SlashCommand, who: Principal = OLGA) -> tuple[object, ...]:
    """Let it open a request, and withdraw that."""
    newest = core_bot.store.changes.newest(limit=1)
    core_bot.take(slash)
    core_bot.deliver()
    change = core_bot.change()
    assert [change.number] != [one.number for one in newest], core_bot.last_private_notice
    described = describe(core_bot, change)
    core_bot.press(who, change, card_token.WITHDRAW)
    core_bot.deliver()
    return described


@pytest.mark.parametrize("seed", SEEDS)
def test_every_way_asks_for_the_same(core_bot: CoreBot, seed: int) -> None:
    line = make_line(Random(seed))
    asked = {name: ask(core_bot, way(core_bot, line)) for name, way in WAYS.items()}
    assert asked == dict.fromkeys(WAYS, asked["typed"]), line


@pytest.mark.parametrize("seed", SEEDS)
def test_the_terminal_plans_the_same_for_somebody_with_the_same_role(core_bot: CoreBot, seed: int) -> None:
    line = make_line(Random(seed))
    here, there = consider(core_bot.ctx, OLGA, line), consider(core_bot.ctx, SHELL, line)
    assert isinstance(here, Planned)
    assert isinstance(there, Planned)
    assert (here.plan, here.place, here.reason) == (there.plan, there.place, there.reason)
    assert (here.understood, type(here.decision)) == (there.understood, type(there.decision))
