"""Messages and chats: what plans say and send, and what is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from bot.core.parsing.invocation import understand
from bot.plugin import CallVerdict, Message, Plan, Refusal, Risk, TargetUnreachable, UndoKind
from plugins.bitrix24.commands.common.observation import REGISTERED
from plugins.bitrix24.connectors.model import ACTIVE
from plugins.bitrix24.plugin import plugin
from plugins.bitrix24.rest import methods
from tests.bitrix24.plugin_bot import REGISTRATION, SHORT, PluginBot
from tests.language.english import en
from tests.tables.rows import each_row

DONE, FAILED, NOT_SENT, UNKNOWN = CallVerdict.DONE, CallVerdict.FAILED, CallVerdict.NOT_SENT, CallVerdict.UNKNOWN
COMMANDS = [command for group in plugin.groups for command in group]
WHERE: dict[str, Any] = {"connector": "myconnector", "line": 1}
PERSON: dict[str, Any] = {**WHERE, "user": "u1", "chat": "c1"}
RECEIPT: dict[str, Any] = {**WHERE, "im_chat": 1767, "im_message": 86497, "chat": "c1", "message_id": "ext-9"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One of the six commands: arguments, its method, and whether the line must be active."""

    path: str
    arguments: dict[str, Any]
    method: str
    working: bool = True
    sent: dict[str, Any] = field(default_factory=dict)
    """Its parameters beside CONNECTOR and LINE."""


KINDS = (
    Kind(
        path="message send",
        arguments={**PERSON, "text": "Hello", "message_id": "m1"},
        method="imconnector.send.messages",
        sent={"MESSAGES": [{"user": {"id": "u1"}, "message": {"id": "m1", "text": "Hello"}, "chat": {"id": "c1"}}]},
    ),
    Kind(
        path="message edit",
        arguments={**PERSON, "text": "Hi", "message_id": "m1"},
        method="imconnector.update.messages",
        sent={"MESSAGES": [{"user": {"id": "u1"}, "message": {"id": "m1", "text": "Hi"}, "chat": {"id": "c1"}}]},
    ),
    Kind(
        path="message delete",
        arguments={**PERSON, "message_id": "m1"},
        method="imconnector.delete.messages",
        sent={"MESSAGES": [{"user": {"id": "u1"}, "message": {"id": "m1"}, "chat": {"id": "c1"}}]},
    ),
    Kind(
        path="message delivered",
        arguments=RECEIPT,
        method="imconnector.send.status.delivery",
        working=False,
        sent={
            "MESSAGES": [
                {"im": {"chat_id": 1767, "message_id": 86497}, "message": {"id": ["ext-9"]}, "chat": {"id": "c1"}}
            ]
        },
    ),
    Kind(
        path="message read",
        arguments=RECEIPT,
        method="imconnector.send.status.reading",
        working=False,
        sent={
            "MESSAGES": [
                {"im": {"chat_id": 1767, "message_id": 86497}, "message": {"id": ["ext-9"]}, "chat": {"id": "c1"}}
            ]
        },
    ),
    Kind(
        path="chat rename",
        arguments={**PERSON, "name": "Orders"},
        method="imconnector.chat.name.set",
        sent={"CHAT_ID": "c1", "NAME": "Orders", "USER_ID": "u1"},
    ),
)
EACH = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.path)
WORKING = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.working], ids=lambda kind: kind.path)


def plan_of(plugin_bot: PluginBot, path: str, **arguments: Any) -> Plan:
    answer = plugin_bot.run(path, **arguments)
    assert isinstance(answer, Plan), answer
    return answer


@pytest.fixture
def ours(plugin_bot: PluginBot) -> PluginBot:
    """A plugin bot whose myconnector was adopted, with a chat in which c1 and u1 have spoken."""
    plugin_bot.adopt(registration=REGISTRATION)
    talk(plugin_bot)
    return plugin_bot


