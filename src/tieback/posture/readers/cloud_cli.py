"""JSON output of the clouds' own command-line tools: ``aws``, ``az`` and ``gcloud``.

AWS puts lists below a key that names the type (``{"DBInstances": [...]}``). Azure and Google print a list or one
object, with the type in its id or name. Outputs without the name of their resource (``get-bucket-policy-status`` of a
bucket, ``describe-target-health`` of a target group) need ``--resource``, or must be in one object with the key
``Bucket``. A file can contain several outputs one after the other.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.describe.kinds import ResourceType, ResourceTypes, arm_type
from tieback.posture.facts import ExportObject
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import describe, list_elements
from tieback.posture.source import PostureSource

BUCKET_KEYS = (
    "PolicyStatus",
    "PublicAccessBlockConfiguration",
    "ServerSideEncryptionConfiguration",
    "LoggingEnabled",
    "Grants",
    "Policy",
)
"""Keys of outputs about a bucket."""
_MARKS = {
    "dbinstanceidentifier": "aws-rds-instance",
    "dbclusteridentifier": "aws-rds-cluster",
    "dbsnapshotidentifier": "aws-rds-snapshot",
    "dbclustersnapshotidentifier": "aws-rds-snapshot",
    "replicationgroupid": "aws-elasticache-group",
    "cacheclusterid": "aws-elasticache-cluster",
    "domainname": "aws-opensearch",
    "tablearn": "aws-dynamodb",
    "routetableid": "aws-route-table",
    "ippermissions": "aws-security-group",
    "aliasname": "aws-key",
    "keymanager": "aws-key",
}
"""Keys that identify an element without the key above it (a ``--query`` removes that key); the first match counts."""
_GOOGLE_KINDS = {
    "sql#instance": "gcp-sql",
    "bigquery#dataset": "gcp-bigquery",
    "storage#bucket": "gcp-storage",
    "compute#instance": "gcp-instance",
}
_GOOGLE_NAMES = (
    (re.compile(r"projects/[^/]+/instances/[^/]+(?:/databases/[^/]+)?"), "gcp-spanner"),
    (re.compile(r"projects/[^/]+/databases/[^/]+"), "gcp-firestore"),
    (re.compile(r"projects/[^/]+/locations/[^/]+/(?:instances|clusters)/[^/]+"), "gcp-memorystore"),
)
_OF_BUCKET = re.compile(rb'"(?:Bucket|' + b"|".join(key.encode() for key in BUCKET_KEYS) + rb')"\s*:')
_BINDINGS = re.compile(rb'"bindings"\s*:\s*\[')
_GOOGLE = re.compile(rb'"kind"\s*:\s*"(?:sql|bigquery|storage|compute)#|"storage_url"\s*:|"name"\s*:\s*"projects/')
_ARM = re.compile(rb'"id"\s*:\s*"/subscriptions/', re.IGNORECASE)


class CloudCli:
    """Reads output of ``aws``, ``az`` and ``gcloud``."""

    meta = PostureMeta(
        "cli",
        "aws, az or gcloud with JSON output",
        "https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output.html",
    )

    def __init__(self) -> None:
        self._kinds = ResourceTypes()

    @cached_property
    def _keys(self) -> re.Pattern[bytes]:
        names = {name for kind in self._kinds.all for name in kind.outputs} | {"Reservations"}
        return re.compile(rb'"(?:' + b"|".join(sorted(name.encode() for name in names)) + rb')"\s*:\s*[\[{]')

    def recognises(self, head: bytes) -> bool:
        """True for a key of such an output, an Azure id, or a Google name."""
        if head.lstrip()[:1] not in (b"{", b"["):
            return False
        if _OF_BUCKET.search(head) or (_BINDINGS.search(head) and b'"role"' in head):
            return True
        lower = {
            mark.encode()
            for mark in ("DBInstanceIdentifier", "ReplicationGroupId", "IpPermissions", "DBClusterIdentifier")
        }
        return bool(
            self._keys.search(head)
            or _ARM.search(head)
            or _GOOGLE.search(head)
            or any(b'"' + m + b'"' in head for m in lower)
        )

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each element."""
        head = source.head()
        if not self._keys.search(head):
            for line, value in source.items():
                yield from self._element(source, line, value)
            return
        for key, line, value in source.members():
            if key == "Reservations" and isinstance(value, dict):
                about = self._about(source, account=str(value.get("OwnerId", ""))[:40])
                for one in list_elements(value.get("Instances")):
                    if isinstance(one, dict):
                        zone = ExportObject(one).inner("placement").text("availabilityzone")
                        yield from describe(
                            source,
                            line,
                            self._kinds.by_name("aws-instance"),
                            ExportObject(one),
                            self._about(source, account=about.account, region=zone.rstrip("abcdef")),
                        )
            elif not key:
                yield from self._element(source, line, value)
            elif self._kinds.has_answer_key(key) and isinstance(value, dict):
                facts = ExportObject(value)
                about = self._about(source, name=source.origin.resource)
                yield from describe(source, line, self._kinds.by_answer(key, facts), facts, about)
            elif key in BUCKET_KEYS:
                yield from self._element(source, line, {key: [value] if key == "Grants" else value})

    def _element(self, source: PostureSource, line: int, value: Any) -> Iterator[Fact]:
        if not isinstance(value, dict):
            source.skip(line, "not a JSON object")
            return
        if "Bucket" in value or any(key in value for key in BUCKET_KEYS):
            yield from self._of_bucket(source, line, value)
            return
        if "bindings" in value and source.origin.resource:
            value = {"name": source.origin.resource, "iamPolicy": value}
            yield from describe(
                source, line, self._kinds.by_name("gcp-storage"), ExportObject(value), self._about(source)
            )
            return
        facts = ExportObject(value)
        kind = self._of(facts)
        if kind is None:
            source.skip(line, "not a known kind of resource")
            return
        yield from describe(source, line, kind, facts, self._about(source))

    def _of_bucket(self, source: PostureSource, line: int, value: Mapping[str, Any]) -> Iterator[Fact]:
        name = source.origin.resource
        if not value.get("Bucket") and not name:
            if "PublicAccessBlockConfiguration" in value and source.origin.account:
                yield from describe(
                    source, line, self._kinds.by_name("aws-s3-account"), ExportObject(value), self._about(source)
                )
            else:
                source.skip(line, "no bucket name: pass --resource")
            return
        about = self._about(source, name=name)
        yield from describe(source, line, self._kinds.by_name("aws-s3"), ExportObject(value), about)

    def _of(self, facts: ExportObject) -> ResourceType | None:
        id_ = facts.text("id")
        if id_.lower().startswith("/subscriptions/"):
            return self._kinds.by_name(facts.text("type").lower()) or self._kinds.by_name(arm_type(id_))
        google = _GOOGLE_KINDS.get(facts.text("kind"))
        if google:
            return self._kinds.by_name(google)
        if facts.text("storageurl").startswith("gs://"):
            return self._kinds.by_name("gcp-storage")
        name = facts.text("name")
        found = next((kind for pattern, kind in _GOOGLE_NAMES if pattern.fullmatch(name)), None)
        if found:
            return self._kinds.by_name(found)
        marked = next((kind for mark, kind in _MARKS.items() if mark in facts), None)
        return self._kinds.by_name(marked) if marked else None

    def _about(
        self, source: PostureSource, *, account: str = "", region: str = "", name: str = ""
    ) -> DescriptionContext:
        origin = source.origin
        return DescriptionContext(
            self.meta.name, source.seen, origin.account or account, origin.region or region, name=name
        )
