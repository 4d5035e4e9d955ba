"""Peers that live in an environment of their own, in turns with ours: a portal call, a command, a start."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from benchmarks.measures import ack, call
from benchmarks.sampling import Child, Given, Measure, NotMeasured, Row, Sample, Samples, Side
from benchmarks.stand import stand
from benchmarks.street import street
from benchmarks.venvs import PEERS, python_of
from bot.playground.workspace import SlackWorkspace

LONGEST = 60.0


def samples(given: Given) -> Samples:
    with ExitStack() as stack:
        at = stack.enter_context(stand())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        workspace = stack.enter_context(SlackWorkspace(rate_limit=False))
        at.fresh(limited=False)
        clients = call.clients(at, folder / "calls")
        bot = stack.enter_context(ack.bot_with(1, folder / "bot", workspace))
        bolt = ack.bare_bolt(workspace.signing_secret, 1)
        more = {"url": str(at.ready["url"]), "token": str(at.ready["access_token"]), "ca": at.ca}
        peers, missing = _peers(stack, Given(quick=given.quick, cache=given.cache, more=more))
        first = 0
        while True:
            sample: dict[str, float | str] = {**missing, "session": call.called(clients["session"])[0]}
            sample["ours call"] = call.called(clients["ours"])[0]
            sample["bolt"] = ack.one_round(bolt, first, ack.ROUND)
            sample["ours ack"] = ack.one_round(bot, first, ack.ROUND)
            sample["ours ready"] = _started(folder / f"start {first}")
            for peer, child in peers.items():
                sample |= _sampled(peer, child)
            first += ack.ROUND
            yield sample


def _started(folder: Path) -> float:
    """Seconds until a bot without anything in its database is ready."""
    folder.mkdir()
    with street(folder) as here:
        here.inhabit({})
        begun = here.start()
        here.until_ready()
        return time.perf_counter() - begun


def _sampled(peer: str, child: Child) -> Sample:
    """What a peer gives; one that fails keeps nobody else from being measured."""
    try:
        return child.sample()
    except NotMeasured as error:
        return {peer: str(error)}


def _peers(stack: ExitStack, given: Given) -> tuple[Mapping[str, Child], Sample]:
    """Those that can be installed, each in a process of its own, and of the others why not."""
    found: dict[str, Child] = {}
    missing: dict[str, str] = {}
    for peer in PEERS:
        try:
            python = python_of(peer, Path(given.cache))
        except NotMeasured as error:
            missing[peer] = str(error)
            continue
        found[peer] = stack.enter_context(
            Child(Side(name=peer, python=python), f"peers.{peer}", given, seconds=LONGEST)
        )
    return found, missing


MEASURE = Measure(
    title="Peers in environments of their own",
    rows=(
        Row(key="session", label="a portal call: requests.Session", unit="ms"),
        Row(key="ours call", label="a portal call: ours", unit="ms", base="session"),
        Row(key="fast_bitrix24", label="a portal call: fast_bitrix24", unit="ms", base="session"),
        Row(key="bolt", label="a command: bare Bolt, to the ack", unit="ms"),
        Row(key="ours ack", label="a command: ours, to the ack with the job stored", unit="ms", base="bolt"),
        Row(key="errbot", label="a command: Errbot, test backend, to the answer", unit="ms", base="bolt"),
        Row(key="opsdroid", label="a command: opsdroid, parse, without a connector", unit="ms", base="bolt"),
        Row(key="ours ready", label="ready: ours"),
        Row(key="errbot ready", label="ready: Errbot, without a connection", base="ours ready"),
        Row(key="opsdroid ready", label="ready: opsdroid, without a connection", base="ours ready"),
    ),
    samples=samples,
    rounds=5,
    quick_rounds=0,
    seconds=300.0,
    alone=True,
    note="Errbot and opsdroid check no signature here. They store nothing.",
)
