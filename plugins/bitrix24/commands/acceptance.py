"""`acceptance`: a throw-away connector shows how a live portal behaves, and where it differs from what we know."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Annotated

from bot.plugin import (
    Answer,
    Arg,
    BadArgument,
    Dialogue,
    Group,
    Message,
    Nothing,
    Refusal,
    Risk,
    Services,
)
from plugins.bitrix24.acceptance import run_events
from plugins.bitrix24.acceptance.comparison import compare_answers
from plugins.bitrix24.acceptance.raw_caller import RawCaller
from plugins.bitrix24.acceptance.recording import write_recording
from plugins.bitrix24.acceptance.report import (
    AcceptanceReport,
    Outcome,
    describe_cleaning,
    describe_run,
    summarize,
)
from plugins.bitrix24.acceptance.run import AcceptanceRun
from plugins.bitrix24.acceptance.run_lock import lock_run
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.client.rest_client import Caller
from plugins.bitrix24.commands.common.words import PORTAL
from plugins.bitrix24.commands.line import SEE_LIST, parse_line
from plugins.bitrix24.commands.portal.group import known_portals
from plugins.bitrix24.connecting.unfinished_connections import require_connected
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.redaction.excerpt import excerpt
from plugins.bitrix24.traffic.portal_connections import Connections

LineArgument = Annotated[
    int,
    Arg(
        help="the open line for the temporary connector",
        label="LINE",
        parse=parse_line,
        words={"ru": ("линия",)},
    ),
]

trials = Group[Portal]("acceptance", help="First contact with a live portal", words={"ru": ("приёмка",)})


def check_acceptance(
    services: Services,
    *,
    portal: str,
    line: int = 0,
    confirm: str = "",
    record: str = "",
    clean: bool = False,
) -> None:
    """Raise what is wrong with a run before anything is sent."""
    require_connected(services, portal)
    known = CredentialStore(services).portal(portal)
    if known.protected and confirm != known.name:
        raise Refusal(
            Message("bitrix24.acceptance.protected", portal=known.name),
            hint=Message("bitrix24.acceptance.do_confirm", option=f"--confirm {known.name}"),
        )
    if not line and not clean:
        raise BadArgument(Message("bitrix24.acceptance.no_line"), hint=SEE_LIST)
    if record:
        _make_folder(record)


def _make_folder(record: str) -> Path:
    folder = Path(record).expanduser()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        writable = folder.is_dir() and os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise BadArgument(
            Message("bitrix24.acceptance.folder_not_writable", folder=excerpt(record)),
            hint=Message("bitrix24.acceptance.do_name_folder"),
        )
    return folder


def report_acceptance(services: Services, outcome: Outcome) -> Answer:
    """Put a run on the audit log, and answer."""
    if outcome.probe is None or outcome.findings is None:
        if not outcome.gone and not outcome.left:
            return Nothing(sentence=Message("bitrix24.acceptance.nothing_left", portal=outcome.portal))
        return describe_cleaning(outcome)
    summary = summarize(outcome, outcome.findings)
    services.record(run_events.ENDED, outcome.portal, {"connector": outcome.probe.connector, "sentence": summary})
    return describe_run(outcome, outcome.probe, outcome.findings)


@trials.command(
    "",
    risk=Risk.GOVERN,
    terminal=True,
    check=check_acceptance,
    keep=report_acceptance,
    data=AcceptanceReport | None,
)
def try_portal(
    dialogue: Dialogue,
    *,
    portal: Annotated[
        str, Arg(help="the portal to try", label="NAME", complete=known_portals, place=True, words=PORTAL)
    ],
    line: LineArgument = 0,
    confirm: Annotated[
        str, Arg(help="the name of a protected portal once more", label="NAME", words={"ru": ("подтвердить",)})
    ] = "",
    record: Annotated[
        str,
        Arg(help="write the answers into this folder, without secrets", label="FOLDER", words={"ru": ("записать",)}),
    ] = "",
    clean: Annotated[
        bool, Arg(help="only remove what interrupted runs left behind", label="", words={"ru": ("очистить",)})
    ] = False,
) -> Outcome:
    """Compare a live portal with what b24bot knows about Bitrix24.

    The command registers a temporary connector, b24bot_probe_ with a number, and connects it to the line. It makes
    about 60 calls, some of them wrong on purpose, and compares each answer with a fact of docs/portal-behaviour.md.
    Then it removes the connector. It changes only this connector. Customers get no message. It renews the tokens once.

    The answer names each fact that the portal contradicts. It also tells how to set each switch of the simulator to
    behave like this portal. The exit code is 5 after a contradiction. If the run is interrupted, the next run or
    --clean removes the connector.
    """
    services = dialogue.services
    check_acceptance(services, portal=portal, line=line, confirm=confirm, record=record, clean=clean)
    known = CredentialStore(services).portal(portal)
    block = dialogue.find_block()
    if block is not None and not clean:
        raise block
    with closing(Connections()) as links, lock_run(services, known.identity):
        # The first read follows a renamed portal and renews a token that has expired.
        found = Portal(services, known.place, Caller(services, links, known)).lines()
        known = CredentialStore(services).portal(known.name)
        if not clean and line not in [each.id for each in found]:
            raise Refusal(Message("bitrix24.line.unknown", line=str(line), portal=known.name), hint=SEE_LIST)
        run = AcceptanceRun(dialogue, known, RawCaller(services, links, known))
        gone, left = run.remove_leftovers()
        if clean:
            return Outcome(portal=known.name, gone=gone, left=left, blocked=block is not None)
        walk = run.walk(line)
    ended = (gone, (*left, walk.probe)) if not walk.removed else ((*gone, walk.probe), left)
    return Outcome(
        portal=known.name,
        gone=ended[0],
        left=ended[1],
        probe=walk.probe,
        findings=compare_answers(walk.probe, walk.answers),
        recording=str(write_recording(_make_folder(record), walk, _hidden(services, known))) if record else "",
    )


def _hidden(services: Services, portal: KnownPortal) -> tuple[str, ...]:
    """What no recording may hold."""
    held = CredentialStore(services).held(portal).credentials
    return (*(each.reveal() for each in held.secrets), held.client_id, portal.member_id, portal.domain)
