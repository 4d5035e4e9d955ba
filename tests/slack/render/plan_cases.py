"""Plans as the Bitrix24 plugin and b24bot itself make them, for the storyboards: every sentence is a message."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.core import mentions
from bot.core.principals import ROLE_NAMES, Role
from bot.language.catalogues import bind_catalogue
from bot.plugin import Call, Impact, Message, Person, Plan, Time, Undo, UndoKind
from tests.slack.kit import NOON, VERA

bind_catalogue("bitrix24", Path(__file__).parents[3] / "plugins" / "bitrix24" / "locale")
ACTIVE = Message("bitrix24.state.active")
ON = Message("bitrix24.state.line_on")
SALES = Message("bitrix24.state.line", line="1", name="Sales EU")
SUPPORT = Message("bitrix24.state.line", line="2", name="Support")
CHAT_DE = Message("bitrix24.state.line", line="3", name="Chat DE")
CHANNEL = Message("bitrix24.state.channel", connector="myconnector", line=SALES)
BEFORE = {"line:1": ACTIVE, "line:2": ACTIVE, "registration": Message("bitrix24.state.registered")}
LABELS = {"line:1": SALES, "line:2": SUPPORT, "registration": Message("bitrix24.state.registration")}
READ = Time(time=NOON)
IMPACT = (
    Impact(
        label="line:1",
        sentence=Message("bitrix24.impact.crm", line=SALES, count=31, read=READ),
        details=(
            Message("bitrix24.impact.queue_and_more", operators=("Ann Lee", "Boris Ivanov", "Eve Diaz"), count=4),
            Message("bitrix24.impact.others", connectors=("shopchat", "livechat")),
            Message("bitrix24.impact.others_partly_read"),
        ),
    ),
    Impact(
        label="line:2",
        sentence=Message("bitrix24.impact.counter", line=SUPPORT, count=3, read=READ),
        details=(Message("bitrix24.impact.queue_empty"), Message("bitrix24.impact.no_others")),
    ),
)
COUNTED = (
    Impact(
        label="line:1",
        sentence=Message("bitrix24.impact.events", line=SALES, count=1, since=READ),
        details=(Message("bitrix24.impact.queue", operators=("Ann Lee",)),),
    ),
    Impact(label="line:2", sentence=Message("bitrix24.impact.recent_events", line=SUPPORT, count=0, since=READ)),
    Impact(label="line:3", sentence=Message("bitrix24.impact.unknown", line=CHAT_DE)),
)
"""The other sources of numbers."""
REMOVAL = Plan(
    summary=Message("bitrix24.connector.remove", connector="myconnector", portal="prod"),
    target="connector:myconnector",
    calls=(
        Call(
            method="imconnector.unregister",
            params={"ID": "myconnector"},
            note=Message("bitrix24.connector.call_unregister_from", connector="myconnector", count=2),
        ),
    ),
    before=BEFORE,
    wanted=dict.fromkeys(BEFORE),
    labels=LABELS,
    undo=Undo(
        kind=UndoKind.FULL,
        sentence=Message(
            "bitrix24.connector.undo_with_losses",
            undo=Message("bitrix24.connector.undo_removal", count=2),
            lost=(Message("bitrix24.connector.data_of", lines=(SUPPORT,)),),
        ),
        line="connector restore myconnector",
    ),
    radius=tuple(
        Message("bitrix24.connector.line_touched", line=line, name=name, state=ACTIVE, switch=ON)
        for line, name in (("1", "Sales EU"), ("2", "Support"))
    ),
    warnings=(
        Message(
            "bitrix24.sentences",
            first=Message("bitrix24.connector.not_ours", connector="myconnector"),
            second=Message("bitrix24.connector.foreign_remove_from", lines=("Sales EU", "Support")),
        ),
        Message("bitrix24.connector.open_chats"),
    ),
    consequences={"line:1": Message("bitrix24.connector.cut_off", connector="myconnector", line="Sales EU")},
    obstacles={"registration": Message("bitrix24.connector.registration_kept", connector="myconnector")},
    impact=IMPACT,
)
SENDING = Plan(
    summary=Message("bitrix24.message.send", channel=CHANNEL, customer="u1"),
    target="message:myconnector:1:5d8b1176d3e0a916",
    calls=(
        Call(
            method="imconnector.send.messages",
            params={},
            note=Message(
                "bitrix24.message.call_send",
                channel=CHANNEL,
                chat="c1",
                content=Message("bitrix24.message.quoted", text="Hello"),
                customer="u1",
            ),
        ),
    ),
    before={},
    wanted={},
    undo=Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.message.undo_without_id")),
    radius=REMOVAL.radius[:1],
    warnings=(Message("bitrix24.message.operators_are_notified"), Message("bitrix24.message.final_without_id")),
)
"""Nothing shows afterwards whether it was done."""
ACTIVATION = replace(
    REMOVAL,
    summary=Message("bitrix24.connector.activate", connector="myconnector", count=1, portal="prod"),
    calls=(
        Call(
            method="imconnector.activate",
            params={"CONNECTOR": "myconnector", "LINE": 3, "ACTIVE": 1},
            note=Message("bitrix24.connector.call_activate", connector="myconnector", line=CHAT_DE),
        ),
    ),
    wanted={"line:3": ACTIVE},
    labels={**LABELS, "line:3": CHAT_DE},
    undo=Undo(
        kind=UndoKind.FULL,
        sentence=Message("bitrix24.connector.undo_activation", lines=(CHAT_DE,)),
        line="connector deactivate myconnector 3",
    ),
    radius=(),
    warnings=(Message("bitrix24.connector.line_off_warning", line=CHAT_DE),),
    consequences={},
    obstacles={},
    impact=(),
)
_APPROVER = ROLE_NAMES[Role.APPROVER]
_VERA = Person(person=VERA.id)
GRANT = Plan(
    summary=Message("admin.grant", person=_VERA, role=_APPROVER),
    target=f"access:{mentions.person(VERA)}",
    calls=(
        Call(
            method="access.set",
            params={},
            note=Message("admin.role_change", person=_VERA, before=Message("admin.no_role"), after=_APPROVER),
        ),
    ),
    before={"role": Message("admin.no_role")},
    wanted={"role": _APPROVER},
    labels={"role": Message("admin.label.role")},
    undo=Undo(kind=UndoKind.FULL, sentence=Message("admin.role_undo"), line="access revoke @vera"),
)
REVIEW = replace(
    GRANT,
    summary=Message("admin.review", request="CR-1001"),
    target="request:CR-1001",
    calls=(
        Call(
            method="request.review",
            params={},
            note=Message("admin.review_note", request="CR-1001", summary=REMOVAL.summary),
        ),
    ),
    before={"review": Message("admin.review_awaited")},
    wanted={"review": Message("admin.review_approved")},
    labels={"review": Message("admin.label.review")},
    undo=Undo(kind=UndoKind.NOT_NEEDED, sentence=Message("admin.no_undo")),
)
