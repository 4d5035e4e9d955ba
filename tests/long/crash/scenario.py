"""The stories that the bot is killed in, a row each. One that reaches a new site is added here, as steps.

A step says who does what and how one sees that it was taken care of; which of them dies where is the matrix's matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.long.crash.harness.forked import ForkServer
from tests.long.crash.harness.fragile import AFTER_THE_ANSWER, IN_OPENING, IN_THE_CALL
from tests.long.crash.harness.outside import PUBLIC_URL
from tests.long.crash.harness.scene import Scene, Step
from tests.long.crash.harness.trip import Kill
from tests.long.crash.steps import (
    ACTIVATE,
    ANSWERED,
    APPROVE,
    ASK,
    EVERYBODY,
    HANDLER,
    REGISTER,
    SEND,
    UNREGISTER,
    a_card_steps_aside,
    a_file_is_in_the_way,
    a_refusal_is_counted,
    answers_are_impossible,
    answers_are_possible,
    asked_or_locked_out,
    asked_people,
    dead,
    decidable,
    does,
    drops_what_is_dead,
    full_for_long,
    later,
    link_or_failure,
    lock_while_planning,
    nobody_can_be_told,
    over,
    people_can_be_told,
    planted_fault,
    posting_fails,
    presses,
    presses_on_the_page,
    settles_truly,
    slow_portal,
    tagged,
    tampered,
    the_admins_are_told,
    the_card_is_deleted,
    the_card_was_looked_at,
    the_channel_is_closed,
    the_witness_is_missed,
    tokens_lapse,
    told,
    told_under_the_card,
    tries_the_card_at_once,
    types,
    types_at_the_shell,
    unreadable_after_the_call,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story. `method` is the call that suffers the faults.

    `first`: kills before the one under test, to come to what only a process after a death does. `fresh`: nothing is
    there before, not even a database. `settings` go over the usual ones.
    """

    name: str
    steps: tuple[Step, ...]
    method: str = UNREGISTER
    first: tuple[Kill, ...] = ()
    fresh: bool = False
    settings: Mapping[str, str] | None = None
    busy_ms: int = 0
    """How long the bot waits for another program that holds the database, when not as long as it usually does."""

    def play(self, scene: Scene, fault: Mapping[str, Any] | None) -> None:
        """Let it happen from beginning to end, and let everything come to rest."""
        scene.page.put("busy_ms", self.busy_ms)
        if fault is not None:
            scene.fault(method=self.method, **fault)
        scene.up()
        for step in self.steps:
            scene.perform(step)
        scene.quiesce()

    def scene(self, server: ForkServer, folder: Path, template: Path, *kills: Kill, url: str = "") -> Scene:
        return Scene(
            server,
            folder,
            template=None if self.fresh else template,
            kills=[*self.first, *kills],
            settings=self.settings,
            url=url,
        )


# --- the stories ---------------------------------------------------------------------------------------------------

