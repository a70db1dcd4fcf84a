"""Docker registry (Distribution): names of repositories and number of tags. No manifest or layer is read.

Sends, in this order: ``GET /v2/`` (identify); ``GET /v2/_catalog``, ``GET /v2/<repository>/tags/list`` for at most 50
repositories (enumerate); nothing more to describe. Verified against 2.8.3.
"""

from typing import Annotated

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, NamedContainers, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

# The grammar of repository names (distribution/reference) has no dot segments and no empty ones.
_REPOSITORY = (
    rb"(?=[^ ?]{1,255}/tags/list)[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
)

_BASE = get_request(
    "/v2/", "whether this is a registry and whether authentication is required; changes nothing", depth=Depth.IDENTIFY
)
_CATALOGUE = get_request("/v2/_catalog?n=100", "names of repositories")
_TAGS = get_request(
    "/v2/{repository}/tags/list", "names of tags, which are only counted; no image is read", names=_REPOSITORY, raw=True
)


class _Catalogue(msgspec.Struct):
    repositories: list[str] | None


class _Tags(msgspec.Struct):
    tags: Annotated[list[str], msgspec.Meta(max_length=100_000)] | None = None


class DockerRegistryProbe(WebStoreProbe):
    """Probe of a Docker registry: repositories and number of tags."""

    meta = ProbeMeta(
        name="docker_registry",
        products=("docker-registry",),
        ports=(5000, 5001),
        services=("docker-registry", "oci-registry"),
        cpe=("cpe:2.3:a:docker:registry", "cpe:2.3:a:linuxfoundation:distribution"),
        cwe="CWE-306",
        sends=(_BASE.send, _CATALOGUE.send, _TAGS.send),
        references=("https://distribution.github.io/distribution/spec/api/",),
        web=True,
        hides="repositories that an anonymous client may not see: some registries leave them out",
    )
    ask = _BASE

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the header field that the specification requires of every registry."""
        says = answer.headers.get("docker-distribution-api-version", "")
        return (
            Identification("docker-registry") if "registry/2.0" in says and answer.status in (200, 401, 403) else None
        )

    def is_likely(self, root: Response) -> bool:
        """True for an empty answer, or Go's 404. A registry's own front end also answers like this."""
        return root.body.startswith(b"404 page not found") or (not root.body and root.status in (200, 401, 403, 404))

    def by_name(self, inquiry: Inquiry) -> NamedContainers:
        """Repositories that the app names: often only the catalogue is closed."""
        names = [name for name in inquiry.names if _TAGS.fill(name)]
        return "repositories", names, lambda name: self._repository(inquiry, name)

    def _repository(self, inquiry: Inquiry, name: str) -> Conversation[None]:
        answer = yield from inquiry.ask(_TAGS, name, cap=256 * 1024)
        tags = inquiry.take(_TAGS, _Tags, answer, name) if answer is not None and answer.status != 404 else None
        if tags is not None:
            inquiry.draft.prove(_TAGS.label, f"tags of {name}", Access.OPEN)
            count = exact(len(tags.tags or []), "tags/list")
            inquiry.add_containers([Container((name,), "repository", records=count)])

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """List the repositories, and request their tags one by one."""
        inquiry.draft.prove(_BASE.label, f"status {answer.status} without credentials", Access.OPEN)
        inquiry.draft.access = Access.OPEN
        if not inquiry.enumerates:
            return
        found = yield from inquiry.catalogue(_CATALOGUE, _Catalogue)
        if found is None:
            return
        names = found.repositories or []
        if len(names) >= 100:
            inquiry.draft.leave_out("there may be more repositories; only the first 100 were listed")
        chosen = inquiry.limit(names, "repositories")
        for name in chosen:
            tags = yield from inquiry.read(_TAGS, _Tags, name, cap=256 * 1024)
            count = exact(len(tags.tags or []), "tags/list") if tags is not None else None
            inquiry.add_containers([Container((name,), "repository", records=count)])
        inquiry.add_containers([Container((name,), "repository") for name in names[len(chosen) :]])
        inquiry.draft.fingerprint(names)
        inquiry.judge()
