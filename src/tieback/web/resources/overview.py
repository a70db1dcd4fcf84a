"""The overview: totals for every role, names only for those who may see them."""

from typing import Any

from litestar import Request, get
from litestar.response import Redirect

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import overview as views
from tieback.pipeline.views.overview import Overview
from tieback.pipeline.views.run_state import find_run
from tieback.pipeline.views.trend import Trend, show_trend
from tieback.web.access import ROLE
from tieback.web.context import Context
from tieback.web.resource import PREFIX, json, page


def overview(context: Context, run: str = "") -> Overview:
    """The headline figures of a run with their quality, what was not probed or not decided, and what is due."""
    return views.show_overview(context.workspace, names=context.user.role.permits(Role.ANALYST), run=run)


def overview_trend(context: Context, run: str = "") -> Trend:
    """The headline figures of the last finished runs, the earliest first."""
    return show_trend(context.workspace, find_run(context.workspace, run))


@get(PREFIX, opt={ROLE: Role.VIEWER}, name="api:start", include_in_schema=False)
async def start(request: Request[Any, Any, Any]) -> Redirect:
    """The page ``/`` has its document at ``/api/v1/overview``; the address of the API itself leads there."""
    return Redirect(f"{PREFIX}/overview" + (f"?{request.url.query}" if request.url.query else ""))


ROUTES = [
    start,
    page("/", overview, template="overview.html", role=Role.VIEWER, title="Overview"),
    json("/overview", overview, role=Role.VIEWER, title="Overview"),
    json("/overview/trend", overview_trend, role=Role.VIEWER, title="Trend over runs"),
]
