"""The fork server: a process that has imported everything and forks one of the bot's processes for each order.

It reads orders from its standard input, one JSON object a line, answers each with one, and ends with its input. It
has one thread, so that what it forks is whole.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import bot.cli.root
from bot.app import Running, read_settings
from bot.clock import SystemClock
from bot.logs import set_up_logs
from bot.store.disk.process_lock import INTAKE, WORKER
from bot.store.location import locate
from bot.store.sealing.keyring import create_key_file
from bot.usecases.chat.delivery_errors import DeliveryError
from bot.web.site import Site
from plugins.bitrix24.http.exchange import READING, HttpRequest
from plugins.bitrix24.http.transport import public_tls
from tests.long.crash import sites
from tests.long.crash.harness import fragile, trip
from tests.long.crash.harness.page import Page
from tests.long.crash.harness.trip import READY, Kill, Trip

Order = Mapping[str, Any]
POLL_SECONDS = 0.01
PLUGIN = "tests.long.crash.harness.fragile:plugin"


def main() -> None:
    """Serve until standard input ends."""
    public_tls()
    # The driver of a server as well, which a process imports that has its rows there.
    locate(Path(), "postgresql://nobody/")
    sites.commits()
    sites.network()
    _warm_up()
    # What is there now is never looked through again, so the forked processes share its memory.
    gc.collect()
    gc.freeze()
    _say({"ready": True})
    for line in sys.stdin:
        order: Order = json.loads(line)
        if order["do"] == "wait":
            _say({"status": os.waitstatus_to_exitcode(os.waitpid(order["pid"], 0)[1])})
        else:
            _say({"pid": _fork(order)})


def _warm_up() -> None:
    """Put a bot together once and throw it away: what is imported and compiled on the way is there for all."""
    with tempfile.TemporaryDirectory() as folder:
        home, key_file = Path(folder, "home"), Path(folder, "keys", "key")
        create_key_file(key_file)
        settings = read_settings(
            {
                **dict.fromkeys(("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"), "xoxb-nobody"),
                "SLACK_API_URL": "http://127.0.0.1:9/api/",
                "B24BOT_PLUGINS": PLUGIN,
                "B24BOT_ALLOW_LOOPBACK": "on",
                "B24BOT_HOME": str(home),
                "B24BOT_KEY_FILE": str(key_file),
            }
        )
        with Page(Path(folder, "page")) as page:
            made = fragile.put_together(settings, page)
            Running(made, intake=False, work=False).http()
            with suppress(DeliveryError):
                made.gateway.identify()
            fragile.FragileWire(SystemClock(), loopback=True).send(
                HttpRequest(verb="POST", url="http://127.0.0.1:9/rest/app.info"), READING
            )
            made.close()


def _say(answer: Order) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


def _fork(order: Order) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        code = _become(order)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - a forked process must never come back into the server's loop
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become(order: Order) -> int:
    """Be the process that is ordered: its output in a file, its failpoints armed."""
    folder = Path(order["folder"])
    for number in (0, 1, 2):
        target = os.devnull if number == 0 else str(folder / f"process-{os.getpid()}.log")
        handle = os.open(target, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    page = Page(folder / "page")
    kill = Kill(**order["kill"]) if order["kill"] else None
    armed = Trip(folder / "journal", page, kill)
    trip.arm(armed)
    os.chdir(folder)
    if order["do"] == "terminal":
        os.environ.clear()
        os.environ.update(order["settings"])
        bot.cli.root.root.main(args=order["words"], prog_name="b24bot", obj=fragile.FragileTerminal(page))
        return 0
    return _serve(order, armed)


def _serve(order: Order, armed: Trip) -> int:
    """What `b24bot serve --http --port 0` does, or one half of it, until it is killed or the fork server is gone."""
    settings = read_settings(order["settings"])
    set_up_logs("DEBUG", lambda: settings.secrets)
    made = fragile.put_together(settings, armed.page)
    running = Running(made, intake=INTAKE in order["roles"], work=WORKER in order["roles"])
    port = _listen(running) if INTAKE in order["roles"] else 0
    running.start()
    # An intake without a worker here waits for one in another process, which a test may start later, or not at all.
    elsewhere = () if WORKER in order["roles"] else ("worker",)
    parent, seen, told, rest = os.getppid(), 0, False, threading.Event()
    while os.getppid() == parent:
        if not told and all(met for name, met in running.readiness().items() if name not in elsewhere):
            told = True
            armed.reach(f"{READY}{port}")
        nudges = armed.page.get("nudges")
        if nudges != seen:
            seen = nudges
            if running.worker is not None:
                running.worker.wake_all()
        rest.wait(POLL_SECONDS)
    return 0


def _listen(running: Running) -> int:
    """Take deliveries; the port."""
    site = Site(running.http(), "127.0.0.1", 0)
    threading.Thread(target=site.run, name="site", daemon=True).start()
    return site.port


if __name__ == "__main__":
    main()
