"""Firebase Realtime Database: top-level names and number of children. Always with ``shallow=true``, never a tree.

Sends, in this order: ``GET /.json?shallow=true`` (identify: readable or not); ``GET /<name>.json?shallow=true`` for at
most 50 top-level names (enumerate); nothing more to describe. A shallow answer has ``true`` for a child that has
children; a value in its place is dropped without decoding.

``null`` is a database that allows anonymous access and is empty: ``open_empty``, not ``open``. A refusal at the root
does not apply to the paths below it. Not yet verified against the real server.
"""

import msgspec

from tieback.model.figure import lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_get
from tieback.probes.web import Identification, Inquiry
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request(
    "/.json?shallow=true",
    "whether the root is readable, and the top-level names; never the tree below",
    depth=Depth.IDENTIFY,
)
_CHILD = get_request("/{name}.json?shallow=true", "number of children of one top-level name; never what is below them")
_SAMPLE = sample_get(
    "/{name}.json?orderBy=%22%24key%22&limitToFirst=#",
    "children of one top-level name, in the order of their keys; an answer beyond the limit is cut",
)
_STATES = {
    402: (Access.LOCKED, "the project's quota is spent"),
    404: (Access.NOT_FOUND, "no such database"),
    423: (Access.LOCKED, "the database is disabled"),
}


class _Error(msgspec.Struct):
    error: str


class FirebaseRtdbProbe(SampledWebStore):
    """Probe of a Firebase database: what is readable without a login."""

    meta = ProbeMeta(
        name="firebase_rtdb",
        products=("firebase-rtdb",),
        ports=(443,),
        services=("firebase-rtdb", "firebase"),
        cpe=(),
        cwe="CWE-306",
        sends=(_ROOT.send, _CHILD.send, *(one.send for one in _SAMPLE)),
        references=("https://firebase.google.com/docs/reference/rest/database",),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by JSON of one of its shapes; probed only if a hint or the redirect of ``GET /`` points to it."""
        names = decode_json(answer.body, dict[str, bool | str | int | float | None])
        shallow = answer.truncated or (names is not None and True in names.values())
        tree = shallow or answer.body.strip() == b"null"
        error = answer.status in (401, 403, *_STATES) and decode_json(answer.body, _Error) is not None
        return Identification("firebase-rtdb") if (answer.status == 200 and tree) or error else None

    def is_likely(self, root: Response) -> bool:
        """True if ``GET /`` redirects to the Firebase console."""
        return "console.firebase.google.com" in root.headers.get("location", "")

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Request the top-level names one by one."""
        draft = inquiry.draft
        host = draft.target.host.lower()
        if host.endswith((".firebaseio.com", ".firebasedatabase.app")):
            draft.vendor_id("database", host)
        if answer.status in _STATES:
            draft.access, why = _STATES[answer.status]
            draft.prove(_ROOT.label, why, draft.access)
            return
        names = decode_json(answer.body, dict[str, msgspec.Raw])
        if answer.truncated:
            draft.leave_out("more top-level names than the limit")
        if not names and not answer.truncated:
            draft.access = Access.OPEN_EMPTY
            draft.prove(_ROOT.label, "answers without authentication, and is empty", Access.OPEN_EMPTY)
            return
        draft.access = Access.OPEN
        draft.prove(_ROOT.label, "top-level names are readable without authentication", Access.OPEN)
        if not inquiry.enumerates or names is None:
            return
        nested = [name for name, value in names.items() if bytes(value) == b"true"]
        if len(nested) < len(names):
            inquiry.add_containers(
                [Container(("/",), "node", records=lower_bound(len(names) - len(nested), "shallow children"))]
            )
        chosen = inquiry.limit(nested, "top-level names")
        for name in chosen:
            children = yield from inquiry.read(_CHILD, dict[str, msgspec.Raw], name)
            count = lower_bound(len(children), "shallow children") if children is not None else None
            if count is not None:
                draft.prove(_CHILD.label, f"number of children of {name}", Access.OPEN)
            inquiry.add_containers([Container((name,), "node", records=count)])
        inquiry.add_containers([Container((name,), "node") for name in nested[len(chosen) :]])
        if draft.identity is None or draft.identity.kind != "vendor_id":
            draft.fingerprint(names)
        inquiry.judge()

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the first children of a top-level name. Their keys are values, too."""
        if container.path == ("/",):
            return
        found = yield from reading.read(_SAMPLE, object, *container.path)
        if isinstance(found, list):
            # A node whose keys are numbers is returned as a list.
            reading.add(container.path, found, "value")
        elif isinstance(found, dict):
            children = (
                {"key": key, **(one if isinstance(one, dict) else {"value": one})} for key, one in found.items()
            )
            reading.add(container.path, children)
