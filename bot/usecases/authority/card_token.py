"""What a button on a card carries: the change request, what was shown, which card, and a signature over all of it."""

from __future__ import annotations

from bot.core.change.change_request import ChangeRequest
from bot.core.messages.deliveries import Click, Form
from bot.store.sealing.keyring import Keyring
from bot.store.store import Store

APPROVE, REJECT, WITHDRAW, CONFIRM, UNDO = "approve", "reject", "withdraw", "confirm", "undo"
AGAIN = "again"
WAS_DONE, WAS_NOT_DONE = "was_done", "was_not_done"
SHORT_DIGEST = 16


def make_token(keys: Keyring, team: str, change: ChangeRequest) -> str:
    """`1042.<digest>.<card>.<signature>`: good for this request, what its card shows, and this card where it stands."""
    body = _body(change)
    return f"{body}.{keys.sign(_signed(team, change, body))}"


def read_number(value: str) -> int | None:
    """The change request a value claims to be for; nothing is proven by it."""
    digits = value.partition(".")[0]
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 12 else None


def find_named_change(store: Store, value: str) -> ChangeRequest | None:
    """The change request that a value claims to be for, if there is one; nothing is proven by it."""
    number = read_number(value)
    return store.changes.get(number) if number is not None else None


def verify_token(store: Store, team: str, inbound: Click | Form) -> ChangeRequest | None:
    """The change request whose button or form this is; None when the value proves nothing."""
    change = find_named_change(store, inbound.value)
    return change if change is not None and _is_genuine(store.keys, team, change, inbound) else None


def _is_genuine(keys: Keyring, team: str, change: ChangeRequest, inbound: Click | Form) -> bool:
    """Whether the value was made by us for this change request as it is, and pressed where its card stands.

    A form has no place; it carries the value of the button it was opened with.
    """
    body, _, signature = inbound.value.rpartition(".")
    if isinstance(inbound, Click) and inbound.channel != change.channel:
        return False
    return body == _body(change) and keys.signed(_signed(team, change, body), signature)


def is_of_earlier_card(keys: Keyring, team: str, change: ChangeRequest, inbound: Click | Form) -> bool:
    """Whether we made the value for this very change request, but for a card in whose place there is another now."""
    body, _, signature = inbound.value.rpartition(".")
    front, _, card = body.rpartition(".")
    ours = front == _body(change).rpartition(".")[0] and keys.signed(_signed(team, change, body), signature)
    return ours and card != change.card_id


def _body(change: ChangeRequest) -> str:
    return f"{change.number}.{change.digest[:SHORT_DIGEST]}.{change.card_id}"


def _signed(team: str, change: ChangeRequest, body: str) -> str:
    """What the signature is over: the whole digest too, and the place, which the value need not tell."""
    return "|".join((team, change.channel, change.digest, body))
