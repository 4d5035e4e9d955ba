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


ORG_WIDE = (
    "The Slack app is installed for a whole Enterprise Grid organisation, and b24bot works in one of its workspaces."
)
ORG_WIDE_HINT = "Install the app in that workspace, and set SLACK_BOT_TOKEN to the token of that installation."


class OrgWide(DeliveryError):
    """The token is that of an installation for a whole organisation. It works for no workspace of its own."""

    def __init__(self) -> None:
        super().__init__("org_wide_installation")


class Impossible(DeliveryError):
    """This notice can never get out as it is."""


class Broken(DeliveryError):
    """We cannot say it, for a fault of our own: no other notice has to wait for this one."""
