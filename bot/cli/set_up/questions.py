"""The questions of `b24bot init`, a row each, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable

from bot.checks.slack_answers import (
    ADMINS,
    APP_TOKEN,
    APPROVAL_CHANNEL,
    AUDIT_CHANNEL,
    BOT_TOKEN,
    SIGNED_WITH,
    SlackAnswers,
    make_app_link,
)
from bot.plugin import PUBLIC_URL, Message, Text
from bot.plugin.frozen import dataclass

SOCKET, HTTP = "socket", "http"
MODES = (SOCKET, HTTP)

Lines = tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One setting that a person gives. `explain` says before the question where its value is found."""

    setting: str
    ask: Message
    explain: Callable[[SlackAnswers, str], Lines]
    secret: bool = False
    """Not shown while it is typed."""
    modes: tuple[str, ...] = MODES


def _explain(*keys: Message) -> Callable[[SlackAnswers, str], Lines]:
    return lambda _answers, _mode: keys


def _explain_app(answers: SlackAnswers, mode: str) -> Lines:
    link = make_app_link(answers.settings, socket_mode=mode == SOCKET)
    return Message("cli.init.say.app"), link, Message("cli.init.say.bot_token")


def _explain_channels(answers: SlackAnswers, _mode: str) -> Lines:
    how = Message("cli.init.say.channel_by_name") if answers.reads_names else Message("cli.init.say.channel_where")
    return Message("cli.init.say.channels"), how


QUESTIONS: tuple[Question, ...] = (
    Question(
        setting=PUBLIC_URL,
        ask=Message("cli.init.ask.public_url"),
        explain=_explain(Message("cli.init.say.public_url")),
        modes=(HTTP,),
    ),
    Question(setting=BOT_TOKEN, ask=Message("cli.init.ask.bot_token"), explain=_explain_app, secret=True),
    Question(
        setting=APP_TOKEN,
        ask=Message("cli.init.ask.app_token"),
        explain=_explain(Message("cli.init.say.app_token")),
        secret=True,
        modes=(SOCKET,),
    ),
    Question(
        setting=SIGNED_WITH,
        ask=Message("cli.init.ask.signing_secret"),
        explain=_explain(Message("cli.init.say.signing_secret")),
        secret=True,
        modes=(HTTP,),
    ),
    Question(setting=APPROVAL_CHANNEL, ask=Message("cli.init.ask.approval_channel"), explain=_explain_channels),
    Question(setting=AUDIT_CHANNEL, ask=Message("cli.init.ask.audit_channel"), explain=_explain()),
    Question(setting=ADMINS, ask=Message("cli.init.ask.admin"), explain=_explain(Message("cli.init.say.admin"))),
)
