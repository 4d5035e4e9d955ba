"""The modal that asks why somebody rejects."""

from __future__ import annotations

from bot.core.change.change_request import ChangeRequest
from bot.core.text import one_line
from bot.language.catalogues import ENGLISH
from bot.plugin import Message
from bot.slack.render.block_kit import Modal, PlainText, make_plain, make_text_input
from bot.slack.render.slack_text import Writer, cut, section

REASON_FORM = "b24:reason"
REASON_FIELD = "reason"
TITLE_MOST = 24
LABEL_MOST = 2_000


def make_reason_form(change: ChangeRequest, value: str, language: str = ENGLISH) -> Modal:
    """Make the modal; `value` comes back with it and proves what it is for."""
    writer = Writer(language=language)
    return {
        "type": "modal",
        "callback_id": REASON_FORM,
        "private_metadata": value,
        "title": _plain(writer, Message("form.title", request=change.id)),
        "submit": _plain(writer, Message("form.reject")),
        "close": _plain(writer, Message("form.cancel")),
        "blocks": [
            section(writer.mrkdwn(one_line(writer.translate(change.summary_with_place)))),
            make_text_input(
                REASON_FIELD,
                "reason",
                label=cut(writer.plain(Message("form.reason")), LABEL_MOST),
                hint=cut(writer.plain(Message("form.reason_hint")), LABEL_MOST),
                most=1000,
            ),
        ],
    }


def _plain(writer: Writer, text: Message) -> PlainText:
    return make_plain(cut(writer.plain(text), TITLE_MOST))
