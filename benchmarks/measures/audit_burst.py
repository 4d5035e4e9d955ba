"""A burst of lines for the audit channel: until when all are said, in how many messages, and whether each is once."""

from __future__ import annotations

import re
import tempfile
import time
from collections import Counter
from pathlib import Path

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from benchmarks.sampling import Given, Measure, Row, Sample, Samples
from benchmarks.street import Street, street
from bot.clock import SystemClock
from bot.core.audit.audit_record import Entry, Tag
from bot.core.principals import Role
from bot.store.sealing.keyring import load_key_file
from bot.store.store import open_store

HEAD = re.compile(r"#(\d+)[ :][0-9a-f]{16}")
"""How each audit line ends: with its number and the head of the chain."""


def samples(given: Given) -> Samples:
    while True:
        with tempfile.TemporaryDirectory() as folder, street(Path(folder)) as here:
            here.inhabit({"Ida": Role.ADMIN})
            records = given.pick(100, 1_000)
            first = _record(here, records)
            posted = _posted(here, given.pick(5, 20))
            here.start()
            here.until_ready()
            yield {"sdk": posted, **_one(here, range(first, first + records))}


def _record(here: Street, records: int) -> int:
    """Records that are copied to the audit channel, written while no bot runs; the number of the first."""
    home = here.folder / "home"
    store = open_store(home, load_key_file(here.folder / "keys" / "key", home=home), SystemClock())
    with store.unit_of_work() as tx:
        numbers = [
            tx.record(
                Entry(tag=Tag.SETUP_CHANGED, actor="T0001:U0001", subject="default", facts={"reason": f"bench {at}"})
            )
            for at in range(records)
        ]
    store.close()
    return numbers[0]


def _one(here: Street, wanted: range) -> Sample:
    """Measured from when the bot is ready until the last line is in the channel."""
    begun = time.perf_counter()
    here.until(lambda: len(_said(here).keys() & set(wanted)) == len(wanted), within=170, what="all lines", every=0.05)
    took = time.perf_counter() - begun
    said = _said(here)
    return {
        "took": took,
        "rate": len(wanted) / took,
        "messages": float(len(here.workspace.messages("audit"))),
        "lost": float(sum(not said[number] for number in wanted)),
        "doubled": float(sum(said[number] > 1 for number in wanted)),
    }


def _posted(here: Street, lines: int) -> float:
    """Lines a second of slack_sdk, one message each, with its handler of rate limits."""
    client = WebClient(here.workspace.bot_token, base_url=here.workspace.api_url)
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=100))
    channel = here.workspace.channel("connectors").id
    begun = time.perf_counter()
    for number in range(lines):
        client.chat_postMessage(channel=channel, text=f"line {number}", unfurl_links=False, unfurl_media=False)
    return lines / (time.perf_counter() - begun)


def _said(here: Street) -> Counter[int]:
    return Counter(
        int(number)
        for message in here.workspace.messages("audit")
        for number in HEAD.findall(here.workspace.transcript(message))
    )


MEASURE = Measure(
    title="A burst of 1,000 lines for the audit channel, one post a second (in the quick form 100)",
    rows=(
        Row(key="took", label="until the last line is said", goal="≤ 24 s"),
        Row(key="sdk", label="slack_sdk, one message a line, with its handler of rate limits", unit="a second"),
        Row(key="rate", label="ours", unit="a second", base="sdk"),
        Row(key="messages", label="messages", unit=""),
        Row(key="lost", label="lines lost", unit="", goal="0"),
        Row(key="doubled", label="lines doubled", unit="", goal="0"),
    ),
    samples=samples,
    rounds=2,
    quick_rounds=0,
    seconds=240.0,
)
