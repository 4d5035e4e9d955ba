"""A command that lacks an argument is asked for by a form, and what the form sends is the line one could have typed."""

from __future__ import annotations

from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal, Role
from bot.playground.form_entries import enter_values
from bot.playground.workspace import DispatchResult
from bot.playground.workspace.state.modals import View
from bot.usecases.admin.allow_list import grant_role, revoke_role
from plugins.bitrix24.auth.credentials import CredentialStore
from tests.stories.connector.acts import NEW
from tests.stories.portal.second_portal import services
from tests.stories.scene import Scene

SHELL = Principal.shell("test")
REMOVAL = {"connector": "myconnector", "retyped": "myconnector"}
"""What removes a connector whose undo is not known: its id, and the same once more."""


def open_form(scene: Scene, line: str, person: str = "Olga") -> View:
    """Let somebody type a line that is not complete, and wait until its form is filled in."""
    scene.ask(person, line)

    def look() -> View | None:
        views = scene.workspace.open_views(person)
        return views[-1] if views and "submit" in views[-1].body else None

    view: View = scene.workspace.wait_for(look, what=f"the form of {line}")
    return view


def offered(scene: Scene, person: str, field: str, typed: str) -> dict[str, list[str]]:
    """What a menu offers, as labels of groups with the values in them."""
    ack = scene.workspace.people[person].suggest(scene.workspace.people[person].view, field, typed).ack
    return {
        group["label"]["text"]: [option["value"] for option in group["options"]]
        for group in ack.get("option_groups", ())
    }


def send(scene: Scene, person: str, values: dict[str, str]) -> DispatchResult:
    """Fill in the form in front of somebody and send it; a menu is asked for its options first."""
    entered = enter_values(scene.workspace.people[person], values)
    result: DispatchResult = scene.workspace.people[person].submit(entered)
    return result


def parts(change: ChangeRequest) -> tuple[object, ...]:
    """What makes two change requests the same, but for their numbers and times."""
    plan = change.plan
    seen = plan.summary, plan.calls, plan.before, plan.wanted, plan.radius
    return change.line, change.digest, seen, change.decision, change.reason, change.place, change.requester


def test_a_form_asks_for_the_same_as_the_typed_line(scene: Scene) -> None:
    scene.ask("Olga", "connector remove myconnector --reason 'old number'")
    scene.press("Olga", scene.card(), "Withdraw")
    typed = scene.wait_status(Status.WITHDRAWN)
    view = open_form(scene, "connector remove --reason 'old number'")
    assert [one.element.get("initial_value") for one in view.elements] == [None, None, "old number"]
    assert send(scene, "Olga", REMOVAL).ok
    scene.workspace.wait_for(lambda: scene.playground.store.changes.get(1002), what="the change request")
    assert parts(scene.change(1002)) == parts(typed)
    assert scene.workspace.open_views("Olga") == []


def test_what_is_wrong_stands_under_its_field_and_the_form_stays(scene: Scene) -> None:
    open_form(scene, "connector register --name 'Shop chat'")
    olga = scene.workspace.people["Olga"]
    olga.submit({"Connector": "my.shop", "handler": "https://handler.example.com/b24"})
    assert list(olga.view.errors) == ["connector"]
    assert "dot" in olga.view.errors["connector"]
    olga.submit({"Connector": "--break-glass", "handler": "https://handler.example.com/b24"})
    assert olga.view.errors == {"connector": "A value cannot begin with two hyphens."}
    olga.submit({"Connector": "my_shop"})
    scene.workspace.wait_for(lambda: scene.playground.store.changes.get(1001), what="the change request")
    assert scene.change().line == (
        'connector register my_shop --name "Shop chat" --handler https://handler.example.com/b24'
    )


def test_who_may_not_type_the_command_gets_the_refusal_and_no_form(scene: Scene) -> None:
    scene.ask("Gleb", "connector remove")
    scene.answer("Gleb", "not on the allow-list")
    assert scene.workspace.open_views("Gleb") == []
    assert scene.recorded("command:line:refused", "Gleb")


def test_a_guest_on_the_list_is_told_in_the_form_and_in_the_answer(scene: Scene) -> None:
    scene.workspace.people["Olga"].flag(is_restricted=True)
    scene.ask("Olga", "connector remove")
    scene.answer("Olga", "guest")
    (view,) = scene.workspace.open_views("Olga")
    assert "submit" not in view.body
    assert "guest" in str(view.blocks)


def test_a_form_that_is_sent_is_checked_again(scene: Scene) -> None:
    olga, view = scene.workspace.people["Olga"], open_form(scene, "connector remove")
    olga.enter(view, enter_values(olga, REMOVAL))
    revoke_role(scene.playground.store, scene.playground.person("Olga"), by=SHELL)
    olga.submit()
    scene.answer("Olga", "not on the allow-list")
    assert scene.playground.store.changes.get(1001) is None


