"""Why something did not get out, as whoever speaks to Slack tells it."""

from __future__ import annotations


class DeliveryError(Exception):
    """A notice did not get out. `code` is Slack's error or the kind of fault."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Busy(DeliveryError):
    """Slack asks to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds


class Lost(DeliveryError):
    """No answer: it may or may not have got out."""


class ChannelDead(DeliveryError):
    """The channel, or the bot's place in it, is gone until somebody mends that."""


class Impossible(DeliveryError):
    """This notice can never get out as it is."""


class Broken(DeliveryError):
    """We cannot say it, for a fault of our own: no other notice has to wait for this one."""
