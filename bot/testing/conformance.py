"""Whether a plugin keeps to the contract: everything that the host relies on, tried over the plugin's simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from bot.core.bot_errors import PluginFault
from bot.host.contract import faults_of, settings_of
from bot.language.translation import translate
from bot.plugin import Clock, Plugin, PluginError
from bot.plugin.frozen import dataclass
from bot.settings import HOST_SETTINGS
from bot.testing.english_errors import describe_error
from bot.testing.example_lines import example_lines, terminal_lines
from bot.testing.harness import Harness
from bot.testing.simulations import Simulate
from bot.testing.trials import APART, CHANGING, LAST, READING, TERMINAL, WHOLE, LineTrial, WholeTrial
from bot.usecases.admin.builtin_plugin import make_registry


class ContractBroken(AssertionError):
    """A plugin does not keep to the contract. `findings` has a sentence for each place where it does not."""

    def __init__(self, plugin: str, findings: Sequence[str]) -> None:
        lines = (f"• {finding}" for finding in findings)
        super().__init__("\n".join([f"The plugin “{plugin}” does not keep to the contract:", *lines]))
        self.findings = tuple(findings)


def contract(
    plugin: Plugin,
    *,
    settings: Mapping[str, str] | None = None,
    simulate: Simulate | None = None,
    clock: Clock | None = None,
    perform: bool = True,
) -> None:
    """Try a plugin against the whole contract. Raises ContractBroken with everything that was found.

    Its examples are what is tried, over the first of its own simulators or what `simulate` starts, with `settings`
    beside those of the simulation. Waiting takes no time, unless `clock` says so. Without `perform` nothing is changed
    there: only planning and reading are tried.
    """
    trials = _Trials(harness=partial(Harness, plugin, settings=settings, simulate=simulate, clock=clock))
    findings = list(dict.fromkeys(declaration_faults(plugin) or trials.findings(perform=perform)))
    if findings:
        raise ContractBroken(str(getattr(plugin, "name", "?")), findings)


def declaration_faults(plugin: Plugin) -> Sequence[str]:
    """What a bot that starts with this plugin alone would refuse, before anything of it runs."""
    faults = list(faults_of(str(getattr(plugin, "name", "?")), plugin))
    if faults:
        return list(map(translate, faults))
    try:
        settings_of([plugin], taken=[row.name for row in HOST_SETTINGS])
        return list(map(translate, make_registry([plugin]).faulty_examples()))
    except PluginError as error:
        return [describe_error(error)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trials:
    """Tries one plugin, in as many harnesses as it takes."""

    harness: Callable[[], Harness]

    def findings(self, *, perform: bool) -> Iterator[str]:
        changing: list[str] = []
        terminal: list[str] = []

        def read(harness: Harness) -> Iterator[str]:
            found = [each for trial in WHOLE for each in self._try(harness, "", trial, harness)]
            if found:
                # What an example would show could follow from it.
                yield from found
                return
            changing.extend(example_lines(harness, changing=True) if perform else ())
            terminal.extend(terminal_lines(harness))
            for line in example_lines(harness):
                for one in READING:
                    yield from self._try(harness, line, one, harness, line)
            for trial in LAST:
                yield from self._try(harness, "", trial, harness)

        # First of all, for what has no simulation of its own keeps what a reader did.
        apart = [each for trial in APART for each in self._within(partial(self._whole, trial))]
        found = list(self._within(read))
        yield from found or apart
        for line in changing:
            yield from self._within(partial(self._each, CHANGING, line))
        for line in terminal:
            yield from self._within(partial(self._each, TERMINAL, line))

    def _each(self, trials: Sequence[LineTrial], line: str, harness: Harness) -> Iterator[str]:
        return chain.from_iterable(self._try(harness, line, trial, harness, line) for trial in trials)

    def _whole(self, trial: WholeTrial, harness: Harness) -> Iterator[str]:
        return self._try(harness, "", trial, harness)

    def _within(self, trials: Callable[[Harness], Iterator[str]]) -> Iterator[str]:
        """What trials find in a harness of their own. A plugin may also be no plugin any more once it was used."""
        try:
            with self.harness() as harness:
                yield from trials(harness)
        except PluginError as error:
            yield f"it does not start: {describe_error(error)}"

    def _try(self, harness: Harness, about: str, trial: Callable[..., Iterator[str]], *given: Any) -> Iterator[str]:
        """What one trial finds, and what the plugin raises in it."""
        before = f"“{about}”: " if about else ""
        heard = len(harness.faults)
        try:
            yield from (f"{before}{found}" for found in trial(*given))
        except PluginError as error:
            told = harness.faults[heard:] if isinstance(error, PluginFault) else []
            yield from (f"{before}{each}" for each in told or [describe_error(error)])
        except (AssertionError, LookupError) as error:
            yield f"{before}{error}"
        else:
            yield from (f"{before}{fault}" for fault in harness.faults[heard:])
