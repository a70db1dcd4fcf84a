"""Uploads: a raw body, written to a private file while its SHA-256 is computed. No content is ever sent back.

The server reads nothing in a file; a job does, in a process without network. A browser cannot hash a large file in
pieces (SubtleCrypto takes a file only as a whole), so ``POST`` without a digest lets the server compute it: one
pass over the bytes that arrive anyway, and no script of others.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio
from anyio import to_thread
from litestar import Request, Response, post, put
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.exceptions import ClientException, HTTPException, InternalServerException
from litestar.params import PathParameter, QueryParameter

from tieback.model.errors import UsageError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import uploads
from tieback.pipeline.views.uploads import UploadLimits, UploadList, UploadRow
from tieback.web.access import ROLE
from tieback.web.context import Context
from tieback.web.openapi import RAW_BODY
from tieback.web.problems import NotFoundError
from tieback.web.resource import PREFIX, change, form, page_and_json

PIECE = 1 << 20
"""Bytes written at a time."""
IDLE_SECONDS = 60.0
"""A sender that sends nothing for so long is disconnected."""
ACTION = "upload a file"
RAW = "application/octet-stream"


def list_uploads(context: Context, after: str = "", limit: int = 50) -> UploadList:
    """Uploaded files, latest first, with the runs that used them."""
    return uploads.list_uploads(context.workspace, _limits(context), after=after, limit=limit)


def get_upload(context: Context, sha256: str) -> UploadRow:
    """What is known about an upload; not its content."""
    found = uploads.find_upload(context.workspace, sha256)
    if found is None:
        raise NotFoundError("no upload has this SHA-256", where=sha256[:80], advice="See /uploads")
    return found


@change("DELETE", "/uploads/{sha256:str}", role=Role.OPERATOR, action="delete an upload")
def delete_upload(context: Context, sha256: str) -> None:
    """Remove an upload. What runs found in it stays."""
    _delete(context, sha256)


@form(
    "/uploads/{sha256:str}/delete",
    role=Role.OPERATOR,
    action="delete an upload",
    done="The upload was deleted.",
    again="get_upload",
)
def delete_upload_form(context: Context, sha256: str) -> str:
    """Remove an upload."""
    _delete(context, sha256)
    return "/uploads"


def _delete(context: Context, sha256: str) -> None:
    if not uploads.delete_upload(context.workspace, sha256):
        raise NotFoundError("no upload has this SHA-256", where=sha256[:80], advice="See /uploads")


@put(
    PREFIX + "/uploads/{sha256:str}",
    opt={ROLE: Role.OPERATOR, RAW_BODY: RAW},
    name="api:put_upload",
    operation_id="put_upload",
    summary="Upload a file with a known SHA-256",
    tags=["uploads"],
    status_code=200,
    request_max_body_size=None,
)
async def put_upload(
    request: Request[Any, Any, Any],
    context: NamedDependency[Context],
    sha256: Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$")],
    name: Annotated[str, QueryParameter(max_length=500)] = "",
) -> Response[UploadRow]:
    """Send the file as the raw body. A file that the server has already is not stored again."""
    return await _receive(request, context, sha256, name)


@post(
    PREFIX + "/uploads",
    opt={ROLE: Role.OPERATOR, RAW_BODY: RAW},
    name="api:post_upload",
    operation_id="post_upload",
    summary="Upload a file; the server computes its SHA-256",
    tags=["uploads"],
    status_code=200,
    request_max_body_size=None,
)
async def post_upload(
    request: Request[Any, Any, Any],
    context: NamedDependency[Context],
    name: Annotated[str, QueryParameter(max_length=500)] = "",
) -> Response[UploadRow]:
    """Send the file as the raw body. Compare the SHA-256 in the response with your own, if you have one."""
    return await _receive(request, context, "", name)


async def _receive(request: Request[Any, Any, Any], context: Context, sha256: str, name: str) -> Response[UploadRow]:
    kind = request.headers.get("content-type", RAW)
    if kind.partition(";")[0].strip().lower() != RAW:
        raise HTTPException("send the file itself as application/octet-stream, not as a form", status_code=415)
    limits = _limits(context)
    known = await to_thread.run_sync(uploads.find_upload, context.workspace, sha256) if sha256 else None
    if known is not None:
        async for _ in _pieces(request, limits.file):
            pass
        return Response(known, media_type=MediaType.JSON)
    length = _announced(request)
    with uploads.receive_upload(
        context.workspace, limits, sha256, length=length, author=context.user.name, name=name
    ) as writer:
        async for piece in _pieces(request, limits.file):
            await to_thread.run_sync(writer.write, piece)
        upload = await to_thread.run_sync(writer.finish)
    await to_thread.run_sync(context.changes.note, context.user, ACTION, upload.sha256)
    row = await to_thread.run_sync(uploads.upload_row, context.workspace, upload)
    return Response(row, media_type=MediaType.JSON)


async def _pieces(request: Request[Any, Any, Any], most: int) -> AsyncIterator[bytes]:
    """The body in pieces of about ``PIECE`` bytes, and at most one piece more than ``most``.

    Raises:
        ClientException: the connection ended early.
        HTTPException: nothing arrived for ``IDLE_SECONDS``.
    """
    waiting, size = bytearray(), 0
    stream = request.stream()
    while True:
        try:
            with anyio.fail_after(IDLE_SECONDS):
                part = await anext(stream, None)
        except TimeoutError:
            raise HTTPException("nothing arrived for a minute", status_code=408) from None
        except InternalServerException:
            raise ClientException("the connection ended before the file was complete") from None
        if part is None:
            break
        waiting += part
        size += len(part)
        if len(waiting) >= PIECE:
            yield bytes(waiting)
            waiting.clear()
        if size > most:
            break  # the writer refuses it
    if waiting:
        yield bytes(waiting)


def _announced(request: Request[Any, Any, Any]) -> int | None:
    text = request.headers.get("content-length", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise UsageError("not a number of bytes", where="Content-Length", advice="Send the file again")
    return int(text)


def _limits(context: Context) -> UploadLimits:
    return UploadLimits(file=context.settings.max_upload)


ROUTES = [
    *page_and_json("/uploads", list_uploads, template="uploads.html", role=Role.OPERATOR, title="Uploads"),
    *page_and_json("/uploads/{sha256:str}", get_upload, template="upload.html", role=Role.OPERATOR, title="Upload"),
    put_upload,
    post_upload,
    delete_upload,
    delete_upload_form,
]
