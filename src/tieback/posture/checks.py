"""Statements about a resource from checks of other tools, by ``checks.toml``: one for pass, one for fail.

A check that neither passed nor failed (not collected, manual, muted before the run) makes no statement.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from importlib import resources

import msgspec

from tieback.model.resource import Answer, AtRest, Dependency, DependencyKind, Resource, ResourceKind
from tieback.posture.describe.aws_names import parse
from tieback.posture.describe.interface import About
from tieback.posture.describe.kinds import Kind, Kinds


class Says(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Statements of one outcome."""

    at_rest: AtRest = AtRest.UNKNOWN
    in_transit: Answer = Answer.UNKNOWN
    authentication: Answer = Answer.UNKNOWN
    flag: Answer = Answer.UNKNOWN
    route: Answer = Answer.UNKNOWN
    port: Answer = Answer.UNKNOWN
    backups: Answer = Answer.UNKNOWN
    backups_encrypted: Answer = Answer.UNKNOWN
    backups_public: Answer = Answer.UNKNOWN
    logging: Answer = Answer.UNKNOWN


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"passed": "pass", "failed": "fail"}):
    """One check of one tool."""

    of: str
    service: str = ""
    """Instead of the kind's, where the tool has one kind for several services."""
    product: str = ""
    passed: Says = Says()
    failed: Says = Says()


_MEMBER = re.compile(r" at cluster ([A-Za-z0-9-]{1,63}) level\.?$")
_TELL_MEMBERS = frozenset({"rds_instance_deletion_protection", "rds_instance_multi_az"})
"""Prowler checks whose message names the cluster of an instance; CSV and ASFF contain it nowhere else."""


def membership(code: str, why: str, about: About) -> Dependency | None:
    """Return the cluster membership of an instance if the message of a Prowler check contains it."""
    found = _MEMBER.search(why[:2000]) if code in _TELL_MEMBERS else None
    arn = parse(about.key)
    if found is None or arn is None or not arn.resource.startswith("db:"):
        return None
    whole = f"{about.key.removesuffix(arn.resource)}cluster:{found[1]}"
    return Dependency(about.key, DependencyKind.MEMBER, whole, about.account, source=about.source, seen=about.seen)


class Checks:
    """The check table, loaded on first use."""

    def __init__(self, kinds: Kinds | None = None) -> None:
        self.kinds = kinds or Kinds()

    @cached_property
    def all(self) -> Mapping[str, Mapping[str, Check]]:
        """Checks by tool and code."""
        raw = resources.files("tieback.posture").joinpath("checks.toml").read_bytes()
        return msgspec.toml.decode(raw, type=dict[str, dict[str, Check]])

    def known(self, tool: str, code: str) -> bool:
        """True if the check of a tool makes statements about data stores."""
        return code in self.all[tool]

    def statement(
        self,
        tool: str,
        code: str,
        *,
        passed: bool,
        about: About,
        why: str = "",
        planned: bool = False,
        kind: Kind | None = None,
    ) -> Resource | None:
        """Return the statement of a check about the resource in ``about``; ``None`` if it makes none.

        Args:
            tool: name of the tool in ``checks.toml``.
            code: code of the check.
            passed: True if it passed; other outcomes are not passed to this method.
            about: names the resource.
            why: message of the tool.
            planned: True if the resource exists only in code.
            kind: kind of the resource if its name does not show it; default: the kind listed for the check.
        """
        check = self.all[tool].get(code)
        if check is None or not about.key:
            return None
        says = check.passed if passed else check.failed
        if says == Says():
            return None
        kind = self.kinds.of_key(about.key) or kind or self.kinds.named(check.of)
        sort = kind.resource if kind is not None else None
        if kind is None or sort is None:
            return None
        arn = parse(about.key)
        path = (why[:240],) if why and Answer.YES in (says.flag, says.port) else ()
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
