"""A card outlives its words: the bot speaks another language, or says all otherwise, and the approvals still count."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from tests.language.rewording import reworded, write_other_words
from tests.stories.scene import UNREGISTER, Scene


def test_a_card_is_approved_after_its_language_and_all_its_words_have_changed(
    make_full_bot: Callable[..., Playground], tmp_path: Path
) -> None:
    scene = Scene(make_full_bot(settings={"B24BOT_QUORUM": "2"}))
    card = scene.ask_removal()
    scene.press("Vera", card, "Approve removal")
    scene.card_says(card, "1/2 ✅ @Vera")
    asked = scene.change()
    scene.playground.stop_bot()
    scene.playground.start_bot(B24BOT_LANGUAGE="ru")
    with reworded(write_other_words(tmp_path / "words")):
        scene.press("Anton", card, "Approve removal")
        done = scene.wait_status(Status.DONE, Status.CHANGED, Status.FAILED)
        scene.card_says(card, "Otherwise:")
    assert done.status is Status.DONE
    assert (done.digest, done.plan) == (asked.digest, asked.plan)
    assert [review.reviewer for review in done.reviews] == [scene.playground.person(name) for name in ("Vera", "Anton")]
    assert scene.effects(UNREGISTER) == 1
