"""Jupyter Server, JupyterLab and Notebook: number of files at the top, and of running kernels. No file is read.

Sends, in this order: ``GET /api`` (identify: the version; public by design); ``GET /api/status`` and the listing of
the top folder without the content of a file (enumerate: two proofs). ``no_track_activity`` keeps these requests from
counting as activity, by which some servers stop idle kernels.

The server answers 403 if it needs a token or a password. If it refuses even ``/api``, it does not accept the host
name: it was started for loopback only and a proxy leads to it. No kernel, terminal or session is ever started.
Verified against Jupyter Server 2.17.0 and the answers of 2.21.1.
"""

import re

import msgspec

from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Container, Privileges
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_API = get_request("/api", "version; public by design, so not a proof of access", depth=Depth.IDENTIFY)
_STATUS = get_request("/api/status?no_track_activity=1", "number of running kernels and of their clients")
_FILES = get_request(
    "/api/contents?type=directory&content=1&no_track_activity=1",
    "number and sizes of the files at the top: the second proof; no content of a file is in the answer",
)
_SIGN = "/api/security/csp-report"
"""In the Content-Security-Policy of every answer, also behind a proxy."""
_PAGES = re.compile(
    r"(?:/[A-Za-z0-9._~-]{1,64}){0,3}/(?:lab|tree|login|retro|nbclassic|notebooks|voila|doc)(?:[/?].*)?"
)


class _Version(msgspec.Struct, forbid_unknown_fields=True):
    version: str


class _Status(msgspec.Struct):
    started: str
    kernels: Number
    connections: Number


class _Entry(msgspec.Struct):
    type: str
    size: Number | None = None


class _Folder(msgspec.Struct):
    type: str
    content: list[_Entry]
    writable: bool = False


class JupyterProbe(WebStoreProbe):
    """Probe of Jupyter: whether its files and kernels are accessible without a token."""

    meta = ProbeMeta(
        name="jupyter",
        products=("jupyter",),
        ports=(8888,),
        services=("jupyter",),
        cpe=("cpe:2.3:a:jupyter:jupyter_server",),
        cwe="CWE-306",
        sends=(_API.send, _STATUS.send, _FILES.send),
        references=(
            "https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html",
            "https://jupyter-server.readthedocs.io/en/latest/operators/security.html",
        ),
        pivot=False,
        web=True,
    )
    ask = _API
    closed_when_refused = False

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the address to which browsers report violations of its security policy."""
        if _SIGN not in answer.headers.get("content-security-policy", ""):
            return None
        found = decode_json(answer.body, _Version) if answer.status == 200 else None
        if found is None and answer.status != 403:
            return None
        return Identification("jupyter", found.version if found is not None else "")

    def is_likely(self, root: Response) -> bool:
        """True if the root names the product, or its web server redirects to one of its pages."""
        if _SIGN in root.headers.get("content-security-policy", ""):
            return True
        tornado = root.headers.get("server", "").startswith("TornadoServer")
        return tornado and _PAGES.fullmatch(root.headers.get("location", "")[:512]) is not None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Count kernels and files."""
        draft = inquiry.draft
        if answer.status == 403:
            draft.problem("the server refuses this host name: it answers only to names that it knows")
            draft.untested.append("the host name that the server accepts")
            return
        if not inquiry.enumerates:
            return
        status = yield from inquiry.catalogue(_STATUS, _Status)
        if status is None:
            return
        draft.abilities = [Ability.RUN_CODE]
        inquiry.add_count("kernel", exact(status.kernels, "kernels"))
        folder = yield from inquiry.confirm(_FILES, _Folder)
        if folder is not None:
            _add_files(inquiry, folder)
            draft.privileges = Privileges.ADMIN if folder.writable else Privileges.UNKNOWN
        draft.fingerprint((status.started,))
        inquiry.judge()
        if folder is None:
            draft.access = Access.PARTIAL
        elif folder.content:
            # Folders that are listed can be opened, even if no file is at the top.
            draft.access = Access.OPEN


def _add_files(inquiry: Inquiry, folder: _Folder) -> None:
    files = [one for one in folder.content if one.type != "directory"]
    figure = exact if len(files) == len(folder.content) else lower_bound
    sized = figure if all(one.size is not None for one in files) else lower_bound
    records = figure(len(files), "files at the top")
    size = sized(sum(one.size or 0 for one in files), "size")
    inquiry.add_containers([Container(("files",), "folder", False, records, size)])
