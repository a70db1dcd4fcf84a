"""Supabase Storage: buckets whose objects the app's public key may list. No object is read.

Sends, in this order: ``GET /bucket`` without a key (identify: the server names the field that it misses); with the
app's anonymous or publishable key ``GET /bucket``, and for each bucket that is listed or that the app names
``POST /object/list/<bucket>`` with a limit of one entry, and again with a limit of two (enumerate: the second proof).
An entry is an object's name and size, or a folder; it is only counted.

A project answers below ``/storage/v1``. It answers only with its public key, which is in every copy of the app;
anonymous access then means access for anyone who has the app. An empty list is not an empty bucket: row-level security
hides objects in this way, and so does a bucket that does not exist. Objects of a public bucket are readable by anyone
who knows their path; paths are never tried. Written from the source of storage-api 1.x (routes ``bucket`` and
``object/list``); not yet verified against the real server.
"""

import re

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import Request, get_request, query_request
from tieback.scope.conversation import Conversation, SendCost

# Naming rules of buckets: https://supabase.com/docs/guides/storage/buckets/creating-buckets
_BUCKET = rb"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"
# JSON Web Tokens and the keys that follow them: https://supabase.com/docs/guides/api/api-keys
_VALUE = rb"(?:eyJ[A-Za-z0-9_.-]{20,4000}|sb_publishable_[A-Za-z0-9_-]{20,64})"
_KEY = (("apikey", _VALUE), ("Authorization", _VALUE))

_ROOT = get_request("/bucket", "whether Supabase Storage answers; without a key it lists nothing", depth=Depth.IDENTIFY)
_BUCKETS = get_request(
    "/bucket?limit=1000",
    "names of the buckets that the app's public key may see; changes nothing",
    keyed=_KEY,
    label="GET /bucket with the public key",
).costing(SendCost.BOUNDED)
_LIST = query_request(
    "/object/list/{bucket}",
    '{"prefix":"","limit":1}',
    "whether one object or folder of the bucket is listed; it is only counted, and no object is read",
    names=_BUCKET,
    label="POST /object/list/<bucket> limit 1",
    keyed=_KEY,
).costing(SendCost.BOUNDED)
_AGAIN = query_request(
    "/object/list/{bucket}",
    '{"prefix":"","limit":2}',
    "whether the bucket is listed a second time: the second proof; entries are only counted",
    names=_BUCKET,
    label="POST /object/list/<bucket> limit 2",
    keyed=_KEY,
).costing(SendCost.BOUNDED)
_CAP = 16 * 1024
_NO_KEY = "headers must have required property 'authorization'"
"""What the server answers without a key, since its version 0.x."""


class _Error(msgspec.Struct):
    message: str
    code: str | int = ""
    error: str = ""
    status: str | int = msgspec.field(default="", name="statusCode")


class _Bucket(msgspec.Struct):
    id: str
    name: str
    public: bool


class _Entry(msgspec.Struct):
    name: str
    id: str | None
    """``None`` for a folder."""
    metadata: msgspec.Raw


