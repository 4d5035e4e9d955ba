"""`b24bot init`: what it makes, what it leaves, and what it refuses to make."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.cli_bot import CliBot

LATER = "\n" * 6
"""Socket Mode, and each question left for later."""


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything under a folder: mode and content."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode & 0o777, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


def test_it_makes_the_folder_and_the_key_for_the_owner_alone_and_nothing_else(bare: CliBot) -> None:
    result = bare.run("init", "--yes")
    assert result.exit_code == 0
    made = {name: mode for name, (mode, _) in tree(bare.folder).items()}
    assert made == {"home": 0o700, "keys": 0o700, "keys/key": 0o600}


def test_what_is_there_is_left_as_it_is(bare: CliBot) -> None:
    bare.run("init", "--yes")
    before = tree(bare.folder)
    result = bare.run("init", "--yes")
    assert result.exit_code == 0
    assert tree(bare.folder) == before
    assert result.stdout.count("exists already") == 2
    assert "Keep a copy" not in result.stdout


def test_the_key_itself_is_never_printed(bare: CliBot) -> None:
    result = bare.run("init", "--yes")
    assert bare.key_file.read_text().strip().partition(":")[2] not in result.output


def test_it_says_what_to_do_next_and_leaves_out_what_is_done(bare: CliBot) -> None:
    first = bare.run("init", "--yes").stdout
    for words in (
        "b24bot init --print-manifest-link",
        "SLACK_BOT_TOKEN",
        "access grant TEAM:USER admin",
        "portal connect NAME",
        "b24bot serve",
    ):
        assert words in first
    bare.settings |= {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "B24BOT_APPROVAL_CHANNEL": "C1",
        "B24BOT_AUDIT_CHANNEL": "C2",
    }
    assert "portal connect NAME\n" in first, "the plugin says how its first place is added"
    then = bare.run("init", "--yes").stdout
    assert "manifest-link" not in then
    assert "tokens" not in then
    assert "1. Name the first admin" in then


@pytest.mark.parametrize("plugins", ["tests.host.invented:plugin", "there-is-none"])
def test_its_steps_name_no_command_that_the_plugins_lack(bare: CliBot, plugins: str) -> None:
    bare.settings["B24BOT_PLUGINS"] = plugins
    told = bare.run("init", "--yes")
    assert (told.exit_code, "portal" in told.output) == (0, False)
    assert ("Set the settings of the plugins" in told.stdout) is (plugins != "there-is-none")


def test_a_new_key_is_not_made_for_a_database_that_another_key_closed(cli_bot: CliBot) -> None:
    with cli_bot.store():
        pass
    cli_bot.key_file.unlink()
    before = tree(cli_bot.folder)
    result = cli_bot.run("init", "--yes")
    assert result.exit_code == 78
    assert "Put the key file back" in result.stderr
    assert tree(cli_bot.folder) == before


def test_a_key_in_the_tree_of_the_database_is_not_made(bare: CliBot) -> None:
    result = bare.run("init", "--yes", B24BOT_KEY_FILE=str(bare.home / "key"))
    assert result.exit_code == 78
    assert "B24BOT_KEY_FILE" in result.stderr
    assert tree(bare.folder) == {}


def test_a_key_that_others_can_read_is_a_mistake_of_the_setup(cli_bot: CliBot) -> None:
    cli_bot.key_file.chmod(0o644)
    result = cli_bot.run("init", "--yes")
    assert result.exit_code == 78
    assert f"chmod 600 {cli_bot.key_file}" in result.stderr


def test_a_folder_that_others_can_look_into_is_named_and_not_changed(cli_bot: CliBot) -> None:
    cli_bot.home.chmod(0o755)
    result = cli_bot.run("init", "--yes")
    assert result.exit_code == 0
    assert f"chmod 700 {cli_bot.home}" in result.stdout
    assert cli_bot.home.stat().st_mode & 0o777 == 0o755


def test_a_file_where_the_folder_should_be_is_a_sentence(bare: CliBot) -> None:
    (bare.folder / "blocked").write_text("")
    result = bare.run("init", "--yes", B24BOT_HOME=str(bare.folder / "blocked" / "home"))
    assert result.exit_code == 78
    assert "cannot be created, because" in result.stderr
    blocked = bare.run("init", "--yes", B24BOT_HOME=str(bare.folder / "blocked"))
    assert (blocked.exit_code, "blocked is a file" in blocked.stderr) == (78, True)
    assert "Traceback" not in result.output
    assert not bare.key_file.exists()


def test_somebody_at_the_terminal_is_asked_first(bare: CliBot) -> None:
    refused = bare.answer("n\n", "init")
    assert refused.exit_code == 0
    assert "Nothing was created" in refused.stdout
    assert tree(bare.folder) == {}
    agreed = bare.answer(f"y\n{LATER}", "init")
    assert agreed.exit_code == 0
    assert bare.key_file.is_file()


def test_without_anybody_to_ask_it_takes_yes_or_makes_nothing(bare: CliBot) -> None:
    refused = bare.run("init")
    assert (refused.exit_code, tree(bare.folder)) == (2, {})
    assert "Nobody is at the terminal" in refused.stderr
    assert "--yes" in refused.stderr
    assert bare.run("init", "--yes").exit_code == 0
    assert "Create /" not in bare.answer(LATER, "init").stderr
    bare.key_file.unlink()
    assert bare.answer("", "init", "--yes").exit_code == 0
    assert bare.key_file.is_file()


def test_the_dotenv_file_of_the_folder_counts_and_the_environment_goes_before_it(bare: CliBot) -> None:
    (bare.folder / ".env").write_text(f"B24BOT_HOME={bare.folder}/other\nB24BOT_KEY_FILE={bare.folder}/elsewhere/key\n")
    result = bare.run("init", "--yes", B24BOT_HOME="", B24BOT_KEY_FILE=str(bare.key_file))
    assert result.exit_code == 0
    assert (bare.folder / "other").is_dir()
    assert bare.key_file.is_file()
    assert not (bare.folder / "elsewhere").exists()


def test_a_dotenv_file_that_is_not_text_is_a_sentence(bare: CliBot) -> None:
    (bare.folder / ".env").write_bytes(b"B24BOT_HOME=\xff\xfe\n")
    result = bare.run("init", "--yes")
    assert result.exit_code == 78
    assert ".env cannot be used: the file is not UTF-8 text." in result.stderr


def test_without_settings_the_folders_are_those_of_the_account(bare: CliBot) -> None:
    result = bare.run("init", "--yes", B24BOT_HOME="", B24BOT_KEY_FILE="")
    assert result.exit_code == 0
    assert (bare.folder / ".local/share/b24bot").is_dir()
    assert (bare.folder / ".config/b24bot/key").is_file()
