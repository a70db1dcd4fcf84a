"""What a run was authorised to do, what it did, and what it did not probe."""

from enum import StrEnum

import msgspec


class SkipReason(StrEnum):
    """Why a candidate was not probed."""

    DNS_NOT_ALLOWED = "dns_not_allowed"
    """The grant covers its name, but does not allow DNS, and has no address for it."""
    NOT_RESOLVED = "not_resolved"
    """DNS has no address for its name. In reports of earlier releases also: DNS failed, or did not answer."""
    DNS_FAILED = "dns_failed"
    """DNS failed, or did not answer: it is unknown whether its name has an address."""
    EXPIRED = "expired"
    """The grant expired during the run."""
    OVER_BUDGET = "over_budget"
    """The limits of the grant ended the probe before the service answered in a known protocol."""
    EXCLUDED = "excluded"
    """An exclusion of the grant or of a ``never.toml`` covers it."""
    RESOURCE = "resource"
    """A target covers its host, which many customers share, and does not list its project, bucket or account."""
    OUTSIDE = "outside"
    """No target of the grant covers it."""


class RunScope(msgspec.Struct, frozen=True):
    """What the grant allowed, and what the run did."""

    authorised_by: str
    contact: str
    not_after: str
    note: str
    targets_asked: int
    targets_out_of_scope: int | None
    """Number of targets, and of hosts without an address, that were not contacted: the sum of ``skipped`` without
    ``over_budget``. ``None`` if the audience must not see it."""
    bytes_sent: int
    bytes_read: int
    audit_log: str
    """Path of the audit log, or empty without a grant."""
    skipped: tuple[tuple[SkipReason, int], ...] = ()
    """Number of targets, and of hosts without an address, that were not probed, by reason.

    Empty if unknown, or if the audience must not see it.
    """

    @property
    def unprobed(self) -> dict[SkipReason, int]:
        """``skipped`` as a dictionary; reports of earlier releases know only the targets outside the grant."""
        outside = self.targets_out_of_scope or 0
        return dict(self.skipped) or ({SkipReason.OUTSIDE: outside} if outside else {})

    @property
    def candidates(self) -> int:
        """Number of candidates: probed and not probed. Targets over budget were contacted, so they count as asked."""
        reasons = self.unprobed
        return self.targets_asked + sum(reasons.values()) - reasons.get(SkipReason.OVER_BUDGET, 0)

    @property
    def probed(self) -> int:
        """Number of candidates that were probed."""
        return self.candidates - sum(self.unprobed.values())

    @property
    def reached(self) -> bool:
        """True if a candidate was probed; false if there was none, or if the grant let none be probed."""
        return self.probed > 0
