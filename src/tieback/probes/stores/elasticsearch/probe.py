"""Elasticsearch and OpenSearch: names, counts, sizes and mappings over HTTP GET.

Sends, in this order: ``GET /`` (identify); ``GET /_cat/indices``, ``GET /_cluster/stats`` or ``GET /_cluster/health``
as the second proof, ``GET /<index>/_count`` for at most 50 indices (enumerate); ``GET /<index>/_mapping`` (describe).
If ``_cat/indices`` is refused with 400, as before version 7.7, it is sent without ``expand_wildcards``. None returns a
document. Bytes are those of primary shards, so that replicas are not counted.

If the list of indices is refused, the indices that the app's own URLs name are counted: access rules are often made for
each index.
"""

import re
from collections.abc import Sequence

import msgspec

from tieback.model.count_text import count_text, form_for
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, ProbeReport
from tieback.probes.interface import (
    MAX_NOTE,
    SAMPLED_RECORDS,
    ProbeMeta,
    ReportDraft,
    SampledColumn,
    Samples,
    first_answer_timeout,
    is_expected,
    run_note,
    run_sample,
    run_to_report,
)
from tieback.probes.sampling import FEWER_RECORDS, SAMPLE_CAP, document_columns
from tieback.probes.stores.elasticsearch.answers import (
    ClusterStats,
    CountAnswer,
    RootAnswer,
    hit_sources,
    mapping_fields,
)
from tieback.probes.web import judge_names
from tieback.probes.wire.cat import cat_rows, index_container
from tieback.probes.wire.http import SEGMENT, HttpSession, Response, declared_get, segment
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.placeholders import is_distinctive
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, SendCost, Target

MAX_COUNTED = 50
"""Maximum number of indices whose documents are counted and mappings read; the others keep the figures of
``_cat/indices``."""
_MAX_NAME_BYTES = 255
_FORBIDDEN = frozenset('\\/*?"<>| ,#:')
"""Characters that no index name contains (Elasticsearch, create-index API), wildcards and lists among them."""
_ENCODED = re.compile("%[0-9A-Fa-f]{2}")

_COLUMNS = "&h=index,uuid,status,pri,rep,docs.count,docs.deleted,store.size,pri.store.size,creation.date"
_CAT = f"/_cat/indices?format=json&bytes=b&expand_wildcards=all{_COLUMNS}"
_OLD_CAT = f"/_cat/indices?format=json&bytes=b{_COLUMNS}"
"""Path for versions 5.0 to 7.6, which refuse unknown parameters, here ``expand_wildcards``
(elastic/elasticsearch#53248). They list hidden indices in any case."""
_STATS = "/_cluster/stats?filter_path=cluster_uuid,indices.count,indices.docs,indices.store"
_HEALTH = "/_cluster/health"
# An index name as one segment. It never starts like an API (`_`) or an exclusion (`-`, `+`). Encoded characters that
# would make it a wildcard, a list, a path or a remote cluster are excluded.
_INDEX = (
    rb"/(?!\.{1,2}/)(?![_-]|%2B)(?!(?:(?!/).)*%(?:2A|2C|2F|5C|3F|22|3C|3E|7C|20|23|3A|7F|[01][0-9A-F]))"
    + SEGMENT
    + rb"{1,765}"
)

SENDS = (
    declared_get("GET /", rb"/", "product, version, and whether authentication is required; changes nothing"),
    declared_get(
        "GET /_cat/indices",
        rb"/_cat/indices\?format=json&bytes=b(?:&expand_wildcards=all)?"
        rb"&h=index,uuid,status,pri,rep,docs\.count,docs\.deleted,store\.size,pri\.store\.size,creation\.date",
        "names, counts and sizes of indices; reads statistics only",
        depth=Depth.ENUMERATE,
    ),
    declared_get(
        "GET /_cluster/stats",
        rb"/_cluster/stats\?filter_path=cluster_uuid,indices\.count,indices\.docs,indices\.store",
        "the second proof, and totals to compare with; reads statistics only",
        depth=Depth.ENUMERATE,
    ),
    declared_get(
        "GET /_cluster/health",
        rb"/_cluster/health",
        "the second proof if statistics are refused",
        depth=Depth.ENUMERATE,
    ),
    declared_get(
        "GET /<index>/_count",
        _INDEX + rb"/_count",
        "the exact number of documents; returns no document",
        depth=Depth.ENUMERATE,
    ),
    declared_get(
        "GET /<index>/_mapping",
        _INDEX + rb"/_mapping\?filter_path=\*\.mappings",
        "names and types of fields; returns no values",
        depth=Depth.DESCRIBE,
    ),
    msgspec.structs.replace(
        declared_get(
            "GET /<index>/_search?size=1",
            _INDEX + rb"/_search\?size=1&terminate_after=1&filter_path=hits\.hits\._source",
            "the first 4 KiB of one document of an index that looks like a ransom note; the text is not kept",
            depth=Depth.DESCRIBE,
        ),
        values=True,
        cost=SendCost.BOUNDED,
    ),
    msgspec.structs.replace(
        declared_get(
            "GET /<index>/_search?size=50",
            _INDEX + rb"/_search\?size=(?:50|5)&terminate_after=50&filter_path=hits\.hits\._source",
            "at most 50 documents: classified for personal data in memory, nothing is kept",
            depth=Depth.SAMPLE,
        ),
        values=True,
        cost=SendCost.BOUNDED,
    ),
)


