"""Forms and buttons that carry a line reach no further than the line typed by whoever sent them, whatever is forged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from bot.core.change.change_request import Status
from bot.core.principals import Principal
from bot.playground.form_entries import enter_values
from bot.playground.workspace import DispatchResult
from bot.plugin.frozen import dataclass
from bot.slack.render.answer_buttons import FORM_ACTION
from bot.usecases.admin.allow_list import revoke_role
from tests.stories.scene import UNREGISTER, Scene
from tests.stories.usage.test_forms import REMOVAL, open_form
from tests.stories.usage.test_start_card import start

SHELL = Principal.shell("tester")
WANTED = "connector remove myconnector"
Payload = dict[str, Any]


def hold_form(scene: Scene) -> DispatchResult:
    """Olga's form for a removal, filled in and signed, and not delivered yet."""
    open_form(scene, "connector remove")
    olga = scene.workspace.people["Olga"]
    values = enter_values(olga, REMOVAL)
    with scene.workspace.holding():
        held: DispatchResult = olga.submit(values)
    return held


def hold_line(scene: Scene) -> DispatchResult:
    """A button of Olga's whose line asks for the same."""
    card = start(scene, "Olga")
    with scene.workspace.holding():
        return altered(scene.press("Olga", card, "My requests"), carry_line(WANTED))


SURFACES: Mapping[str, Callable[[Scene], DispatchResult]] = {"form": hold_form, "button": hold_line}


def altered(held: DispatchResult, alter: Callable[[Payload], None]) -> DispatchResult:
    """The same delivery with another payload, to be signed anew."""
    payload = json.loads(parse_qs(held.dispatch.body.decode())["payload"][0])
    alter(payload)
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return replace(held, dispatch=replace(held.dispatch, body=body))


def carry_line(line: str) -> Callable[[Payload], None]:
    def alter(payload: Payload) -> None:
        payload["actions"][0]["value"] = line

    return alter


def carry_origin(name: str, **fields: object) -> Callable[[Payload], None]:
    """What a form carries along, in somebody's own words; `name` makes it a delivery of its own."""

    def alter(payload: Payload) -> None:
        carried = json.loads(payload["view"]["private_metadata"])
        payload["view"]["private_metadata"] = json.dumps({**carried, **fields})
        payload["view"]["hash"] = f"forged {name}"

    return alter


def sent_by(person: str, team: str = "T0001") -> Callable[[Scene, Payload], None]:
    def alter(scene: Scene, payload: Payload) -> None:
        payload["user"] |= {"id": scene.playground.person(person).user, "team_id": team}

    return alter


def as_it_is(_scene: Scene, _payload: Payload) -> None:
    """Nothing in it is changed."""


def leave_alone(_scene: Scene) -> None:
    """Nothing happens before it arrives."""


def take_role(scene: Scene) -> None:
    revoke_role(scene.playground.store, scene.playground.person("Olga"), by=SHELL)


