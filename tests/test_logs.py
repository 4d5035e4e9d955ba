"""Logs: one line each, and no secret in any of them, whatever happens."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any

import pytest

from bot.cli.log_sentences import SentenceFormatter
from bot.cli.output import speak
from bot.core import mentions
from bot.core.principals import Principal
from bot.logs import NOISY, LineFormatter, set_up_logs
from bot.plugin import Message
from bot.settings import HOST_SETTINGS, load_settings
from plugins.bitrix24.settings import ROWS
from tests.logs import kept_logs

SECRET_ROWS = [row.name for row in (*HOST_SETTINGS, *ROWS) if row.secret]
CANARIES = {name: f"canary-{number}-{name.lower()}-ключ\\\"'+/" for number, name in enumerate(SECRET_ROWS)}
HIDDEN = tuple(CANARIES.values())


class Written(io.StringIO):
    """What went to stderr."""

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def assert_clean(self) -> None:
        """Neither a canary nor a telling part of one is in it."""
        assert "canary" not in self.getvalue()


@contextmanager
def recorded() -> Iterator[Written]:
    """Logging set up as the bot does it, into memory; put back afterwards."""
    written = Written()
    with kept_logs(), redirect_stderr(written):
        set_up_logs("DEBUG", lambda: HIDDEN)
        yield written


log = logging.getLogger("b24bot.test")


def fail(secret: str) -> None:
    """Raise an exception that says a secret, out of one that says it too."""
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise ValueError(f"the token {secret} is refused", {"token": secret}) from error


def test_the_settings_list_their_secrets_and_those_of_the_plugins() -> None:
    assert len(SECRET_ROWS) >= 6
    assert set(load_settings(CANARIES, more=ROWS).secrets) == set(HIDDEN)


@pytest.mark.parametrize("name", SECRET_ROWS)
def test_no_secret_setting_is_ever_in_a_line(name: str) -> None:
    with recorded() as stderr:
        secret = CANARIES[name]
        log.debug("token %s", secret)
        log.info("token %r", {"token": secret}, extra={"action": f"with {secret}"})
        log.warning(f"{secret} at the start")
        log.error(json.dumps({"token": secret}))
        logging.getLogger(f"b24bot.{secret}").error("named so")
        try:
            fail(secret)
        except ValueError:
            log.exception("it failed for %s", secret)
        stderr.assert_clean()
        assert len(stderr.lines) == 6


def test_what_looks_like_a_secret_is_hidden_too() -> None:
    with recorded() as stderr:
        log.info("GET /oauth/token/?client_secret=hunter2hunter2&refresh_token=abc xoxb-1234567890-abc")
        assert stderr.lines[0]["message"] == "GET /oauth/token/?client_secret=***&refresh_token=*** ***"


def test_people_and_channels_in_a_message_are_their_ids() -> None:
    with recorded() as stderr:
        log.info("%s in %s", mentions.person(Principal(team="T0001", user="U0002")), mentions.channel("C0003"))
        assert stderr.lines[0]["message"] == "T0001:U0002 in #C0003"


def test_a_message_among_the_arguments_is_in_english() -> None:
    with recorded() as stderr:
        log.error("not taken up: %s (%d)", Message("store.key_file.empty", file="/srv/key"), 7)
        assert stderr.lines[0]["message"] == "not taken up: The key file /srv/key is empty. (7)"


@pytest.mark.parametrize("args", [("too", "many"), ({"x": 1},), ()])
def test_a_message_that_does_not_fit_its_arguments_is_one_clean_line(args: tuple[object, ...]) -> None:
    """logging itself would print both to stderr, past every filter."""
    with recorded() as stderr:
        log.error(HIDDEN[0] + " %d %(missing)s", *args, HIDDEN[1])
        stderr.assert_clean()
        assert len(stderr.lines) == 1


class Untellable:
    """Its words cannot be had, and the attempt says a secret."""

    def __str__(self) -> str:
        raise RuntimeError(HIDDEN[0])

    __repr__ = __str__


def test_a_line_that_cannot_be_written_says_nothing_of_its_content() -> None:
    with recorded() as stderr:
        log.error("%s", Untellable())
        assert [line["action"] for line in stderr.lines] == ["line_lost"]


def test_a_closed_stderr_stops_nobody() -> None:
    with recorded() as stderr:
        stderr.close()
        log.error("nobody hears this")
        assert stderr.closed


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x00"])
def test_a_message_of_several_lines_is_one_line(separator: str) -> None:
    with recorded() as stderr:
        forged = f'harmless{separator}{{"level": "INFO", "action": "forged"}}'
        log.info("%s", forged, extra={"action": forged})
        assert len(stderr.getvalue().splitlines()) == 1
        assert stderr.lines[0]["message"] == forged


def test_half_a_character_and_a_terminals_control_codes_are_written_out() -> None:
    with recorded() as stderr:
        log.info("\ud83d \x1b[31m red \x9b31m")
        written = stderr.getvalue()
        assert written.encode()
        assert "\x1b" not in written
        assert "\x9b" not in written
        assert stderr.lines[0]["message"] == "\ud83d \x1b[31m red \x9b31m"


def test_an_exception_is_one_line_with_its_trace() -> None:
    with recorded() as stderr:
        try:
            fail(HIDDEN[0])
        except ValueError:
            log.exception("failed", extra={"action": "tried"})
        (line,) = stderr.lines
        assert line["level"] == "ERROR"
        assert line["logger"] == "b24bot.test"
        assert line["action"] == "tried"
        assert "Traceback" in line["trace"]
        assert "the token *** is refused" in line["trace"]
        stderr.assert_clean()


def test_an_exception_nobody_caught_is_logged_clean() -> None:
    with recorded() as stderr:
        try:
            fail(HIDDEN[0])
        except ValueError as error:
            sys.excepthook(type(error), error, error.__traceback__)
        (line,) = stderr.lines
        assert (line["level"], line["action"]) == ("CRITICAL", "uncaught")
        assert "ValueError" in line["trace"]
        stderr.assert_clean()


def test_an_exception_nobody_caught_in_a_thread_is_logged_clean() -> None:
    with recorded() as stderr:
        thread = threading.Thread(target=fail, args=(HIDDEN[1],))
        thread.start()
        thread.join(5)
        (line,) = stderr.lines
        assert (line["level"], line["action"]) == ("CRITICAL", "uncaught")
        stderr.assert_clean()


def test_a_thread_that_ends_itself_is_no_news() -> None:
    with recorded() as stderr:
        thread = threading.Thread(target=sys.exit)
        thread.start()
        thread.join(5)
        threading.excepthook(threading.ExceptHookArgs((ValueError, None, None, None)))
        assert stderr.lines == []


@pytest.mark.parametrize("name", NOISY)
def test_libraries_that_print_requests_do_not_do_so_at_debug(name: str) -> None:
    with recorded() as stderr:
        logging.getLogger(name).debug("Authorization: whatever")
        logging.getLogger(name).info("fine")
        assert [line["message"] for line in stderr.lines] == ["fine"]


def test_a_higher_level_holds_for_everybody() -> None:
    with recorded() as stderr:
        set_up_logs("ERROR", lambda: ())
        logging.getLogger("urllib3").warning("no")
        log.warning("no")
        log.error("yes")
        assert [line["message"] for line in stderr.lines] == ["yes"]
        assert len(logging.getLogger().handlers) == 1


def test_secrets_that_become_known_later_are_hidden_from_then_on() -> None:
    known: list[str] = []
    formatter = LineFormatter(lambda: known)
    record = logging.LogRecord("b24bot", logging.INFO, "", 0, "the secret is canary-late", None, None)
    assert "canary-late" in formatter.format(record)
    known.append("canary-late")
    assert "canary-late" not in formatter.format(record)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Warning: x: You asked for this yourself."),
        ("ru", "Предупреждение: x: Это ваш собственный запрос."),
    ],
)
def test_a_short_command_says_a_warning_as_a_sentence_of_the_reader(language: str, told: str) -> None:
    written = Written()
    with kept_logs(), redirect_stderr(written), speak(language):
        set_up_logs("WARNING", lambda: HIDDEN, formatter=SentenceFormatter)
        log.warning("x: %s %s", Message("policy.own_request"), HIDDEN[0])
        log.info("nothing")
    said = written.getvalue()
    assert said.startswith(told)
    assert said.count("\n") == 1
    written.assert_clean()


def test_a_trace_stays_a_line_for_programs() -> None:
    written = Written()
    with kept_logs(), redirect_stderr(written):
        set_up_logs("WARNING", lambda: HIDDEN, formatter=SentenceFormatter)
        try:
            fail(HIDDEN[0])
        except ValueError:
            log.exception("broken")
    assert written.lines[0]["message"] == "broken"
    written.assert_clean()
