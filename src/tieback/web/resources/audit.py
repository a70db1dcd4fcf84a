"""The log of sign-ins and changes, and its verification."""

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views.accounts import ChangeLogCheck, ChangeLogPage, audit_page, check_audit_log
from tieback.web.context import Context
from tieback.web.resource import json, page_and_json


def audit(context: Context, author: str = "", verify: bool = False, after: str = "", limit: int = 50) -> ChangeLogPage:
    """Sign-ins, and changes by the pages and the API, newest first; ``verify`` also checks the chain."""
    return audit_page(context.accounts, author=author, verify=verify, after=after, limit=limit)


def audit_check(context: Context) -> ChangeLogCheck:
    """Verify the chain of the whole log."""
    return check_audit_log(context.accounts)


ROUTES = [
    *page_and_json("/audit", audit, template="audit.html", role=Role.ADMIN, title="Audit log"),
    json("/audit/verification", audit_check, role=Role.ADMIN, title="Verify the audit log", tag="audit"),
]
