"""The default portal at the terminal: chosen when a portal is added, and kept when one is stored anew."""

from __future__ import annotations

from bot.core.audit import Tag
from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.desk import Desk
from tests.cli.test_access import ME

NOBODY_LISTENS = "http://127.0.0.1:9"


def add(desk: Desk, name: str, portal: PortalSimulation, *more: str, elsewhere: bool = False) -> str:
    """Add the simulated portal, or another one at an address where nobody listens."""
    facts = portal.settings()
    result = desk.run(
        *("portal", "add", name, *more),
        *("--domain", NOBODY_LISTENS if elsewhere else facts["BITRIX24_DOMAIN"]),
        *("--member-id", "elsewhere" if elsewhere else facts["BITRIX24_MEMBER_ID"]),
        *("--client-id", facts["BITRIX24_CLIENT_ID"]),
        B24BOT_SECRET_CLIENT_SECRET=facts["BITRIX24_CLIENT_SECRET"],
        B24BOT_SECRET_ACCESS_TOKEN=facts["BITRIX24_ACCESS_TOKEN"],
        B24BOT_SECRET_REFRESH_TOKEN=facts["BITRIX24_REFRESH_TOKEN"],
    )
    assert result.exit_code == 0, result.stderr
    return " ".join(result.stdout.split())


def test_the_default_portal_stays_when_a_portal_is_stored_again(desk: Desk, portal: PortalSimulation) -> None:
    """With --replace the portal used to become the last one added, and the same words reached another portal."""
    settings = portal.settings()
    desk.settings |= {name: settings[name] for name in ("B24BOT_ALLOW_LOOPBACK", "BITRIX24_OAUTH_URL")}
    assert "prod is the default portal" in add(desk, "prod", portal)
    told = add(desk, "stage", portal, elsewhere=True)
    assert "The default portal is prod; it did not change." in told
    assert "portal use stage --for-all" in told
    add(desk, "prod", portal, "--replace")

    assert {row["name"]: row["default_for"] for row in desk.json("portal", "list")["data"]} == {
        "prod": ["everybody"],
        "stage": [],
    }
    assert desk.json("connector", "list")["portal"] == "prod"
    result = desk.run("connector", "list")
    assert result.exit_code == 0, result.stderr
    assert "myconnector" in result.stdout
    assert "prod · " in result.stdout
    with desk.store() as store:
        (record,) = store.audit.find(tag=Tag.DEFAULT_PORTAL_SET)
    assert (record.actor, record.facts["portal"]) == (ME, "prod")


def test_ones_own_portal_is_chosen_at_the_terminal_too(desk: Desk, portal: PortalSimulation) -> None:
    desk.settings |= {"B24BOT_ALLOW_LOOPBACK": "on"}
    add(desk, "prod", portal)
    add(desk, "stage", portal, elsewhere=True)
    result = desk.run("portal", "use", "stage")
    assert result.exit_code == 0, result.stderr
    assert [row["default_for"] for row in desk.json("portal", "list")["data"]] == [["everybody"], ["you"]]
    refused = desk.run("portal", "list", "--portal", "prod")
    assert refused.exit_code == 2
    assert "does not take --portal" in refused.stderr