def talk(plugin_bot: PluginBot) -> None:
    """The customer u1 says something in the chat c1, as the message m1."""
    plan = plan_of(plugin_bot, "message send", **{**PERSON, "text": "Before", "message_id": "m1"})
    assert plugin_bot.perform(plan).verdict is DONE


# ---------------------------------------------------------------------------------------------------- plans


@EACH
def test_a_plan_sends_exactly_what_was_typed_and_claims_no_proof(ours: PluginBot, kind: Kind) -> None:
    plan = plan_of(ours, kind.path, **kind.arguments)
    (call,) = plan.calls
    assert call.method == kind.method
    assert call.params == {"CONNECTOR": "myconnector", "LINE": 1, **kind.sent}
    assert not plan.provable
    assert plan.before == {"registration": REGISTERED, "line:1": ACTIVE}
    assert en(plan.labels["line:1"]) == "line 1 · Sales EU"
    assert tuple(map(en, plan.radius)) == ("Sales EU (line 1, on): active",)
    assert plan.risk is None
    assert plan.warnings or kind.path == "chat rename"
    methods.check(call.method, call.params)


@EACH
def test_the_same_typed_twice_is_the_same_plan_and_another_is_another_target(ours: PluginBot, kind: Kind) -> None:
    first = plan_of(ours, kind.path, **kind.arguments)
    assert plan_of(ours, kind.path, **kind.arguments) == first
    assert plan_of(ours, kind.path, **{**kind.arguments, "chat": "c2"}).target != first.target


@EACH
def test_planning_sends_nothing_that_changes(ours: PluginBot, kind: Kind) -> None:
    before = len(ours.calls(kind.method))
    plan_of(ours, kind.path, **kind.arguments)
    assert len(ours.calls(kind.method)) == before


@EACH
def test_whatever_is_done_on_a_connector_not_proven_ours_needs_the_approval_of_others(
    plugin_bot: PluginBot, kind: Kind
) -> None:
    plan = plan_of(plugin_bot, kind.path, **kind.arguments)
    assert plan.risk is Risk.DESTROY
    assert "b24bot did not register or adopt myconnector" in en(plan.warnings[-1])


def test_everything_about_a_customer_goes_to_its_own_field_and_onto_the_card(ours: PluginBot) -> None:
    plan = plan_of(
        ours,
        "message send",
        **PERSON,
        text="Hello",
        file=("https://a.example/1.jpg",),
        user_name="Eve",
        user_last_name="Smith",
        user_email="eve@shop.example",
        user_phone="+79005554433",
        user_url="https://eve.example/",
        chat_name="Orders",
        chat_url="https://post.example/1",
    )
    (item,) = cast(list[Any], plan.calls[0].params["MESSAGES"])
    assert item == {
        "user": {
            "id": "u1",
            "name": "Eve",
            "last_name": "Smith",
            "email": "eve@shop.example",
            "phone": "+79005554433",
            "url": "https://eve.example/",
        },
        "message": {"text": "Hello", "files": [{"url": "https://a.example/1.jpg", "name": "1.jpg"}]},
        "chat": {"id": "c1", "name": "Orders", "url": "https://post.example/1"},
    }
    for word in ("“Hello”", "https://a.example/1.jpg", "last name Smith", "phone +79005554433", "line 1 · Sales EU"):
        assert word in en(plan.calls[0].note)


def test_a_long_text_is_quoted_on_one_line_and_cut_with_its_length(ours: PluginBot) -> None:
    plan = plan_of(ours, "message send", **PERSON, text="word \n" * 500)
    assert "…” (3,000 characters)" in en(plan.calls[0].note)
    assert "\n" not in en(plan.calls[0].note)
    assert len(en(plan.calls[0].note)) < 400


