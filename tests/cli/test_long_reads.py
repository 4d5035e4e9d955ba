"""Commands that stay until they are told to stop, run in this process and told by a signal."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from click.testing import Result

from bot.cli.processes.port_check import explain_bind_errors
from bot.cli.processes.signals import ShutdownSignal
from bot.core.audit.audit_record import Tag
from bot.core.bot_errors import AlreadyRunning
from bot.playground.workspace import SlackWorkspace
from bot.playground.workspace.state.workspace_tokens import BROKEN_STATES
from bot.plugin import Refusal
from bot.plugin.loopback import wait_until
from bot.slack.refusals import find_refusal
from bot.store.disk.process_lock import INTAKE, WORKER, ProcessLocks
from tests.cli.cli_bot import SECONDS, CliBot
from tests.language.english import en
from tests.ports import free_port


def get(port: int, path: str) -> int | None:
    """The status of an answer; None when there is none."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return int(response.status)
    except HTTPError as error:
        return int(error.code)
    except OSError:
        return None


@contextmanager
def stopped_when(ready: Callable[[], object], number: signal.Signals = signal.SIGTERM) -> Iterator[list[bool]]:
    """Send this process a signal as soon as `ready` says yes; the list tells whether it did."""
    found: list[bool] = []

    def watch() -> None:
        found.append(wait_until(lambda: bool(ready())))
        os.kill(os.getpid(), number)

    before = signal.signal(number, lambda *_: found.append(False))
    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield found
    finally:
        watching.join()
        signal.signal(number, before)


def serve(cli_bot: CliBot, *words: str, ready: Callable[[], object], **more: str) -> Result:
    with stopped_when(ready) as found:
        result = cli_bot.run(*words, **more)
    assert found == [True], result.output
    return result


def test_serve_listens_says_where_and_ends_well_when_told(connected_cli_bot: CliBot) -> None:
    port = free_port()
    result = serve(connected_cli_bot, "serve", "--port", str(port), ready=lambda: get(port, "/readyz") == 200)
    assert result.exit_code == 0
    listening, summary = result.stdout.splitlines()
    assert listening == f"Listening on http://127.0.0.1:{port}"
    assert re.match(
        r"Audit channel: C0003\. Type /b24 whoami in Slack\. Set up \(Portal\): default \(127\.0\.0\.1:\d+\)\.",
        summary,
    )
    # Others of this process have no action: the web server, or Python of a socket that an earlier test left.
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    actions = [line["action"] for line in lines if line["logger"].startswith("b24bot")]
    assert (actions[0], actions.count("listening"), "approvers_short" in actions) == ("listening", 1, False)
    assert actions[-1] == "stopping"
    # The portal has the tokens of one person only, which the maintenance of the plugin warns about.
    assert sorted(connected_cli_bot.tags()) in (
        [Tag.PROCESS_STARTED],
        sorted([Tag.PROCESS_STARTED, "portal:warning:raised"]),
    )
    assert get(port, "/healthz") is None


def test_both_locks_are_taken_while_it_serves_and_free_afterwards(connected_cli_bot: CliBot) -> None:
    port = free_port()
    refused: list[AlreadyRunning] = []

    def taken() -> bool:
        if get(port, "/healthz") == 200:
            for role in (INTAKE, WORKER):
                with pytest.raises(AlreadyRunning) as caught:
                    ProcessLocks(connected_cli_bot.home, [role])
                refused.append(caught.value)
        return len(refused) == 2

    serve(connected_cli_bot, "serve", "--port", str(port), ready=taken)
    ProcessLocks(connected_cli_bot.home, [INTAKE, WORKER]).leave()


def test_the_port_is_the_one_a_runner_gives_and_a_name_may_stand_for_the_address(connected_cli_bot: CliBot) -> None:
    port = free_port()
    words = ("serve", "--host", "localhost", "--intake-only")
    result = serve(connected_cli_bot, *words, ready=lambda: get(port, "/healthz") == 200, PORT=str(port))
    assert result.stdout.splitlines()[0] == f"Listening on http://localhost:{port}"
    with connected_cli_bot.store() as store:
        assert next(store.audit.walk()).subject == INTAKE


