"""Two applications of one portal: a change goes by the application that its card names, with tokens of its own."""

from __future__ import annotations

from bot.core.change.change_request import Status
from plugins.bitrix24.auth.credentials import Credentials, CredentialStore, KnownPortal
from plugins.bitrix24.redaction.secret import Secret
from tests.stories.portal.second_portal import services
from tests.stories.portal.test_tokens import lose_pair
from tests.stories.scene import UNREGISTER, Scene


def store_second(scene: Scene) -> str:
    """Store the portal's other application as `second`; its client_id."""
    given, portal = services(scene), scene.portal
    other = portal.other_application
    known = KnownPortal(name="second", domain=portal.url, member_id=portal.member_id, added_at=given.clock.now_ms())
    credentials = Credentials(
        member_id=portal.member_id,
        client_id=other["client_id"],
        client_secret=Secret(other["client_secret"]),
        access=Secret(other["access_token"]),
        refresh=Secret(other["refresh_token"]),
        token_url=portal.oauth_url,
    )
    CredentialStore(given).add(known, credentials)
    return str(other["client_id"])


def callers(scene: Scene) -> list[str]:
    """The applications that asked the portal for a removal."""
    with scene.portal.world.lock:
        return [call.app for call in scene.portal.world.journal.calls if call.method == UNREGISTER]


def test_a_removal_goes_by_the_application_that_the_card_names(scene: Scene) -> None:
    second = store_second(scene)
    scene.ask("Olga", "connector remove shopchat --portal second")
    card = scene.card("shopchat")
    assert "second" in scene.workspace.transcript(card)
    scene.press("Anton", card, "Approve")
    assert scene.wait_status(Status.DONE, Status.FAILED, Status.UNKNOWN).status is Status.DONE
    assert callers(scene) == [second]
    assert not scene.registered("shopchat"), "only the application that registered it can remove it"
    assert scene.registered("myconnector")


def test_lost_tokens_of_one_application_leave_the_other_one_at_work(scene: Scene) -> None:
    second = store_second(scene)
    lose_pair(scene)
    scene.ask("Olga", "connector remove shopchat --portal second")
    scene.press("Anton", scene.card("shopchat"), "Approve")
    assert scene.wait_status(Status.DONE, Status.FAILED, Status.UNKNOWN).status is Status.DONE
    assert callers(scene) == [second]
    scene.ask("Olga", "connector list --portal default")
    scene.answer("Olga", "portal connect default")
