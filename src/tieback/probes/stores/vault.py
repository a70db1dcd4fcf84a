"""HashiCorp Vault and OpenBao: whether the server has an owner, is sealed, and refuses clients without a token.

Sends, in this order: ``GET /v1/sys/seal-status`` and ``GET /v1/sys/init`` (identify: public by design, and they change
nothing); ``GET /v1/secret/metadata?list=true``, names of secrets at the usual mount (enumerate). No secret is read.

A server that is not initialised gives its root token and all unseal keys to the first client that initialises it. Both
answers must say so. tieback neither initialises nor unseals. Verified against the answers of OpenBao 2.6.2; Vault: from
its documentation.
"""

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_SEAL = get_request(
    "/v1/sys/seal-status",
    "product, version, and whether the server is initialised and sealed; public by design, changes nothing",
    depth=Depth.IDENTIFY,
)
_INIT = get_request(
    "/v1/sys/init",
    "whether the server is initialised: the second proof; a GET initialises nothing",
    depth=Depth.IDENTIFY,
)
_NAMES = get_request(
    "/v1/secret/metadata?list=true",
    "whether a client without a token is refused; names of secrets, which are only counted; no values",
    label="GET /v1/secret/metadata?list",
)
_NO_TOKEN = b"missing client token"


class _Seal(msgspec.Struct):
    type: str
    sealed: bool
    t: int
    n: int
    version: str = ""
    initialized: bool = True
    cluster_id: str = ""
    build_date: str | None = None
    """Only Vault states it."""
    commit_date: str | None = None
    """Only OpenBao states it."""


class _Init(msgspec.Struct):
    initialized: bool


class _Keys(msgspec.Struct):
    keys: list[str]


class _Names(msgspec.Struct):
    data: _Keys


class VaultProbe(WebStoreProbe):
    """Probe of Vault and OpenBao: initialised, sealed, closed."""

    meta = ProbeMeta(
        name="vault",
        products=("vault", "openbao"),
        ports=(8200,),
        services=("vault",),
        cpe=("cpe:2.3:a:hashicorp:vault", "cpe:2.3:a:openbao:openbao"),
        cwe="CWE-306",
        sends=(_SEAL.send, _INIT.send, _NAMES.send),
        references=(
            "https://developer.hashicorp.com/vault/api-docs/system/seal-status",
            "https://developer.hashicorp.com/vault/api-docs/system/init",
        ),
        web=True,
    )
    ask = _SEAL
    closed_when_refused = False

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the keys of its seal status."""
        seal = decode_json(answer.body, _Seal) if answer.status == 200 else None
        if seal is None:
            return None
        return Identification("openbao" if seal.commit_date is not None else "vault", seal.version)

    def is_likely(self, root: Response) -> bool:
        """True if the root has the header fields of the server, and leads to its pages or has none."""
        ours = root.headers.get("cache-control") == "no-store" and "strict-transport-security" in root.headers
        return ours and (root.headers.get("location") == "/ui/" or root.body.startswith(b"404 page not found"))

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Judge the state; only an unsealed server is asked for names."""
        draft = inquiry.draft
        seal = decode_json(answer.body, _Seal)
        if seal is None:
            return
        if 0 < len(seal.cluster_id) <= 64:
            draft.vendor_id("cluster_id", seal.cluster_id)
        init = yield from inquiry.ask(_INIT, cap=4096)
        said = decode_json(init.body, _Init) if init is not None and init.status == 200 else None
        if said is None or said.initialized is not seal.initialized:
            draft.problem(f"{_INIT.label}: does not confirm the seal status")
        elif not said.initialized:
            draft.access = Access.LOCKED
            draft.prove(_SEAL.label, "initialized: false", Access.LOCKED)
            draft.prove(_INIT.label, "initialized: false", Access.LOCKED)
            inquiry.claimable(f"{_INIT.label}: not initialised, so that the first client gets the root token")
        elif seal.sealed:
            draft.access = Access.LOCKED
            draft.prove(_SEAL.label, "sealed: true", Access.LOCKED)
        elif inquiry.enumerates:
            yield from _names(inquiry)


def _names(inquiry: Inquiry) -> Conversation[None]:
    draft = inquiry.draft
    answer = yield from inquiry.ask(_NAMES)
    if answer is None or inquiry.is_refused(_NAMES, answer):
        return
    if answer.status == 400 and _NO_TOKEN in answer.body:
        draft.access = Access.AUTH_REQUIRED
        draft.prove(_NAMES.label, "status 400: missing client token", Access.AUTH_REQUIRED)
        return
    found = inquiry.take(_NAMES, _Names, answer)
    if found is not None:
        draft.access = Access.PARTIAL
        draft.prove(_NAMES.label, "lists names of secrets without a token", Access.OPEN)
        count = exact(len(found.data.keys), "names of secrets")
        inquiry.add_containers([Container(("secret",), "secrets", records=count)])
