"""What a newcomer asks in the first hour: help, who is who, what waits, and what the audit log says about it."""

from __future__ import annotations

import re

import pytest

from bot.core.principals import Principal, Role
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.admin.builtin_plugin import BUILTIN_PLACE
from tests.stories.scene import Scene

PERSON_ID = re.compile(r"\b(?:T0001:)?U000\d\b")
"""Left in what a person reads where the bot wrote an id instead of a mention."""


@pytest.fixture
def asked(scene: Scene) -> Scene:
    """Ida has asked for a role for Gleb, which Vera may approve."""
    grant_role(scene.playground.store, scene.playground.person("Vera"), Role.ADMIN, by=Principal.shell("tester"))
    scene.ask("Ida", "access grant @gleb operator")
    scene.card("operator")
    return scene


def test_who_asks_what_happened_reads_sentences_with_mentions_portal_and_target(scene: Scene) -> None:
    scene.ask_removal()
    scene.ask("Olga", "audit find --subject cr1001")
    shown = scene.answer("Olga", "Audit records with --subject CR-1001")
    what = "@Olga asked for CR-1001 Remove the connector myconnector from default [connector:myconnector]"
    assert what in shown
    assert "change:request:opened" in shown
    assert "…" not in shown
    assert not PERSON_ID.search(shown)


def test_who_looks_for_a_name_that_is_nobodys_is_told_what_to_type(scene: Scene) -> None:
    scene.ask("Olga", "audit find --actor Anton")
    assert "type the member id" in scene.answer("Olga", "b24bot does not know the name “Anton”")
    scene.ask("Olga", "audit find --actor @anton --subject CR-4711")
    scene.answer("Olga", "No audit record matches --subject CR-4711 and --actor @Anton.")


@pytest.mark.parametrize(
    ("line", "begins", "words"),
    [
        (
            "request list",
            "Change requests",
            "*CR-1001* · waiting for approval · – · access:@Gleb · access grant @Gleb operator · @Ida",
        ),
        ("request show CR-1001", "CR-1001: Give", "Give @Gleb the role operator"),
        ("access list", "The allow-list", "*@Ida* · admin"),
        ("audit find", "Audit records", "@Ida asked for CR-1001 Give @Gleb the role operator [access:@Gleb]"),
        ("audit find --tag access", "Audit records", "tester (shell) gave @Vera the role admin"),
    ],
)
def test_people_are_mentioned_wherever_an_answer_names_them(asked: Scene, line: str, begins: str, words: str) -> None:
    asked.ask("Ida", line)
    shown = asked.answer("Ida", begins)
    assert words in shown
    assert not PERSON_ID.search(shown), shown


def test_whoami_mentions_and_gives_the_id_that_an_admin_types(scene: Scene) -> None:
    scene.ask("Olga", "whoami")
    shown = scene.answer("Olga", "You are @Olga.")
    assert "*Your id*: T0001:U0001" in shown
    assert "Admins: @Ida." in shown


def test_what_is_about_the_bot_itself_names_no_portal(asked: Scene) -> None:
    card = asked.workspace.transcript(asked.card("operator"))
    assert BUILTIN_PLACE.label not in card
    assert "Portal" not in card
    line = asked.channel_says("audit", "asked for CR-1001")
    assert "Give @Gleb the role operator [access:@Gleb]" in line
    asked.ask("Ida", "request show CR-1001")
    assert "Portal" not in asked.answer("Ida", "CR-1001: Give")
    (record,) = asked.playground.store.audit.find(tag="change:request:opened")
    assert "portal" not in record.facts


def test_help_for_a_word_that_two_commands_have_lists_both(scene: Scene) -> None:
    scene.ask("Olga", "help restore")
    shown = scene.answer("Olga", "Several commands have the word “restore”")
    assert "`/b24 connector restore ID …`" in shown
    assert "b24bot restore" in shown
