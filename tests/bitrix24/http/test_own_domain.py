"""A portal with a domain, a port, a private address and a private certificate authority: all guards hold for it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.plugin import Message, Place, Plan, PluginError, Refusal, TargetUnreachable
from bot.plugin.loopback import Loopback, LoopbackReply, LoopbackRequest
from plugins.bitrix24.hosts import certificate_authorities
from plugins.bitrix24.http.exchange import HttpAnswer, HttpRequest, Timeouts, Undelivered
from plugins.bitrix24.http.transport import HttpWire, make_tls
from plugins.bitrix24.plugin import BitrixPlugin
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.simulator import PortalSimulator
from plugins.bitrix24.simulator.tls import make_certificate
from tests.bitrix24.hand import HANDLER
from tests.bitrix24.http.test_transport import CLOCK, SHORT
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, raises

NAME = "box.example"


@pytest.fixture(scope="module")
def box() -> Iterator[PortalSimulator]:
    """An on-premise portal: https by a certificate that nobody vouches for, at a port of its own."""
    with PortalSimulator(tls=True, names=(NAME,)) as portal:
        portal.seed(
            connectors=[{"id": "myconnector", "name": "WhatsApp"}],
            activations=[{"connector": "myconnector", "line": 1}],
        )
        yield portal


def port_of(box: PortalSimulator) -> str:
    return box.base_url.rpartition(":")[2]


class OwnPortal:
    """A bot whose settings list the box."""

    def __init__(self, plugin_bot: PluginBot, box: PortalSimulator, *, ca_setting: str = "") -> None:
        self.box = box
        self.label = f"{NAME}:{port_of(box)}"
        listed = f"{self.label}=127.0.0.1"
        self.services = plugin_bot.more_services(BITRIX24_HOSTS=listed, BITRIX24_CA_FILE=ca_setting)
        self.plugin = BitrixPlugin()

    def add(self, name: str = "box", **more: object) -> None:
        add = next(each for group in self.plugin.groups for each in group if each.path == "portal add")
        keys = {
            "member_id": self.box.member_id,
            "client_id": self.box.client_id,
            "client_secret": Secret(self.box.client_secret),
            "access_token": Secret(self.box.access_token),
            "refresh_token": Secret(self.box.refresh_token),
        }
        add.answer(self.services, {"name": name, "domain": self.label, **keys, **more})

    def place(self, name: str = "box") -> Place:
        return next(place for place in self.plugin.places(self.services) if place.name == name)

    def connectors(self, name: str = "box") -> list[str]:
        return [each.id for each in self.plugin.open(self.services, self.place(name)).connectors()]


@pytest.mark.parametrize("way", ["BITRIX24_CA_FILE", "--ca-file"])
def test_a_portal_with_a_private_ca_a_port_and_a_private_address_is_worked_with(
    plugin_bot: PluginBot, box: PortalSimulator, way: str
) -> None:
    """From adding it to a change that is read back. Its name leads nowhere but where the setting says."""
    own_portal = OwnPortal(plugin_bot, box, ca_setting=box.ca_path if way == "BITRIX24_CA_FILE" else "")
    own_portal.add(**({"ca_file": box.ca_path} if way == "--ca-file" else {}))
    assert own_portal.place().label == own_portal.label
    assert "myconnector" in own_portal.connectors()
    register = next(each for group in own_portal.plugin.groups for each in group if each.path == "connector register")
    name = f"new{len(way)}"
    plan = register.answer(
        own_portal.plugin.open(own_portal.services, own_portal.place()),
        {"connector": name, "name": "New", "handler": HANDLER, "icon": None},
    )
    assert isinstance(plan, Plan)
    outcomes = [own_portal.plugin.perform(own_portal.services, own_portal.place(), call) for call in plan.calls]
    assert [outcome.verdict for outcome in outcomes] == ["done"]
    assert own_portal.plugin.verify(own_portal.services, own_portal.place(), plan).items() >= plan.wanted.items()
    assert name in own_portal.connectors()
    own_portal.plugin.close()


def test_without_its_ca_file_nothing_is_sent_and_the_way_out_is_named(
    plugin_bot: PluginBot, box: PortalSimulator
) -> None:
    own_portal = OwnPortal(plugin_bot, box)
    own_portal.add()
    with pytest.raises(TargetUnreachable) as caught:
        own_portal.connectors()
    assert "this host does not know the authority that signed the certificate" in en(caught.value.sentence)
    assert "BITRIX24_CA_FILE or `portal connect --ca-file`" in en(caught.value.sentence)
    assert "Nothing was sent" in en(caught.value.sentence)


def test_the_ca_file_of_one_portal_counts_for_no_other(plugin_bot: PluginBot, box: PortalSimulator) -> None:
    own_portal = OwnPortal(plugin_bot, box)
    own_portal.add(ca_file=box.ca_path)
    with PortalSimulator(tls=True, names=(NAME,)) as other:
        stranger = OwnPortal(plugin_bot, other)
        stranger.add("other")
        with raises(TargetUnreachable, match="this host does not know the authority"):
            stranger.connectors("other")
    assert own_portal.connectors()


def test_replacing_credentials_keeps_the_ca_file_unless_told_otherwise(
    plugin_bot: PluginBot, box: PortalSimulator
) -> None:
    own_portal = OwnPortal(plugin_bot, box)
    own_portal.add(ca_file=box.ca_path)
    own_portal.add(replace=True)
    assert own_portal.connectors()
    own_portal.add(replace=True, no_ca_file=True)
    with raises(TargetUnreachable, match="this host does not know the authority"):
        own_portal.connectors()
    with raises(PluginError, match="cannot be combined"):
        own_portal.add(replace=True, no_ca_file=True, ca_file=box.ca_path)


def test_the_name_is_in_the_host_header_and_the_handshake_and_the_address_in_neither() -> None:
    """DNS is not asked at all, so nobody who answers for the name can lead the connection elsewhere."""
    seen: list[LoopbackRequest] = []

    def handler(request: LoopbackRequest) -> LoopbackReply:
        seen.append(request)
        return LoopbackReply(body=b"{}")

    certificate = make_certificate(NAME)
    asked: list[str | None] = []

    def note(_socket: object, name: str | None, _context: object) -> None:
        asked.append(name)

    certificate.context.sni_callback = note
    with Loopback(handler, tls=certificate.context) as server:
        wire = HttpWire(CLOCK, address="127.0.0.1", tls=lambda: ssl.create_default_context(cadata=certificate.pem))
        found = wire.send(HttpRequest(verb="POST", url=f"https://{NAME}:{server.port}/rest/"), SHORT)
        wire.close()
    assert isinstance(found, HttpAnswer)
    assert asked == [NAME]
    assert seen[0].headers["host"] == f"{NAME}:{server.port}"


def test_a_pinned_private_address_is_connected_to_wherever_the_name_resolves_to() -> None:
    """`localhost` is 127.0.0.1; listed with another address, the bot goes there and not where the name leads."""
    certificate = make_certificate("localhost")
    with Loopback(lambda _request: LoopbackReply(body=b"{}"), tls=certificate.context) as server:
        wire = HttpWire(CLOCK, address="127.0.0.2", tls=lambda: ssl.create_default_context(cadata=certificate.pem))
        found = wire.send(HttpRequest(verb="POST", url=f"https://localhost:{server.port}/"), Timeouts(connect=0.5))
    assert isinstance(found, Undelivered)
    assert not found.sent


def test_a_pinned_private_address_is_spoken_to_over_https_alone() -> None:
    with Loopback(lambda _request: LoopbackReply()) as server:
        found = HttpWire(CLOCK, address="127.0.0.1").send(
            HttpRequest(verb="POST", url=f"http://{NAME}:{server.port}/"), SHORT
        )
    assert isinstance(found, Undelivered)
    assert (found.sent, found.reason) == (False, Message("bitrix24.call.failure_other"))


def test_the_certificate_must_be_for_the_name_and_not_for_the_address() -> None:
    certificate = make_certificate()
    with Loopback(lambda _request: LoopbackReply(), tls=certificate.context) as server:
        wire = HttpWire(CLOCK, address="127.0.0.1", tls=lambda: ssl.create_default_context(cadata=certificate.pem))
        found = wire.send(HttpRequest(verb="POST", url=f"https://{NAME}:{server.port}/"), SHORT)
    assert isinstance(found, Undelivered)
    assert (found.sent, found.reason) == (False, Message("bitrix24.call.failure_certificate_name"))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "the file cannot be read (No such file or directory)"),
        (b"", "the file holds no certificate in PEM form"),
        (b"hello", "the file holds no certificate in PEM form"),
        (b"\x30\x82\x01", "the file holds no certificate in PEM form"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "the certificate does not belong to an authority",
        ),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n", "the file holds a private key"),
        (b"x" * 300_000, "the file is larger than 256 KiB"),
    ],
)
def test_a_ca_file_that_holds_no_authority_is_refused_with_what_is_wrong(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refusal) as caught:
        certificate_authorities.read(str(path))
    assert why in en(caught.value.sentence)
    assert en(caught.value.hint).endswith((".", "FILE.pem"))
    with raises(Refusal, match="cannot be used as a certificate authority"):
        certificate_authorities.of_settings({"BITRIX24_CA_FILE": str(path)})


def test_a_private_authority_is_added_to_those_of_the_system_and_verification_stays_on(box: PortalSimulator) -> None:
    context = make_tls(box.ca_pem)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509_ca"] > 50
    (subject,) = certificate_authorities.subjects(box.ca_pem)
    assert en(subject).startswith("Simulated portal, valid until ")


def test_a_wrong_setting_stops_the_start_with_its_sentence(plugin_bot: PluginBot) -> None:
    with raises(Refusal, match="begins with a scheme"):
        plugin_bot.plugin.start(plugin_bot.more_services(BITRIX24_HOSTS="https://box.example"))
    with raises(Refusal, match="cannot be read"):
        plugin_bot.plugin.start(plugin_bot.more_services(BITRIX24_CA_FILE="/nowhere/ca.pem"))