def test_work_alone_takes_the_workers_lock_only(connected_cli_bot: CliBot) -> None:
    result = serve(connected_cli_bot, "work", ready=lambda: connected_cli_bot.tags())
    assert result.exit_code == 0
    assert result.stdout == f"Working on {connected_cli_bot.home}\n"
    with connected_cli_bot.store() as store:
        assert next(store.audit.walk()).subject == WORKER


def ready_state(port: int) -> dict[str, object]:
    """What /readyz answers; nothing while nobody answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
            return dict(json.loads(response.read()))
    except (HTTPError, OSError):
        return {}


def test_a_worker_alone_answers_about_its_health_on_the_port_that_is_set(connected_cli_bot: CliBot) -> None:
    port, seen = free_port(), list[dict[str, object]]()

    def ready() -> bool:
        seen[:] = [ready_state(port)]
        return seen[0].get("ready") is True

    result = serve(connected_cli_bot, "work", ready=ready, B24BOT_HEALTH_PORT=str(port))
    assert result.exit_code == 0
    assert result.stdout == f"Working on {connected_cli_bot.home}\nHealth check: http://127.0.0.1:{port}/readyz\n"
    conditions = dict.fromkeys(("store", "keys", "slack", "worker"), True)
    assert seen == [{"ready": True, "mode": "normal", **conditions, "reasons": []}]
    assert get(port, "/healthz") is None


@pytest.mark.parametrize("words", [("work",), ("serve",)], ids=" ".join)
def test_two_processes_with_one_health_port_are_told_to_take_two(
    connected_cli_bot: CliBot, words: tuple[str, ...]
) -> None:
    with SlackWorkspace(rate_limit=False) as workspace, socket.socket() as other:
        connected_cli_bot.connect(workspace=workspace)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])
        result = connected_cli_bot.run(*words, SLACK_APP_TOKEN=workspace.app_token, B24BOT_HEALTH_PORT=str(port))
    assert result.exit_code == 4
    assert f"Cannot listen on port {port}: another process listens on it." in result.stderr
    assert f"Two processes on one host need two ports, for example: B24BOT_HEALTH_PORT={port + 1}" in result.stderr


def test_an_app_token_means_socket_mode(connected_cli_bot: CliBot) -> None:
    with SlackWorkspace(rate_limit=False) as workspace:
        connected_cli_bot.connect(workspace=workspace)
        result = serve(
            connected_cli_bot, "serve", ready=lambda: workspace.sockets.connected, SLACK_APP_TOKEN=workspace.app_token
        )
    assert result.exit_code == 0
    assert "Socket Mode" in result.stdout
    assert "because SLACK_APP_TOKEN is set" in result.stderr


def test_in_socket_mode_health_has_a_port_of_its_own_when_one_is_set(connected_cli_bot: CliBot) -> None:
    port = free_port()
    more = {"B24BOT_HEALTH_PORT": str(port)}
    with SlackWorkspace(rate_limit=False) as workspace:
        connected_cli_bot.connect(workspace=workspace)
        more["SLACK_APP_TOKEN"] = workspace.app_token
        result = serve(
            connected_cli_bot, "serve", "--host", "0.0.0.0", ready=lambda: get(port, "/readyz") == 200, **more
        )
    assert result.exit_code == 0
    assert f"by Socket Mode\nHealth check: http://127.0.0.1:{port}/readyz" in result.stdout
    assert get(port, "/healthz") is None
    refused = connected_cli_bot.run("serve", **{**more, "B24BOT_HEALTH_PORT": "health"})
    assert (refused.exit_code, "B24BOT_HEALTH_PORT=health is not a whole number" in refused.stderr) == (78, True)


@pytest.mark.parametrize("http", [False, True], ids=["socket", "http"])
def test_a_public_address_brings_the_plugins_pages(connected_cli_bot: CliBot, http: bool) -> None:
    port = free_port()
    more = {"B24BOT_PUBLIC_URL": "https://b24bot.example.com/"}
    with SlackWorkspace(rate_limit=False) as workspace:
        connected_cli_bot.connect(workspace=workspace)
        more |= {} if http else {"SLACK_APP_TOKEN": workspace.app_token, "PORT": str(port)}
        words = ("serve", "--http", "--port", str(port)) if http else ("serve",)
        result = serve(connected_cli_bot, *words, ready=lambda: get(port, "/bitrix24/app") == 200, **more)
    assert result.exit_code == 0
    assert "Public address: https://b24bot.example.com\n" in result.stdout


def test_without_a_public_address_nothing_of_a_plugin_answers(connected_cli_bot: CliBot) -> None:
    port, seen = free_port(), list[int | None]()

    def ready() -> bool:
        seen[:] = [get(port, "/bitrix24/app")]
        return get(port, "/readyz") == 200

    assert serve(connected_cli_bot, "serve", "--port", str(port), ready=ready).exit_code == 0
    assert seen == [404]


@pytest.mark.parametrize("error", BROKEN_STATES)
@pytest.mark.parametrize("words", [("serve", "--port", "0"), ("work",)], ids=" ".join)
def test_a_start_with_a_token_that_slack_refuses_ends_with_78_and_says_what_to_do(
    connected_cli_bot: CliBot, error: str, words: tuple[str, ...]
) -> None:
    with SlackWorkspace(rate_limit=False) as workspace:
        connected_cli_bot.connect(workspace=workspace)
        workspace.break_token(error)
        result = connected_cli_bot.run(*words)
    assert result.exit_code == 78
    assert f"Error: Slack rejected SLACK_BOT_TOKEN: {en(find_refusal(error).described)}." in result.stderr
    assert "copy the bot token (xoxb-…) from OAuth & Permissions" in result.stderr


def test_a_start_with_an_app_token_that_slack_refuses_ends_with_78(connected_cli_bot: CliBot) -> None:
    with SlackWorkspace(rate_limit=False) as workspace:
        connected_cli_bot.connect(workspace=workspace)
        for token, why in (("xapp-canary", "(invalid_auth)"), (workspace.bot_token, "belongs in SLACK_BOT_TOKEN")):
            result = connected_cli_bot.run("serve", SLACK_APP_TOKEN=token)
            assert result.exit_code == 78
            assert why in result.stderr
            assert "connections:write" in result.stderr
            assert token not in result.output


@pytest.mark.parametrize("words", [("--http",), ("--port", "0")])
def test_http_goes_before_the_app_token_when_it_is_asked_for(connected_cli_bot: CliBot, words: tuple[str, ...]) -> None:
    result = connected_cli_bot.run("serve", *words, SLACK_APP_TOKEN="xapp-1", SLACK_SIGNING_SECRET="")
    assert result.exit_code == 78
    assert "SLACK_SIGNING_SECRET is not set" in result.stderr


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (("serve",), "SLACK_BOT_TOKEN"),
        (("serve",), "SLACK_SIGNING_SECRET"),
        (("work",), "SLACK_BOT_TOKEN"),
    ],
)
def test_a_setting_that_is_missing_is_named_with_the_next_step(
    connected_cli_bot: CliBot, words: tuple[str], missing: str
) -> None:
    result = connected_cli_bot.run(*words, **{missing: ""})
    assert result.exit_code == 78
    first, hint = result.stderr.splitlines()
    assert first.startswith(f"Error: {missing} is not set")
    assert ".env" in hint


def test_a_port_that_is_none_is_refused(connected_cli_bot: CliBot) -> None:
    result = connected_cli_bot.run("serve", PORT="http")
    assert result.exit_code == 78
    assert "PORT=http is not a port" in result.stderr
    assert connected_cli_bot.run("serve", "--port", "70000").exit_code == 2


def test_a_port_in_use_is_a_sentence_and_the_locks_are_given_back(connected_cli_bot: CliBot) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        for words in (("serve",), ("simulate", "slack"), ("simulate", "portal"), ("play",)):
            result = connected_cli_bot.run(*words, "--port", port)
            assert result.exit_code == 4
            assert f"Cannot listen on port {port}: another process listens on it." in result.stderr
            named = set(re.findall(r"--[a-z]+", result.stderr))
            assert named <= set(re.findall(r"--[a-z]+", connected_cli_bot.run(*words, "--help").stdout)), (
                "options that it has"
            )
    assert serve(connected_cli_bot, "work", ready=lambda: connected_cli_bot.tags()).exit_code == 0


@pytest.mark.parametrize("host", ["192.0.2.1", ".bad", "x" * 64])
def test_an_address_of_nobody_is_a_sentence(connected_cli_bot: CliBot, host: str) -> None:
    result = connected_cli_bot.run("serve", "--host", host, "--port", "0")
    assert result.exit_code == 4
    assert "this machine does not have that address" in result.stderr


def test_an_error_without_a_number_is_told_in_its_own_words() -> None:
    with pytest.raises(Refusal, match="the cable is out"), explain_bind_errors(7):
        raise OSError("the cable is out")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_simulator_says_in_one_line_how_to_reach_it_until_told(cli_bot: CliBot, number: signal.Signals) -> None:
    port = free_port()
    with stopped_when(lambda: get(port, "/control/ready") == 200, number) as found:
        result = cli_bot.run(
            "simulate", "slack", "--port", str(port), "--request-url", "http://127.0.0.1:3000/slack/events"
        )
    assert found == [True]
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    assert json.loads(line)["api_url"] == f"http://127.0.0.1:{port}/api/"
    assert get(port, "/control/ready") is None


def test_the_portal_comes_from_a_plugin_and_may_be_seeded(cli_bot: CliBot) -> None:
    port = free_port()
    seen: list[str] = []

    def ready() -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{port}/control/state", timeout=5) as response:
                seen.append(response.read().decode())
        except OSError:
            return False
        return "myconnector" in seen[-1]

    result = serve(cli_bot, "simulate", "portal", "--port", str(port), "--seed", ready=ready)
    assert json.loads(result.stdout)["url"] == f"http://127.0.0.1:{port}/rest/"


def test_only_what_the_plugins_bring_can_be_simulated(cli_bot: CliBot) -> None:
    odd = {"B24BOT_PLUGINS": "tests.cli.odd:plugin"}
    assert cli_bot.run("simulate", "portal", **odd).exit_code == 2
    assert "toy" in cli_bot.run("simulate", "--help", **odd).stdout
    refused = cli_bot.run("simulate", "toy", "--port", "13", **odd)
    assert refused.exit_code == 4
    assert "this account has no permission" in refused.stderr
    assert cli_bot.run("simulate", "portal", B24BOT_PLUGINS="missing:plugin").exit_code == 78


def test_a_request_url_elsewhere_is_refused(cli_bot: CliBot) -> None:
    assert cli_bot.run("simulate", "slack", "--request-url", "http://[::1").exit_code == 2
    result = cli_bot.run("simulate", "slack", "--request-url", "http://example.com/")
    assert result.exit_code == 2
    assert "--request-url http://example.com/ cannot be used" in result.stderr


def test_the_playground_serves_its_page(bare: CliBot) -> None:
    port = free_port()
    result = serve(bare, "play", "--port", str(port), ready=lambda: get(port, "/") == 200)
    assert result.exit_code == 0
    assert result.stdout == f"The playground is at http://127.0.0.1:{port}/\n"


def test_the_story_is_told_and_ends_well(bare: CliBot) -> None:
    result = bare.run("play", "--story")
    assert result.exit_code == 0
    assert "ended as expected" in result.stdout
    assert list(bare.folder.iterdir()) == []


def test_a_signal_that_another_thread_gets_ends_the_wait_of_the_main_one() -> None:
    """Which thread the system interrupts is its own choice, and one that waits for a lock is not woken by it."""
    with ShutdownSignal() as stop, stop.event() as told:
        waiting = threading.Event()

        def interrupted() -> None:
            waiting.wait(0.1)
            signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

        other = threading.Thread(target=interrupted)
        other.start()
        assert told.wait(SECONDS)
        other.join()


def test_a_wait_can_end_by_itself() -> None:
    with ShutdownSignal() as stop:
        assert not stop.wait(0.01)
        stop.tell()
        stop.tell()
        assert stop.wait()
