"""Remote control of rclone (``rclone rcd``): whether anyone may command it, and how many remotes it has.

Sends, in this order: ``POST /core/version`` (identify: public by design); ``POST /config/listremotes`` and
``POST /mount/listmounts`` (enumerate: the second proof). Every command of this API is a POST; these three only read,
and rclone demands a login for the last two. No file of a remote is listed, and no setting of one is read.

Anyone who reaches an open one can read the credentials of all remotes, copy and delete their files, and run commands of
rclone. Verified against rclone 1.60.1.
"""

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import post_request
from tieback.scope.conversation import Conversation

_VERSION = post_request(
    "/core/version", b"{}", "product and version; public by design, changes nothing", depth=Depth.IDENTIFY
)
_REMOTES = post_request("/config/listremotes", b"{}", "names of remotes, which need a login; no setting of one")
_MOUNTS = post_request("/mount/listmounts", b"{}", "whether the list of mounts needs a login: the second proof")


class _Version(msgspec.Struct, rename={"go": "goVersion"}):
    version: str
    linking: str
    go: str


class _Remotes(msgspec.Struct):
    remotes: list[str] | None


class _Mounts(msgspec.Struct, rename={"mounts": "mountPoints"}):
    mounts: list[msgspec.Raw] | None


class RcloneRcdProbe(WebStoreProbe):
    """Probe of rclone's remote control: whether it obeys without a login."""

    meta = ProbeMeta(
        name="rclone_rcd",
        products=("rclone-rcd",),
        ports=(5572,),
        services=("rclone-rcd",),
        cpe=("cpe:2.3:a:rclone:rclone",),
        cwe="CWE-306",
        sends=(_VERSION.send, _REMOTES.send, _MOUNTS.send),
        references=("https://rclone.org/rc/",),
        pivot=False,
        web=True,
    )
    ask = _VERSION

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the keys of its version."""
        said = decode_json(answer.body, _Version) if answer.status == 200 else None
        if said is None or not said.version.startswith("v"):
            return None
        return Identification("rclone-rcd", said.version[1:].partition("-")[0])

    def is_likely(self, root: Response) -> bool:
        """True if the root has the header fields that rclone adds to every answer."""
        return (
            root.headers.get("access-control-request-method") == "POST, OPTIONS, GET, HEAD"
            and root.headers.get("access-control-allow-headers") == "authorization, Content-Type"
        )

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List the remotes by name."""
        if not inquiry.enumerates:
            return
        listed = yield from inquiry.catalogue(_REMOTES, _Remotes)
        if listed is None:
            return
        draft = inquiry.draft
        draft.access = Access.PARTIAL
        mounts = yield from inquiry.confirm(_MOUNTS, _Mounts)
        if mounts is not None:
            draft.access = Access.OPEN
            # https://rclone.org/rc/#core-command runs any command of rclone.
            draft.abilities.append(Ability.RUN_CODE)
        names = listed.remotes or []
        draft.fingerprint(names)
        inquiry.add_containers([Container((name,), "remote") for name in names])
