"""Pages in the portal: who opened one, what its form may ask for, and in whose name."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

PORTAL_PAGES: tuple[Mutation, ...] = (
    mutation(
        "page-of-any-application",
        "a page is shown to whoever has an access token of another application of the portal",
        (
            "plugins/bitrix24/web/page_call.py",
            "if each.client_id == owner.client_id)",
            "if owner.client_id)",
        ),
        by="tests/bitrix24/web/test_connector_page.py",
    ),
    mutation(
        "form-of-another-line",
        "the form of a page changes another line than the one that the page was opened for",
        (
            "plugins/bitrix24/web/connector_page.py",
            "    return known and (token.connector, str(token.line)) == (address, line)",
            "    return known and bool(address + line)",
        ),
        by="tests/stories/portal/test_pages.py",
    ),
    mutation(
        "page-token-not-compared",
        "the signature of a page's form is not looked at",
        (
            "plugins/bitrix24/web/page_token.py",
            " or not hmac.compare_digest(signature.encode(), self._sign(body).encode())",
            " or not signature",
        ),
        by="tests/stories/portal/test_pages.py",
    ),
    mutation(
        "link-without-record",
        "a link that somebody wrote into the database counts although no record tells of it",
        (
            "bot/usecases/authority/linked_accounts.py",
            '        if recorded.get(key) == row["person"]:\n',
            "        if key in recorded:\n",
        ),
        by="tests/stories/portal/test_pages.py",
    ),
)
