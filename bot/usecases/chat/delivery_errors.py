"""Why something did not get out, as whoever speaks to Slack tells it."""

from __future__ import annotations

from bot.plugin import Message


class DeliveryError(Exception):
    """A notice did not get out. `code` is Slack's error or the kind of fault; `detail` is what Slack adds to it."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail

    @property
    def reason(self) -> str:
        """Code and detail as one text, the form in which it is stored."""
        return f"{self.code}: {self.detail}" if self.detail else self.code


class Busy(DeliveryError):
    """Slack asks to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds


class Lost(DeliveryError):
    """No answer, or one that leaves open whether it got out."""


class ChannelDead(DeliveryError):
    """Slack refuses it for a cause outside the message: the channel, the token, a right, or one nobody knows."""


class Unchangeable(DeliveryError):
    """A message that stands can never be rewritten: another one has to take its place."""


CARD_NOT_POSTED = "card_not_posted"
"""The code for a line under a card that is not there, which is of the bot's own making."""
ORG_WIDE = Message("delivery.installed_for_organisation")
ORG_WIDE_HINT = Message("delivery.install_in_workspace")


class OrgWide(DeliveryError):
    """The token is that of an installation for a whole organisation. It works for no workspace of its own."""

    def __init__(self) -> None:
        super().__init__("org_wide_installation")


class Impossible(DeliveryError):
    """Slack refuses the content: this notice can never get out as it is."""


class Broken(DeliveryError):
    """We cannot say it, for a fault of our own: no other notice has to wait for this one."""