class ElasticsearchProbe:
    """Probe of Elasticsearch and OpenSearch: indices, documents, bytes, fields."""

    meta = ProbeMeta(
        name="elasticsearch",
        may_keep_quiet=True,
        products=("elasticsearch", "opensearch"),
        ports=(9200, 9201, 9243),
        services=("elasticsearch", "opensearch", "http"),
        cpe=("cpe:2.3:a:elastic:elasticsearch", "cpe:2.3:a:amazon:opensearch"),
        cwe="CWE-306",
        sends=SENDS,
        references=(
            "https://www.elastic.co/guide/en/elasticsearch/reference/current/rest-apis.html",
            "https://docs.opensearch.org/latest/api-reference/",
        ),
        hides="indices that this client may not see",
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def note(self, target: Target, container: Container, account: str) -> Conversation[bytes]:  # noqa: ARG002 - none
        """Read the first document of an index, as JSON."""
        return run_note(_note(target, container.path[0]))

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:  # noqa: ARG002 - none
        """Read the first documents of each index."""
        found: list[SampledColumn] = []
        return run_sample(found, _sample(target, containers, found))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        http = HttpSession(target)
        answer = yield from http.first("/", seconds=first_answer_timeout(self.meta, target), cap=64 * 1024)
        try:
            root = self._identify(draft, target, answer)
        except NotThisProtocol:
            # A proxy may show another page at the root and pass only some indices on.
            if not depth.allows(Depth.ENUMERATE) or not (yield from _identify_by_index(draft, http, target)):
                raise
            yield from _named(draft, http, target, depth)
            return
        if root is None:
            if draft.access is Access.AUTH_REQUIRED and depth.allows(Depth.ENUMERATE):
                yield from _named(draft, http, target, depth, whole=True)
            return
        draft.access = Access.OPEN
        draft.prove("GET /", f"200 without credentials: {draft.product} {draft.version}", Access.OPEN)
        if is_distinctive("cluster_uuid", root.cluster_uuid):
            draft.vendor_id("cluster_uuid", root.cluster_uuid)
        else:
            draft.fingerprint(())
        if depth.allows(Depth.ENUMERATE):
            yield from _enumerate(draft, http, target, depth)

    def _identify(self, draft: ReportDraft, target: Target, answer: Response) -> RootAnswer | None:
        """Read the root document; ``None`` if the draft already records a refusal.

        Raises:
            NotThisProtocol: another HTTP server.
        """
        root = decode_json(answer.body, RootAnswer) if answer.status == 200 else None
        if root is not None and root.is_search_engine:
            draft.spoke = True
            draft.product = "opensearch" if root.is_opensearch else "elasticsearch"
            draft.version = root.version.number[:40]
            told = (
                root.name,
                root.cluster_name,
                root.cluster_uuid,
                root.version.build_hash,
                root.version.lucene_version,
            )
            for key, value in zip(("node", "cluster_name", "cluster_uuid", "build_hash", "lucene"), told, strict=True):
                draft.trait(key, value)
            return root
        text = answer.body[:4096].decode("utf-8", "replace")
        speaks = search_product(answer, text)
        # A 403 without a product may come from anything in front of any server.
        expected = answer.status == 401 and is_expected(self.meta, target)
        if answer.status not in (401, 403) or not (speaks or expected):
            raise NotThisProtocol(f"another HTTP server (status {answer.status})")
        draft.spoke = True
        draft.product = speaks
        # AWS answers 403 to anonymous requests if it would accept a signature.
        asks = answer.status == 401 or "not authorized to perform" in text
        draft.access = Access.AUTH_REQUIRED if asks else Access.LOCKED
        draft.prove("GET /", f"status {answer.status}", draft.access)
        if not speaks:
            draft.problem("refuses without naming its product; only the port or a hint points to a search engine")
        return None


def _note(target: Target, index: str) -> Conversation[bytes]:
    if not valid_name(index):
        return b""
    path = f"/{segment(index)}/_search?size=1&terminate_after=1&filter_path=hits.hits._source"
    http = HttpSession(target)
    yield from http.first("/", seconds=None, cap=64 * 1024)
    answer = yield from http.get(path, cap=MAX_NOTE)
    return answer.body if answer.status == 200 else b""


def _sample(target: Target, containers: Sequence[Container], found: list[SampledColumn]) -> Conversation[None]:
    http = HttpSession(target)
    yield from http.first("/", seconds=None, cap=64 * 1024)
    for container in containers:
        index = container.path[0]
        if not valid_name(index):
            continue
        # If fifty documents are too large, five are read.
        for size in (SAMPLED_RECORDS, FEWER_RECORDS):
            path = f"/{segment(index)}/_search?size={size}&terminate_after=50&filter_path=hits.hits._source"
            answer = yield from http.get(path, cap=SAMPLE_CAP)
            if answer.status == 200 and not answer.truncated:
                found += document_columns(container.path, hit_sources(answer.body))
            if not answer.truncated:
                break


def search_product(answer: Response, text: str) -> str:
    """Product that a refusal names, or empty.

    Args:
        answer: answer with status 401 or 403.
        text: start of its body.
    """
    asks = answer.headers.get("www-authenticate", "").lower()
    if "opensearch" in asks or "es:eshttp" in text.lower() or "opendistro" in text.lower():
        return "opensearch"
    if "x-elastic-product" in answer.headers or 'realm="security"' in asks or "cluster_block_exception" in text:
        return "elasticsearch"
    return "elasticsearch" if '"security_exception"' in text else ""


def _identify_by_index(draft: ReportDraft, http: HttpSession, target: Target) -> Conversation[bool]:
    """True if an index that the app names is counted in the product's own words."""
    for name in [name for name in target.names if valid_name(name)][:3]:
        answer = yield from http.get(f"/{segment(name)}/_count", cap=16 * 1024)
        product = search_product(answer, answer.body[:4096].decode("utf-8", "replace"))
        own = answer.status == 200 and b'"_shards"' in answer.body
        counted = decode_json(answer.body, CountAnswer) if own else None
        if counted is not None or product:
            draft.spoke = True
            draft.product = product or "elasticsearch"
            draft.fingerprint(())
            if not product:
                draft.problem("only the count of an index answers: the product may also be OpenSearch")
            return True
    return False


def _named(
    draft: ReportDraft, http: HttpSession, target: Target, depth: Depth, *, whole: bool = False
) -> Conversation[None]:
    """Count the indices that the app names, after their list was refused; ``whole`` if the root was refused too."""
    names = [name for name in target.names[:MAX_COUNTED] if valid_name(name)]
    refused = 0
    for name in names:
        answer = yield from http.get(f"/{segment(name)}/_count", cap=16 * 1024)
        count = decode_json(answer.body, CountAnswer) if answer.status == 200 else None
        if count is not None and count.count >= 0:
            counted = f"{count_text(count.count, 'document')} of {name} {form_for(count.count, 'is', 'are')} counted"
            draft.prove("GET /<index>/_count", f"{counted} without a login", Access.OPEN)
            draft.containers.append(Container((name,), "index", records=exact(count.count, "_count")))
        elif answer.status in (401, 403):
            refused += 1
            draft.prove("GET /<index>/_count", f"{name}: status {answer.status}", Access.AUTH_REQUIRED)
    if draft.containers or not whole:
        judge_names(draft, "indices", names, refused=refused, list_refused=True)
    if draft.containers and depth.allows(Depth.DESCRIBE):
        yield from _describe(draft, http)


def _enumerate(draft: ReportDraft, http: HttpSession, target: Target, depth: Depth) -> Conversation[None]:
    answer = yield from http.get(_CAT)
    if answer.status == 400:
        answer = yield from http.get(_OLD_CAT)
    if answer.status in (401, 403):
        draft.proofs.clear()
        draft.access = Access.AUTH_REQUIRED if answer.status == 401 else Access.LOCKED
        draft.prove("GET /_cat/indices", f"status {answer.status}, while GET / needs no login", draft.access)
        yield from _named(draft, http, target, depth)
        return
    rows = cat_rows(answer.body, truncated=answer.truncated) if answer.status == 200 else None
    if rows is None:
        draft.access = Access.UNKNOWN
        draft.problem(f"GET /_cat/indices: status {answer.status}, no list of indices")
        return
    if answer.truncated:
        draft.leave_out(f"more indices than the limit; the first {len(rows)} are listed")
    draft.containers = [index_container(row) for row in rows]
    if draft.identity is None or draft.identity.kind != "vendor_id":
        draft.fingerprint(f"{row.index}\0{row.uuid}" for row in rows)
    draft.prove("GET /_cat/indices", f"lists {count_text(len(rows), 'index', 'indices')}", Access.OPEN)
    yield from _second_proof(draft, http)
    refused = yield from _count(draft, http)
    draft.access = _judge(draft.containers, refused)
    if depth.allows(Depth.DESCRIBE):
        yield from _describe(draft, http)


def _second_proof(draft: ReportDraft, http: HttpSession) -> Conversation[None]:
    answer = yield from http.get(_STATS)
    stats = decode_json(answer.body, ClusterStats) if answer.status == 200 else None
    if stats is not None and stats.indices is not None:
        draft.prove("GET /_cluster/stats", count_text(stats.indices.count, "index", "indices"), Access.OPEN)
        hidden = stats.indices.count - len(draft.containers)
        draft.sees_all = hidden <= 0
        if hidden > 0:
            draft.leave_out(f"{count_text(hidden, 'index', 'indices')} that the cluster has and does not list to us")
        return
    answer = yield from http.get(_HEALTH)
    if answer.status in (200, 408) and b'"status"' in answer.body:
        draft.prove("GET /_cluster/health", "cluster state without credentials", Access.OPEN)
    else:
        draft.problem(f"no second proof: statistics and health are refused (status {answer.status})")


def _count(draft: ReportDraft, http: HttpSession) -> Conversation[int]:
    """Replace estimates by exact counts; returns the number of indices that require authentication."""
    refused = 0
    asked = 0
    for position, container in enumerate(draft.containers):
        if container.system or not _askable(draft, container):
            continue
        if asked == MAX_COUNTED:
            draft.problem(f"only the first {MAX_COUNTED} indices were counted; the others are estimates")
            break
        asked += 1
        answer = yield from http.get(f"/{segment(container.path[0])}/_count", cap=16 * 1024)
        count = decode_json(answer.body, CountAnswer) if answer.status == 200 else None
        if count is not None and count.count >= 0:
            figure = exact(count.count, "_count")
            draft.containers[position] = msgspec.structs.replace(container, records=figure)
        elif answer.status in (401, 403):
            refused += 1
            draft.containers[position] = msgspec.structs.replace(container, records=None)
        else:
            draft.problem(f"{container.name}: _count has status {answer.status}")
    return refused


def _describe(draft: ReportDraft, http: HttpSession) -> Conversation[None]:
    asked = 0
    for position, container in enumerate(draft.containers):
        if container.system or asked == MAX_COUNTED or not valid_name(container.path[0]):
            continue
        asked += 1
        path = f"/{segment(container.path[0])}/_mapping?filter_path=*.mappings"
        answer = yield from http.get(path, cap=256 * 1024)
        fields = mapping_fields(answer.body) if answer.status == 200 and not answer.truncated else None
        if fields is None:
            draft.problem(f"{container.name}: no readable mapping (status {answer.status})")
            continue
        named = tuple(Field(name, kind) for name, kind in fields)
        draft.containers[position] = msgspec.structs.replace(container, fields=named)


def _judge(containers: list[Container], refused: int) -> Access:
    """Access without authentication, from figures that were counted."""
    user = [c for c in containers if not c.system]
    held = [c.records for c in user if c.records is not None]
    if any(figure.value for figure in held):
        return Access.PARTIAL if refused else Access.OPEN
    if refused or len(held) < len(user):
        return Access.SCHEMA_ONLY
    return Access.OPEN_EMPTY


def valid_name(name: str) -> bool:
    """True if the name is a valid index name, so that it may be part of a path.

    A name that looks percent-encoded is valid, and yet never sent: a proxy could decode it once more.
    """
    return (
        0 < len(name.encode("utf-8", "replace")) <= _MAX_NAME_BYTES
        and name not in (".", "..")
        and name[0] not in "_-+"
        and name.isprintable()
        and not _FORBIDDEN.intersection(name)
        and not _ENCODED.search(name)
    )


def _askable(draft: ReportDraft, container: Container) -> bool:
    if valid_name(container.path[0]):
        return True
    draft.problem(f"skipped an index, because no request may contain its name: {container.path[0][:60]!r}")
    return False
