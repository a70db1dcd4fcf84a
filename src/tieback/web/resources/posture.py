"""The owner's cloud accounts beside the scan."""

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views.posture import PosturePage, posture_page
from tieback.web.context import Context
from tieback.web.resource import page_and_json


def cloud_posture(context: Context, run: str = "") -> PosturePage:
    """Encryption and exposure of hosted data stores, and which of them the scan has found open."""
    return posture_page(context.workspace, run)


ROUTES = [*page_and_json("/posture", cloud_posture, template="posture.html", role=Role.ANALYST, title="Posture")]
