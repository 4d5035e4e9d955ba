"""The form of a local application gives its keys to whoever saves it at this machine."""

from __future__ import annotations

import requests

from plugins.bitrix24.simulator import PortalSimulator


def test_the_form_creates_an_application_and_shows_its_keys(portal: PortalSimulator) -> None:
    card = str(portal.ready()["card"])
    assert "Your handler path" in requests.get(card, timeout=5).text
    saved = requests.post(card, data={"handler": "https://bot.example/app", "api_only": "1"}, timeout=5)
    made = [app for app in portal.state.apps.rows() if app.redirect_uri == "https://bot.example/app"]
    assert [app.client_id in saved.text and app.client_secret in saved.text for app in made] == [True]


def test_a_form_without_an_address_and_a_page_of_another_origin_are_refused(portal: PortalSimulator) -> None:
    card = str(portal.ready()["card"])
    assert requests.post(card, data={}, timeout=5).status_code == 400
    headers = {"Origin": "https://elsewhere.example"}
    assert requests.post(card, data={"handler": "https://x.example"}, headers=headers, timeout=5).status_code == 403
