"""Imported reports of other tools and of other workspaces."""

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views.imports import ImportPage, imports_page
from tieback.web.context import Context
from tieback.web.resource import page_and_json


def list_imports(context: Context, after: str = "", limit: int = 50) -> ImportPage:
    """Reports of other tools that were imported as evidence, latest first. They are never a proof."""
    return imports_page(context.workspace, after=after, limit=limit)


ROUTES = [*page_and_json("/imports", list_imports, template="imports.html", role=Role.ANALYST, title="Imports")]