def test_the_plan_warns_of_what_the_portal_does_not_notice(ours: PluginBot) -> None:
    told = " ".join(map(en, plan_of(ours, "message send", **PERSON, text="x", message_id="m").warnings))
    assert "Another spelling opens a second chat" in told
    assert "makes a second message" in told
    told = " ".join(map(en, plan_of(ours, "message send", **PERSON, text="x", user_name="Eve Mary Smith").warnings))
    assert "can be edited or deleted later" in told
    assert "First name: Eve. Last name: Mary Smith." in told
    told = " ".join(map(en, plan_of(ours, "message edit", **PERSON, text="x", message_id="m").warnings))
    assert "A wrong id stays unnoticed." in told
    told = " ".join(map(en, plan_of(ours, "message delivered", **RECEIPT).warnings))
    assert "If there is no operator's message 86497, the portal confirms the receipt without any effect." in told


def test_a_deletion_that_the_registration_forbids_is_told(ours: PluginBot) -> None:
    arguments = {**PERSON, "message_id": "m1"}
    assert "DEL_EXTERNAL_MESSAGES" not in " ".join(map(en, plan_of(ours, "message delete", **arguments).warnings))
    ours.adopt(registration={**REGISTRATION, "DEL_EXTERNAL_MESSAGES": "N"})
    assert "DEL_EXTERNAL_MESSAGES N" in " ".join(map(en, plan_of(ours, "message delete", **arguments).warnings))


def test_a_line_that_is_switched_off_itself_is_told(ours: PluginBot) -> None:
    ours.portal.seed(lines=[{"id": 1, "active": False}])
    plan = plan_of(ours, "message send", **PERSON, text="x")
    assert any("is switched off" in en(warning) for warning in plan.warnings)


@pytest.mark.parametrize("ident", ["ext-7", "it's", "--strange", "a b"])
def test_a_sent_message_with_an_id_can_be_deleted_by_the_line_its_undo_offers(ours: PluginBot, ident: str) -> None:
    plan = plan_of(ours, "message send", **PERSON, text="Hello", message_id=ident)
    assert plan.undo.kind is UndoKind.PARTIAL
    assert ours.perform(plan).verdict is DONE
    understood = understand(COMMANDS, plan.undo.line)
    undone = plan_of(ours, understood.command.path, **understood.arguments)
    assert ours.perform(undone).verdict is DONE
    (gone,) = [row for row in ours.portal.state.messages.rows() if row.deleted]
    assert gone.external == (ident,)


def test_without_an_id_there_is_no_undo(ours: PluginBot) -> None:
    assert plan_of(ours, "message send", **PERSON, text="Hello").undo.kind is UndoKind.NONE


# ---------------------------------------------------------------------------------------------------- refusals


@EACH
@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"connector": "livechat"}, "a built-in channel of Bitrix24"),
        ({"connector": "myconector"}, "There is no connector “myconector”"),
        ({"line": 999}, "There is no line 999"),
    ],
    ids=["built-in", "unknown", "no line"],
)
def test_a_connector_or_line_that_cannot_be_used_is_refused_before_anything_is_sent(
    ours: PluginBot, kind: Kind, changed: dict[str, Any], why: str
) -> None:
    before = ours.effects(kind.method)
    error = ours.refusal(kind.path, **{**kind.arguments, **changed})
    assert isinstance(error, Refusal)
    assert why in en(error.sentence)
    assert en(error.hint)
    assert ours.effects(kind.method) == before


@EACH
@pytest.mark.parametrize(
    ("status", "why", "what"),
    [
        ({"active": False}, "is not active on line 1 · Sales EU", "connector activate myconnector 1"),
        ({"error": True}, "is in error on line 1 · Sales EU", "connector activate myconnector 1"),
    ],
    ids=["off", "in error"],
)
def test_on_a_line_where_it_does_not_work_only_receipts_are_taken(
    ours: PluginBot, kind: Kind, status: dict[str, Any], why: str, what: str
) -> None:
    ours.portal.seed(activations=[{"connector": "myconnector", "line": 1, **status}])
    if not kind.working:
        plan = plan_of(ours, kind.path, **kind.arguments)
        assert plan.before.get("line:1", "") != ACTIVE
        return
    error = ours.refusal(kind.path, **kind.arguments)
    assert why in en(error.sentence)
    assert what in en(error.hint)


