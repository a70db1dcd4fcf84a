"""Exports of a run's report in each format and for each audience."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, BinaryIO

from anyio import to_thread
from litestar import get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from litestar.response import Stream

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views.exports import Export, ExportPage, export_media_types, export_report, exports_page
from tieback.web.access import ROLE
from tieback.web.context import Context
from tieback.web.openapi import FILES
from tieback.web.resource import PREFIX, attachment_headers, page_and_json

PIECE = 1 << 20


def list_exports(
    context: Context, audience: str = "internal", vendor: str = "", run: str = "", count: bool = False
) -> ExportPage:
    """The formats and audiences of reports, the runs that can be exported, and what each format leaves out.

    ``audience``, ``vendor`` and ``run`` as of the export. What formats leave out of a long report is counted only with
    ``count=true``.
    """
    return exports_page(context.workspace, audience, vendor, run, count=count)


@get(
    PREFIX + "/exports/{name:str}",
    opt={ROLE: Role.ANALYST, FILES: export_media_types},
    name="api:export_report",
    operation_id="export_report",
    summary="Export the report of a run",
    tags=["exports"],
)
async def export(
    context: NamedDependency[Context],
    name: Annotated[str, PathParameter(max_length=40)],
    audience: Annotated[str, QueryParameter(max_length=20)] = "internal",
    vendor: Annotated[str, QueryParameter(max_length=300)] = "",
    run: Annotated[str, QueryParameter(max_length=80)] = "",
) -> Stream:
    """The report of a run as a file. ``audience``: internal, vendor (with the name in ``vendor``) or public.

    The header ``Tieback-Notes`` is a JSON array of texts: what the format or the audience leaves out. It is missing if
    the file has everything.
    """
    made = await to_thread.run_sync(export_report, context.workspace, name, audience, vendor, run)
    return Stream(_pieces(made.file), headers=_headers(made))


def _headers(made: Export) -> dict[str, Any]:
    return attachment_headers(made.name, made.media_type, made.notes) | {"Content-Length": str(made.size)}


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while piece := await to_thread.run_sync(file.read, PIECE):
            yield piece
    finally:
        file.close()


ROUTES = [*page_and_json("/exports", list_exports, template="exports.html", role=Role.ANALYST, title="Exports"), export]
