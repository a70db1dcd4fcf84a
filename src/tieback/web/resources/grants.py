"""Grants in words, and the audit log of probing. No route here changes anything."""

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import grants, probe_audit
from tieback.pipeline.views.grants import GrantListing, GrantPage
from tieback.pipeline.views.probe_audit import AuditPage
from tieback.web.context import Context
from tieback.web.problems import NotFoundError
from tieback.web.resource import page_and_json


def list_grants(context: Context) -> GrantListing:
    """The grant files on the server. The pages and the API cannot create, change or upload one."""
    return grants.list_grants(context.workspace, context.settings.grants)


def get_grant(context: Context, sha256: str, target: str = "") -> GrantPage:
    """One grant in words, and the runs that used it. ``target``: is ``HOST[:PORT][/RESOURCE]`` in? Sends nothing."""
    found = grants.grant_page(context.workspace, context.settings.grants, sha256, target=target)
    if found is None:
        raise NotFoundError("no grant has this ID", where=sha256[:80], advice="See /grants")
    return found


def probe_log(context: Context, target: str = "", after: str = "", limit: int = 50) -> AuditPage:
    """What was sent to which target, latest first, and whether the log is intact. ``target``: a part of its name."""
    return probe_audit.probe_audit(context.workspace, target=target, after=after, limit=limit)


ROUTES = [
    *page_and_json("/grants", list_grants, template="grants.html", role=Role.ANALYST, title="Grants"),
    *page_and_json("/grants/{sha256:str}", get_grant, template="grant.html", role=Role.ANALYST, title="Grant"),
    *page_and_json(
        "/audit/probing", probe_log, template="audit_probing.html", role=Role.ANALYST, title="Audit log of probing"
    ),
]
