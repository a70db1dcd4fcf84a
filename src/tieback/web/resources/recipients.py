"""Recipients of personal data in the captures of a run, over all apps or of one."""

from enum import StrEnum

from tieback.model.declaration import Declared
from tieback.model.endpoint import Party
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import recipients
from tieback.pipeline.views.recipients import RecipientFilter, RecipientsPage
from tieback.web.context import Context
from tieback.web.parameters import choice
from tieback.web.resource import page_and_json


class _Wire(StrEnum):
    """Filter by whether others on the path could read it."""

    CLEAR = "clear"
    ENCRYPTED = "encrypted"


def list_recipients(
    context: Context,
    q: str = "",
    party: str = "",
    pii_class: str = "",
    owner: str = "",
    app: str = "",
    wire: str = "",
    declared: str = "",
    after: str = "",
    limit: int = 50,
    run: str = "",
) -> RecipientsPage:
    """The recipients of a run, third parties first. ``q``: words of the host, owner, app or class."""
    told = choice(_Wire, wire, "wire")
    which = RecipientFilter(
        q=q,
        party=choice(Party, party, "party"),
        pii_class=pii_class,
        owner=owner,
        app=app,
        in_clear=None if told is None else told is _Wire.CLEAR,
        declared=choice(Declared, declared, "declared"),
    )
    return recipients.list_recipients(context.workspace, which, after=after, limit=limit, run=run)


ROUTES = [
    *page_and_json("/recipients", list_recipients, template="recipients.html", role=Role.ANALYST, title="Recipients"),
]
