"""What was last seen on a portal. It says what is worth asking for in one request, never what is true."""

from __future__ import annotations

PAGE = 50
"""Lines on one page of the portal's list."""
UNSEEN = PAGE
"""How many lines a portal may have that was not read yet: a second page that is empty costs no request."""
_MOST_PAGES = 4


class LastSeen:
    """Ids of connectors and numbers of lines, from whatever was read last. Each is replaced as a whole."""

    def __init__(self) -> None:
        self.connectors: tuple[str, ...] = ()
        self.lines: tuple[int, ...] | None = None

    @property
    def pages(self) -> int:
        """How many pages of lines to ask for at once."""
        count = UNSEEN if self.lines is None else len(self.lines)
        return min(count // PAGE + 1, _MOST_PAGES)
