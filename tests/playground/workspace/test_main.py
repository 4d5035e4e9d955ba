"""The workspace as a program of its own."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import threading

import requests

from bot.playground.workspace.__main__ import main


class Line(io.StringIO):
    """Tells when the first line was written."""

    def __init__(self) -> None:
        super().__init__()
        self.ready = threading.Event()

    def flush(self) -> None:
        self.ready.set()


def test_it_prints_one_line_and_serves_until_told_to_stop() -> None:
    out, stop, codes = Line(), threading.Event(), list[int]()
    words = ["--no-rate-limit", "--request-url", "http://127.0.0.1:9/slack/events"]
    thread = threading.Thread(target=lambda: codes.append(main(words, out=out, stop=stop)))
    thread.start()
    assert out.ready.wait(5)
    (line,) = out.getvalue().splitlines()
    ready = json.loads(line)
    settings = requests.get(ready["control"] + "settings", timeout=5).json()["settings"]
    assert (settings["rate_limit"], settings["request_url"]) == (False, "http://127.0.0.1:9/slack/events")
    stop.set()
    thread.join(timeout=5)
    assert codes == [0]


def test_it_stops_by_itself_when_its_time_is_up() -> None:
    assert main(["--seconds", "0"], out=io.StringIO(), stop=threading.Event()) == 0


def test_a_signal_stops_it() -> None:
    command = [sys.executable, "-m", "bot.playground.workspace", "--seconds", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["team_id"] == "T0001"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
