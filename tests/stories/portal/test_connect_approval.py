"""A portal is connected from Slack: two admins say which one, and the secret is typed in the terminal alone."""

from __future__ import annotations

import pytest

from bot.core.change.change_request import Status
from bot.core.principals import Role
from plugins.bitrix24.connecting.approved_connection import ApprovedConnection, ApprovedConnections
from tests.stories.portal.second_portal import services
from tests.stories.scene import Scene

LINE = "portal connect shop --domain shop.bitrix24.com --client-id local.1"


@pytest.fixture
def ruled(scene: Scene) -> Scene:
    """Vera is an admin too, beside Ida."""
    scene.playground.grant(scene.playground.store, "Vera", Role.ADMIN)
    return scene


def test_another_admin_approves_which_portal_and_application_may_be_connected(ruled: Scene) -> None:
    ruled.ask("Olga", LINE)
    ruled.answer("Olga", "needs the role admin")
    ended = ruled.has_approved(LINE, "Ida", by="Vera")
    assert ended.status is Status.DONE
    assert ApprovedConnections(services(ruled)).find("shop") == ApprovedConnection(
        name="shop", domain="shop.bitrix24.com", client_id="local.1"
    )
    ruled.ask("Ida", LINE)
    ruled.answer("Ida", "Type the client_secret there only")


def test_a_secret_is_not_taken_in_slack(ruled: Scene) -> None:
    ruled.ask("Ida", f"{LINE} --client-secret s3cr3t-canary-value")
    ruled.answer("Ida", "type it only in the terminal")
    assert ApprovedConnections(services(ruled)).find("shop") is None
