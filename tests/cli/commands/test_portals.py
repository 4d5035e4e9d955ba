"""The default portal at the terminal: chosen when a portal is added, and kept when one is stored anew."""

from __future__ import annotations

import json
import subprocess

import requests

from bot.core.audit.audit_record import Tag
from plugins.bitrix24.commands.common.json_views import ConnectedPortal, PortalLink, RemovedPortal
from plugins.bitrix24.diagnosis.check_table import CHECKS
from plugins.bitrix24.simulation import PortalSimulation
from plugins.bitrix24.simulator import PortalSimulator
from tests.cli.cli_bot import SECONDS, CliBot, first_line
from tests.cli.commands.test_access_command import ME
from tests.cli.test_completion import offered
from tests.language.json_shape import differences

NOBODY_LISTENS = "http://127.0.0.1:9"


def add(cli_bot: CliBot, name: str, portal: PortalSimulation, *more: str, elsewhere: bool = False) -> str:
    """Add the simulated portal, or another one at an address where nobody listens."""
    facts = portal.settings()
    result = cli_bot.run(
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


def test_the_default_portal_stays_when_a_portal_is_stored_again(cli_bot: CliBot, portal: PortalSimulation) -> None:
    """With --replace the portal used to become the last one added, and the same words reached another portal."""
    settings = portal.settings()
    cli_bot.settings |= {name: settings[name] for name in ("B24BOT_ALLOW_LOOPBACK", "BITRIX24_OAUTH_URL")}
    assert "Portal prod is the default" in add(cli_bot, "prod", portal)
    told = add(cli_bot, "stage", portal, elsewhere=True)
    assert "Portal prod stays the default." in told
    assert "portal use stage --for-all" in told
    add(cli_bot, "prod", portal, "--replace")

    assert {row["name"]: row["default"] for row in cli_bot.json("portal", "list")["data"]} == {
        "prod": True,
        "stage": False,
    }
    assert cli_bot.json("connector", "list")["place"] == "prod"
    result = cli_bot.run("connector", "list")
    assert result.exit_code == 0, result.stderr
    assert "myconnector" in result.stdout
    assert "prod · " in result.stdout
    with cli_bot.store() as store:
        (record,) = store.audit.find(tag=Tag.DEFAULT_PLACE_SET)
    assert (record.actor, record.facts["portal"]) == (ME, "prod")


def test_ones_own_portal_is_chosen_at_the_terminal_too(cli_bot: CliBot, portal: PortalSimulation) -> None:
    cli_bot.settings |= {"B24BOT_ALLOW_LOOPBACK": "on"}
    add(cli_bot, "prod", portal)
    add(cli_bot, "stage", portal, elsewhere=True)
    result = cli_bot.run("portal", "use", "stage")
    assert result.exit_code == 0, result.stderr
    assert [row["default"] for row in cli_bot.json("portal", "list")["data"]] == [False, True]
    refused = cli_bot.run("portal", "list", "--portal", "prod")
    assert refused.exit_code == 2
    assert "does not take --portal" in refused.stderr


def test_completion_offers_the_ids_of_the_portal_that_is_named(cli_bot: CliBot, portal: PortalSimulation) -> None:
    """Never those of another one: what is completed is what is changed."""
    cli_bot.settings |= {"B24BOT_ALLOW_LOOPBACK": "on"}
    add(cli_bot, "prod", portal)
    add(cli_bot, "stage", portal, elsewhere=True)
    for words, ids in {
        ("connector", "show", ""): True,
        ("connector", "show", "--portal", "prod", ""): True,
        ("connector", "show", "--portal", "stage", ""): False,
        ("connector", "show", "--portal=prod", ""): True,
        ("connector", "show", "--portal=stage", ""): False,
    }.items():
        assert ("myconnector" in offered(cli_bot, *words)) is ids, words
    # As bash hands it over, which takes “--portal=pr” apart.
    assert offered(cli_bot, "connector", "show", "--portal", "=") == {"prod", "stage"}
    assert offered(cli_bot, "connector", "show", "--portal", "=", "pr") == {"prod"}
    assert "myconnector" not in offered(cli_bot, "connector", "show", "--portal", "=", "stage", "")


def test_a_check_may_name_its_portal_without_the_option(cli_bot: CliBot, portal: PortalSimulation) -> None:
    """The answer for programs is the list of checks, and the exit code says whether all of them passed."""
    settings = portal.settings()
    cli_bot.settings |= {name: settings[name] for name in ("B24BOT_ALLOW_LOOPBACK", "BITRIX24_OAUTH_URL")}
    add(cli_bot, "prod", portal)
    add(cli_bot, "stage", portal, elsewhere=True)
    rows = cli_bot.json("portal", "check", "prod")["data"]
    assert [sorted(row) for row in rows] == [["check", "detail", "next", "ok", "state"]] * len(CHECKS)
    assert all(row["ok"] for row in rows)
    named = cli_bot.run("portal", "check", "stage", "--json")
    assert named.exit_code == 5
    told = json.loads(named.stdout)
    assert told["place"] == "stage"
    assert next(row["check"] for row in told["data"] if not row["ok"]) == "connection"
    for words in (("portal", "check", "nowhere"), ("portal", "check", "--portal", "nowhere")):
        unknown = cli_bot.run(*words)
        assert unknown.exit_code == 4
        assert "nowhere" in unknown.stderr
    assert cli_bot.run("portal", "check", "prod", "stage").exit_code == 2
    assert cli_bot.run("portal", "check", "prod", "--portal", "stage").exit_code == 2
    assert offered(cli_bot, "portal", "check", "") == {"prod", "stage"}


def test_the_list_for_programs_has_exactly_the_promised_keys(cli_bot: CliBot, portal: PortalSimulation) -> None:
    settings = portal.settings()
    cli_bot.settings |= {name: settings[name] for name in ("B24BOT_ALLOW_LOOPBACK", "BITRIX24_OAUTH_URL")}
    add(cli_bot, "prod", portal)
    (row,) = cli_bot.json("portal", "list")["data"]
    assert set(row) == {
        *("name", "domain", "member_id", "client_id", "default", "protected", "application", "tokens", "events")
    }
    assert set(row["tokens"]) == {"state", "renewed_at", "expires_at", "backup"}
    assert set(row["events"]) == {"way", "last_at"}
    assert row["client_id"] == settings["BITRIX24_CLIENT_ID"]
    assert (row["tokens"]["state"], row["tokens"]["backup"]) == ("unproven", "none")
    assert row["application"] is None
    assert cli_bot.run("portal", "check").exit_code == 0
    (row,) = cli_bot.json("portal", "list")["data"]
    assert row["application"] == {"installed": True, "paid": True, "licence": "en_basic", "status": "local"}


def test_a_portal_on_ones_own_premises_is_set_up_with_port_address_and_private_ca(cli_bot: CliBot) -> None:
    """Its name is in no DNS, its certificate is signed by nobody whom the system knows, and it listens at a port."""
    with PortalSimulator(tls=True, names=("box.example",)) as box:
        box.seed(connectors=[{"id": "myconnector", "name": "WhatsApp EU"}])
        listed = f"box.example:{box.base_url.rpartition(':')[2]}"
        words = (
            *("portal", "add", "office", "--domain", listed, "--member-id", box.member_id),
            *("--client-id", box.client_id),
        )
        secrets = {
            "B24BOT_SECRET_CLIENT_SECRET": box.client_secret,
            "B24BOT_SECRET_ACCESS_TOKEN": box.access_token,
            "B24BOT_SECRET_REFRESH_TOKEN": box.refresh_token,
        }
        unlisted = cli_bot.run(*words, **secrets)
        assert unlisted.exit_code != 0
        assert "in the setting BITRIX24_HOSTS, with its port" in " ".join(unlisted.stderr.split())

        cli_bot.settings |= {"BITRIX24_HOSTS": f"{listed}=127.0.0.1", "B24BOT_ALLOW_LOOPBACK": "on"}
        assert cli_bot.run(*words, **secrets).exit_code == 0
        unknown = cli_bot.run("portal", "check")
        assert unknown.exit_code != 0
        assert "BITRIX24_CA_FILE or `portal connect --ca-file`" in " ".join(unknown.stdout.split())

        stored = cli_bot.run(*words, "--replace", "--ca-file", box.ca_path, **secrets)
        assert stored.exit_code == 0, stored.stderr
        assert "Simulated portal" in stored.stdout
        checked = cli_bot.run("portal", "check")
        assert "Simulated portal" in checked.stdout
        failed = [
            row["check"] for row in json.loads(cli_bot.run("portal", "check", "--json").stdout)["data"] if not row["ok"]
        ]
        assert failed == ["authorisation-server"], "the vendor's server, which no test reaches"
        assert [row["id"] for row in cli_bot.json("connector", "list")["data"] if row["kind"] != "built-in"] == [
            "myconnector"
        ]


def test_a_portal_is_connected_by_a_link_and_a_pasted_address(cli_bot: CliBot, portal: PortalSimulation) -> None:
    """Two processes, as a person does it: the link is opened in a browser, and the address is pasted."""
    facts = portal.settings()
    cli_bot.settings |= {name: facts[name] for name in ("B24BOT_ALLOW_LOOPBACK", "BITRIX24_OAUTH_URL")}
    process = cli_bot.start(
        *("portal", "connect", "prod", "--domain", facts["BITRIX24_DOMAIN"]),
        *("--client-id", facts["BITRIX24_CLIENT_ID"], "--json"),
        more={"B24BOT_SECRET_CLIENT_SECRET": facts["BITRIX24_CLIENT_SECRET"]},
        stdin=subprocess.PIPE,
    )
    shown = json.loads(first_line(process, err=True))
    assert list(differences(shown, PortalLink)) == []
    ended = requests.get(shown["authorise_url"], allow_redirects=False, timeout=SECONDS).headers["Location"]
    out, err = process.communicate(ended + "\n", timeout=SECONDS)
    assert process.returncode == 0, err
    assert list(differences(json.loads(out)["data"], ConnectedPortal)) == [], "stdout is one JSON document"
    assert err == "", "nobody at a terminal was asked"
    assert json.loads(out)["data"]["member_id"] == facts["BITRIX24_MEMBER_ID"]
    assert cli_bot.run("portal", "check").exit_code == 0
    with cli_bot.store() as store:
        (record,) = store.audit.find(tag=Tag.SETUP_CHANGED)
    assert record.facts["kind"] == "portal connect"
    assert facts["BITRIX24_CLIENT_SECRET"] not in f"{record.facts}{out}{err}"
    assert "code=" not in f"{record.facts}{out}{err}"


def test_a_host_that_does_not_answer_is_told_with_the_link(cli_bot: CliBot, portal: PortalSimulation) -> None:
    """The link is printed all the same: the browser may reach what this host does not."""
    facts = portal.settings()
    cli_bot.settings |= {name: facts[name] for name in ("B24BOT_ALLOW_LOOPBACK", "BITRIX24_OAUTH_URL")}
    rest = ("--client-id", "local.1", "--no-wait")
    dead = cli_bot.run("portal", "connect", "prod", "--domain", NOBODY_LISTENS, *rest)
    assert dead.exit_code == 0, dead.stderr
    assert "oauth/authorize" in "".join(dead.stdout.split())
    assert "cannot reach 127.0.0.1: the host refused the connection" in " ".join(dead.stdout.split())
    alive = cli_bot.run("portal", "connect", "prod", "--domain", facts["BITRIX24_DOMAIN"], *rest)
    assert "cannot reach" not in alive.stdout


def test_connecting_without_an_answer_stores_nothing(cli_bot: CliBot, portal: PortalSimulation) -> None:
    facts = portal.settings()
    cli_bot.settings |= {name: facts[name] for name in ("B24BOT_ALLOW_LOOPBACK", "BITRIX24_OAUTH_URL")}
    secret = {"B24BOT_SECRET_CLIENT_SECRET": "s"}
    words = ("portal", "connect", "prod", "--domain", facts["BITRIX24_DOMAIN"], "--client-id", "local.1")
    silent = cli_bot.run(*words, **secret)
    assert silent.exit_code == 2
    assert "Nothing came for this question" in silent.stderr
    printed = cli_bot.run(*words, "--no-wait", "--json", **secret)
    assert printed.exit_code == 0, printed.stderr
    link = json.loads(printed.stdout)["data"]
    assert list(differences(link, PortalLink)) == []
    assert json.loads(printed.stderr) == link
    assert cli_bot.json("portal", "list")["data"] == []


def test_a_removed_portal_leaves_no_secret_and_keeps_its_name(cli_bot: CliBot, portal: PortalSimulation) -> None:
    settings = portal.settings()
    cli_bot.settings |= {name: settings[name] for name in ("B24BOT_ALLOW_LOOPBACK", "BITRIX24_OAUTH_URL")}
    add(cli_bot, "prod", portal)
    unsure = cli_bot.feed("production\n", "portal", "remove", "prod")
    assert unsure.exit_code == 4
    assert [row["name"] for row in cli_bot.json("portal", "list")["data"]] == ["prod"]

    removed = cli_bot.feed("prod\n", "portal", "remove", "prod")
    assert removed.exit_code == 0, removed.stderr
    assert "The portal prod was removed" in removed.stdout
    assert cli_bot.json("portal", "list")["data"] == []
    with cli_bot.store() as store:
        assert store.secrets("bitrix24").read("prod") is None
        assert [record.facts["kind"] for record in store.audit.find(tag=Tag.SETUP_CHANGED)] == [
            "portal remove",
            "portal add",
        ]
    taken = cli_bot.run(
        *("portal", "add", "prod", "--domain", NOBODY_LISTENS, "--member-id", "elsewhere", "--client-id", "local.1"),
        B24BOT_SECRET_CLIENT_SECRET="s",
        B24BOT_SECRET_ACCESS_TOKEN="a",
        B24BOT_SECRET_REFRESH_TOKEN="r",
    )
    assert taken.exit_code == 4
    assert "was the name of another portal" in " ".join(taken.stderr.split())
    add(cli_bot, "prod", portal)
    again = cli_bot.feed("prod\n", "portal", "remove", "prod", "--json")
    assert list(differences(json.loads(again.stdout)["data"], RemovedPortal)) == []
