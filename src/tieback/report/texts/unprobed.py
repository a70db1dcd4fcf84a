"""What was not probed or not decided: how many, why, and the first names."""

from collections.abc import Iterable, Mapping
from itertools import chain

from tieback.model.count_text import count_text
from tieback.model.endpoint import Endpoint
from tieback.model.probe import Outcome, TargetVerdict
from tieback.model.report.document import Report
from tieback.model.report.scope import RunScope, SkipReason
from tieback.report.texts.clean import clean

SKIPPED_WORDS = {
    SkipReason.DNS_NOT_ALLOWED: "DNS is not allowed by this grant. Add dns = true.",
    SkipReason.NOT_RESOLVED: "DNS has no address for the name.",
    SkipReason.DNS_FAILED: "DNS failed or did not answer for the name. Check the DNS servers of this machine.",
    SkipReason.EXPIRED: "the grant expired during the run.",
    SkipReason.EXCLUDED: "the grant or a never.toml excludes them.",
    SkipReason.RESOURCE: "many customers share their host. Add those whose owners permit it to `resources`.",
    SkipReason.OUTSIDE: "no target of this grant covers their host and port.",
    SkipReason.OVER_BUDGET: "the limits of the grant ended the probe. Raise [limits].",
}

_NOT_PROBED = frozenset({Outcome.OUT_OF_SCOPE, Outcome.BUDGET_SPENT})


def skipped_text(scope: RunScope, *, exposed: bool) -> str:
    """How many candidates were not probed, and why; empty if all were.

    If there are exposed stores, candidates outside the grant are only in the scope lines.
    """
    reasons = scope.unprobed
    if exposed:
        reasons.pop(SkipReason.OUTSIDE, None)
    if not reasons:
        return ""
    total = count_text(scope.candidates, "candidate")
    count = sum(reasons.values())
    if scope.probed:
        return f"{count:,} of {total} {'was' if count == 1 else 'were'} not probed: {_reasons_text(reasons)}"
    return f"0 of {total} {'was' if total == '1 candidate' else 'were'} probed: {_reasons_text(reasons)}"


def _reasons_text(reasons: Mapping[SkipReason, int]) -> str:
    """The reasons as sentences, each with its count if there are several."""
    several = len(reasons) > 1
    return " ".join(
        (f"{count:,} because " if several else "") + SKIPPED_WORDS[reason] for reason, count in reasons.items()
    )


def unprobed_text(report: Report) -> str:
    """How many candidates were not probed, and all reasons; empty if all were probed. Without a grant: none was."""
    return scope_unprobed_text(report.scope, report.backends_named)


def scope_unprobed_text(scope: RunScope | None, ends: int, advice: str = "Add --grant FILE.") -> str:
    """As ``unprobed_text``, for the scope of a run, its number of back ends, and what to do without a grant."""
    if scope is None:
        return f"{count_text(ends, 'back end')} not probed: there is no grant. {advice}" if ends else ""
    reasons = scope.unprobed
    if not reasons:
        return ""
    total = count_text(scope.candidates, "candidate")
    return f"{sum(reasons.values()):,} of {total} not probed: {_reasons_text(reasons)}"


MOST_NAMED = 5
"""Limit on the candidates, stores, apps or hosts that the reason of an exit code names."""


def unprobed_names(report: Report) -> str:
    """The first candidates that were not probed, and the number of the others; empty if there are none."""
    if report.scope is None:
        return some_names((_backend_name(one.endpoint) for one in report.backends.rows()), report.backends_named)
    targets = (one.target for one in report.probes.rows() if one.outcome in _NOT_PROBED)
    hosts = (_backend_name(one.endpoint) for one in report.backends.rows() if not one.addresses)
    return some_names(chain(targets, hosts), sum(report.scope.unprobed.values()))


def _backend_name(endpoint: Endpoint) -> str:
    """The host, or the resource itself if many customers share the host: as ``backends_named`` counts them."""
    host, value = endpoint.host, endpoint.value
    return host if host and ("://" in value or value.startswith((host, f"[{host}"))) else value


def undecided_names(report: Report) -> str:
    """The first stores that are not decided, and the number of the others; empty if there are none."""
    stores = (store for store in report.exposures() if store.undecided and not store.honeypot)
    return some_names(
        (store.targets[0] if store.targets else store.id for store in stores), report.headline.undecided or 0
    )


def no_verdict_text(report: Report) -> str:
    """How many probed targets gave no verdict, with the first names; empty if all did.

    Those whose probe the limits of the grant ended count as not probed.
    """
    count, names = 0, list[str]()
    for one in report.probes.rows():
        if one.verdict is TargetVerdict.NONE and one.outcome not in _NOT_PROBED:
            count += 1
            names += [one.target] if len(names) < MOST_NAMED else []
    if not count:
        return ""
    return (
        f"{count_text(count, 'target')} without a verdict: no answer, or not to the end. Not counted as closed. "
        f"Not decided: {some_names(names, count)}"
    )


def some_names(names: Iterable[str], count: int) -> str:
    """The first different names and the number of the others, of ``count`` in all."""
    shown: dict[str, None] = {}
    for name in names:
        shown[clean(name, 600)] = None
        if len(shown) == MOST_NAMED:
            break
    text = ", ".join(shown)
    return f"{text} and {count - len(shown):,} more" if shown and count > len(shown) else text
