"""The Bolt app: told who it is, so that no request waits for the network, and quiet about what it turns away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request import BoltRequest
from slack_sdk import WebClient

from bot.slack.bot_identity import Identity
from bot.slack.incoming.acknowledged_refusals import (
    MALFORMED,
    Acknowledgements,
    FindLanguage,
    note_malformed,
    speak_english,
)
from bot.slack.incoming.event_listeners import EventHandling, handle_events
from bot.slack.incoming.form_handling import FormHandling, handle_forms
from bot.slack.incoming.listeners import CommandIntake, Receive, register
from bot.slack.incoming.verification import Dispatch, VerifiedRequest
from bot.usecases.authority.memberships import find_language
from bot.usecases.context import Context
from bot.usecases.intake.receipts import receive

NOBODY = Identity(team="", user="", bot="", enterprise=None)
"""Before auth.test has answered; the dispatcher lets no request through then."""


def make_bolt(
    *,
    client: WebClient,
    signing_secret: str,
    command: str,
    receive: Receive,
    forms: FormHandling,
    events: EventHandling,
    identity: Callable[[], Identity | None],
    find_language: FindLanguage = speak_english,
) -> App:
    """Build the app. `identity` gives what auth.test told; while it gives None requests are answered with 503.

    `find_language` gives the language of whoever is told why a delivery was not taken.
    """
    acknowledgements = Acknowledgements(command, find_language)
    # A bad signature makes Bolt log the whole body at INFO (docs/slack-behaviour.md S5); what matters is raised.
    logger = logging.getLogger("b24bot.bolt")
    logger.setLevel(logging.ERROR)

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        known = identity() or NOBODY
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=client.token,
            bot_id=known.bot or None,
            bot_user_id=known.user,
        )

    app = App(
        # Without a name Bolt walks the whole stack for one, which takes longer than all the rest of this. It quietens
        # the logger of that name.
        name=logger.name,
        client=client,
        signing_secret=signing_secret,
        authorize=authorize,
        before_authorize=CommandIntake(command, receive, acknowledgements),
        process_before_response=True,
        token_verification_enabled=False,
        # Both are for events; who wrote a message is looked at where it is read.
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
        logger=logger,
    )
    register(
        app,
        receive,
        forms,
        events,
        acknowledgements,
        find_bot=lambda: (identity() or NOBODY).user,
        find_message=lambda channel, message: (identity() or NOBODY).message_address(channel, message),
    )
    return app


def make_bolt_for(
    ctx: Context, *, client: WebClient, signing_secret: str, command: str, identity: Callable[[], Identity | None]
) -> App:
    """Build the app of a bot: all that comes in is recorded in its store."""
    return make_bolt(
        client=client,
        signing_secret=signing_secret,
        command=command,
        receive=partial(receive, ctx),
        forms=handle_forms(ctx),
        events=handle_events(ctx),
        identity=identity,
        find_language=partial(find_language, ctx),
    )


def dispatcher(app: App, identity: Callable[[], Identity | None]) -> Dispatch:
    """What a verified request is handed to."""

    def dispatch(admitted: VerifiedRequest) -> tuple[int, Mapping[str, str], bytes]:
        if identity() is None:
            return 503, {"Content-Type": "text/plain"}, b""
        try:
            response = app.dispatch(_request(admitted))
        except MALFORMED as error:
            note_malformed(error)
            return 400, {"Content-Type": "text/plain"}, b""
        flat = {name: values[0] for name, values in response.headers.items()}
        return response.status, flat, response.body.encode()

    return dispatch


def _request(admitted: VerifiedRequest) -> BoltRequest:
    """Bolt's request around what the verifier has read: only "socket_mode" takes an object instead of a text."""
    headers: dict[str, str | Sequence[str]] = {name: [value] for name, value in admitted.headers.items()}
    request = BoltRequest(mode="socket_mode", body=admitted.content, headers=headers)
    # From here on it is HTTP again, so that Bolt checks the signature too.
    request.mode, request.raw_body = "http", admitted.text
    return request
