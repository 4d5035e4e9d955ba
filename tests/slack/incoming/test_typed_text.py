"""What Slack hands over becomes again what was typed."""

from __future__ import annotations

from bot.slack.incoming.typed_text import restore_typed_text
from tests.tables.rows import each_row

FORMS = {
    "connector list": "connector list",
    "R&amp;D &lt;x&gt;": "R&D <x>",
    "&amp;lt;": "&lt;",
    "<https://example.com/a?b=1&amp;c=2>": "https://example.com/a?b=1&c=2",
    "<http://example.com|example.com>": "example.com",
    "<http://example.com/|example.com>": "example.com",
    "<https://example.com/a|our page>": "https://example.com/a",
    "<mailto:a@example.com>": "a@example.com",
    "<tel:+49301234|+49 30 1234>": "+49 30 1234",
    "<mailto:a@example.com|a@example.com>": "a@example.com",
    "<@U0002|anton>": "<@U0002|anton>",
    "<@U0002>": "<@U0002>",
    "<#C0003|audit>": "#audit",
    "<!here>": "@here",
    "<!subteam^S01|@ops>": "@ops",
    "<!date^1700000000^{date}|then>": "then",
    "&lt;!channel&gt;": "<!channel>",
}


@each_row(("handed", "typed"), FORMS.items())
def test_links_mentions_and_entities_of_slack_become_what_was_typed_again(handed: str, typed: str) -> None:
    assert restore_typed_text(handed) == typed
