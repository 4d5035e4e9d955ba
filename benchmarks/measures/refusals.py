"""Forged events: each reason for a refusal must take the same time, so that the time tells nothing of the portals."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.sampling import Given, Measure, Row, Samples
from bot.clock import SystemClock
from bot.plugin import Services
from bot.testing.services import scratch_services
from plugins.bitrix24.auth.bootstrap import take_over
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.events.application_token import compute_token
from plugins.bitrix24.events.findings.watch_memory import KIND, WatchMemory
from plugins.bitrix24.events.online_events import receive_event
from plugins.bitrix24.plugin import BitrixPlugin

APP_ID = 7
SETTINGS = {
    "BITRIX24_DOMAIN": "shop.bitrix24.com",
    "BITRIX24_MEMBER_ID": "a" * 32,
    "BITRIX24_CLIENT_ID": "local.example",
    "BITRIX24_CLIENT_SECRET": "s" * 50,
    "BITRIX24_ACCESS_TOKEN": "t" * 70,
    "BITRIX24_REFRESH_TOKEN": "r" * 70,
    "BITRIX24_OAUTH_URL": "https://oauth.bitrix.info/oauth/token/",
}


def _forms(member_id: str, token: str) -> Mapping[str, Mapping[str, str]]:
    genuine = {
        "event": "ONIMCONNECTORSTATUSDELETE",
        "data[connector]": "myconnector",
        "data[line]": "2",
        "ts": str(int(time.time())),
        "auth[member_id]": member_id,
        "auth[application_token]": token,
    }
    return {
        "foreign": {**genuine, "auth[application_token]": "0" * 32},
        "near": {**genuine, "auth[application_token]": token[:-1] + ("0" if token[-1] != "0" else "1")},
        "unsigned": {**genuine, "auth[application_token]": ""},
        "unknown": {**genuine, "auth[member_id]": "f" * 32},
        "repeated": genuine,
        "unreadable": {**genuine, "event": "?"},
    }


def _middles(services: Services, forms: Mapping[str, Mapping[str, str]], repeats: int) -> Mapping[str, float]:
    """Seconds for each reason. They take turns, so that what else the machine does falls on all of them."""
    taken: dict[str, list[float]] = {name: [] for name in forms}
    chance = random.Random(0)
    for _ in range(repeats):
        for name, form in chance.sample(list(forms.items()), len(forms)):
            begun = time.perf_counter()
            receive_event(services, form)
            taken[name].append(time.perf_counter() - begun)
    return {name: statistics.median(times) for name, times in taken.items()}


def samples(given: Given) -> Samples:
    with tempfile.TemporaryDirectory() as folder:
        services = scratch_services(
            Path(folder), SETTINGS, plugin="bitrix24", events=BitrixPlugin.events, clock=SystemClock()
        )
        take_over(services)
        [portal] = CredentialStore(services).portals()
        services.records.put(KIND, portal.member_id, WatchMemory(app_id=APP_ID).value())
        secret = CredentialStore(services).stored(portal, portal.name)
        assert secret is not None
        token = compute_token(portal.member_id, APP_ID, secret.credentials.client_secret)
        forms = _forms(portal.member_id, token.reveal())
        for _ in range(2):
            for form in forms.values():
                receive_event(services, form)
        try:
            while True:
                yield _middles(services, forms, given.pick(500, 5_000))
        finally:
            services.store.close()


MEASURE = Measure(
    title="Forged events, the middle of 5,000 (in the quick form 500)",
    rows=(
        Row(key="foreign", label="a wrong token", unit="ms"),
        Row(key="near", label="a token with one wrong character", unit="ms", base="foreign", goal="≈ 1 ×"),
        Row(key="unsigned", label="no token", unit="ms", base="foreign", goal="≈ 1 ×"),
        Row(key="unknown", label="an unknown portal", unit="ms", base="foreign", goal="≈ 1 ×"),
        Row(key="repeated", label="a true event again", unit="ms", base="foreign", goal="≈ 1 ×"),
        Row(key="unreadable", label="no event", unit="ms", base="foreign", goal="≈ 1 ×"),
    ),
    samples=samples,
    rounds=5,
    seconds=60.0,
)
