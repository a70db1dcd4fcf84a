"""MinIO's console: a login page. Its buckets are probed at the port of the S3 API (probe ``s3``).

Sends only ``GET /`` (identify): a header field names the product, and the page is the console's. The console shows its
login to every client without a session, and has no access without one: no further request is needed.
``GET /api/v1/login``, which states the kind of login, is not sent: with single sign-on configured, it makes the server
contact its identity provider. Verified against the answers of release 2025-07-23.
"""

from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, which a header field names; changes nothing", depth=Depth.IDENTIFY)
_TITLE = b"<title>MinIO Console</title>"


class MinioConsoleProbe(WebStoreProbe):
    """Probe of MinIO's console: it demands a login."""

    meta = ProbeMeta(
        name="minio_console",
        products=("minio-console",),
        ports=(9001,),
        services=("minio-console",),
        cpe=("cpe:2.3:a:minio:minio",),
        cwe="CWE-306",
        sends=(_ROOT.send,),
        references=(
            "https://github.com/minio/object-browser",
            "https://min.io/docs/minio/linux/administration/minio-console.html",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the header field of every answer."""
        ours = answer.headers.get("server") == "MinIO Console"
        return Identification("minio-console") if ours else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Judge by the page that was already received."""
        yield from ()
        if answer.status == 200 and _TITLE in answer.body:
            inquiry.draft.access = Access.AUTH_REQUIRED
            inquiry.draft.prove(_ROOT.label, "the console's page, which begins with a login", Access.AUTH_REQUIRED)