@EACH
def test_where_unproven_connectors_are_left_alone_it_is_refused(
    make_plugin_bot: Callable[..., PluginBot], kind: Kind
) -> None:
    plugin_bot = make_plugin_bot(BITRIX24_UNOWNED="refuse")
    assert "does not change such connectors" in en(plugin_bot.refusal(kind.path, **kind.arguments).sentence)


@EACH
def test_a_status_that_cannot_be_read_is_told_as_that(ours: PluginBot, kind: Kind) -> None:
    ours.fault("reply", "imconnector.status", body={"error": "ACCESS_DENIED"}, times="forever")
    error = ours.refusal(kind.path, **kind.arguments)
    assert isinstance(error, TargetUnreachable)
    assert "cannot be read" in en(error.sentence)


@pytest.mark.parametrize("path", ["message send", "message edit"])
def test_a_message_without_words_and_files_is_refused(ours: PluginBot, path: str) -> None:
    error = ours.refusal(path, **PERSON, message_id="m1")
    assert error.sentence == Message("bitrix24.message.empty")
    assert en(error.hint) == "Add --text TEXT or --file URL."


def test_renaming_needs_the_customer_unless_the_chats_are_group_chats(ours: PluginBot) -> None:
    arguments = {**WHERE, "chat": "c1", "name": "Orders"}
    assert "The option --user is missing." in en(ours.refusal("chat rename", **arguments).sentence)
    ours.adopt(registration={**REGISTRATION, "CHAT_GROUP": "Y"})
    plan = plan_of(ours, "chat rename", **arguments)
    assert "USER_ID" not in plan.calls[0].params
    assert plan.warnings == ()
    ours.adopt(registration=None)
    assert "Without --user" in en(plan_of(ours, "chat rename", **arguments).warnings[0])


WRONG_WORDS: list[tuple[str, str]] = [
    ("message send", "needs ID"),
    ("message send myconnector", "needs LINE"),
    ("message send myconnector 1 --chat c1 --text x", "needs --user ID: the customer's id"),
    ("message send myconnector 1 --user u1 --text x", "needs --chat ID: the chat's id"),
    ("message send my.connector 1 --user u1 --chat c1 --text x", "a dot at position 3"),
    ("message send myconnector 0 --user u1 --chat c1 --text x", "not the number of a line"),
    ("message send myconnector 1 --user 0 --chat c1 --text x", "treats this value as empty"),
    ("message send myconnector 1 --user u1 --chat '' --text x", "The value is empty"),
    ("message send myconnector 1 --user u1 --chat c1 --text 0", "treats this value as empty"),
    ("message send myconnector 1 --user u1 --chat c1 --file x.jpg", "not a complete http or https address"),
    ("message send myconnector 1 --user u1 --chat c1 --text x --user-last-name 'R2 D2'", "“2” at position 2"),
    (
        "message send myconnector 1 --user u1 --chat c1 --text x --user-email eve",
        "E-mail address: “eve”",
    ),
    ("message send myconnector 1 --user u1 --chat c1 --text x --user-phone 12", "Phone number: “12” is not accepted"),
    ("message send myconnector 1 --user u1 --chat c1 --text x --user-url eve", "Address: “eve” is not accepted"),
    ("message send myconnector 1 --user u1 --chat c1 --text x --chat-url eve", "Address: “eve” is not accepted"),
    ("message send myconnector 1 --user u1 --chat c1 --text x --user-name ''", "Customer name: “” is not accepted"),
    ("message send myconnector 1 --user u1 --chat c1 --text x --chat-name ''", "Chat name: “” is not accepted"),
    ("message send myconnector 1 --user u1 --chat c1 --text x --message-id ''", "Message id: “” is not accepted"),
    ("message edit myconnector 1 --user u1 --chat c1 --text x", "needs --message-id ID: the message's id"),
    ("message delete myconnector 1 --user u1 --chat c1", "needs --message-id ID: the message's id"),
    (
        "message delivered myconnector 1 --im-chat x --im-message 1 --chat c1 --message-id e",
        "a whole number above 0",
    ),
    ("message delivered myconnector 1 --im-chat 1 --chat c1 --message-id e", "needs --im-message N"),
    ("message read myconnector 1 --im-chat 1 --im-message 0 --chat c1 --message-id e", "a whole number above 0"),
    ("message read myconnector 1 --im-chat 1 --im-message 1 --chat c1", "needs --message-id ID: the message's id"),
    ("chat rename myconnector 1 --chat c1 --user u1", "needs --name NAME"),
    ("chat rename myconnector 1 --chat c1 --user u1 --name ' x'", "begins or ends with a space"),
]


