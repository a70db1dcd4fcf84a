"""The back ends of a run, one of them with the reason of every statement, and the evidence graph."""

from enum import StrEnum

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import backends, graph
from tieback.pipeline.views.backends import BackendFilter, BackendPage, BackendsPage
from tieback.pipeline.views.graph import MOST, GraphHop
from tieback.web.context import Context
from tieback.web.parameters import choice
from tieback.web.problems import NotFoundError
from tieback.web.resource import page_and_json


class _Answer(StrEnum):
    """A filter with three values: the third is an empty text."""

    TRUE = "true"
    FALSE = "false"


def list_backends(
    context: Context,
    q: str = "",
    provider: str = "",
    party: str = "",
    owner: str = "",
    has_store: str = "",
    after: str = "",
    limit: int = 50,
    run: str = "",
) -> BackendsPage:
    """The back ends of a run: those with the worst stores first, then those of the most apps."""
    told = choice(_Answer, has_store, "has_store")
    which = BackendFilter(
        q=q, provider=provider, party=party, owner=owner, has_store=None if told is None else told is _Answer.TRUE
    )
    return backends.list_backends(context.workspace, which, after=after, limit=limit, run=run)


def get_backend(context: Context, backend: str, after: str = "", limit: int = 25, run: str = "") -> BackendPage:
    """One back end: every statement with its evidence, its endpoints and stores, and the apps that name it."""
    found = backends.show_backend(context.workspace, backend, after=after, limit=limit, run=run)
    if found is None:
        raise NotFoundError("the run has no back end with this ID", where=backend[:64], advice="See /backends")
    return found


def get_graph(context: Context, node: str = "", q: str = "", limit: int = MOST, run: str = "") -> GraphHop:
    """A node of the evidence graph with its neighbours; without a node, the results of a search, or the worst ones."""
    return graph.show_hop(context.workspace, node, q=q, limit=limit, run=run)


ROUTES = [
    *page_and_json("/backends", list_backends, template="backends.html", role=Role.ANALYST, title="Back ends"),
    *page_and_json(
        "/backends/{backend:str}", get_backend, template="backend.html", role=Role.ANALYST, title="Back end"
    ),
    *page_and_json("/graph", get_graph, template="graph.html", role=Role.ANALYST, title="Evidence graph"),
]
