"""What Bolt calls: each of it records what came in and acknowledges it, and does nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.middleware import Middleware
from slack_bolt.request import BoltRequest
from slack_bolt.response import BoltResponse

from bot.core.bot_errors import LineTooLong, SecretTyped
from bot.core.messages.deliveries import Form, Inbound, SlashCommand
from bot.plugin import PluginError, Refusal
from bot.slack.incoming.acknowledged_refusals import Acknowledgements
from bot.slack.incoming.event_listeners import EventHandling, take_event
from bot.slack.incoming.form_handling import FormHandling
from bot.slack.incoming.payloads import choice_question, click, form, form_state, pressed_line, slash_command
from bot.slack.incoming.shortcut_payloads import FindAddress, shortcut
from bot.slack.manifest import SHORTCUT_PREFIX
from bot.slack.render.answer_buttons import FORM_ACTION, LINE_ACTION
from bot.slack.render.card_buttons import ACTION_PREFIX, LINK_ACTION
from bot.slack.render.command_form import COMMAND_FORM, option_groups, text_form
from bot.slack.render.form import REASON_FIELD, REASON_FORM
from bot.store.repositories.jobs import Receipt
from bot.usecases.forms.form_lines import FormRefused
from bot.usecases.intake.receipts import TOO_MANY_SENTENCE

Receive = Callable[[Inbound], object]


def register(
    app: App,
    receive: Receive,
    forms: FormHandling,
    events: EventHandling,
    acknowledgements: Acknowledgements,
    find_bot: Callable[[], str],
    find_message: FindAddress,
) -> None:
    """Attach the listeners of all that is no slash command.

    `find_bot` gives the bot's user id once Slack told it, `find_message` the address of a message.
    """

    @app.action(re.compile(f"^{re.escape(ACTION_PREFIX)}"))
    def pressed(ack: Ack, body: dict[str, Any]) -> None:
        receive(click(body))
        ack()

    @app.action(re.compile(f"^({re.escape(LINE_ACTION)}|{re.escape(FORM_ACTION)})"))
    def pressed_for_line(ack: Ack, body: dict[str, Any]) -> None:
        receive(pressed_line(body))
        ack()

    @app.action(LINK_ACTION)
    def opened(ack: Ack) -> None:
        # The browser has opened the page; unanswered, Slack would show a warning.
        ack()

    @app.view(REASON_FORM)
    def sent(ack: Ack, body: dict[str, Any]) -> None:
        try:
            receive(form(body))
        except SecretTyped as error:
            # Under the field where it stands, so that the person can take it out.
            ack(response_action="errors", errors={REASON_FIELD: acknowledgements.in_field(body, error)})
        else:
            ack()

    @app.view(COMMAND_FORM)
    def filled(ack: Ack, body: dict[str, Any]) -> None:
        answer = _take_form(form(body), receive, forms.read, partial(acknowledgements.in_field, body))
        ack(**answer)

    @app.action(re.compile(".*"), matchers=[_is_in_form])
    def chosen_in_form(ack: Ack, body: dict[str, Any]) -> None:
        forms.note(form_state(body))
        ack()

    @app.options(re.compile(".*"))
    def asked(ack: Ack, body: dict[str, Any]) -> None:
        question = choice_question(body)
        ack(**option_groups(forms.offer(question), acknowledgements.find_language(question.person)))

    _register_all_else(app, receive, events, find_bot, find_message)

    @app.error
    def failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
        return acknowledgements.of_failure(body, error)


def _register_all_else(
    app: App, receive: Receive, events: EventHandling, find_bot: Callable[[], str], find_message: FindAddress
) -> None:
    """Attach the listeners of shortcuts and events."""

    @app.shortcut(re.compile(f"^{re.escape(SHORTCUT_PREFIX)}"))
    def chosen(ack: Ack, body: dict[str, Any]) -> None:
        receive(shortcut(body, find_message))
        ack()

    @app.event(re.compile(".*"))
    def happened(ack: Ack, body: dict[str, Any]) -> None:
        bot = find_bot()
        if bot:
            take_event(events, body, bot)
            ack()
        # Unanswered, Slack repeats it. By then it is known who is mentioned.


def _is_in_form(body: dict[str, Any]) -> bool:
    """Whether something was chosen in an open form of a command."""
    view = body.get("view")
    return isinstance(view, dict) and view.get("callback_id") == COMMAND_FORM


def _take_form(
    sent: Form, receive: Receive, read_form: Callable[[Form], SlashCommand], write: Callable[[PluginError], str]
) -> dict[str, Any]:
    """Take a command's form; the answer of the acknowledgement, which is empty where the form is done with."""
    try:
        receipt = receive(read_form(sent))
    except FormRefused as error:
        refused = error.errors
    except (SecretTyped, LineTooLong) as error:
        # Of the line as a whole; what one field is refused for was found before.
        refused = dict.fromkeys(list(sent.fields)[-1:], error)
    else:
        if receipt is not Receipt.TOO_MANY:
            return {}
        # The same form cannot be taken a second time, so it does not stay open.
        return {"response_action": "update", "view": dict(text_form(write(Refusal(TOO_MANY_SENTENCE))))}
    return {"response_action": "errors", "errors": {name: write(error) for name, error in refused.items()}}


class CommandIntake(Middleware):
    """Takes the slash command as soon as Bolt has checked its signature, before it looks for a listener.

    For a listener Bolt makes all the arguments there may be, twice for each request, and the person waits for that. One
    slash command with our own look-up behind it keeps the cost flat (docs/slack-behaviour.md S8).
    """

    def __init__(self, command: str, receive: Receive, acknowledgements: Acknowledgements) -> None:
        self._command = command
        self._receive = receive
        self._acknowledgements = acknowledgements

    def process(self, *, req: BoltRequest, resp: BoltResponse, next: Callable[[], BoltResponse]) -> BoltResponse | None:
        if req.body.get("command") != self._command:
            return next()
        receipt = self._receive(slash_command(req.body))
        told = self._acknowledgements.in_words(req.body, TOO_MANY_SENTENCE) if receipt is Receipt.TOO_MANY else ""
        return BoltResponse(status=200, body=told)
