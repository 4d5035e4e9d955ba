"""Forms of commands as people meet them: while they load, with their fields, and with what is refused under a field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot.core.authority.policy import WHO
from bot.core.messages.command_forms import CommandForm
from bot.core.parsing.partial_line import FieldError, PartialLine, find_field_errors, read_partial_line, write_line
from bot.core.principals import Role
from bot.plugin import Message, Place, Text
from bot.usecases.forms.form_fields import lay_out_fields
from bot.usecases.forms.form_opening import LOADING
from bot.usecases.forms.offered_choices import AS_TYPED
from bot.usecases.forms.retyped_values import RETYPED, RETYPING, find_retyped
from plugins.bitrix24.connectors.connector_choices import GROUPS
from tests.slack.render.answer_cases import COMMANDS

SHOP = Place(name="shop", label="shop.bitrix24.com", identity="m1", mark="🟦")
PROD = Place(name="prod", label="prod.bitrix24.com", identity="m2", mark="🟥", protected=True)
LINES = (
    *("connector register", "connector remove", "connector configure --name Shop", "connector deactivate"),
    *("message send", "access grant", "portal use"),
)
"""Lines that lack an argument."""
Errors = Sequence[tuple[str, Text]]


def list_forms() -> Iterator[tuple[str, CommandForm, Errors]]:
    """Each form with its title in the storyboard, and the errors under its fields."""
    yield "while it loads", CommandForm(title=_partial("connector remove").command.title, note=LOADING), ()
    for line in LINES:
        yield line, _form(line, [SHOP]), ()
    known = Message("form.preview.detail", value="myconnector", detail="WhatsApp EU")
    age = Message("form.choices.seconds_old", seconds=40)
    preview = (
        Message("form.preview.no_undo", known=known, age=age),
        Message("form.preview.unknown", value="other"),
        Message("form.preview.needs", needs=Message("policy.needs.approval", count=1, who=WHO[Role.APPROVER])),
    )
    yield "connector remove, with its preview", replace(_form("connector remove", [SHOP]), preview=preview), ()
    for why, (_, tell) in zip(("a protected portal", "no undo", "not known"), RETYPING, strict=True):
        yield f"connector remove, not typed once more: {why}", _form("connector remove", [SHOP, PROD]), _retyped(tell)
    yield "connector register, refused", _form("connector register", [SHOP]), tuple(_refused())


def list_choices() -> Sequence[tuple[str, Text]]:
    """The labels of the groups of a menu."""
    age = Message("form.choices.seconds_old", seconds=40)
    groups = [Message("form.choices.group", group=group, age=age) for group in GROUPS.values()]
    part = Message("form.choices.part", shown=99, all=500, age=Message("form.choices.minutes_old", minutes=3))
    return [("group", text) for text in (*groups, part, AS_TYPED)]


def _form(line: str, places: Sequence[Place]) -> CommandForm:
    partial = _partial(line)
    fields = lay_out_fields(partial, places, places[0])
    return CommandForm(title=partial.command.title, note=partial.command.help, fields=fields, value="{}")


def _partial(line: str) -> PartialLine:
    return read_partial_line(COMMANDS, line)


def _retyped(tell: Callable[[Text], Message]) -> Errors:
    parameter = find_retyped(read_partial_line(COMMANDS, "connector remove").command)
    assert parameter is not None
    return [(RETYPED, tell(parameter.title))]


def _refused() -> Iterator[tuple[str, Text]]:
    """An id that is none, an option in a field, and an argument that is left out in front of another one."""
    line = "connector register my.shop --name Shop --handler http://shop.example"
    yield from ((name, error.sentence) for name, error in find_field_errors(COMMANDS, line).items())
    for path, fields in (
        ("connector register", {"connector": "--break-glass"}),
        ("message send", {"line": "1"}),
    ):
        yield from _field_error(path, fields)


def _field_error(path: str, fields: dict[str, str]) -> Iterator[tuple[str, Text]]:
    try:
        write_line(read_partial_line(COMMANDS, path).command, fields)
    except FieldError as error:
        yield error.field, error.sentence
