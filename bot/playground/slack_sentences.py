"""What the simulated Slack itself tells people, as messages: the simulator writes it in English, as plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.plugin import Message, Text
from bot.plugin.message import fill_message

SENTENCES: Sequence[tuple[re.Pattern[str], Message]] = (
    (
        re.compile(r'\A(?P<command>/\S+) failed with the error "(?P<code>[^"]*)"'),
        Message("playground.slack.command_failed", command="command", code="code"),
    ),
    (re.compile(r'This did not work: "(?P<code>[^"]*)"'), Message("playground.slack.click_failed", code="code")),
    (
        re.compile(r'We had some trouble connecting\. Try again\? "(?P<code>[^"]*)"'),
        Message("playground.slack.form_failed", code="code"),
    ),
    (re.compile(r"We had some trouble connecting\. Try again\?"), Message("playground.slack.trouble")),
    (re.compile(r"Please complete this required field\."), Message("playground.slack.required")),
    (re.compile(r"Enter at least (?P<least>\d+) characters\."), Message("playground.slack.too_short", least="least")),
    (re.compile(r"Enter no more than (?P<most>\d+) characters\."), Message("playground.slack.too_long", most="most")),
    (re.compile(r"Enter a number\."), Message("playground.slack.number")),
    (re.compile(r"Enter a number of at least (?P<least>\S+)\."), Message("playground.slack.number_low", least="least")),
    (re.compile(r"Enter a number of at most (?P<most>\S+)\."), Message("playground.slack.number_high", most="most")),
    (re.compile(r"Enter an email address\."), Message("playground.slack.email")),
    (re.compile(r"Enter a link\."), Message("playground.slack.link")),
    (re.compile(r"Choose no more than (?P<most>\d+)\."), Message("playground.slack.too_many", most="most")),
    (
        re.compile(r"\A(?P<person>.*) has no modal open", re.DOTALL),
        Message("playground.slack.no_modal", person="person"),
    ),
    (re.compile(r"this message is not there any more"), Message("playground.slack.message_gone")),
    (
        re.compile(r"\Athe view (?P<title>.*) is not open any more", re.DOTALL),
        Message("playground.slack.view_gone", title="title"),
    ),
)
"""Each sentence of the simulator that somebody at the page can meet. A test holds that the simulator writes it."""


def describe_slack_sentence(text: str) -> Text:
    """The message that says the same as a sentence of the simulated Slack; the text itself where none does."""
    for pattern, template in SENTENCES:
        found = pattern.fullmatch(text)
        if found:
            return fill_message(template, found.groupdict())
    return text
