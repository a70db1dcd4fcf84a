"""Docker Engine API: only identification; access is judged from the status code.

Sends ``GET /version`` (identify). A client that gets an answer can also run containers; tieback never does that.
Verified against dockerd 26.1.5, manually.
"""

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_VERSION = get_request(
    "/version",
    "whether an anonymous client gets an answer, and the version; nothing else is sent",
    depth=Depth.IDENTIFY,
)


class _Version(msgspec.Struct, rename={"version": "Version", "api": "ApiVersion", "least": "MinAPIVersion"}):
    version: str
    api: str
    least: str


class DockerApiProbe(WebStoreProbe):
    """Probe of a Docker engine: whether it answers without authentication."""

    meta = ProbeMeta(
        name="docker_api",
        products=("docker",),
        ports=(2375, 2376),
        services=("docker",),
        cpe=("cpe:2.3:a:docker:docker",),
        cwe="CWE-306",
        sends=(_VERSION.send,),
        references=("https://docs.docker.com/reference/api/engine/",),
        web=True,
    )
    ask = _VERSION

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the keys of its version document."""
        said = decode_json(answer.body, _Version) if answer.status == 200 else None
        return Identification("docker", said.version) if said is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if the server has Docker's name, or sends its JSON 404."""
        return root.headers.get("server", "").startswith("Docker/") or b'"message":"page not found"' in root.body

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Judge the access from the status only; nothing further is requested."""
        yield from ()
        inquiry.draft.access = Access.PARTIAL
        # A client of the API can run containers: https://docs.docker.com/engine/security/protect-access/
        inquiry.draft.abilities.append(Ability.RUN_CODE)
        inquiry.draft.prove(_VERSION.label, f"status {answer.status} without credentials", Access.OPEN)
