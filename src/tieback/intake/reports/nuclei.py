"""nuclei: results, one JSON object per line, as written by ``nuclei -jsonl`` (``-json-export``: an array).

Fields: https://docs.projectdiscovery.io/tools/nuclei/running. Requests, responses and extracted values are not kept.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.reports.interface import (
    Fact,
    ReportImporterMeta,
    one_line,
    parse_address,
    parse_time,
    port_number,
    split_url,
)
from tieback.intake.reports.products import Products
from tieback.intake.reports.source import ReportSource
from tieback.model.passive import PassiveService
from tieback.model.probe import Access

_OPEN = frozenset({"unauth", "unauthenticated", "exposure", "exposed"})
"""Words in the name or tags of templates that check for stores without a login."""


class _Info(msgspec.Struct, frozen=True):
    name: str = ""
    tags: tuple[str, ...] | str | None = ()
    severity: str = ""


class _Result(msgspec.Struct, frozen=True):
    template: str = msgspec.field(name="template-id")
    host: str = ""
    matched_at: str = msgspec.field(name="matched-at", default="")
    ip: str = ""
    port: str | int = ""
    timestamp: str = ""
    info: _Info = _Info()


class Nuclei:
    """Importer of nuclei results."""

    meta = ReportImporterMeta("nuclei", "nuclei", "JSON", "https://docs.projectdiscovery.io/tools/nuclei/running")

    def __init__(self) -> None:
        self._products = Products()

    def recognises(self, head: bytes) -> bool:
        """True if the file has a template and the place where it matched."""
        return b'"template-id"' in head and (b'"matched-at"' in head or b'"matcher-status"' in head)

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one service per result."""
        for line, result in source.records(_Result):
            literal, name, port, url = split_url(result.matched_at or result.host)
            port = port or port_number(result.port)
            where = parse_address(result.ip) or literal
            if port is None or not (where or name):
                source.skip(line, "no host or port")
                continue
            tags = result.info.tags or ()
            words = [*(tags.split(",") if isinstance(tags, str) else tags), *result.template.lower().split("-")]
            service = self._products.service(*words)
            severe = result.info.severity.lower() in {"medium", "high", "critical"}
            opened = severe and not _OPEN.isdisjoint(word.strip().lower() for word in words)
            yield PassiveService(
                source=self.meta.name,
                seen=parse_time(result.timestamp),
                address=where,
                port=port,
                names=(name,) if name else (),
                service=service,
                product=one_line(service),
                claims=Access.PARTIAL if opened and service else Access.UNKNOWN,
                resource=url,
                note=one_line(f"template {result.template}: {result.info.name}", 160),
            )
