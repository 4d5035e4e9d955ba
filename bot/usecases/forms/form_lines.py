"""What comes back from a command's form, as the line that it stands for: it goes the way of every typed line."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.core.bot_errors import SecretTyped, WordsError
from bot.core.encoding import encode
from bot.core.messages.deliveries import Form, SlashCommand
from bot.core.parsing.invocation import find_command, understand
from bot.core.parsing.partial_line import FieldError, find_field_errors, write_line
from bot.plugin import BadArgument, Message, PluginError
from bot.plugin.frozen import dataclass
from bot.usecases.context import Context
from bot.usecases.forms.retyped_values import RETYPED, check_retyped
from bot.usecases.intake.receipts import find_secret

_NOT_READ = Message("form.command.not_read")


class FormRefused(Exception):
    """The form stays open: what is wrong, by the name of the field."""

    def __init__(self, errors: Mapping[str, PluginError]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOrigin:
    """What a form carries along: its command, where it was typed, the options without a field, and the usual place."""

    command: str
    channel: str = ""
    switches: tuple[str, ...] = ()
    place: str = ""


def write_origin(origin: FormOrigin) -> str:
    """Write it as the value that comes back with the form."""
    return encode(origin)


def read_origin(value: str) -> FormOrigin:
    """Read it; one without a command where another version wrote the value."""
    try:
        carried = json.loads(value)
        switches = tuple(map(str, carried["switches"]))
        return FormOrigin(**{name: str(carried[name]) for name in ("command", "channel", "place")}, switches=switches)
    except (ValueError, KeyError, TypeError):
        return FormOrigin(command="")


def read_form_line(ctx: Context, form: Form) -> SlashCommand:
    """The command that somebody would have typed instead. Raises FormRefused; neither Slack nor a place is asked."""
    origin = read_origin(form.value)
    if not origin.command:
        raise FormRefused({_first(form): BadArgument(_NOT_READ)})
    _refuse_secrets(ctx, form)
    try:
        command, _ = find_command(ctx.registry.typed, origin.command.split())
        filled = {name: value for name, value in form.fields.items() if name != RETYPED}
        line = write_line(command, filled, origin.switches)
        understand(ctx.registry.typed, line)
        check_retyped(ctx, form.fields, command, origin.place)
    except FieldError as error:
        raise FormRefused({error.field: error}) from None
    except WordsError as error:
        raise FormRefused({_first(form): error}) from None
    except BadArgument as error:
        raise FormRefused(_find_errors(ctx, line) or {_first(form): error}) from None
    except PluginError as error:
        raise FormRefused({_first(form): error}) from None
    return SlashCommand(
        key=form.key,
        person=form.person,
        channel=origin.channel,
        text=line,
        workspace=form.workspace,
        enterprise=form.enterprise,
    )


def _refuse_secrets(ctx: Context, form: Form) -> None:
    """Refuse one of the bot's own secrets under the field where it stands, so that the person can take it out."""
    for name, words in form.fields.items():
        what = find_secret(ctx.deployment.known_secrets, [words])
        if what:
            raise FormRefused({name: SecretTyped(what)})


def _find_errors(ctx: Context, line: str) -> Mapping[str, PluginError]:
    """What is wrong under each field; nothing where the words do not fit the command at all, as of a forged form."""
    try:
        return find_field_errors(ctx.registry.typed, line)
    except PluginError:
        return {}


def _first(form: Form) -> str:
    return next(iter(form.fields), "")