@each_row(("line", "why"), WRONG_WORDS)
def test_every_wrong_argument_is_refused_with_what_is_wrong(line: str, why: str) -> None:
    with pytest.raises(Exception, match=r".") as caught:
        understand(COMMANDS, line)
    assert why in en(getattr(caught.value, "sentence", ""))
    assert getattr(caught.value, "hint", "")


# ---------------------------------------------------------------------------------------------------- outcomes


@EACH
def test_performed_without_trouble_it_is_done_and_the_portal_holds_it(ours: PluginBot, kind: Kind) -> None:
    state = ours.portal.state
    (first,) = state.messages.rows()
    if "im_message" in kind.arguments:
        arguments = {**kind.arguments, "im_message": first.id, "im_chat": first.chat_id}
    else:
        arguments = kind.arguments
    assert ours.perform(plan_of(ours, kind.path, **arguments)).verdict is DONE
    now = state.messages[first.id]
    held = {
        "message send": len(state.messages.rows()) == 2 and state.messages.rows()[-1].text == "Hello",
        "message edit": now.text == "Hi",
        "message delete": now.deleted,
        "message delivered": now.delivered and now.external == ("ext-9",),
        "message read": now == first,
        "chat rename": state.dialogs.rows()[0].name == "Orders",
    }
    assert held[kind.path]


@WORKING
def test_what_broke_between_plan_and_call_is_refused_by_the_portal_and_told(ours: PluginBot, kind: Kind) -> None:
    plan = plan_of(ours, kind.path, **kind.arguments)
    ours.portal.seed(activations=[{"connector": "myconnector", "line": 1, "active": False}])
    before = ours.effects(kind.method)
    outcome = ours.perform(plan)
    assert (outcome.verdict, outcome.code) == (FAILED, "NOT_ACTIVE_LINE")
    assert "connector activate" in en(outcome.sentence)
    assert ours.effects(kind.method) == before


def test_an_item_that_the_portal_refuses_inside_a_yes_is_a_failure(ours: PluginBot) -> None:
    """HTTP 200 and SUCCESS true, and yet nothing was taken (docs/portal-behaviour.md P58)."""
    plan = plan_of(ours, "message send", **PERSON, text="x")
    call = plan.calls[0]
    item = {"user": {"id": "u1"}, "message": {"text": "0"}, "chat": {"id": "c1"}}
    outcome = ours.perform(replace(plan, calls=(replace(call, params={**call.params, "MESSAGES": [item]}),)))
    assert outcome.verdict is FAILED
    assert "Incomplete data" in en(outcome.sentence)
    assert len(ours.portal.state.messages.rows()) == 1


