"""`connector configure`: what a connector shows about itself on a line. The portal never gives it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from bot.plugin import Arg, BadArgument, Observation, Plan, Refusal, Risk, Undo, UndoKind, quote
from plugins.bitrix24.commands.common import observation, preconditions, presentation, undo_plan
from plugins.bitrix24.commands.common.preconditions import NOT_OURS
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.connectors import registration
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.connectors.model import ACTIVE, Line
from plugins.bitrix24.connectors.snapshot import Data, Snapshot
from plugins.bitrix24.portal import Portal

LONGEST = 255
LONGEST_URL = 1000
OPTIONS: Mapping[str, str] = {"URL": "--url", "URL_IM": "--url-im", "NAME": "--name", "ID": "--external-id"}
"""The portal's keys, and the option for each."""


def parse_link(word: str) -> str:
    """An address that customers follow. Raises BadArgument."""
    return registration.parse_address(word, what="link's", longest=LONGEST_URL, schemes=("https", "http"))


def parse_text(word: str) -> str:
    """A name or an id. Raises BadArgument; the portal takes “0” for nothing (docs/portal-behaviour.md P49)."""
    return registration.parse_name(word)


@connectors.command(
    "configure", risk=Risk.CHANGE, raises=NOT_OURS, examples=["myconnector 1 --url https://wa.example/me"]
)
def configure_connector(
    portal: Portal,
    connector: ConnectorId,
    line: LineNumber,
    *,
    url: Annotated[str | None, Arg(help="link to the channel", label="URL", parse=parse_link)] = None,
    url_im: Annotated[str | None, Arg(help="link that opens a chat in it", label="URL", parse=parse_link)] = None,
    name: Annotated[str | None, Arg(help="the channel's name", label="NAME", parse=parse_text)] = None,
    external_id: Annotated[
        str | None, Arg(help="the channel's own id, like a phone number", label="ID", parse=parse_text)
    ] = None,
) -> Plan:
    """Set what a connector shows on a line: link, chat link, name and id of the channel.

    A value can be replaced, not cleared. The portal cannot be asked for it afterwards, so our record is the only place
    where it can be looked up, and the portal's own answer the only proof that it was stored.
    """
    preconditions.refuse_built_in(connector, "Its data is set in the portal.")
    typed = {"URL": url, "URL_IM": url_im, "NAME": name, "ID": external_id}
    given = {key: value for key, value in typed.items() if value is not None}
    if not given:
        raise BadArgument(
            "`connector configure` needs something to set.", hint=f"One or more of: {', '.join(OPTIONS.values())}."
        )
    portal.gather("connectors", "lines", of=[connector])
    (chosen,) = preconditions.lines(portal, [line])
    preconditions.require_registered(portal, connector)
    standing = preconditions.check_ownership(portal, connector)
    before = _before(portal, connector, chosen)
    known = standing.snapshot.data(chosen.id) if standing.snapshot else None
    data = {**(known or {}), **given}
    return Plan(
        summary=f"Set what {connector} shows on {chosen.title} of {portal.place.name}",
        target=f"connector:{connector}",
        part=f"data/{chosen.id}",
        calls=(
            replace(undo_plan.store_line_data(connector, chosen, data), note=_note(connector, chosen, known, given)),
        ),
        before=before,
        wanted={},
        undo=_undo(connector, chosen, known, given),
        warnings=(
            *standing.warning(connector, "The portal stores data for another application's connector, too."),
            "The portal cannot be asked for it afterwards: its own answer to this call is the only proof.",
        ),
        risk=standing.risk,
        remember=(portal.remember(_known(standing.snapshot, chosen, data)),) if standing.snapshot else (),
    )


def _before(portal: Portal, connector: str, line: Line) -> Observation:
    """Raises Refusal where it is not active: the portal later deletes such data (docs/portal-behaviour.md P104)."""
    seen = observation.observe_connector(portal, connector)
    if not str(seen.get(line.title, "")).startswith(ACTIVE):
        raise Refusal(
            f"{connector} is not active on {line.title}, and the portal does not keep data for that.",
            hint=f"First: connector activate {connector} {line.id}",
        )
    kept = (observation.REGISTRATION, observation.RECORD, line.title)
    return {label: word for label, word in seen.items() if label in kept}


def _note(connector: str, line: Line, known: Data | None, given: Data) -> str:
    told = []
    for key, value in given.items():
        old = f"“{known[key]}”" if known and key in known else "not known" if known is None else "nothing"
        told.append(f"{OPTIONS[key].removeprefix('--')} {old} → “{value}”")
    kept = [OPTIONS[key].removeprefix("--") for key in known or {} if key not in given]
    again = f" Sent along as it is: {', '.join(kept)}." if kept else ""
    return f"Store the data of {connector} on {line.title}: {'; '.join(told)}.{again}"


def _undo(connector: str, line: Line, known: Data | None, given: Data) -> Undo:
    back = {key: value for key, value in (known or {}).items() if key in given}
    if not back:
        why = "what it was before is not known" if known is None else "a value cannot be cleared, only replaced"
        return Undo(kind=UndoKind.NONE, sentence=f"This cannot be undone: {why}.")
    typed = " ".join(quote(f"{OPTIONS[key]}={value}") for key, value in back.items())
    lost = [OPTIONS[key].removeprefix("--") for key in given if key not in back]
    if lost:
        kept = presentation.join_with_and(lost)
        sentence = f"It can be set back, but for {kept}: that had no value we know, and cannot be cleared."
    else:
        sentence = "It can be set back from our own record."
    return Undo(
        kind=UndoKind.PARTIAL if lost else UndoKind.FULL,
        sentence=sentence,
        line=f"connector configure {connector} {line.id} {typed}",
    )


def _known(snapshot: Snapshot, line: Line, data: Data) -> Snapshot:
    """The record with this data; it is all there is when all was known before, or when every key is named."""
    whole = snapshot.knows(line.id) or set(data) == set(OPTIONS)
    partly = snapshot.partly - {line.id} if whole else snapshot.partly | {line.id}
    return replace(snapshot, lines={**snapshot.lines, line.id: data}, partly=partly)
