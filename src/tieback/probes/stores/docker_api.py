"""Docker Engine API: number of images and containers. A client that gets an answer can also run containers.

Sends, in this order: ``GET /version`` (identify); ``GET /info`` and ``GET /images/json`` (enumerate). The last one is
the second proof. Lists of containers and volumes are not requested: they have command lines, and options with
passwords. Nothing is created or executed. Without an authorization plug-in, every client has the rights of the daemon
on its host, so that an engine without images is open too. Verified against recorded answers of dockerd 20.10.24.
"""

import msgspec

from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Container, Privileges
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_VERSION = get_request("/version", "whether an anonymous client gets an answer, and the version", depth=Depth.IDENTIFY)
_INFO = get_request("/info", "identifier, numbers of containers and images, and whether a plug-in authorises clients")
_IMAGES = get_request("/images/json", "number of images: the second proof; no image is read")
_MAX_ID = 100


class _Version(msgspec.Struct, rename={"version": "Version", "api": "ApiVersion", "least": "MinAPIVersion"}):
    version: str
    api: str
    least: str


class _Plugins(msgspec.Struct, rename={"authorization": "Authorization"}):
    authorization: list[str] | None = None


class _Info(msgspec.Struct, rename={"id": "ID", "containers": "Containers", "images": "Images", "plugins": "Plugins"}):
    containers: Number
    images: Number
    id: str = ""
    plugins: _Plugins | None = None
    """``None`` if the server does not say which plug-ins it has."""


class _Image(msgspec.Struct, rename={"id": "Id"}):
    id: str


class DockerApiProbe(WebStoreProbe):
    """Probe of a Docker engine: number of images and containers."""

    meta = ProbeMeta(
        name="docker_api",
        products=("docker",),
        ports=(2375, 2376),
        services=("docker",),
        cpe=("cpe:2.3:a:docker:docker",),
        cwe="CWE-306",
        sends=(_VERSION.send, _INFO.send, _IMAGES.send),
        references=(
            "https://docs.docker.com/reference/api/engine/",
            "https://docs.docker.com/engine/security/#docker-daemon-attack-surface",
        ),
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
        """Count the images and containers."""
        draft = inquiry.draft
        info = (yield from inquiry.catalogue(_INFO, _Info)) if inquiry.enumerates else None
        if draft.access is Access.AUTH_REQUIRED:
            return
        draft.access = Access.PARTIAL
        draft.prove(_VERSION.label, f"status {answer.status} without credentials", Access.OPEN)
        if info is None:
            return
        if 0 < len(info.id) <= _MAX_ID:
            draft.vendor_id("ID", info.id)
        if info.plugins is not None:
            draft.privileges = Privileges.UNKNOWN if info.plugins.authorization else Privileges.ADMIN
        images = yield from inquiry.confirm(_IMAGES, list[_Image], cap=MAX_BODY)
        if images is not None:
            draft.access = Access.OPEN
            if draft.privileges is Privileges.ADMIN:
                # A client of the API can run containers: https://docs.docker.com/engine/security/protect-access/
                draft.abilities.append(Ability.RUN_CODE)
        count = exact(len(images), "images/json") if images is not None else lower_bound(info.images, "Images")
        inquiry.add_containers(
            [
                Container(("containers",), "containers", records=exact(info.containers, "Containers")),
                Container(("images",), "images", records=count),
            ]
        )