def test_renaming_a_chat_that_is_not_there_fails(ours: PluginBot) -> None:
    outcome = ours.perform(plan_of(ours, "chat rename", **{**PERSON, "chat": "c9"}, name="Orders"))
    assert (outcome.verdict, outcome.code) == (FAILED, "CHAT_RENAMING_FAILED")


# fault, its options, the verdict, whether the portal carried it out, how many requests (None: however many are patient)
FAULTS: list[tuple[str, dict[str, Any], CallVerdict, bool, int | None]] = [
    ("lost_before", {}, UNKNOWN, False, 1),
    ("lost_after", {}, UNKNOWN, True, 1),
    ("stall_after", {"seconds": 0.6}, UNKNOWN, True, 1),
    ("unavailable", {}, UNKNOWN, False, 1),
    ("unavailable", {"effect": True}, UNKNOWN, True, 1),
    ("query_limit", {}, DONE, True, 2),
    ("query_limit", {"times": "forever"}, NOT_SENT, False, None),
    ("expired", {}, DONE, True, 2),
    ("expired", {"times": "forever"}, NOT_SENT, False, 2),
    ("error_json", {}, UNKNOWN, False, 1),
    ("error_json", {"effect": True}, UNKNOWN, True, 1),
    ("error_html", {}, UNKNOWN, False, 1),
    ("error_html", {"effect": True}, UNKNOWN, True, 1),
    ("html", {}, UNKNOWN, False, 1),
    ("truncated", {}, UNKNOWN, True, 1),
    ("false_flat", {}, UNKNOWN, False, 1),
    ("false_nested", {}, UNKNOWN, False, 1),
    ("reply", {"body": {"result": {"SUCCESS": True}}}, UNKNOWN, False, 1),
    ("reply", {"body": {"result": {"SUCCESS": False, "DATA": []}}}, FAILED, False, 1),
]
EFFECTIVE = {kind.path: kind.path != "message read" for kind in KINDS}
LENIENT = {"imconnector.send.status.delivery", "imconnector.send.status.reading", "imconnector.chat.name.set"}
"""For these a bare `SUCCESS: true` is all that there ever is."""


@pytest.mark.sampled(5)
@EACH
@pytest.mark.parametrize(
    ("fault", "options", "verdict", "effect", "requests"),
    FAULTS,
    ids=[f"{row[0]}-{at}" for at, row in enumerate(FAULTS)],
)
def test_under_every_fault_there_is_one_effect_at_most_and_no_success_that_did_not_happen(
    make_plugin_bot: Callable[..., PluginBot],
    kind: Kind,
    fault: str,
    options: dict[str, Any],
    verdict: CallVerdict,
    effect: bool,
    requests: int | None,
) -> None:
    plugin_bot = make_plugin_bot(short=fault == "stall_after")
    plugin_bot.adopt(registration=REGISTRATION)
    talk(plugin_bot)
    (first,) = plugin_bot.portal.state.messages.rows()
    arguments = {**kind.arguments, "im_message": first.id} if "im_message" in kind.arguments else kind.arguments
    plan = plan_of(plugin_bot, kind.path, **arguments)
    sent, done = len(plugin_bot.calls(kind.method)), plugin_bot.effects(kind.method)
    plugin_bot.fault(fault, kind.method, **options)
    outcome = plugin_bot.perform(plan)
    if fault == "reply" and verdict is UNKNOWN and kind.method in LENIENT:
        verdict = DONE
    assert outcome.verdict is verdict, outcome
    assert plugin_bot.effects(kind.method) - done == int(effect and EFFECTIVE[kind.path])
    assert requests in (None, len(plugin_bot.calls(kind.method)) - sent)
    assert len(plugin_bot.refreshes()) == (1 if fault == "expired" else 0)
    if kind.path == "message send":
        assert len(plugin_bot.portal.state.messages.rows()) == 1 + int(effect)


def test_the_short_patience_of_these_tests_is_shorter_than_their_stall() -> None:
    assert SHORT.read < 0.6
