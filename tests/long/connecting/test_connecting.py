"""Two real processes: one serves the public address, the other one connects a portal."""

from __future__ import annotations

import json

import requests

from bot.core.audit.audit_record import Tag
from bot.plugin.loopback import wait_until
from plugins.bitrix24.commands.common.json_views import InstalledApplication, PortalLink
from tests.cli.cli_bot import SECONDS, first_line
from tests.language.json_shape import differences
from tests.long.connecting.served_bot import ServedBot, domain_of


def test_the_callback_ends_the_command(served_bot: ServedBot) -> None:
    card = served_bot.operator("save_card", handler=f"{served_bot.url}/bitrix24/app", api_only=True)
    process = served_bot.connect(*domain_of(served_bot), "--client-id", card["client_id"], secret=card["client_secret"])
    assert list(differences(served_bot.shown, PortalLink)) == []
    assert served_bot.shown["handler_url"] == f"{served_bot.url}/bitrix24/app"
    page = requests.get(
        served_bot.shown["authorise_url"], timeout=SECONDS, headers={"Accept-Language": "ru-RU,ru;q=0.9"}
    )
    assert (page.status_code, "b24bot получил код" in page.text) == (200, True)
    served_bot.works(process)
    with served_bot.cli_bot.store() as store:
        records = store.audit.find(tag=Tag.SETUP_CHANGED)
    assert [record.facts["kind"] for record in records] == ["portal connect"]
    again = requests.get(page.url, timeout=SECONDS)
    assert "This link does not work" in again.text


def test_a_card_that_is_saved_while_the_command_waits_needs_the_secret_alone(served_bot: ServedBot) -> None:
    process = served_bot.connect(*domain_of(served_bot))
    assert served_bot.shown["authorise_url"] is None
    card = served_bot.operator(
        "save_card",
        handler=served_bot.shown["handler_url"],
        install_path=served_bot.shown["install_url"],
        api_only=True,
    )
    waits = json.loads(first_line(process, err=True))
    assert list(differences(waits, InstalledApplication)) == []
    assert waits["client_id"] == card["client_id"]
    assert process.stdin is not None
    process.stdin.write(card["client_secret"] + "\n")
    process.stdin.flush()
    served_bot.works(process)


def test_a_card_that_was_saved_before_waits_for_the_command(served_bot: ServedBot) -> None:
    printed = served_bot.connect(*domain_of(served_bot), "--no-wait")
    out, err = printed.communicate(timeout=SECONDS)
    assert printed.returncode == 0, err
    assert json.loads(out)["data"] == served_bot.shown, "a script reads the addresses on stdout, too"
    card = served_bot.operator(
        "save_card",
        handler=served_bot.shown["handler_url"],
        install_path=served_bot.shown["install_url"],
        api_only=True,
    )
    with served_bot.cli_bot.store() as store:
        assert wait_until(lambda: store.secrets("bitrix24").read("pending:prod") is not None)
        assert store.audit.find(tag=Tag.SETUP_CHANGED) == []
    done = served_bot.cli_bot.run("portal", "connect", "prod", B24BOT_SECRET_CLIENT_SECRET=card["client_secret"])
    assert done.exit_code == 0, done.stderr
    assert served_bot.cli_bot.run("portal", "check").exit_code == 0


def test_an_application_with_an_interface_is_connected_by_its_first_page(served_bot: ServedBot) -> None:
    printed = served_bot.connect(*domain_of(served_bot), "--no-wait")
    _, err = printed.communicate(timeout=SECONDS)
    assert printed.returncode == 0, err
    card = served_bot.operator(
        "save_card", handler=served_bot.shown["handler_url"], install_path=served_bot.shown["install_url"]
    )
    opened = served_bot.operator("open_application", app=card["client_id"])
    assert (opened["status"], "BX24.installFinish()" in opened["body"]) == (200, True)
    served_bot.operator("finish_installation", app=card["client_id"])
    done = served_bot.cli_bot.run("portal", "connect", "prod", B24BOT_SECRET_CLIENT_SECRET=card["client_secret"])
    assert done.exit_code == 0, done.stderr
