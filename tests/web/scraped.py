"""What a bot reports at /metrics, read by the parser of the Prometheus client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from bot.playground.environment import Playground
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scraped:
    """One answer: its text, and its samples."""

    text: str
    samples: tuple[Sample, ...]
    families: frozenset[str]

    def value(self, name: str, **labels: str) -> float:
        """The number of the one sample of this name and these labels."""
        (found,) = [one.value for one in self.samples if one.name == name and one.labels == labels]
        return found

    def labels(self, name: str) -> Mapping[str, frozenset[str]]:
        """The values of each label of a sample's name."""
        found: dict[str, set[str]] = {}
        for one in self.samples:
            if one.name == name:
                for label, value in one.labels.items():
                    found.setdefault(label, set()).add(value)
        return {label: frozenset(values) for label, values in found.items()}


def read_samples(text: str) -> Scraped:
    """Read an answer."""
    families = list(text_string_to_metric_families(text))
    samples: Iterable[Sample] = (sample for family in families for sample in family.samples)
    return Scraped(text=text, samples=tuple(samples), families=frozenset(family.name for family in families))


def scrape(playground: Playground) -> Scraped:
    """Ask the address that the workspace sends to, once the answer that is kept there is too old."""
    playground.clock.advance(2)
    parts = urlsplit(playground.workspace.request_url)
    with urlopen(f"http://{parts.netloc}/metrics", timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return read_samples(answer.read().decode())
