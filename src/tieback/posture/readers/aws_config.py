"""AWS Config: delivered snapshots and histories, and results of its advanced queries.

Format: https://docs.aws.amazon.com/config/latest/developerguide/example-s3-snapshot.html and config-item-table.html;
queries: https://docs.aws.amazon.com/cli/latest/reference/configservice/select-resource-config.html. A resource that
Config could not record is an item without a configuration and gives no facts.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from tieback.intake.reports.interface import parse_time
from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.describe.kinds import ResourceTypes
from tieback.posture.facts import ExportObject
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import count_record, describe
from tieback.posture.source import PostureSource
from tieback.posture.text import parse_json

KNOWN_VERSION = "1.0"
_GONE = frozenset({"ResourceDeleted", "ResourceDeletedNotRecorded", "ResourceNotRecorded"})


class _Item(msgspec.Struct, frozen=True, rename="camel"):
    resource_type: str
    resource_id: str = ""
    resource_name: str | None = ""
    arn_upper: str | None = msgspec.field(default="", name="ARN")
    arn: str | None = ""
    aws_account_id: str = ""
    account_id: str = ""
    aws_region: str = ""
    configuration_item_capture_time: str = ""
    configuration_item_status: str = ""
    configuration: Any = None
    supplementary_configuration: dict[str, Any] | None = None


class AwsConfig:
    """Reads snapshots of AWS Config."""

    meta = PostureMeta(
        "aws-config",
        "AWS Config (snapshot, history or query)",
        "https://docs.aws.amazon.com/config/latest/developerguide/example-s3-snapshot.html",
    )

    def __init__(self) -> None:
        self._kinds = ResourceTypes()

    def recognises(self, head: bytes) -> bool:
        """True for a list of configuration items, or for results of a query with resource types."""
        if b'"configurationItems"' in head or b'"configurationItemStatus"' in head:
            return True
        return b'"Results"' in head and b'resourceType\\"' in head

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each item."""
        for key, line, value in source.members():
            if key == "fileVersion" and str(value) != KNOWN_VERSION:
                source.skip(line, f"unsupported snapshot version {str(value)[:20]} (supported: {KNOWN_VERSION})")
            if key not in {"", "configurationItems", "Results"}:
                continue
            try:
                item = msgspec.convert(parse_json(value), _Item, strict=False)
            except msgspec.ValidationError as error:
                source.skip(line, str(error))
                continue
            if item.configuration_item_status not in _GONE:
                yield from count_record(source, self._of(source, line, item))

    def _of(self, source: PostureSource, line: int, item: _Item) -> Iterator[Fact]:
        kind = self._kinds.by_name(item.resource_type)
        if kind is None:
            return
        configuration = parse_json(item.configuration)
        if not isinstance(configuration, dict):
            source.note_missing(f"{item.resource_type} without configuration")
            return
        more = {name: parse_json(value) for name, value in (item.supplementary_configuration or {}).items()}
        about = DescriptionContext(
            source=self.meta.name,
            seen=parse_time(item.configuration_item_capture_time) or source.seen,
            account=item.aws_account_id or item.account_id or source.origin.account,
            region=item.aws_region or source.origin.region,
            key=item.arn_upper or item.arn or "",
            name=item.resource_name or item.resource_id,
        )
        yield from describe(source, line, kind, ExportObject({**configuration, **more}), about)
