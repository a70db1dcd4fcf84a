"""Imported reports of other tools and of other workspaces."""

import msgspec

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import imports
from tieback.pipeline.views.imports import ImportPage, StartedImport
from tieback.web.context import Context
from tieback.web.resource import change, form, page_and_json


def list_imports(context: Context, after: str = "", limit: int = 50) -> ImportPage:
    """Reports of other tools that were imported as evidence, latest first. They are never a proof."""
    return imports.imports_page(context.workspace, after=after, limit=limit)


class StartImport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which uploads to import."""

    uploads: tuple[str, ...]
    """SHA-256 of each."""
    app: str = ""
    """Package name of the app, for Data Safety exports of Google Play, which do not name it."""


class ImportFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form on the page of an upload."""

    app: str = ""


@change("POST", "/imports", role=Role.OPERATOR, action="start an import", status=202)
def start_import(context: Context, data: StartImport) -> StartedImport:
    """Import uploaded reports of other tools, or of another workspace, as evidence. Each content is imported once."""
    return imports.start_import(context.workspace, context.user.name, data.uploads, data.app)


@form(
    "/uploads/{sha256:str}/import",
    role=Role.OPERATOR,
    action="start an import",
    done="The import was queued.",
    again="get_upload",
)
def start_import_form(context: Context, sha256: str, data: ImportFields) -> str:
    """Import an uploaded report."""
    return f"/runs/{imports.start_import(context.workspace, context.user.name, (sha256,), data.app.strip()).job}"


ROUTES = [
    start_import,
    start_import_form,
    *page_and_json("/imports", list_imports, template="imports.html", role=Role.ANALYST, title="Imports"),
]
