"""Shell completion offers every option of a command and the ids that exist now."""

from __future__ import annotations

import pytest

from bot.cli.completion import VARIABLE
from bot.core.change.status_names import SHOWN_STATUSES
from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import CliBot


def offered(cli_bot: CliBot, *words: str, **more: str) -> set[str]:
    """What bash is told after these words, the last of which is being typed."""
    typed = {"COMP_WORDS": " ".join(["b24bot", *words]), "COMP_CWORD": str(len(words)), VARIABLE: "bash_complete"}
    result = cli_bot.run(**typed, **more)
    assert result.stderr == ""
    return {line.partition(",")[2] for line in result.stdout.splitlines() if line}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_each_shell_calls_b24bot(bare: CliBot, shell: str) -> None:
    script = bare.run("completion", shell)
    assert script.exit_code == 0
    assert f"{VARIABLE}={shell}_complete" in script.stdout


def test_commands_and_every_option_are_offered(cli_bot: CliBot) -> None:
    assert {"connector", "completion", "status"} <= offered(cli_bot, "")
    assert {"list", "remove", "restore"} <= offered(cli_bot, "connector", "")
    assert offered(cli_bot, "connector", "register", "myconnector", "--") >= {
        *("--name", "--handler", "--icon", "--portal", "--reason", "--dry-run", "--break-glass"),
        *("--yes", "--json", "--help"),
    }
    assert offered(cli_bot, "connector", "list", "--k") == {"--kind"}
    assert offered(cli_bot, "whoami", "--p") == set()


def test_russian_words_are_offered_to_whoever_types_russian(cli_bot: CliBot) -> None:
    assert {"коннектор", "коннекторы"} <= offered(cli_bot, "кон")
    assert "статус" in offered(cli_bot, "Ста")
    assert offered(cli_bot, "коннектор", "уд") == {"удалить"}
    assert {"удалить", "список"} <= offered(cli_bot, "коннектор", "")
    assert "remove" not in offered(cli_bot, "коннектор", "")
    assert {"найти", "export", "verify"} <= offered(cli_bot, "журнал", "")
    assert offered(cli_bot, "коннектор", "удалить", "x", "--пр") >= {"--причина"}
    assert "--причина" not in offered(cli_bot, "коннектор", "список", "--п")
    assert "встроенные" in offered(cli_bot, "connector", "list", "--вид", "встр")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("request list --ст", {"--статус"}),
        ("request list --status ожид", {"ожидает", "ожидает-решения", "ожидают"}),
        ("запрос список --status отк", {"отклонён", "отклонен", "отклонены"}),
        ("request settle CR-1 не", {"не-выполнен", "не-выполнено", "не-выполнены"}),
        ("журнал найти --о", {"--объект"}),
    ],
)
def test_russian_options_and_values_of_the_terminals_own_commands_are_offered(
    cli_bot: CliBot, line: str, found: set[str]
) -> None:
    assert offered(cli_bot, *line.split()) == found


def test_no_option_is_offered_that_would_take_a_secret(cli_bot: CliBot) -> None:
    assert "--client-secret" not in offered(cli_bot, "portal", "add", "prod", "--")


def test_ids_come_from_the_portal_and_from_the_store(connected_cli_bot: CliBot) -> None:
    connected_cli_bot.run("access", "grant", "T0001:U0002", "approver")
    connected_cli_bot.run("connector", "remove", "myconnector")
    assert {"myconnector", "shopchat"} <= offered(connected_cli_bot, "connector", "remove", "")
    assert offered(connected_cli_bot, "connector", "show", "myc") == {"myconnector"}
    assert offered(connected_cli_bot, "connector", "activate", "myconnector", "") == {"1", "2", "3"}
    assert offered(connected_cli_bot, "connector", "activate", "myconnector", "1", "") == {"1", "2", "3"}
    assert offered(connected_cli_bot, "connector", "list", "--kind", "") == {"ours", "built-in", "not-proven"}
    assert offered(connected_cli_bot, "connector", "list", "--portal", "") == {"default"}
    assert offered(connected_cli_bot, "request", "show", "") == {"CR-1001"}
    assert offered(connected_cli_bot, "access", "revoke", "") == {"T0001:U0002"}
    assert {"viewer", "admin"} <= offered(connected_cli_bot, "access", "grant", "T0001:U0002", "")
    assert offered(connected_cli_bot, "request", "list", "--status", "") == set(SHOWN_STATUSES)
    assert offered(connected_cli_bot, "request", "list", "--status", "part") == {"partly-applied"}


def test_a_token_is_never_renewed_to_complete_a_word(connected_cli_bot: CliBot, portal: PortalSimulation) -> None:
    assert connected_cli_bot.run("portal", "check").exit_code == 0
    assert "myconnector" in offered(connected_cli_bot, "connector", "show", "")
    portal.portal.clock.advance(2 * 3_600)
    renewals = list(portal.portal.world.journal.token_calls)
    assert offered(connected_cli_bot, "connector", "show", "") == set()
    assert portal.portal.world.journal.token_calls == renewals
    assert connected_cli_bot.run("portal", "check").exit_code == 0
    assert "myconnector" in offered(connected_cli_bot, "connector", "show", "")


def test_where_nothing_is_set_up_nothing_is_made_and_nothing_is_said(bare: CliBot) -> None:
    assert offered(bare, "connector", "remove", "") == set()
    assert offered(bare, "nonsense", "") == set()
    assert not bare.home.exists()