class SupabaseStorageProbe(WebStoreProbe):
    """Probe of Supabase Storage: which buckets list their objects to the app's public key."""

    meta = ProbeMeta(
        name="supabase_storage",
        products=("supabase-storage",),
        ports=(5000,),
        services=("supabase-storage",),
        cpe=(),
        cwe="CWE-862",
        sends=(_ROOT.send, _BUCKETS.send, _LIST.send, _AGAIN.send),
        references=(
            "https://supabase.com/docs/guides/storage/security/access-control",
            "https://supabase.github.io/storage/",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT
    keys = ("supabase_anon", "supabase_publishable_key")
    closed_when_refused = False

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the field that it misses, or by a list of buckets. A gateway's own refusal names no product."""
        said = decode_json(answer.body, _Error) if answer.status in (400, 401, 403) else None
        if said is not None and said.message == _NO_KEY:
            return Identification("supabase-storage")
        listed = decode_json(answer.body, list[_Bucket]) if answer.status == 200 else None
        return Identification("supabase-storage") if listed else None

    def is_likely(self, root: Response) -> bool:  # noqa: ARG002 - nothing at the root of a gateway names it
        """Always false: only a hint leads here."""
        return False

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Request the buckets, then one entry of each."""
        draft = inquiry.draft
        project = answer.headers.get("sb-project-ref", "")
        if re.fullmatch(r"[a-z]{20}", project):
            draft.vendor_id("project", project)
        if not inquiry.enumerates:
            return
        if inquiry.key is None:
            draft.problem("the app's public key is unknown: the project answers only requests with it")
            return
        listed = yield from self._buckets(inquiry)
        if listed is None:
            return
        names = [name for name in dict.fromkeys((*listed, *inquiry.names)) if _LIST.fill(name)]
        shown = 0
        for name in inquiry.limit(names, "buckets"):
            shown += yield from self._bucket(inquiry, name, is_listed=name in listed)
        if draft.identity is None or draft.identity.kind != "vendor_id":
            draft.fingerprint(names)
        self._judge(inquiry, listed, names, shown)

    def _buckets(self, inquiry: Inquiry) -> Conversation[dict[str, bool] | None]:
        """The buckets that the key may see, each with whether it is public; ``None`` if the key is refused."""
        draft = inquiry.draft
        answer = yield from inquiry.ask(_BUCKETS)
        found = decode_json(answer.body, list[_Bucket]) if answer is not None and answer.status == 200 else None
        if found is not None:
            if found:
                draft.prove(
                    _BUCKETS.label, f"names {count_text(len(found), 'bucket')} to the app's public key", Access.OPEN
                )
            return {one.id: one.public for one in found}
        status = answer.status if answer is not None else 0
        draft.problem(
            f"{_BUCKETS.label}: status {status}: the project refuses this key, and another may still be valid"
        )
        draft.untested.append("other public keys of the project")
        return None

    def _bucket(self, inquiry: Inquiry, name: str, *, is_listed: bool) -> Conversation[bool]:
        """Add a bucket; true if it lists an entry twice."""
        entries = yield from self._entries(inquiry, _LIST, name)
        if entries is None or not (entries or is_listed):
            return False
        again = (yield from self._entries(inquiry, _AGAIN, name)) if entries else None
        records = lower_bound(max(len(entries), len(again)), "entries of one page") if again else None
        if again:
            inquiry.draft.prove(_LIST.label, f"lists an entry of {name} to the app's public key", Access.OPEN)
            inquiry.draft.prove(_AGAIN.label, f"lists {name} again", Access.OPEN)
        inquiry.add_containers([Container((name,), "bucket", records=records)])
        return bool(again)

    @staticmethod
    def _entries(inquiry: Inquiry, request: Request, name: str) -> Conversation[list[_Entry] | None]:
        answer = yield from inquiry.ask(request, name, cap=_CAP)
        if answer is None or answer.status != 200 or answer.truncated:
            if answer is not None and answer.status in (401, 403):
                inquiry.draft.prove(request.label, f"{name}: status {answer.status}", Access.AUTH_REQUIRED)
            return None
        return decode_json(answer.body, list[_Entry])

    @staticmethod
    def _judge(inquiry: Inquiry, listed: dict[str, bool], names: list[str], shown: int) -> None:
        draft = inquiry.draft
        public = sorted(name for name, is_public in listed.items() if is_public)
        if public:
            draft.untested.append(f"objects of public buckets by their paths: {', '.join(public[:5])}"[:300])
        if shown:
            draft.access = Access.OPEN if shown == len(names) else Access.PARTIAL
            return
        draft.access = Access.SCHEMA_ONLY if listed else Access.UNKNOWN
        draft.problem(
            "no object is listed to the app's public key: buckets are empty, or row-level security hides the objects"
        )
        if not names:
            draft.untested.append("names of buckets")