def narrow_to_user_group(scene: Scene) -> None:
    """Put the bot up with a policy table that lets only a user group ask, in which Vera is."""
    scene.workspace.set_user_group("S0001", "Vera")
    path = scene.playground.folder / "policy.toml"
    path.write_text('[user_groups]\noncall = { id = "S0001" }\n[[rule]]\nname = "on call"\nask = ["oncall"]\n')
    scene.playground.stop_bot()
    scene.playground.start_bot(B24BOT_POLICY=str(path), B24BOT_LANGUAGE="en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """What is changed in a delivery or in the world before it arrives, and who is refused in which words."""

    alter: Callable[[Scene, Payload], None] = as_it_is
    before: Callable[[Scene], None] = leave_alone
    who: str = "Olga"
    says: str = ""


ATTACKS: Mapping[str, Attack] = {
    "sent by a stranger": Attack(alter=sent_by("Gleb"), who="Gleb", says="not on the allow-list"),
    "no longer on the allow-list": Attack(before=take_role, says="not on the allow-list"),
    "not in the user group of a rule": Attack(before=narrow_to_user_group, says="requests are for oncall"),
    "from another workspace": Attack(alter=sent_by("Olga", "T0666"), who="", says="workspace"),
}
"""What nobody gets further with, by either way."""


def deliver(scene: Scene, held: DispatchResult, **how: Any) -> DispatchResult:
    """Sign it as Slack and deliver it."""
    result: DispatchResult = scene.workspace.deliver(held, **{"age": 1.0, **how})
    return result


def assert_nothing_happened(scene: Scene) -> None:
    assert scene.playground.store.changes.newest(limit=1) == []
    assert scene.sent(UNREGISTER) == 0


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("name", ATTACKS)
def test_whoever_may_not_type_the_line_is_refused_on_the_record(scene: Scene, surface: str, name: str) -> None:
    attack = ATTACKS[name]
    held = SURFACES[surface](scene)
    attack.before(scene)
    assert deliver(scene, altered(held, lambda payload: attack.alter(scene, payload))).ok
    scene.workspace.wait_for(lambda: scene.recorded("command:line:refused", attack.who), what="the refusal")
    (record,) = scene.playground.store.audit.find(tag="command:line:refused")
    assert attack.says in str(record.facts["reason"])
    assert_nothing_happened(scene)


@pytest.mark.parametrize("surface", SURFACES)
def test_an_approver_with_somebody_elses_form_or_button_asks_in_their_own_name(scene: Scene, surface: str) -> None:
    held = SURFACES[surface](scene)
    deliver(scene, altered(held, lambda payload: sent_by("Anton")(scene, payload)))
    card = scene.card()
    assert scene.change().requester == scene.playground.person("Anton")
    scene.press("Anton", card, "Approve")
    scene.answer("Anton", "asked for this yourself")
    assert scene.change().status is Status.PENDING


@pytest.mark.parametrize("surface", SURFACES)
def test_another_signature_and_an_old_one_are_turned_away(scene: Scene, surface: str) -> None:
    held = SURFACES[surface](scene)
    assert deliver(scene, held, secret="f" * 32).status == 401
    assert deliver(scene, held, age=600.0).status == 401
    assert_nothing_happened(scene)


@pytest.mark.parametrize("surface", SURFACES)
def test_the_same_again_asks_once_and_with_other_words_it_is_recorded(scene: Scene, surface: str) -> None:
    held = SURFACES[surface](scene)
    assert [deliver(scene, held).ok for _ in range(3)] == [True] * 3
    scene.card()

    def other(payload: Payload) -> None:
        if surface == "button":
            payload["actions"][0]["value"] = "connector remove shopchat"
        else:
            values = payload["view"]["state"]["values"]
            values["connector"]["connector"]["selected_option"]["value"] = "shopchat"
            values["retyped"]["retyped"]["value"] = "shopchat"

    deliver(scene, altered(held, other))
    assert scene.recorded("inbound:delivery:mismatched", "Olga")
    assert len(scene.playground.store.audit.find(tag="change:request:opened")) == 1


ORIGINS: Mapping[str, tuple[Mapping[str, object], str]] = {
    "emergency": ({"switches": ["--break-glass"]}, ""),
    "a command for admins": ({"command": "access revoke"}, "connector"),
    "a line for admins": ({"command": "access grant", "switches": ["@U0001", "admin"]}, "connector"),
    "no command": ({"command": "connector fly"}, "connector"),
    "no words of a form": ({"switches": "x", "command": ""}, "connector"),
    "a second command": ({"switches": ["--reason", "x", "connector", "remove", "shopchat"]}, "connector"),
}
"""What somebody writes into their own form, and the field under which it is refused; none where it is a line."""


def test_a_forged_form_is_a_line_that_its_sender_may_not_type_or_no_line(scene: Scene) -> None:
    held = hold_form(scene)
    answers = {
        name: list(deliver(scene, altered(held, carry_origin(name, **fields))).ack.get("errors", {}))
        for name, (fields, _) in ORIGINS.items()
    }
    assert answers == {name: [refused] if refused else [] for name, (_, refused) in ORIGINS.items()}
    scene.workspace.wait_for(lambda: scene.recorded("command:line:refused", "Olga"), what="the refusal")
    assert_nothing_happened(scene)


def test_a_form_that_was_closed_already_is_a_line_like_any_other(scene: Scene) -> None:
    held = hold_form(scene)
    scene.workspace.people["Olga"].close()
    deliver(scene, held)
    scene.card()
    assert scene.change().status is Status.PENDING


def test_a_button_for_a_form_never_runs_its_line(scene: Scene) -> None:
    def alter(payload: Payload) -> None:
        payload["actions"][0]["action_id"] = f"{FORM_ACTION}0"

    scene.workspace.fault("error", "views.open", code="expired_trigger_id")
    deliver(scene, altered(hold_line(scene), alter))
    scene.answer("Olga", "Slack did not open the form.")
    assert_nothing_happened(scene)
