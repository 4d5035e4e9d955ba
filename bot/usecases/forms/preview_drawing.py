"""Draws the previews of open forms, in a thread of its own: the acknowledgement of a choice waits for no network."""

from __future__ import annotations

from dataclasses import replace

from bot.core.authority.policy import Refused, decide
from bot.core.messages.command_forms import CommandForm, FormState
from bot.core.parsing.partial_line import PartialLine
from bot.plugin import PluginError
from bot.usecases.authority.memberships import find_language
from bot.usecases.chat.delivery_errors import DeliveryError
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context, log
from bot.usecases.forms.form_fields import list_fields
from bot.usecases.forms.form_lines import read_origin
from bot.usecases.forms.form_opening import write_note
from bot.usecases.forms.form_preview import make_preview
from bot.usecases.process.choice_requests import ChoiceRequest
from bot.usecases.process.wake_signal import Group


def note_form_state(ctx: Context, state: FormState) -> None:
    """Have the preview of a form drawn for what stands in it now."""
    ctx.threads.form_states.put(state)
    ctx.threads.wake(Group.PREVIEWS)


class PreviewDrawer:
    """Draws what was asked for. A form that is closed meanwhile stays closed."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def run_once(self) -> bool:
        """Draw all that waits now."""
        for state in self._ctx.threads.form_states.take():
            form = draw_form(self._ctx, state)
            if form is None:
                continue
            try:
                language = find_language(self._ctx, state.person)
                self._ctx.chat.messenger.fill_form(state.view, form, language=language)
            except DeliveryError as error:
                log.info("a preview was not shown: %s", error.reason, extra={"action": "preview_not_shown"})
        return False


def draw_form(ctx: Context, state: FormState) -> CommandForm | None:
    """Draw the form with its preview and with what was filled in; None to whoever may not type the command."""
    origin = read_origin(state.value)
    command = next((each for each in ctx.registry.typed if each.path == origin.command), None)
    if command is None or isinstance(decide(command.risk, role_of(ctx, state.person), ctx.deployment.terms), Refused):
        return None
    try:
        fields = list_fields(ctx, PartialLine(command=command, words={}, options={}), state.person)
    except PluginError:
        return None
    filled = tuple(replace(each, value=state.fields.get(each.name, "")) for each in fields)
    form = CommandForm(title=command.title, note=write_note(command, origin.switches), fields=filled, value=state.value)
    place = state.fields.get(command.place_term.option) or origin.place
    plugin = ctx.registry.owner(command)
    if plugin is not None and place:
        ctx.threads.choice_requests.add(ChoiceRequest(command=command.path, plugin=plugin.name, place=place))
    return replace(form, preview=make_preview(ctx, form, state.person))
