"""Statements about a resource from the checks of other tools (``checks.toml``): one for pass, one for fail.

A check that neither passed nor failed (not collected, manual, muted before the run) gives no statement.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from importlib import resources

import msgspec

from tieback.model.resource import AtRest, Dependency, DependencyKind, Resource, ResourceKind, TriState
from tieback.posture.describe.aws_names import parse_arn
from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.describe.kinds import ResourceType, ResourceTypes


class CheckStatements(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Statements of one outcome."""

    at_rest: AtRest = AtRest.UNKNOWN
    in_transit: TriState = TriState.UNKNOWN
    authentication: TriState = TriState.UNKNOWN
    flag: TriState = TriState.UNKNOWN
    route: TriState = TriState.UNKNOWN
    port: TriState = TriState.UNKNOWN
    backups: TriState = TriState.UNKNOWN
    backups_encrypted: TriState = TriState.UNKNOWN
    backups_public: TriState = TriState.UNKNOWN
    logging: TriState = TriState.UNKNOWN


class ToolCheck(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"passed": "pass", "failed": "fail"}):
    """One check of one tool."""

    of: str
    service: str = ""
    """Service to use instead of that of the kind, if the tool has one kind for several services."""
    product: str = ""
    passed: CheckStatements = CheckStatements()
    failed: CheckStatements = CheckStatements()


_NO_CHECK = ToolCheck(of="")
_MEMBER = re.compile(r" at cluster ([A-Za-z0-9-]{1,63}) level\.?$")
_TELL_MEMBERS = frozenset({"rds_instance_deletion_protection", "rds_instance_multi_az"})
"""Checks of Prowler whose message names the cluster of an instance; CSV and ASFF contain it nowhere else."""


def membership(code: str, why: str, about: DescriptionContext) -> Dependency | None:
    """Membership of an instance in a cluster, if the message of a Prowler check states it."""
    found = _MEMBER.search(why[:2000]) if code in _TELL_MEMBERS else None
    arn = parse_arn(about.key)
    if found is None or arn is None or not arn.resource.startswith("db:"):
        return None
    whole = f"{about.key.removesuffix(arn.resource)}cluster:{found[1]}"
    return Dependency(about.key, DependencyKind.MEMBER, whole, about.account, source=about.source, seen=about.seen)


class ToolCheckTable:
    """The table, read at the first look-up."""

    def __init__(self, kinds: ResourceTypes | None = None) -> None:
        self.kinds = kinds or ResourceTypes()

    @cached_property
    def all(self) -> Mapping[str, Mapping[str, ToolCheck]]:
        """Checks by code, by tool."""
        raw = resources.files("tieback.posture").joinpath("checks.toml").read_bytes()
        return msgspec.toml.decode(raw, type=dict[str, dict[str, ToolCheck]])

    def known(self, tool: str, code: str) -> bool:
        """True if a tool's check concerns data stores."""
        return code in self.all[tool]

    def statement(
        self,
        tool: str,
        code: str,
        *,
        passed: bool,
        about: DescriptionContext,
        why: str = "",
        planned: bool = False,
        kind: ResourceType | None = None,
    ) -> Resource | None:
        """The statements of the check about the resource in ``about``; ``None`` if it is no data store.

        A check that says nothing about the outcome, or that is not in the table, still names the resource: otherwise
        only failures would be counted, and every share would be one of failures.

        Args:
            tool: name of the tool in ``checks.toml``.
            code: code of the check.
            passed: True if the check passed; not called for any other outcome.
            about: identification of the resource.
            why: message of the tool.
            planned: True if the resource is only in code and not deployed.
            kind: kind of the resource, if its name does not show it; by default the kind that the check is listed for.
        """
        if not about.key:
            return None
        check = self.all[tool].get(code, _NO_CHECK)
        says = check.passed if passed else check.failed
        kind = self.kinds.by_key(about.key) or kind or self.kinds.by_name(check.of)
        sort = kind.resource if kind is not None else None
        if kind is None or sort is None:
            return None
        arn = parse_arn(about.key)
        path = (why[:240],) if why and TriState.YES in (says.flag, says.port) else ()
        key, part = about.key, ""
        if kind.name == "azure-sql-database":
            key, _, part = about.key.lower().partition("/databases/")
        elif kind.provider == "azure" and not planned:
            key = about.key.lower()
        return Resource(
            key=key,
            provider=kind.provider,
            kind=ResourceKind(sort),
            account=about.account or (arn.account if arn else ""),
            region=about.region or (arn.region if arn else ""),
            service=check.service or kind.service,
            product=check.product or kind.product,
            name=about.name if not part else key.rpartition("/")[2],
            cloud=(f"s3:{key.rpartition(':::')[2]}",) if kind.name == "aws-s3" and arn else (),
            path=path,
            part=part.partition("/")[0],
            source=about.source,
            seen=about.seen,
            planned=planned,
            **msgspec.structs.asdict(says),
        )
