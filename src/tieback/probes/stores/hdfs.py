"""HDFS through its NameNode's web server: top-level directories, files, bytes. No file is read.

Sends, in this order: ``GET /jmx`` for one bean (identify); ``GET /webhdfs/v1/?op=LISTSTATUS``, ``GET
/webhdfs/v1/<directory>?op=GETCONTENTSUMMARY`` for at most 50 (enumerate); nothing more to describe. Verified
against recorded answers of the NameNode 3.4.1.

A content summary visits every name below its directory. So none is requested if the NameNode has more than 1,000,000
blocks or does not show their number: a file with data has at least one. The bytes of the whole file system, from the
first answer, are then the only figure.
"""

import msgspec

from tieback.model.figure import estimate, exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, NamedContainers, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation, SendCost

MAX_BLOCKS = 1_000_000
"""Maximum number of blocks of a NameNode whose directories are counted."""
_JMX = get_request(
    "/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo",
    "product, version and cluster id; statistics only",
    depth=Depth.IDENTIFY,
)
_LIST = get_request("/webhdfs/v1/?op=LISTSTATUS", "names of the top-level directories", label="LISTSTATUS /")
_SUMMARY = get_request(
    "/webhdfs/v1/{directory}?op=GETCONTENTSUMMARY",
    f"number of files and bytes below a directory, if the NameNode has at most {MAX_BLOCKS:,} blocks; opens no file",
    label="GETCONTENTSUMMARY /<directory>",
).costing(SendCost.BOUNDED)
_SYSTEM = ("tmp", "system", "mr-history", "app-logs")


class _Bean(
    msgspec.Struct,
    rename={"cluster": "ClusterId", "version": "SoftwareVersion", "blocks": "TotalBlocks", "used": "Used"},
):
    cluster: str = ""
    version: str = ""
    blocks: Number | None = None
    used: Number | None = None
    """Bytes on all DataNodes, with every replica."""


class _Jmx(msgspec.Struct):
    beans: list[_Bean]


class _File(msgspec.Struct, rename={"name": "pathSuffix"}):
    name: str
    type: str = ""
    length: Number = 0


class _Files(msgspec.Struct, rename={"files": "FileStatus"}):
    files: list[_File]


class _Listing(msgspec.Struct, rename={"files": "FileStatuses"}):
    files: _Files


class _Content(msgspec.Struct, rename={"files": "fileCount"}):
    files: Number
    length: Number


class _Summary(msgspec.Struct, rename={"content": "ContentSummary"}):
    content: _Content


class HdfsProbe(WebStoreProbe):
    """Probe of an HDFS NameNode: top-level directories, files, bytes."""

    meta = ProbeMeta(
        name="hdfs",
        products=("hdfs",),
        ports=(9870, 50070),
        services=("hdfs", "webhdfs"),
        cpe=("cpe:2.3:a:apache:hadoop",),
        cwe="CWE-306",
        sends=(_JMX.send, _LIST.send, _SUMMARY.send),
        references=("https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html",),
        web=True,
    )
    ask = _JMX

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the NameNode's bean."""
        jmx = decode_json(answer.body, _Jmx) if answer.status == 200 else None
        bean = jmx.beans[0] if jmx is not None and jmx.beans else None
        return Identification("hdfs", bean.version) if bean is not None and bean.cluster else None

    def is_likely(self, root: Response) -> bool:
        """True if the root is the NameNode's page, or redirects to it."""
        return b"dfshealth.html" in root.body or "dfshealth" in root.headers.get("location", "")

    def by_name(self, inquiry: Inquiry) -> NamedContainers | None:
        """Directories that the app names: HDFS has permissions for each. Kerberos closes them all (status 401)."""
        if inquiry.listing_refused == 401:
            return None
        names = [name for name in inquiry.names if name not in _SYSTEM and _SUMMARY.fill(name)]
        if not _may_count(inquiry):
            names = []
        return "directories", names, lambda name: self._directory(inquiry, name)

    def _directory(self, inquiry: Inquiry, name: str) -> Conversation[None]:
        answer = yield from inquiry.ask(_SUMMARY, name)
        if answer is not None and answer.status != 404:
            summary = inquiry.take(_SUMMARY, _Summary, answer, name)
            if summary is not None:
                inquiry.draft.prove(_SUMMARY.label, f"number of files and bytes below /{name}", Access.OPEN)
                records = exact(summary.content.files, "fileCount")
                size = exact(summary.content.length, "length")
                inquiry.add_containers([Container((name,), "directory", False, records, size)])

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Request the top-level directories one by one."""
        jmx = decode_json(answer.body, _Jmx)
        bean = jmx.beans[0] if jmx is not None and jmx.beans else _Bean()
        inquiry.draft.trait("blocks", bean.blocks)
        if 0 < len(bean.cluster) <= 100:
            inquiry.draft.vendor_id("ClusterId", bean.cluster)
        if not inquiry.enumerates:
            return
        listed = yield from inquiry.catalogue(_LIST, _Listing)
        if listed is None:
            return
        if not _may_count(inquiry):
            _add_uncounted(inquiry, listed, bean)
            return
        for entry in inquiry.limit(listed.files.files, "top-level entries"):
            system = entry.name in _SYSTEM
            summary = (yield from inquiry.read(_SUMMARY, _Summary, entry.name)) if not system else None
            records = exact(summary.content.files, "fileCount") if summary is not None else None
            size = exact(summary.content.length, "length") if summary is not None else None
            if summary is not None:
                inquiry.draft.prove(_SUMMARY.label, f"number of files and bytes below /{entry.name}", Access.OPEN)
            inquiry.add_containers([Container((entry.name,), "directory", system, records, size)])
        inquiry.judge()


def _may_count(inquiry: Inquiry) -> bool:
    """True if the number of blocks bounds the work of a content summary."""
    return int(inquiry.draft.traits.get("blocks", MAX_BLOCKS + 1)) <= MAX_BLOCKS


def _add_uncounted(inquiry: Inquiry, listed: _Listing, bean: _Bean) -> None:
    """Names of directories without figures, and the bytes of the whole file system."""
    draft = inquiry.draft
    draft.problem(f"directories were not counted: the NameNode is not known to have at most {MAX_BLOCKS:,} blocks")
    names = [entry.name for entry in listed.files.files]
    inquiry.add_containers([Container((name,), "directory", name in _SYSTEM) for name in names])
    if bean.used is not None:
        inquiry.add_containers(
            [Container(("/",), "file system", bytes=estimate(bean.used, "Used, with every replica"))]
        )
    draft.access = Access.SCHEMA_ONLY
