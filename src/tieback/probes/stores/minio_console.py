"""MinIO's console: a login page. Its buckets are probed at the port of the S3 API (probe ``s3``).

Sends, in this order: ``GET /`` (identify: a header field names the product) and ``GET /api/v1/login`` (identify: which
login it demands; public by design). Nothing else is requested. Verified against the answers of release 2025-07-23.
"""

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, which a header field names; changes nothing", depth=Depth.IDENTIFY)
_LOGIN = get_request("/api/v1/login", "which login the console demands; public by design", depth=Depth.IDENTIFY)


class _Login(msgspec.Struct, rename={"strategy": "loginStrategy"}):
    strategy: str


class MinioConsoleProbe(WebStoreProbe):
    """Probe of MinIO's console: it demands a login."""

    meta = ProbeMeta(
        name="minio_console",
        products=("minio-console",),
        ports=(9001,),
        services=("minio-console",),
        cpe=("cpe:2.3:a:minio:minio",),
        cwe="CWE-306",
        sends=(_ROOT.send, _LOGIN.send),
        references=("https://github.com/minio/object-browser",),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the header field of every answer."""
        ours = answer.headers.get("server") == "MinIO Console"
        return Identification("minio-console") if ours else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Request how clients log in."""
        login = yield from inquiry.read(_LOGIN, _Login, cap=16 * 1024)
        if login is not None and login.strategy:
            inquiry.draft.access = Access.AUTH_REQUIRED
            inquiry.draft.prove(_LOGIN.label, f"login: {login.strategy[:40]}", Access.AUTH_REQUIRED)
