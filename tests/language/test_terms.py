"""One term for one thing: the program is b24bot; the account of Slack that posts its messages is the bot user."""

from __future__ import annotations

import re

import pytest

from scripts.catalogues import HOMES, read_catalogue

THE_BOT = {
    "en": re.compile(r"\b(?:the|this|another|no|real|running) bot\b(?! user\b| token\b)", re.IGNORECASE),
    "ru": re.compile(r"(?<!\w)бот(?:а|у|ом|е)?(?!\w)", re.IGNORECASE),
}
"""What calls the program by another word, by language."""
TOKEN = re.compile(r"токен\w* бота", re.IGNORECASE)
"""Slack's own term."""
OF_THE_ACCOUNT = {
    *("check.slack.not_identified", "cli.init.step.channels", "policy.account.bot"),
    *("slack.cause.bot_not_in_channel", "slack.cause.channel_not_found", "slack.cause.posting_denied"),
    *("slack.remedy.approve_app_and_invite", "slack.remedy.give_channel_access", "slack.remedy.invite_bot"),
    *("slack.remedy.invite_or_replace_channel", "slack.remedy.permit_posting"),
}
"""The sentences about the account of Slack, which Russian calls «бот»."""


def find_other_words(language: str) -> dict[str, tuple[str, ...]]:
    paths = sorted(path for home in HOMES for path in (home.locale / language / "LC_MESSAGES").glob("*.po"))
    sentences = {key: forms for path in paths for key, forms in read_catalogue(path, language).items()}
    assert len(sentences) > 2000
    return {
        key: forms
        for key, forms in sentences.items()
        if any(THE_BOT[language].search(TOKEN.sub("", form)) for form in forms)
    }


def test_no_english_sentence_calls_the_program_by_another_word() -> None:
    assert find_other_words("en") == {}


def test_in_russian_the_account_of_slack_alone_is_a_bot() -> None:
    assert set(find_other_words("ru")) == OF_THE_ACCOUNT


@pytest.mark.parametrize(
    ("language", "text", "is_found"),
    [
        ("en", "Start the bot: b24bot serve", True),
        ("en", "Invite the bot user to the channel.", False),
        ("en", "copy the bot token", False),
        ("ru", "Запустите бота: b24bot serve", True),
        ("ru", "Запустите b24bot: b24bot serve", False),
        ("ru", "Работа завершена.", False),
    ],
)
def test_the_other_word_is_found(language: str, text: str, is_found: bool) -> None:
    assert bool(THE_BOT[language].search(text)) is is_found
