"""The overview: totals for every role, names only for those who may see them."""

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import overview as views
from tieback.pipeline.views.overview import Overview
from tieback.pipeline.views.run_state import find_run
from tieback.pipeline.views.trend import Trend, show_trend
from tieback.web.context import Context
from tieback.web.resource import json, page


def overview(context: Context, run: str = "") -> Overview:
    """The headline figures of a run with their quality, what was not probed or not decided, and what is due."""
    return views.show_overview(context.workspace, names=context.user.role.permits(Role.ANALYST), run=run)


def overview_trend(context: Context, run: str = "") -> Trend:
    """The headline figures of the last finished runs, the earliest first."""
    return show_trend(context.workspace, find_run(context.workspace, run))


ROUTES = [
    page("/", overview, template="overview.html", role=Role.VIEWER, title="Overview"),
    json("/overview", overview, role=Role.VIEWER, title="Overview"),
    json("/overview/trend", overview_trend, role=Role.VIEWER, title="Trend over runs"),
]
