"""The plan of a change request as its record has it: what the card said, whatever the row of the database says now."""

from __future__ import annotations

from dataclasses import replace

from bot.core import mentions
from bot.core.audit.audit_record import AuditRecord, Fact, Tag
from bot.core.audit.recorded_card import CARD, RecordedCard, read_card, restore_plan
from bot.core.bot_errors import ConfigurationError
from bot.core.change.change_request import ChangeRequest
from bot.core.change.digests import find_form
from bot.core.redaction.sanitizer import map_texts
from bot.language.request_views import CardRecord
from bot.language.translation import explain_gap
from bot.plugin import Plan, Undo, UndoKind
from bot.plugin.frozen import dataclass
from bot.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPlan:
    """Where the plan of a change request was read."""

    seq: int
    """The number of the record."""
    card: RecordedCard
    is_altered: bool
    """Whether the row of the database has another plan than the one that was recorded."""

    @property
    def view(self) -> CardRecord:
        """The same for programs."""
        return CardRecord(record=str(self.seq), language=self.card.language, plan_altered=self.is_altered)


def read_recorded_plan(store: Store, change: ChangeRequest) -> tuple[ChangeRequest, RecordedPlan | None]:
    """The change request with its plan as the record of the request has it, and where that stands.

    What the record does not have is taken from the row while that is the plan which was recorded. Where no record has
    the card, as of a request of an earlier release, the row stands for it.
    """
    record = _find_record(store, change)
    card = read_card(record.facts.get(CARD)) if record else None
    if record is None or card is None:
        return change, None
    proven = _read_proven_plan(store, change, record.facts.get("digest"))
    found = RecordedPlan(seq=record.seq, card=card, is_altered=proven is None)
    if proven is not None and not card.is_whole:
        return replace(change, plan=proven), found
    named = mentions.make_namer(
        (change.requester.id, mentions.find_person_id(change.plan.target)), mentions.mark_account
    )
    plan = restore_plan(change.plan, card, explain_gap)
    return replace(change, plan=replace(map_texts(plan, named), target=plan.target, part=plan.part)), found


def make_card_plan(card: RecordedCard) -> Plan:
    """The plan as a card said it, where nothing else is known of it."""
    undo = Undo(kind=UndoKind.NONE, sentence="")
    empty = Plan(summary="", target="", calls=(), before={}, wanted={}, undo=undo)
    return restore_plan(empty, card, explain_gap)


def _find_record(store: Store, change: ChangeRequest) -> AuditRecord | None:
    """The record of the request, if it is ours and about this request: an index is nobody's word."""
    found = next(iter(store.audit.find(subject=change.id, tag=Tag.CHANGE_REQUESTED, limit=1)), None)
    if found is None or (found.current_tag, found.subject) != (Tag.CHANGE_REQUESTED, change.id):
        return None
    return found if store.audit.vouches(found) else None


def _read_proven_plan(store: Store, change: ChangeRequest, digest: Fact) -> Plan | None:
    """The plan of the row, with marks for secrets, where it is the plan of this digest."""
    try:
        exact = store.changes.exact(change)
    except ConfigurationError:
        return None
    if find_form(exact.path, exact.place, exact.plan, str(digest)) is None:
        return None
    return store.changes.show_plan(exact)