REMOVE = Scenario(name="remove", steps=(*EVERYBODY, ASK, APPROVE))
INTERRUPTED = Scenario(name="interrupted", steps=(ASK, APPROVE), first=(Kill(at=ANSWERED),))
SEVERAL_CALLS = Scenario(
    name="several calls",
    method=ACTIVATE,
    steps=(types("Olga", "connector deactivate myconnector 1 2", decidable()), APPROVE),
)
CONFIRMED = Scenario(
    name="confirmed and undone",
    method=REGISTER,
    steps=(
        types("Olga", f"connector register newchat --name New --handler {HANDLER}", decidable(channel="connectors")),
        presses("Olga", "Confirm", 1001, over(), channel="connectors"),
        presses(
            "Olga",
            "Undo…",
            1001,
            lambda scene: scene.status(1001) != "done" or decidable(1002)(scene),
            channel="connectors",
        ),
        presses("Anton", "Approve", 1002, lambda scene: not scene.status(1002) or scene.ended(1002)),
    ),
)
REJECTED = Scenario(
    name="rejected",
    steps=(
        ASK,
        presses("Vera", "Reject…", 1001, lambda scene: scene.workspace.open_views("Vera") or scene.ended(), again=True),
        Step(
            name="Vera says why",
            act=lambda scene: scene.workspace.people["Vera"].submit({"reason": "Not today"}),
            done=over(),
        ),
        presses("Anton", "Approve", 1001, over()),
    ),
)
FORM = Scenario(
    name="a form, and a name in place of an id",
    steps=(
        # Its trigger lasts three seconds: after a kill the command is answered instead.
        types("Olga", "connector remove", lambda scene: scene.workspace.open_views("Olga") or scene.told("Olga", "ID")),
        types("Olga", "line show Support", told("Olga", "Support")),
    ),
)
WITHDRAWN = Scenario(name="withdrawn", steps=(ASK, presses("Olga", "Withdraw", 1001, over())))
CHECKED = Scenario(
    name="a portal that is checked",
    steps=(types("Olga", "portal check", told("Olga", "refresh token")),),
)
STOPPED = Scenario(
    name="a stop that nobody confirms",
    steps=(
        ASK,
        does("Slack takes no posts", posting_fails),
        presses("Anton", "Approve", 1001, lambda scene: scene.status() == "approved"),
        # First the fault: a process that begins in this minute would learn anew who everybody is.
        does("Slack tells of nobody", lambda scene: scene.workspace.fault("server_error", "users.info", count=10_000)),
        does("a minute passes", later(61)),
        presses("Olga", "Withdraw", 1001, told("Olga", "Your withdrawal holds")),
        # A process that begins after the minute waits for another one.
        Step(name="a minute passes", act=later(61), done=told("Olga", "was not stopped"), again=True),
        does("Slack works", lambda scene: scene.workspace.clear_faults(), over()),
    ),
)
EXPIRED = Scenario(name="expired", steps=(ASK, does("nobody decides", later(3_700), over())))
STALE = Scenario(
    name="approved and never run",
    steps=(
        ASK,
        does("Slack takes no posts", posting_fails),
        presses("Anton", "Approve", 1001, lambda scene: scene.status() == "approved"),
        does("six seconds pass", later(6)),
        does("the scheduler is late", lambda scene: scene.page.put("keeper_lag_ms", 3_600_000)),
        does("eleven minutes pass", later(660), over()),
        does("the scheduler is on time", lambda scene: scene.page.put("keeper_lag_ms", 0), the_admins_are_told),
        does("Slack takes posts", lambda scene: scene.workspace.clear_faults()),
    ),
)
RENEWED = Scenario(
    name="tokens renewed",
    steps=(
        does("the tokens lapse", tokens_lapse),
        types("Olga", "connector remove myconnector", asked_or_locked_out, again=True),
        does("the tokens lapse again", tokens_lapse),
        presses("Anton", "Approve", 1001, lambda scene: not scene.status() or scene.ended()),
    ),
)
RATE_LIMITED = Scenario(
    name="rate limited while the clock is set",
    steps=(ASK, does("the portal will be full for long", full_for_long), APPROVE),
)
REFUSED = Scenario(
    name="refused",
    steps=(
        types("Gleb", "connector remove myconnector", told("Gleb", "whoami")),
        types("Gleb", "connector list", a_refusal_is_counted),
        does("a minute passes", later(61), lambda scene: len(tagged(scene, "command:line:refused")) == 2),
        types("Olga", "connector remvoe myconnector", told("Olga", "Did you mean")),
        does("a key is used twice", tampered),
        ASK,
        presses("Olga", "Approve", 1001, told("Olga", "omebody else has to approve")),
        presses("Olga", "Reject…", 1001, lambda scene: len(tagged(scene, "change:review:refused")) == 2),
        APPROVE,
    ),
)
BLIND = Scenario(
    name="settled by hand",
    method=SEND,
    steps=(
        does("the answer will be lost", lambda scene: scene.fault("lost_after", SEND)),
        types(
            "Olga",
            "message send myconnector 1 --user u1 --chat c1 --text Good --message-id m1",
            decidable(),
        ),
        APPROVE,
        does("an admin settles it", settles_truly, lambda scene: scene.status() in ("done", "failed")),
    ),
)
LONG_ANSWER = Scenario(
    name="a long answer",
    steps=(
        does("the portal is large and slow", slow_portal),
        types("Olga", "connector status --all", lambda scene: scene.workspace.calls("files.completeUploadExternal")),
        does("the portal is fast", lambda scene: setattr(scene.portal.watched, "asked", lambda method: None)),
    ),
)
NO_ADDRESS = Scenario(
    name="no address for the answer",
    steps=(
        does("answers are not taken", lambda scene: scene.workspace.fault("server_error", "response_url", count=1_000)),
        types("Olga", "whoami", told("Olga", "operator")),
        does("nor in the channel", the_channel_is_closed),
        types("Olga", "help", lambda scene: scene.workspace.dms("Olga")),
    ),
)
NO_CHANNEL = Scenario(
    name="channels gone",
    steps=(
        does("the bot leaves #audit", lambda scene: scene.workspace.remove_from("audit")),
        does(
            "something is recorded",
            lambda scene: scene.terminal("access", "grant", "T0001:U0009", "viewer"),
            lambda scene: scene.rows("SELECT 1 FROM channels WHERE working = 0"),
        ),
        types("Olga", "connector remove myconnector", told("Olga", "does not take messages")),
        does(
            "the bot is invited again",
            lambda scene: scene.workspace.invite_to("audit"),
            lambda scene: scene.rows("SELECT 1 FROM channels WHERE working = 1"),
        ),
        does("the bot leaves #approvals", lambda scene: scene.workspace.remove_from("approvals")),
        types("Olga", "connector remove myconnector", told("Olga", "cannot be posted")),
        does("the bot is invited again", lambda scene: scene.workspace.invite_to("approvals"), decidable()),
        APPROVE,
    ),
)
REFUSED_POSTS = Scenario(
    name="posts that Slack refuses",
    method=REGISTER,
    steps=(
        does("the bot leaves #connectors", lambda scene: scene.workspace.remove_from("connectors")),
        types("Olga", f"connector register newchat --name New --handler {HANDLER}", decidable()),
        does("nobody can be told anything", nobody_can_be_told),
        presses("Anton", "Confirm", 1001, told_under_the_card),
        does("people can be told again", people_can_be_told),
        does("#approvals is read-only", lambda scene: scene.workspace.flag_channel("approvals", is_read_only=True)),
        types("Anton", "connector remove myconnector", a_card_steps_aside),
        tries_the_card_at_once(),
        does("the bot may post", lambda scene: scene.workspace.flag_channel("approvals", is_read_only=False)),
        does("a while passes", later(20), decidable(1002)),
    ),
)
NOT_TAKEN_ON = Scenario(
    name="no approval channel, and a place the bot is not in",
    settings={"B24BOT_APPROVAL_CHANNEL": ""},
    steps=(
        does("the bot leaves #connectors", lambda scene: scene.workspace.remove_from("connectors")),
        types("Olga", "connector remove myconnector", told("Olga", "was not accepted")),
        does("the bot is invited again", lambda scene: scene.workspace.invite_to("connectors")),
        types("Olga", "connector remove myconnector", decidable(1002, channel="connectors")),
        presses("Anton", "Approve", 1002, over(1002), channel="connectors"),
    ),
)
FAULTY = Scenario(
    name="a fault inside",
    steps=(
        does("the plugin has a fault", planted_fault(IN_OPENING)),
        types("Olga", "connector show myconnector", told("Olga", "reference E-")),
        does("it is mended", planted_fault(0)),
        ASK,
        does("b24bot has a fault of its own", planted_fault(AFTER_THE_ANSWER)),
        presses("Anton", "Approve", 1001, lambda scene: scene.told("Olga", "CR-1001: Something") or scene.ended()),
        does("it is mended", planted_fault(0), over()),
    ),
)
FAULTY_CALL = Scenario(
    name="a fault inside the call",
    steps=(
        ASK,
        does("the plugin has a fault", planted_fault(IN_THE_CALL)),
        presses("Anton", "Approve", 1001, lambda scene: scene.told("Olga", "CR-1001: Something") or scene.ended()),
        does("it is mended", planted_fault(0), over()),
    ),
)
UNREADABLE = Scenario(
    name="nothing can be read back",
    steps=(
        ASK,
        does("the portal is about to go", unreadable_after_the_call),
        presses("Anton", "Approve", 1001, lambda scene: scene.status() not in ("pending", "approved", "running")),
        does("a quarter of an hour passes", later(920), asked_people),
        does("the portal is back", lambda scene: scene.portal.watched.world.faults.clear(), over()),
    ),
)
LOCKED = Scenario(
    name="a locked database",
    busy_ms=200,
    steps=(Step(name="the database is locked", act=lock_while_planning, done=told("Olga", "myconnector"), again=True),),
)
WITNESSED = Scenario(
    name="a witnessed log",
    settings={"B24BOT_WITNESS_FILE": "{folder}/witness/heads"},
    steps=(
        does("the witness has no place", lambda scene: None, the_witness_is_missed),
        does("the witness has a place", lambda scene: (scene.folder / "witness").mkdir(exist_ok=True)),
        ASK,
        does("a day passes", later(90_000), lambda scene: tagged(scene, "audit:checkpoint:written")),
    ),
)
DELETED = Scenario(
    name="a card that somebody deletes",
    steps=(
        ASK,
        does("the card is deleted", the_card_is_deleted),
        does("five minutes pass", later(301), decidable()),
        does("twenty minutes pass", later(1_240), the_card_was_looked_at),
        does("the card is deleted again", the_card_is_deleted),
        does("half of the time is over", later(262), lambda scene: scene.card("Still waiting for approval")),
        does(
            "Slack will not tell who Olga is", lambda scene: scene.workspace.fault("server_error", "users.info", skip=1)
        ),
        APPROVE,
    ),
)
KEPT = Scenario(
    name="backups, keys and lost notices",
    settings={"B24BOT_BACKUPS": "{folder}/kept"},
    steps=(
        does("a file is in the way of the backups", a_file_is_in_the_way),
        does("an hour passes", later(3_700), lambda scene: tagged(scene, "bot:backup:failed")),
        types_at_the_shell("key", "rotate"),
        does("answers are impossible", answers_are_impossible),
        types("Olga", "whoami", dead),
        does("answers are possible", answers_are_possible),
        types_at_the_shell("outbox", "retry", "all"),
        does("it comes after all", lambda scene: None, told("Olga", "operator")),
        does("answers are impossible again", answers_are_impossible),
        types("Olga", "help", dead),
        does("answers are possible", answers_are_possible),
        does("somebody drops it", drops_what_is_dead, lambda scene: not dead(scene)),
    ),
)
BREAK_GLASS = "connector remove myconnector --break-glass --reason fire"
RULES = Scenario(
    name="the rules of the bot",
    settings={"B24BOT_BREAK_GLASS": "on"},
    steps=(
        types_at_the_shell("access", "grant", "T0001:U0003", "admin"),
        types("Ida", "access grant @Gleb operator", decidable()),
        presses("Vera", "Approve", 1001, over()),
        types("Olga", "freeze it loses messages", told("Olga", "b24bot is frozen")),
        types("Ida", "unfreeze", decidable(1002)),
        presses("Vera", "Approve", 1002, over(1002)),
        types_at_the_shell("run", "freeze again"),
        types("Ida", "unfreeze", decidable(1003)),
        presses("Vera", "Approve", 1003, over(1003)),
        types("Ida", BREAK_GLASS, decidable(1004)),
        presses("Ida", "Run without approval", 1004, over(1004)),
        presses("Vera", "Approve", 1005, over(1005)),
    ),
)
TEMPORARY = Scenario(
    name="a temporary role",
    steps=(
        types_at_the_shell("access", "grant", "T0001:U0009", "viewer", "--for", "10m"),
        does("its time passes", later(601), lambda scene: tagged(scene, "access:role:revoked")),
    ),
)
CONNECTED = Scenario(
    name="a portal that admins connect",
    steps=(
        types_at_the_shell("access", "grant", "T0001:U0003", "admin"),
        types("Ida", "portal connect shop --domain shop.bitrix24.com --client-id local.1", decidable()),
        presses("Vera", "Approve", 1001, link_or_failure),
    ),
)
PAGE = Scenario(
    name="a button of a page in the portal",
    method=ACTIVATE,
    settings={"B24BOT_PUBLIC_URL": PUBLIC_URL},
    steps=(
        types_at_the_shell("access", "grant", "T0001:U0003", "admin"),
        types("Ida", "access link @Olga default:27", decidable()),
        presses("Vera", "Approve", 1001, over()),
        does("Olga presses the button on the page", presses_on_the_page, decidable(1002)),
        presses("Anton", "Approve", 1002, over(1002)),
    ),
)
ADMIN = "T0001:U0004"
PEOPLE = (("U0001", "operator"), ("U0002", "approver"), ("U0003", "approver"))
NEW_PORTAL = (
    # The watch reads a portal that is only added, so it has to be at the simulator as well.
    *("--domain", "{portal}", "--member-id", "0123456789abcdef0123456789abcdef"),
    *("--client-id", "local.5f1c2a.12345678"),
)
NEW_SECRETS = {
    f"B24BOT_SECRET_{name}": f"sekret-of-{name.lower()}" for name in ("CLIENT_SECRET", "ACCESS_TOKEN", "REFRESH_TOKEN")
}
SHELL = Scenario(
    name="from an empty folder, in the terminal",
    fresh=True,
    settings={"B24BOT_ADMINS": ADMIN},
    steps=(
        *(types_at_the_shell("access", "grant", f"T0001:{person}", role) for person, role in PEOPLE),
        types_at_the_shell("run", "connector list"),
        types_at_the_shell("portal", "add", "prod", *NEW_PORTAL, **NEW_SECRETS),
        types_at_the_shell("run", "connector remove myconnector"),
        types_at_the_shell("request", "withdraw", "CR-1001"),
        types_at_the_shell("run", "connector remove myconnector"),
        presses("Anton", "Approve", 1002, over(1002)),
        types_at_the_shell("access", "revoke", "T0001:U0003"),
    ),
)
ALL = (
    *(
        REMOVE,
        TEMPORARY,
        INTERRUPTED,
        SEVERAL_CALLS,
        CONFIRMED,
        REJECTED,
        FORM,
        WITHDRAWN,
        CHECKED,
        STOPPED,
        EXPIRED,
        STALE,
        RENEWED,
        REFUSED,
        BLIND,
    ),
    *(
        LONG_ANSWER,
        NO_ADDRESS,
        NO_CHANNEL,
        REFUSED_POSTS,
        NOT_TAKEN_ON,
        FAULTY,
        FAULTY_CALL,
        UNREADABLE,
        LOCKED,
        WITNESSED,
        DELETED,
        RULES,
        KEPT,
        SHELL,
        RATE_LIMITED,
        CONNECTED,
        PAGE,
    ),
)
