"""The apps of a run, and one of them."""

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import app as one_app
from tieback.pipeline.views import apps
from tieback.pipeline.views.app import AppPage
from tieback.pipeline.views.apps import AppFilter, AppSort, AppsPage
from tieback.pipeline.views.records import AppState
from tieback.web.context import Context
from tieback.web.parameters import choice
from tieback.web.problems import NotFoundError
from tieback.web.resource import page_and_json


def list_apps(
    context: Context,
    q: str = "",
    platform: str = "",
    vendor: str = "",
    behind: str = "",
    sort: str = "",
    after: str = "",
    limit: int = 50,
    run: str = "",
) -> AppsPage:
    """The apps of a run, worst first or by name. ``q``: words of the name, identifier, vendor, hash or path."""
    which = AppFilter(q=q, platform=platform, vendor=vendor, state=choice(AppState, behind, "behind"))
    order = choice(AppSort, sort, "sort") or AppSort.WORST
    return apps.list_apps(context.workspace, which, order, after=after, limit=limit, run=run)


def get_app(context: Context, sha256: str, after: str = "", limit: int = 100, run: str = "") -> AppPage:
    """One app: what it reaches and why, its credentials (masked), leaks, stores, installs, and its vendor's cases."""
    found = one_app.show_app(context.workspace, sha256, after=after, limit=limit, run=run)
    if found is None:
        raise NotFoundError("the run has no app with this hash", where=sha256[:64], advice="See /apps")
    return found


ROUTES = [
    *page_and_json("/apps", list_apps, template="apps.html", role=Role.ANALYST, title="Apps"),
    *page_and_json("/apps/{sha256:str}", get_app, template="app.html", role=Role.ANALYST, title="App"),
]
