"""Open a command's form for a line that is not complete: at once, and filled in as soon as the person was looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.authority.policy import Refused, decide
from bot.core.messages.command_forms import CommandForm
from bot.core.messages.deliveries import SlashCommand
from bot.core.parsing.partial_line import PartialLine, read_partial_line
from bot.core.parsing.typed_line import AnyCommand
from bot.core.principals import Principal
from bot.core.redaction.redactor import looks_secret
from bot.plugin import CommandLine, Message, PluginError, Text
from bot.plugin.frozen import dataclass
from bot.store.repositories.jobs import Job
from bot.usecases.authority.memberships import check_membership, find_language, refresh_memberships
from bot.usecases.chat.delivery_errors import DeliveryError
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context, log
from bot.usecases.forms.form_fields import find_usual_place, list_fields, list_switches
from bot.usecases.forms.form_lines import FormOrigin, write_origin
from bot.usecases.forms.form_preview import make_preview
from bot.usecases.intake.stop_requests import freeze_line
from bot.usecases.intake.stop_words import settle_stop
from bot.usecases.process.choice_requests import ChoiceRequest
from bot.usecases.process.event_counters import COMMANDS

LOADING = Message("form.command.loading")
FORM_OPENED = "form_opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRequest:
    """Who wants a form, for which line, and what opens it."""

    person: Principal
    line: str
    channel: str
    trigger: str
    """What Slack gave with the command or the click: it opens one form, for three seconds."""


def offer_form(ctx: Context, job: Job, slash: SlashCommand) -> bool:
    """Open the form for a typed line whose arguments are missing; False for any other, which is to be answered.

    A button may ask for the form of a line that lacks nothing.

    What looks like a secret is not sent back to Slack in the field that it would fill.
    """
    if looks_secret(slash.text):
        return False
    request = FormRequest(
        person=slash.person, line=freeze_line(slash.text), channel=slash.channel, trigger=slash.trigger
    )
    try:
        partial = read_partial_line(ctx.registry.typed, request.line)
    except PluginError:
        return False
    if not (partial.missing or slash.form) or not open_form(ctx, request, partial):
        return False
    with ctx.store.unit_of_work() as tx:
        settle_stop(tx, ctx, slash.key)
        tx.jobs.finish(job)
    ctx.threads.counters.count(COMMANDS, FORM_OPENED)
    return True


def open_form(ctx: Context, request: FormRequest, partial: PartialLine) -> bool:
    """Open the form of a line, for a typed one or for a button; False where the person gets an answer instead.

    Whoever may not type the command gets no form. What the form sends is checked again.
    """
    command, role = partial.command, role_of(ctx, request.person)
    if not request.trigger or isinstance(decide(command.risk, role, ctx.deployment.terms), Refused):
        return False
    messenger = ctx.chat.messenger
    empty = CommandForm(title=command.title, note=LOADING)
    try:
        view = messenger.open_form(request.trigger, empty, language=find_language(ctx, request.person))
        form, opened = _fill(ctx, request, partial, empty)
        # Slack has told of the person meanwhile, also of one who opens a form before anything else.
        messenger.fill_form(view, form, language=find_language(ctx, request.person))
    except DeliveryError as error:
        log.warning("a form did not open: %s", error.reason, extra={"action": "form_not_opened"})
        return False
    return opened


def _fill(ctx: Context, request: FormRequest, partial: PartialLine, empty: CommandForm) -> tuple[CommandForm, bool]:
    """The form with its fields, and True; or why there is none, and False."""
    refresh_memberships(ctx, [request.person])
    refused = check_membership(ctx, request.person)
    if refused is not None:
        return replace(empty, note=refused.reason), False
    try:
        fields = list_fields(ctx, partial, request.person)
    except PluginError as error:
        return replace(empty, note=error.sentence), False
    switches, place = list_switches(partial), find_usual_place(ctx, partial, request.person)
    origin = FormOrigin(command=partial.command.path, channel=request.channel, switches=switches, place=place)
    _request_choices(ctx, partial, place)
    filled = replace(empty, note=write_note(partial.command, switches), fields=fields, value=write_origin(origin))
    return replace(filled, preview=make_preview(ctx, filled, request.person)), True


def _request_choices(ctx: Context, partial: PartialLine, place: str) -> None:
    """Have the choices of the form read while the person looks at it."""
    plugin = ctx.registry.owner(partial.command)
    if plugin is not None and place and any(each.arg.choices for each in partial.command.parameters):
        request = ChoiceRequest(command=partial.command.path, plugin=plugin.name, place=place)
        ctx.threads.choice_requests.add(request)


def write_note(command: AnyCommand, switches: Sequence[str]) -> Text:
    """What stands above the fields."""
    if not switches:
        return command.help
    line = CommandLine(command_line=" ".join([command.path, *switches]))
    return Message("form.command.with_options", help=command.help, line=line)
