"""Shell completion offers every option of a command and the ids that exist now."""

from __future__ import annotations

import pytest

from bot.cli.completion import VARIABLE
from bot.core.change.status_names import SHOWN
from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.desk import Desk


def offered(desk: Desk, *words: str, **more: str) -> set[str]:
    """What bash is told after these words, the last of which is being typed."""
    typed = {"COMP_WORDS": " ".join(["b24bot", *words]), "COMP_CWORD": str(len(words)), VARIABLE: "bash_complete"}
    result = desk.run(**typed, **more)
    assert result.stderr == ""
    return {line.partition(",")[2] for line in result.stdout.splitlines() if line}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_each_shell_calls_b24bot(bare: Desk, shell: str) -> None:
    script = bare.run("completion", shell)
    assert script.exit_code == 0
    assert f"{VARIABLE}={shell}_complete" in script.stdout


def test_commands_and_every_option_are_offered(desk: Desk) -> None:
    assert {"connector", "completion", "status"} <= offered(desk, "")
    assert {"list", "remove", "restore"} <= offered(desk, "connector", "")
    assert offered(desk, "connector", "register", "myconnector", "--") >= {
        *("--name", "--handler", "--icon", "--portal", "--reason", "--dry-run", "--break-glass"),
        *("--yes", "--json", "--help"),
    }
    assert offered(desk, "connector", "list", "--k") == {"--kind"}
    assert offered(desk, "whoami", "--p") == set()


def test_no_option_is_offered_that_would_take_a_secret(desk: Desk) -> None:
    assert "--client-secret" not in offered(desk, "portal", "add", "prod", "--")


def test_ids_come_from_the_portal_and_from_the_store(office: Desk) -> None:
    office.run("access", "grant", "T0001:U0002", "approver")
    office.run("connector", "remove", "myconnector")
    assert {"myconnector", "shopchat"} <= offered(office, "connector", "remove", "")
    assert offered(office, "connector", "show", "myc") == {"myconnector"}
    assert offered(office, "connector", "activate", "myconnector", "") == {"1", "2", "3"}
    assert offered(office, "connector", "activate", "myconnector", "1", "") == {"1", "2", "3"}
    assert offered(office, "connector", "list", "--kind", "") == {"ours", "built-in", "not-proven"}
    assert offered(office, "connector", "list", "--portal", "") == {"default"}
    assert offered(office, "request", "show", "") == {"CR-1001"}
    assert offered(office, "access", "revoke", "") == {"T0001:U0002"}
    assert {"viewer", "admin"} <= offered(office, "access", "grant", "T0001:U0002", "")
    assert offered(office, "request", "list", "--status", "") == set(SHOWN)
    assert offered(office, "request", "list", "--status", "part") == {"partly-done"}


def test_a_token_is_never_renewed_to_complete_a_word(office: Desk, portal: PortalSimulation) -> None:
    assert office.run("portal", "check").exit_code == 0
    assert "myconnector" in offered(office, "connector", "show", "")
    portal.portal.clock.advance(2 * 3_600)
    renewals = list(portal.portal.world.journal.token_calls)
    assert offered(office, "connector", "show", "") == set()
    assert portal.portal.world.journal.token_calls == renewals
    assert office.run("portal", "check").exit_code == 0
    assert "myconnector" in offered(office, "connector", "show", "")


def test_where_nothing_is_set_up_nothing_is_made_and_nothing_is_said(bare: Desk) -> None:
    assert offered(bare, "connector", "remove", "") == set()
    assert offered(bare, "nonsense", "") == set()
    assert not bare.home.exists()
