"""For authors of plugins: the contract as one call, a harness, and a whole bot, all built from the real thing.

contract(plugin)         try everything that the host relies on
Harness(plugin)          plan, drift, perform, verify, judge: a change request without Slack, a step a call
WholeBot("my_plugin")    real Bolt and a simulated workspace: stories of people who type and press
in_english(text)         what people read of a message, for an assertion
page_text(reply)         the body of an answer of a route, as a browser gets it
scratch_services(…)      what a plugin is given, for a test of one of its parts
"""

from bot.core.bot_errors import ConfigurationError
from bot.language.translation import translate as in_english

try:
    import bot.playground  # noqa: F401 - the kit plays with the simulators of the extra
except ConfigurationError as error:
    raise ImportError(f"{in_english(error.sentence)} {in_english(error.hint)}") from None

from bot.testing.conformance import ContractBroken, contract
from bot.testing.conversation import Conversation
from bot.testing.harness import Harness
from bot.testing.services import scratch_services, scratch_store
from bot.testing.web_requests import page_text
from bot.testing.whole_bot import WholeBot

__all__ = [
    "ContractBroken",
    "Conversation",
    "Harness",
    "WholeBot",
    "contract",
    "in_english",
    "page_text",
    "scratch_services",
    "scratch_store",
]
