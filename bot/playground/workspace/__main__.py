"""`python -m bot.playground.workspace`: the simulated workspace alone, until the time is up or it is told to stop."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from typing import TextIO

from bot.playground.workspace.simulator import SlackWorkspace


def main(arguments: Sequence[str], *, out: TextIO, stop: threading.Event) -> int:
    """Print what an app needs as one line of JSON, then serve until `stop` is set or the time is up."""
    parser = argparse.ArgumentParser(prog="workspace", description="A simulated Slack workspace on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--request-url", default="", help="where the app takes deliveries by HTTP")
    parser.add_argument("--no-rate-limit", action="store_true", help="never answer 429")
    parser.add_argument("--seconds", type=float, default=3600, help="stop by itself after so long")
    chosen = parser.parse_args(arguments)
    with SlackWorkspace(
        port=chosen.port, request_url=chosen.request_url, rate_limit=not chosen.no_rate_limit
    ) as workspace:
        out.write(json.dumps(workspace.ready()) + "\n")
        out.flush()
        stop.wait(chosen.seconds)
    return 0


if __name__ == "__main__":
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    sys.exit(main(sys.argv[1:], out=sys.stdout, stop=told))
