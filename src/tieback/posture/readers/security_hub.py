"""AWS Security Hub: findings in ASFF, as written by ``aws securityhub get-findings`` and Prowler's ``json-asff``.

Format: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html. ``Details``
describe a resource; ``Compliance.Status`` is the result, and ``NOT_AVAILABLE`` and ``WARNING`` are not results.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from tieback.intake.reports.interface import moment
from tieback.posture.checks import Checks, membership
from tieback.posture.describe.interface import About
from tieback.posture.facts import Facts
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import Told, described
from tieback.posture.source import PostureSource

SCHEMA = "2018-10-08"
_CONTROL = re.compile(r"(?:^|/)([A-Za-z0-9]{2,20}\.\d{1,3})$")
_PROWLER = "prowler-"


class _Resource(msgspec.Struct, frozen=True, rename="pascal"):
    type: str
    id: str
    region: str = ""
    details: dict[str, Any] = {}


class _Compliance(msgspec.Struct, frozen=True, rename="pascal"):
    status: str = ""
    security_control_id: str = ""


class _Finding(msgspec.Struct, frozen=True, rename="pascal"):
    schema_version: str
    aws_account_id: str
    generator_id: str = ""
    region: str = ""
    title: str = ""
    description: str = ""
    updated_at: str = ""
    record_state: str = "ACTIVE"
    compliance: _Compliance | None = None
    resources: tuple[_Resource, ...] = ()


class SecurityHub:
    """Reads findings in ASFF."""

    meta = PostureMeta(
        "security-hub",
        "AWS Security Hub (ASFF)",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html",
    )

    def __init__(self) -> None:
        self._checks = Checks()

    def recognises(self, head: bytes) -> bool:
        """A finding with its schema's version, product and account."""
        return b'"SchemaVersion"' in head and b'"ProductArn"' in head and b'"AwsAccountId"' in head

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The description of each resource, and the statement of each control."""
        told = Told()
        for key, line, value in source.members():
            if key not in {"", "Findings"}:
                continue
            try:
                finding = msgspec.convert(value, _Finding, strict=False)
            except msgspec.ValidationError as error:
                source.skip(line, str(error))
                continue
            if finding.schema_version != SCHEMA:
                source.skip(line, f"unsupported ASFF version {finding.schema_version[:20]} (supported: {SCHEMA})")
            elif finding.record_state != "ARCHIVED":
                for resource in finding.resources:
                    yield from self._of(source, line, finding, resource, told)

    def _of(
        self, source: PostureSource, line: int, finding: _Finding, resource: _Resource, told: Told
    ) -> Iterator[Fact]:
        about = About(
            source=self.meta.name,
            seen=moment(finding.updated_at) or source.seen,
            account=finding.aws_account_id,
            region=resource.region or finding.region,
            key=resource.id,
        )
        for name, details in resource.details.items():
            kind = self._checks.kinds.named(name)
            # The same resource comes with each of its controls, described anew each time.
            if kind is not None and isinstance(details, dict) and told.new(f"{name} {resource.id} {about.seen}"):
                yield from described(source, line, kind, Facts(details), about)
        tool, code = _code(finding)
        status = finding.compliance.status.upper() if finding.compliance else ""
        member = membership(code, finding.description, about) if tool == "prowler" else None
        if member is not None:
            yield member
        if not code or not self._checks.known(tool, code):
            return
        if status in {"PASSED", "FAILED"}:
            said = self._checks.statement(tool, code, passed=status == "PASSED", about=about, why=finding.title)
            if said is not None:
                yield said
        else:
            source.missed(f"{code}: {status.lower() or 'no status'}")


def _code(finding: _Finding) -> tuple[str, str]:
    """Tool and code of the control behind a finding."""
    if finding.generator_id.startswith(_PROWLER):
        return "prowler", finding.generator_id.removeprefix(_PROWLER)
    if finding.compliance is not None and finding.compliance.security_control_id:
        return "security-hub", finding.compliance.security_control_id
    found = _CONTROL.search(finding.generator_id)
    return "security-hub", found[1] if found else ""
