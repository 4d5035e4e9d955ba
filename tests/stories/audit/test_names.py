"""The names that people have in Slack, in the terminal of the same bot."""

from __future__ import annotations

from tests.cli.cli_bot import CliBot
from tests.stories.scene import Scene


def test_an_admin_reads_in_the_terminal_who_asked_by_the_name_of_the_slack_account(scene: Scene) -> None:
    scene.ask_removal()
    terminal = CliBot(scene.playground.folder)
    olga = scene.workspace.people["Olga"].person.id
    shown = terminal.run("request", "show", "CR-1001")
    assert shown.exit_code == 0, shown.stderr
    assert "Olga" in shown.stdout
    assert olga not in shown.stdout
    assert "Olga" in terminal.run("audit", "find", "--subject", "CR-1001").stdout
    assert terminal.json("request", "show", "CR-1001")["requester"].endswith(f":{olga}")
