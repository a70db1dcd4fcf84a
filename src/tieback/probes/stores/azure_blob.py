"""Azure Blob Storage: blobs and bytes of containers that the app names. No blob is read below depth ``sample``.

Sends, in this order: ``GET /`` (identify); ``GET /<container>?restype=container&comp=list`` and ``GET
/<container>?restype=container`` for each container that the app names, and for the root container (enumerate).
Extensions of names come with the listing (describe). An account never lists its containers to anonymous clients. A
listing is one page.

Azure gives the same answer for a private container and for a missing one. Verified against Azurite 3.35, the vendor's
emulator, whose paths begin with the account; the service itself is not yet verified.
"""

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import ListedObject, SampledWebStore, SampleReading, object_get, read_objects
from tieback.probes.web import Identification, Inquiry, other_names, some_names
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import parse_count
from tieback.probes.wire.requests import OBJECT, get_request
from tieback.probes.wire.xmltext import extension_patterns, object_page, root, value, values
from tieback.scope.conversation import Conversation, SendCost

# "Naming and referencing containers": 3 to 63 of a-z, 0-9 and hyphen, or $root, $web; an emulator's account first.
_CONTAINER = rb"(?:[a-z0-9]{3,24}/)?(?:\$root|\$web|[a-z0-9](?:-?[a-z0-9]){2,62})"

_ROOT = get_request("/", "whether this is Azure's blob service; changes nothing", depth=Depth.IDENTIFY)
_LIST = get_request(
    "/{container}?restype=container&comp=list&maxresults=5000",
    "names and sizes of at most 5000 blobs, which are only counted; no blob is read",
    names=_CONTAINER,
    raw=True,
    label="GET /<container>?comp=list",
).costing(SendCost.BOUNDED)
_PROPERTIES = get_request(
    "/{container}?restype=container",
    "whether an anonymous client may read the container's properties: the second proof",
    names=_CONTAINER,
    raw=True,
)
_BLOB = object_get("/{container}/{blob}", names=rb"(?:" + _CONTAINER + rb"|" + OBJECT + rb")")
_HIDDEN = ("PublicAccessNotPermitted", "ResourceNotFound", "ContainerNotFound", "NoAuthenticationInformation")


class AzureBlobProbe(SampledWebStore):
    """Probe of an Azure storage account: which of its containers are listed without authentication."""

    meta = ProbeMeta(
        name="azure_blob",
        products=("azure-blob", "azurite"),
        ports=(10000,),
        services=("azure-blob", "azure", "azurite"),
        cpe=("cpe:2.3:a:microsoft:azure_storage",),
        cwe="CWE-732",
        sends=(_ROOT.send, _LIST.send, _PROPERTIES.send, _BLOB.send),
        references=("https://learn.microsoft.com/rest/api/storageservices/list-blobs",),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the server's name or the header fields of its errors."""
        server = answer.headers.get("server", "")
        if server.startswith("Azurite-Blob/"):
            return Identification("azurite", server.partition("/")[2])
        azure = "Windows-Azure-Blob" in server or "Microsoft-HTTPAPI" in server
        return Identification("azure-blob") if azure and "x-ms-request-id" in answer.headers else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Request each container that the app names."""
        if not inquiry.enumerates:
            return
        names = list(dict.fromkeys((*inquiry.names, "$root")))
        for name in inquiry.limit(names, "containers"):
            yield from self._container(inquiry, name)
        draft = inquiry.draft
        other_names(draft, "containers", names)
        if draft.containers:
            draft.fingerprint(container.name for container in draft.containers)
            inquiry.judge()
        else:
            draft.access = Access.UNKNOWN
            draft.problem(
                f"no container is listed without authentication of those whose names are known ({some_names(names)}); "
                "an account never lists its containers"
            )

    def _container(self, inquiry: Inquiry, name: str) -> Conversation[None]:
        answer = yield from inquiry.ask(_LIST, name, cap=MAX_BODY)
        if answer is None:
            return
        code = answer.headers.get("x-ms-error-code", "")
        if answer.status in (401, 403, 404, 409) or code in _HIDDEN:
            if name != "$root":
                inquiry.refused += 1
                inquiry.draft.prove(_LIST.label, f"{name}: {code or answer.status}", Access.AUTH_REQUIRED)
            return
        if answer.status != 200 or root(answer.body) != "EnumerationResults":
            inquiry.draft.leave_out(f"{_LIST.label} ({name[:60]!r}): status {answer.status}, no listing")
            return
        inquiry.draft.prove(_LIST.label, f"lists blobs of {name}", Access.OPEN)
        told = yield from inquiry.ask(_PROPERTIES, name, cap=16 * 1024)
        if told is not None and told.status == 200:
            inquiry.draft.prove(_PROPERTIES.label, f"returns properties of {name} without authentication", Access.OPEN)
        more = answer.truncated or bool(value(answer.body, "NextMarker"))
        page = object_page(answer.body, "Name", "Content-Length", more=more)
        if page.unread:
            unread = count_text(page.unread, "further blob")
            inquiry.draft.leave_out(f"{name[:60]}: {unread}, with a name that is not read")
        patterns = extension_patterns(page.names)[:200] if inquiry.describes else ()
        fields = tuple(Field(ending, "extension") for ending in patterns)
        inquiry.add_containers([Container((name,), "container", False, page.records, page.bytes, fields)])

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first records of a few CSV and JSON blobs."""
        listing = yield from reading.ask(_LIST, *container.path, cap=MAX_BODY)
        if listing is None or listing.status != 200:
            return
        blobs, sizes = values(listing.body, "Name"), values(listing.body, "Content-Length")
        listed = [ListedObject(name, parse_count(size) or 0) for name, size in zip(blobs, sizes, strict=False)]
        yield from read_objects(reading, container.path, _BLOB, container.path, listed)
