"""Values to test with: one ordinary example of each, and strategies that make any."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.core.authority.policy import Allowed, BreakGlass, Decision, NeedsApproval, NeedsConfirmation, Refused
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.messages.deliveries import Click, Form, Inbound, SlashCommand
from bot.core.messages.notices import Announcement, AuditNotice, CardNotice, Mood, Notice, PrivateNotice, ThreadNotice
from bot.core.principals import Principal, Role
from bot.plugin import (
    Call,
    CallOutcome,
    CallVerdict,
    CommandLine,
    EndingTexts,
    Impact,
    Json,
    Message,
    PageLink,
    PartialUndo,
    Place,
    Plan,
    Remember,
    Reply,
    Risk,
    Table,
    Time,
    Undo,
    UndoKind,
)

ANNA = Principal(team="T0001", user="U0001")
BORIS = Principal(team="T0001", user="U0002")
STRANGER = Principal(team="T0009", user="U0009")
SHELL = Principal.shell("root")

PLACE = Place(name="main", label="shop.bitrix24.com", identity="member-1")
CALL = Call(method="imconnector.unregister", params={"ID": "shop"}, note="Unregister shop.")
UNDO = Undo(kind=UndoKind.PARTIAL, sentence="The icon is lost.", calls=(CALL,))
PLAN = Plan(
    summary="Remove shop",
    target="connector:shop",
    calls=(CALL,),
    before={"registration": "present"},
    wanted={"registration": None},
    undo=UNDO,
    radius=("line 1",),
    warnings=("Ownership is not proven.",),
    risk=Risk.DESTROY,
)
WHOLE_PLAN = Plan(
    summary=Message("card.dialog.affects", count=2),
    target="connector:shop",
    calls=(Call(method="m", params={"ID": ["shop", 1, True, None]}, note=Message("card.plan", plan="p")),),
    before={"registration": Message("change.absent")},
    wanted={"registration": None},
    undo=Undo(
        kind=UndoKind.NONE,
        sentence=Message("admin.no_undo"),
        calls=(Call(method="m", params={}, note=Message("admin.no_undo")),),
        line="connector restore shop",
        partial=PartialUndo(line="connector list", sentence=Message("admin.no_undo"), words={"registration": "shop"}),
    ),
    part="name",
    radius=(Message("card.plan", plan="p"),),
    warnings=(Message("card.next.undo", button="Undo", command=CommandLine(command_line="connector list")),),
    risk=Risk.DESTROY,
    remember=(Remember(kind="snapshot", key="shop", value={"at": 1}, over={"at": 0}),),
    notes=(Message("card.plan", plan="p"),),
    consequences={"registration": Message("card.plan", plan="p")},
    obstacles={"registration": Message("card.plan", plan="p")},
    labels={"registration": Message("card.plan", plan="p")},
    impact=(
        Impact(
            label="line:1",
            sentence=Message("bitrix24.impact.crm", line="1", count=12, read=Time(time=1)),
            details=(Message("bitrix24.impact.queue_empty"),),
        ),
    ),
    link=PageLink(label=Message("bitrix24.link.open"), address="https://shop.example/page"),
    ending=EndingTexts(
        made=Message("card.now.reviewed", request="CR-1"),
        not_made=Message("card.now.not_reviewed", request="CR-1"),
        next_made=Message("card.next.nothing"),
        next_not_made=Message("card.next.review_again", command=CommandLine(command_line="request review CR-1")),
    ),
)
"""It has something in each field of each value, and its texts are messages of ours."""
CHANGE = ChangeRequest(
    number=1042,
    status=Status.PENDING,
    line="connector remove shop",
    path="connector remove",
    plugin="bitrix24",
    place=PLACE,
    requester=ANNA,
    reason="",
    risk=Risk.DESTROY,
    plan=PLAN,
    digest="0" * 64,
    decision=NeedsApproval(quorum=2, role=Role.APPROVER, expires_in=1),
    created_at=1,
    expires_at=2,
)


def outcome(verdict: CallVerdict, sentence: str = "It went so.", code: str = "") -> CallOutcome:
    """A call's outcome."""
    return CallOutcome(verdict=verdict, sentence=sentence, code=code)


