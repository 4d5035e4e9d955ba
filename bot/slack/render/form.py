"""The modal that asks why somebody rejects."""

from __future__ import annotations

from bot.core.change.change_request import ChangeRequest
from bot.core.text import one_line
from bot.language.translation import translate
from bot.slack.render.block_kit import Modal
from bot.slack.render.slack_text import cut, mrkdwn, section

REASON_FORM = "b24:reason"
REASON_FIELD = "reason"


def reason_form(change: ChangeRequest, value: str) -> Modal:
    """A view; `value` comes back with it and proves what it is for."""
    return {
        "type": "modal",
        "callback_id": REASON_FORM,
        "private_metadata": value,
        "title": {"type": "plain_text", "text": cut(f"Reject {change.id}", 24)},
        "submit": {"type": "plain_text", "text": "Reject"},
        "close": {"type": "plain_text", "text": "Go back"},
        "blocks": [
            section(mrkdwn(one_line(translate(change.summary_with_place)))),
            {
                "type": "input",
                "block_id": REASON_FIELD,
                "label": {"type": "plain_text", "text": "Why not?"},
                "hint": {"type": "plain_text", "text": "It is shown under the card and kept in the audit log."},
                "element": {
                    "type": "plain_text_input",
                    "action_id": "reason",
                    "multiline": True,
                    "min_length": 1,
                    "max_length": 1000,
                },
            },
        ],
    }
