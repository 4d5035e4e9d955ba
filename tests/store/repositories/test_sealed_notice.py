"""A notice with a secret for its reader waits encrypted, is sealed anew with the rest, and arrives as it is."""

from __future__ import annotations

import pytest

from bot.core.messages.notices import PrivateNotice
from bot.core.principals import Principal
from bot.plugin import Message, Reply
from bot.store.repositories.secrets import seal_anew
from bot.store.store import Store

STATE = "k3yQ9vXz7LmN2pRt5WbC8dFgH1jK4sUe6aYo0iTnVqA"
NOTICE = PrivateNotice(
    person=Principal(team="T1", user="U1"),
    channel="C1",
    reply=Reply(title=Message("bitrix24.connect.link"), notes=(f"https://shop.example/?state={STATE}",)),
    sealed=True,
)


@pytest.mark.parametrize("anew", [False, True], ids=["as it was sealed", "sealed anew"])
def test_a_sealed_notice_is_stored_encrypted_and_read_as_it_was(store: Store, anew: bool) -> None:
    with store.unit_of_work() as tx:
        tx.outbox.put("whisper:1", NOTICE, at=1)
    (stored,) = store.engine.tuples("SELECT payload FROM outbox")
    assert stored[0].startswith("sealed:")
    assert STATE not in stored[0]
    if anew:
        with store.unit_of_work():
            assert seal_anew(store.engine, store.keys) == 1
        (again,) = store.engine.tuples("SELECT payload FROM outbox")
        assert again != stored
    with store.unit_of_work() as tx:
        envelope = tx.outbox.claim(1)
    assert envelope is not None
    assert envelope.notice == NOTICE
