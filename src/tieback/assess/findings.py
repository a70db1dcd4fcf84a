"""Exposures and credentials become findings: rules as data (``rules.toml``), conditions as small functions here.

A finding names a rule, one store or one app, the evidence, and the next step for the product at hand.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from importlib import resources

import msgspec

from tieback.assess.ransom import RANSOMED
from tieback.model.backend import Route
from tieback.model.exposure import AppRoute, Exposure, Finding, Severity
from tieback.model.flow import Leak
from tieback.model.probe import Access, RansomVerdict
from tieback.model.sighting import Credential

MAX_EVIDENCE = 12


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of ``rules.toml``."""

    title: str
    cwe: str
    masvs: str
    """OWASP MASVS control."""
    advice: dict[str, str]
    """By product, ``default`` for the others; ``same_as`` names the rule whose advice holds where this one has none."""
    severity: Severity | None = None
    """As severe as the exposure where there is none."""
    severity_exposed: Severity | None = None
    """Instead of ``severity`` where the store shows records to a stranger."""


def load_rules() -> dict[str, Rule]:
    """Rule id to rule, in the order of the file.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.assess").joinpath("rules.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Rule])


def findings(
    exposures: Sequence[Exposure],
    credentials: Sequence[tuple[str, Credential]],
    leaks: Sequence[tuple[str, str, Leak]] = (),
) -> tuple[Finding, ...]:
    """Every rule that applies, worst first, then by rule and id.

    Args:
        exposures: each store once.
        credentials: SHA-256 of an app with a credential seen in it; the same one seen twice is one finding.
        leaks: app, endpoint and what went there in the clear; one finding an app and endpoint.
    """
    rules = load_rules()
    found = {finding.id: finding for exposure in exposures for finding in _of_exposure(exposure, rules)}
    for app, credential in sorted(credentials, key=repr):
        finding = _of_credential(app, credential, rules)
        known = found.get(finding.id)
        if known is not None:
            evidence = tuple(dict.fromkeys((*known.evidence, *finding.evidence)))[:MAX_EVIDENCE]
            finding = msgspec.structs.replace(known, evidence=evidence)
        found[finding.id] = finding
    for finding in _of_leaks(leaks, rules["cleartext-personal-data"]):
        found[finding.id] = finding
    return tuple(sorted(found.values(), key=lambda f: (-f.severity.rank, f.rule, f.id)))


def finding_id(rule: str, *subject: str) -> str:
    """Stable over runs: rule and subject alone."""
    return f"fnd-{sha256('\0'.join((rule, *subject)).encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _advice(rule: Rule, rules: Mapping[str, Rule], product: str) -> str:
    own = rule.advice.get(product) or rule.advice.get("default")
    if own is not None:
        return own
    return _advice(rules[rule.advice["same_as"]], rules, product)


def _of_exposure(exposure: Exposure, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    for rule_id, concerns in _CONDITIONS.items():
        evidence = concerns(exposure)
        if not evidence:
            continue
        rule = rules[rule_id]
        severity = rule.severity or exposure.severity
        if exposure.exposed and rule.severity_exposed is not None:
            severity = rule.severity_exposed
        ways = _behind_api(exposure) if rule_id == "unauthenticated-behind-api" else exposure.routes
        yield Finding(
            id=finding_id(rule_id, exposure.id),
            rule=rule_id,
            title=rule.title,
            severity=severity,
            cwe=rule.cwe,
            exposures=(exposure.id,),
            apps=tuple(sorted({way.app_sha256 for way in ways})),
            evidence=evidence[:MAX_EVIDENCE],
            advice=_advice(rule, rules, exposure.product),
        )


def _of_credential(app: str, credential: Credential, rules: Mapping[str, Rule]) -> Finding:
    rule = rules["credential-in-app"]
    place = credential.evidence
    offset = "" if place.offset is None else f" at {place.offset:#x}"
    endpoint = credential.endpoint or "an unknown endpoint"
    return Finding(
        id=finding_id("credential-in-app", app, credential.kind, credential.endpoint, credential.masked),
        rule="credential-in-app",
        title=rule.title,
        severity=rule.severity or Severity.HIGH,
        cwe=rule.cwe,
        exposures=(),
        apps=(app,),
        evidence=(f"{credential.kind} {credential.masked} for {endpoint}: {place.file}{offset}",),
        advice=_advice(rule, rules, ""),
    )


def _of_leaks(leaks: Sequence[tuple[str, str, Leak]], rule: Rule) -> Iterator[Finding]:
    groups: dict[tuple[str, str], dict[str, None]] = {}
    for app, endpoint, leak in leaks:
        line = f"{leak.pii_class} {leak.masked} in {leak.where}, {leak.direction}, to {endpoint}"
        groups.setdefault((app, endpoint), {}).setdefault(line)
    for (app, endpoint), lines in sorted(groups.items()):
        yield Finding(
            id=finding_id("cleartext-personal-data", app, endpoint),
            rule="cleartext-personal-data",
            title=rule.title,
            severity=rule.severity or Severity.HIGH,
            cwe=rule.cwe,
            exposures=(),
            apps=(app,),
            evidence=tuple(lines)[:MAX_EVIDENCE],
            advice=rule.advice["default"],
        )


def _proofs(exposure: Exposure) -> tuple[str, ...]:
    return exposure.proofs or (f"{exposure.product} at {', '.join(exposure.addresses)}: {exposure.access}",)


def _open(exposure: Exposure) -> tuple[str, ...]:
    return _proofs(exposure) if exposure.exposed else ()


def _open_empty(exposure: Exposure) -> tuple[str, ...]:
    return _proofs(exposure) if exposure.access is Access.OPEN_EMPTY else ()


def _ransomed(exposure: Exposure) -> tuple[str, ...]:
    verdict = exposure.ransom.verdict
    return exposure.ransom.reasons if verdict in RANSOMED and verdict is not RansomVerdict.WIPED else ()


def _wiped(exposure: Exposure) -> tuple[str, ...]:
    return exposure.ransom.reasons if exposure.ransom.verdict is RansomVerdict.WIPED else ()


def _cleartext(exposure: Exposure) -> tuple[str, ...]:
    return tuple(f"{address} answered without TLS" for address in exposure.addresses) if exposure.cleartext else ()


def _schema_only(exposure: Exposure) -> tuple[str, ...]:
    return _proofs(exposure) if exposure.access is Access.SCHEMA_ONLY else ()


def _behind_api(exposure: Exposure) -> tuple[AppRoute, ...]:
    """Ways of apps that name only a host in front of the store and never the store itself."""
    named = {way.app_sha256 for way in exposure.routes if way.candidate.route is Route.NAMED}
    return tuple(way for way in exposure.routes if way.candidate.route is Route.PIVOT and way.app_sha256 not in named)


def _open_behind_api(exposure: Exposure) -> tuple[str, ...]:
    if not exposure.exposed:
        return ()
    return tuple(dict.fromkeys(f"{way.endpoint}: {way.candidate.reason}" for way in _behind_api(exposure)))


_CONDITIONS: Mapping[str, Callable[[Exposure], tuple[str, ...]]] = {
    "open-store": _open,
    "open-store-empty": _open_empty,
    "store-ransomed": _ransomed,
    "store-wiped": _wiped,
    "cleartext-store": _cleartext,
    "schema-readable": _schema_only,
    "unauthenticated-behind-api": _open_behind_api,
}
"""Rule to its condition: the evidence where the rule applies, nothing where it does not."""
