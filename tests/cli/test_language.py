"""The language of the terminal: by its locale, unless one is set for everything."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest

from tests.cli.cli_bot import CliBot

RUSSIAN, ENGLISH = "Ошибка: Неизвестная подкоманда `fly`.", "Error: Unknown subcommand `fly`."


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, ENGLISH),
        ({"LANG": "ru_RU.UTF-8"}, RUSSIAN),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, ENGLISH),
        ({"LANG": "C", "LC_MESSAGES": "en_GB.UTF-8", "LC_ALL": "ru_RU"}, RUSSIAN),
        ({"LANG": "de_DE.UTF-8"}, ENGLISH),
        ({"LANG": "en_GB.UTF-8", "B24BOT_LANGUAGE": "ru"}, RUSSIAN),
        ({"LANG": "ru_RU.UTF-8", "B24BOT_LANGUAGE": "en"}, ENGLISH),
    ],
)
def test_the_terminal_speaks_the_language_of_its_locale_unless_one_is_set(
    cli_bot: CliBot, environment: dict[str, str], sentence: str
) -> None:
    assert cli_bot.run("run", "connector fly", **environment).stderr.partition("\n")[0] == sentence


def test_the_settings_file_sets_the_language_too(cli_bot: CliBot) -> None:
    (cli_bot.folder / ".env").write_text("B24BOT_LANGUAGE=ru\n")
    assert cli_bot.run("run", "connector fly").stderr.startswith(RUSSIAN)


def test_a_language_that_there_is_not_is_refused(cli_bot: CliBot) -> None:
    refused = cli_bot.run("doctor", B24BOT_LANGUAGE="klingon")
    assert "B24BOT_LANGUAGE=klingon is not a language of b24bot." in refused.stdout


def test_help_of_a_plugins_commands_is_in_the_language_of_the_terminal(cli_bot: CliBot) -> None:
    russian = {"LANG": "ru_RU.UTF-8"}
    assert "Коннекторы открытых линий портала" in cli_bot.run("connector", "--help", **russian).stdout
    command = " ".join(cli_bot.run("connector", "remove", "--help", **russian).stdout.split())
    assert "Удалить регистрацию коннектора и отключить его от всех открытых линий." in command
    assert "Идентификатор или название коннектора, как в" in command


def test_commands_are_typed_in_russian_in_a_terminal_too(cli_bot: CliBot) -> None:
    russian = {"LANG": "ru_RU.UTF-8"}
    assert cli_bot.run("доступ", "список").output == cli_bot.run("access", "list").output
    assert cli_bot.run("кто", "я").output == cli_bot.run("whoami").output
    assert cli_bot.run("Статус").exit_code == cli_bot.run("status").exit_code
    assert cli_bot.run("запрос", "показать", "7").stderr == cli_bot.run("request", "show", "7").stderr
    assert (
        cli_bot.run("run", "запросы список —статус done").output
        == cli_bot.run("run", "request list --status done").output
    )
    assert (
        cli_bot.run("запрос", "список", "--статус", "выполнен").output
        == cli_bot.run("request", "list", "--status", "done").output
    )
    assert (
        cli_bot.run("журнал", "найти", "--объект=x", "—все").output
        == cli_bot.run("audit", "find", "--subject", "x", "--all").output
    )
    assert "Unregister a connector" in cli_bot.run("коннектор", "удалить", "--help").stdout
    assert "коннектор удалить" in cli_bot.run("помощь", "коннектор", "удалить", **russian).stdout
    assert "b24bot коннектор удалить x" in cli_bot.run("коннектор", "удалит", "x").stderr
    assert "b24bot коннектор список" in cli_bot.run("коннектр", "список").stderr


def test_roles_and_statuses_are_shown_and_typed_in_russian_in_a_terminal_and_kept_in_english(cli_bot: CliBot) -> None:
    russian = {"LANG": "ru_RU.UTF-8"}
    granted = cli_bot.run("доступ", "выдать", "T0001:U0009", "Согласующий", "--причина", "новый", **russian)
    assert "назначена роль «согласующий»" in granted.stdout
    assert "согласующий" in cli_bot.run("доступ", "список", **russian).stdout
    assert [row["role"] for row in cli_bot.json("access", "list") if row["principal"] == "T0001:U0009"] == ["approver"]
    refused = cli_bot.run("access", "grant", "T0001:U0009", "начальник", **russian)
    assert (refused.exit_code, "наблюдатель, оператор, согласующий и администратор" in refused.stderr) == (2, True)
    help_page = " ".join(cli_bot.run("connector", "remove", "--help", **russian).stdout.split())
    assert "с ролью «оператор» или выше (риск: удаление или отключение)" in help_page
    odd = cli_bot.run("request", "list", "--status", "готово", **russian)
    assert "ожидает, согласован, выполняется, выполнен" in odd.stderr
    assert "CR-7" in cli_bot.run("request", "settle", "CR-7", "не-выполнено", **russian).stderr
    assert "выполнен, не-выполнен" in cli_bot.run("request", "settle", "CR-7", "готово", **russian).stderr


def test_a_secret_is_refused_behind_russian_words_too(cli_bot: CliBot) -> None:
    typed = cli_bot.run("портал", "добавить", "prod", "--domain", "a.bitrix24.com", "--client-secret", "hush")
    assert "--client-secret is a secret" in typed.stderr
    assert typed.exit_code == cli_bot.run("portal", "add", "prod", "--client-secret", "hush").exit_code


@pytest.mark.parametrize(
    ("setting", "value", "sentences"),
    [
        ("B24BOT_KEY_FILE", "none/key", "Файла ключей none/key не существует. Выполните: b24bot init"),
        (
            "B24BOT_PLUGINS",
            "tests.cli.odd:incomplete",
            "В плагине «tests.cli.odd:incomplete» не хватает: close. Что должно быть в плагине, перечислено в "
            "docs/plugins.md, раздел «What a plugin is».",
        ),
        ("B24BOT_QUORUM", "0", "B24BOT_QUORUM=0 — не целое число от 1 до 20."),
    ],
)
def test_what_is_wrong_with_settings_files_and_plugins_is_told_in_the_language_of_the_terminal(
    fresh_cli_bot: CliBot, setting: str, value: str, sentences: str
) -> None:
    refused = fresh_cli_bot.run("whoami", **{"LANG": "ru_RU.UTF-8", setting: value})
    assert refused.exit_code == 78
    assert sentences in " ".join(refused.stderr.split())


def test_times_are_those_of_the_machine_and_for_programs_in_utc(cli_bot: CliBot) -> None:
    cli_bot.run("access", "grant", "T0001:U0009", "viewer")
    moscow = {"TZ": "MSK-3"}
    listed = cli_bot.start("access", "list", more=moscow).communicate()[0]
    shown = re.search(r"(\d{4}-\d{2}-\d{2} \d{2}:\d{2}) MSK", listed)
    assert shown is not None, listed
    data = json.loads(cli_bot.start("access", "list", "--json", more=moscow).communicate()[0])
    granted = datetime.fromisoformat(data[0]["granted_at"])
    assert granted.utcoffset() == timedelta()
    assert shown[1] == (granted + timedelta(hours=3)).strftime("%Y-%m-%d %H:%M")
