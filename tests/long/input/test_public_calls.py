"""Ten thousand generated calls to every address of the plugin: no secret and no portal changes, few are recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.testing.web_requests import request_route
from plugins.bitrix24.auth.refused_calls import REASONS
from plugins.bitrix24.events.online_events import REFUSALS
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.web.test_connecting import NAMES, PUBLIC, VALUES, Way
from tests.long.form import sized

CALLS = sized(1_000, 10_000)


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[PluginBot]:
    made = PluginBot(tmp_path, B24BOT_PUBLIC_URL=PUBLIC)
    yield made
    made.stop()


def test_generated_calls_change_nothing(bot: PluginBot) -> None:
    way = Way(bot)
    way.install_address()
    before = {name: bot.services.secrets.read(name) for name in way.secret_names()}
    portals = bot.services.records.all("portal")
    places = [
        (method, route.path.replace("{", "").replace("}", ""))
        for route in bot.plugin.routes
        for method in route.methods
    ]

    @settings(max_examples=CALLS, database=None, suppress_health_check=list(HealthCheck))
    @given(
        place=st.sampled_from(places),
        form=st.dictionaries(NAMES, VALUES, max_size=9),
        query=st.dictionaries(NAMES, VALUES, max_size=4),
    )
    def call(place: tuple[str, str], form: Mapping[str, str], query: Mapping[str, str]) -> None:
        method, path = place
        address = f"{path}?{urlencode(query, errors='replace')}"
        reply = request_route(bot.plugin, bot.services, method, address, form=form if method == "POST" else {})
        assert reply.status < 500

    call()
    assert {name: bot.services.secrets.read(name) for name in way.secret_names()} == before
    assert bot.services.records.all("portal") == portals
    assert len(way.reasons()) <= len(REASONS) + len(REFUSALS)