MARKS = "\ue000\ue001\ue002"

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=f"{MARKS}\0\ufffe\uffff"), max_size=12)
names = st.text("abcdefgh_", min_size=1, max_size=6)
json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)
words = st.dictionaries(names, text, max_size=3)
calls = st.builds(Call, method=names, params=st.dictionaries(names, json_values, max_size=3), note=text)
partials = st.builds(PartialUndo, line=text, sentence=text, words=st.dictionaries(names, st.none() | text, max_size=3))
undos = st.builds(
    Undo,
    partial=st.none() | partials,
    kind=st.sampled_from(UndoKind),
    sentence=text,
    calls=st.lists(calls, max_size=2).map(lambda made: tuple(made)),
    line=text,
)
memories = st.builds(Remember, kind=names, key=text, value=st.none() | st.dictionaries(names, json_values, max_size=2))
lines = st.lists(text, max_size=2).map(lambda made: tuple(made))
impacts = st.builds(
    Impact,
    label=st.sampled_from(["line:1", "line:2"]),
    sentence=st.builds(lambda count: Message("change.counted", count=count), st.integers(0, 300))
    | st.just(Message("change.uncounted")),
    details=st.sampled_from([(), ("Anna answers there.",)]),
)
plans = st.builds(
    Plan,
    summary=text,
    target=text,
    part=names,
    calls=st.lists(calls, max_size=2).map(lambda made: tuple(made)),
    before=words,
    wanted=st.dictionaries(names, st.none() | text, max_size=3),
    obstacles=words,
    undo=undos,
    radius=lines,
    warnings=lines,
    risk=st.none() | st.sampled_from(Risk),
    remember=st.lists(memories, max_size=2).map(lambda made: tuple(made)),
    impact=st.just(()) | st.tuples(impacts),
)
places = st.builds(Place, name=text, label=text, identity=text)
people = st.builds(Principal, team=names, user=names)
decisions: st.SearchStrategy[Decision] = st.one_of(
    st.builds(Allowed),
    st.builds(NeedsConfirmation, expires_in=st.integers(1)),
    st.builds(NeedsApproval, quorum=st.integers(1, 20), role=st.sampled_from(Role), expires_in=st.integers(1)),
    st.builds(BreakGlass, expires_in=st.integers(1)),
    st.builds(Refused, reason=text),
)
tables = st.builds(
    Table,
    columns=lines,
    rows=st.lists(lines, max_size=2).map(lambda made: tuple(made)),
    title=text,
    attach=st.booleans(),
)
replies = st.builds(
    Reply,
    title=text,
    facts=st.lists(st.tuples(text, text), max_size=2).map(lambda made: tuple(made)),
    table=st.none() | tables,
    notes=lines,
    data=st.none() | st.lists(st.dictionaries(text, text | st.integers() | st.booleans(), max_size=2), max_size=2),
)
notices: st.SearchStrategy[Notice] = st.one_of(
    st.builds(CardNotice, number=st.integers(1)),
    st.builds(ThreadNotice, number=st.integers(1), text=text),
    st.builds(
        PrivateNotice,
        person=people,
        channel=text,
        reply=replies,
        answer_url=text,
        suggestion=text,
        mood=st.just(Mood.CALM),
    ),
    st.builds(AuditNotice, seq=st.integers(1)),
    st.builds(Announcement, channel=text, text=text),
)
inbounds: st.SearchStrategy[Inbound] = st.one_of(
    st.builds(
        SlashCommand,
        key=text,
        person=people,
        channel=text,
        text=text,
        answer_url=text,
    ),
    st.builds(
        Click,
        key=text,
        person=people,
        channel=text,
        button=text,
        value=text,
        answer_url=text,
        trigger=text,
    ),
    st.builds(Form, key=text, person=people, value=text, fields=words),
)
