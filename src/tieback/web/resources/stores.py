"""Stores that answered in a run: the list, and one store with its contents, its routes and how to close it."""

from tieback.model.exposure import Severity
from tieback.model.probe import Access
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views.listing import DEFAULT_LIMIT
from tieback.pipeline.views.store import StoreDetail, show_store
from tieback.pipeline.views.stores import StoreListing, list_stores
from tieback.web.context import Context
from tieback.web.parameters import choice, yes_or_no
from tieback.web.problems import NotFoundError
from tieback.web.resource import page_and_json


def stores(
    context: Context,
    exposed: str = "",
    access: str = "",
    product: str = "",
    severity: str = "",
    pii_class: str = "",
    experimental: str = "",
    run: str = "",
    after: str = "",
    limit: int = DEFAULT_LIMIT,
) -> StoreListing:
    """Stores of the last finished run, or of ``run``: open ones first, then by severity.

    ``exposed`` and ``experimental`` are ``yes`` or ``no``; ``pii_class`` is a label of ``class_options``.
    """
    found = list_stores(
        context.workspace,
        exposed=yes_or_no(exposed, "exposed"),
        access=choice(Access, access, "access"),
        product=product,
        severity=choice(Severity, severity, "severity"),
        pii_class=pii_class,
        experimental=yes_or_no(experimental, "experimental"),
        run=run,
        after=after,
        limit=limit,
    )
    if found is None:
        raise NotFoundError("no finished run with this ID", advice="See the runs")
    return found


def store(context: Context, store_id: str, run: str = "") -> StoreDetail:
    """One store of ``run``. Default: the last finished run, or if it did not find the store, the latest that did."""
    found = show_store(context.workspace, store_id, run)
    if found is None:
        what = "no store with this ID in this run" if run else "no finished run found a store with this ID"
        raise NotFoundError(what, advice="See the list of stores")
    return found


ROUTES = [
    *page_and_json("/stores", stores, template="stores.html", role=Role.ANALYST, title="Stores"),
    *page_and_json("/stores/{store_id:str}", store, template="store.html", role=Role.ANALYST, title="Store"),
]