def test_nobody_approves_what_they_asked_for_with_a_form(scene: Scene) -> None:
    grant_role(scene.playground.store, scene.playground.person("Olga"), Role.ADMIN, by=SHELL)
    open_form(scene, "connector remove")
    send(scene, "Olga", REMOVAL)
    scene.press("Olga", scene.card(), "Approve")
    scene.answer("Olga", "asked for this yourself")
    assert scene.change().status is Status.PENDING


def test_a_form_sent_twice_asks_once(scene: Scene) -> None:
    open_form(scene, "connector remove")
    first = send(scene, "Olga", REMOVAL)
    assert [scene.workspace.deliver(first).ok for _ in range(3)] == [True] * 3
    scene.card()
    assert len(scene.playground.store.audit.find(tag="change:request:opened")) == 1


def test_a_person_is_chosen_and_no_value_is_lost(scene: Scene) -> None:
    grant_role(scene.playground.store, scene.playground.person("Anton"), Role.ADMIN, by=SHELL)
    view = open_form(scene, "access grant @Vera", "Ida")
    assert [one.element["type"] for one in view.elements] == ["users_select", *["plain_text_input"] * 3]
    assert view.elements[0].element["initial_user"] == scene.playground.person("Vera").user
    scene.workspace.people["Ida"].submit({"role": "viewer"})
    scene.card("viewer")
    assert scene.change().line == f"access grant @{scene.playground.person('Vera').user} viewer"


def test_without_an_answer_of_slack_the_usage_is_told(scene: Scene) -> None:
    scene.workspace.fault("error", "views.open", code="internal_error")
    scene.ask("Olga", "connector remove")
    scene.answer("Olga", "needs ID")


def test_a_menu_offers_what_was_read_and_the_portal_is_not_asked_for_it(scene: Scene) -> None:
    open_form(scene, "connector activate")
    menu = scene.workspace.wait_for(lambda: offered(scene, "Olga", "connector", ""), what="choices")
    assert [label.partition(" · ")[0] for label in menu] == ["Ownership not proven", "Built-in, read only"]
    assert "read " in next(iter(menu))
    assert menu == {label: sorted(values) for label, values in menu.items()}
    before = len(scene.portal.world.journal.calls)
    found = offered(scene, "Olga", "connector", "myconn")
    assert list(found.values()) == [["myconnector"], ["myconn"]]
    assert list(found)[1] == "As typed"
    assert len(scene.portal.world.journal.calls) == before


def test_who_lost_their_role_is_offered_nothing(scene: Scene) -> None:
    open_form(scene, "connector remove")
    scene.workspace.wait_for(lambda: offered(scene, "Olga", "connector", ""), what="choices")
    revoke_role(scene.playground.store, scene.playground.person("Olga"), by=SHELL)
    assert offered(scene, "Olga", "connector", "myconnector") == {}


def test_several_lines_are_chosen(scene: Scene) -> None:
    open_form(scene, "connector deactivate --reason 'old number'")
    scene.workspace.wait_for(lambda: offered(scene, "Olga", "line", ""), what="lines")
    send(scene, "Olga", {"connector": "myconnector", "line": "1 2"})
    scene.card()
    assert scene.change().line == "connector deactivate myconnector 1 2"


def test_what_destroys_on_a_protected_portal_takes_the_id_twice(scene: Scene) -> None:
    credential_store = CredentialStore(services(scene))
    credential_store.protect(credential_store.portal("default"), on=True)
    open_form(scene, "connector remove")
    olga = scene.workspace.people["Olga"]
    assert [one.block_id for one in olga.view.elements] == ["connector", "--portal", "retyped", "--reason"]
    assert "initial_option" not in olga.view.element("--portal").element
    send(scene, "Olga", {"connector": "myconnector", "--portal": "default"})
    assert olga.view.errors == {"retyped": "Type the value of “Connector” here once more."}
    send(scene, "Olga", {"retyped": "myconnector"})
    scene.card()
    assert scene.change().line == "connector remove myconnector --portal default"


def test_what_cannot_be_undone_takes_the_id_twice_and_what_can_does_not(scene: Scene) -> None:
    scene.confirms(NEW)
    olga, view = scene.workspace.people["Olga"], open_form(scene, "connector remove")
    assert view.element("retyped").block["optional"]
    send(scene, "Olga", {"connector": "nobody_knows"})
    assert "does not know whether" in olga.view.errors["retyped"]
    scene.workspace.wait_for(lambda: offered(scene, "Olga", "connector", ""), what="choices")
    send(scene, "Olga", {"connector": "myconnector", "retyped": "myconector"})
    assert "cannot be undone" in olga.view.errors["retyped"]
    assert send(scene, "Olga", {"connector": "newchat", "retyped": ""}).ok
    scene.card("newchat")
    assert scene.workspace.open_views("Olga") == []
