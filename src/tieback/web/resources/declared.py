"""What the apps of a run declare about personal data, beside their traffic."""

from enum import StrEnum

from tieback.model.declaration import DeclaredState
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import declared
from tieback.pipeline.views.declared import DeclaredFilter, DeclaredPage
from tieback.web.context import Context
from tieback.web.parameters import choice
from tieback.web.resource import page_and_json


class _Kind(StrEnum):
    """Filter by what is declared."""

    DATA = "data"
    DOMAIN = "domain"


def list_declared(
    context: Context,
    q: str = "",
    seen: str = "",
    kind: str = "",
    app: str = "",
    after: str = "",
    limit: int = 50,
    run: str = "",
) -> DeclaredPage:
    """What the apps in captures of a run declare, by app, what was not seen first. Facts to check, not breaches."""
    only = choice(_Kind, kind, "kind")
    which = DeclaredFilter(
        q=q, state=choice(DeclaredState, seen, "seen"), kind=only.value if only is not None else "", app=app
    )
    return declared.list_declared(context.workspace, which, after=after, limit=limit, run=run)


ROUTES = [
    *page_and_json("/declared", list_declared, template="declared.html", role=Role.ANALYST, title="Declared data"),
]
