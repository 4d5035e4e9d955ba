"""What becomes of the forms of commands: of one that is sent, of a word that is typed into a field, and of a choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from bot.core.messages.command_forms import ChoiceGroup, ChoiceQuestion, FormState
from bot.core.messages.deliveries import Form, SlashCommand
from bot.plugin.frozen import dataclass
from bot.usecases.context import Context
from bot.usecases.forms.form_lines import read_form_line
from bot.usecases.forms.offered_choices import offer_choices
from bot.usecases.forms.preview_drawing import note_form_state


@dataclass(frozen=True, slots=True, kw_only=True)
class FormHandling:
    """The two functions that listeners call."""

    read: Callable[[Form], SlashCommand]
    """Read one as the command that it stands for. Raises FormRefused."""
    offer: Callable[[ChoiceQuestion], Sequence[ChoiceGroup]]
    """Offer choices for what somebody types into a field."""
    note: Callable[[FormState], object]
    """Take what stands in a form after something was chosen in it."""


def handle_forms(ctx: Context) -> FormHandling:
    """Handle forms with what is stored; nothing goes over the network."""
    return FormHandling(
        read=partial(read_form_line, ctx), offer=partial(offer_choices, ctx), note=partial(note_form_state, ctx)
    )
