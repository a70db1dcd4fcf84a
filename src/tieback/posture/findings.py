"""Findings from both sides: facts that probes proved, together with facts of the account about the same store.

The rules are few and fixed: each needs a match of a resource and a store, or the lack of one. Their texts are in the
catalogue of rules, next to those about stores and apps.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256

from tieback.assess.rules import DEFAULT, FindingRule, load_rules
from tieback.model.count_text import count_text
from tieback.model.exposure import Finding, Severity
from tieback.model.posture import OwnedResource, UnclaimedStore
from tieback.model.resource import AtRest, TriState
from tieback.posture.join import describe_resource

MAX_EVIDENCE = 12
MOST_CLASSES = 6
OPEN = "posture-open-own-store"
FOREIGN = "posture-open-store-in-no-account"
CONTRADICTED = "posture-account-says-closed"


def owned_resource_findings(owned: OwnedResource) -> Iterator[Finding]:
    """Findings about a resource that responds to probes."""
    exposed = [store for store in owned.stores if store.exposed]
    if not exposed:
        return
    resource = owned.resource
    plain = resource.at_rest is AtRest.NONE
    personal = sorted({name for store in exposed for name in store.pii})
    devices = _devices(owned)
    parts = ["open to the Internet"]
    parts += ["unencrypted"] if plain else []
    more = f" and {len(personal) - MOST_CLASSES} more" if len(personal) > MOST_CLASSES else ""
    parts += [f"with personal data ({', '.join(personal[:MOST_CLASSES])}{more})"] if personal else []
    parts += [devices] if devices else []
    worst = max((store.severity for store in exposed), key=lambda one: one.rank)
    if personal and (plain or devices):
        worst = Severity.CRITICAL
    yield Finding(
        id=_id(OPEN, resource.key),
        rule=OPEN,
        title=f"Your own data store is {', '.join(parts)}",
        severity=worst,
        cwe=_rule(OPEN).cwe,
        exposures=tuple(store.id for store in exposed),
        apps=tuple(app.sha256 for app in owned.apps),
        evidence=_evidence(owned.says, *resource.path, *(f"reported by {one}" for one in resource.sources)),
        advice=_advice(owned),
        masvs=_rule(OPEN).masvs,
        references=_rule(OPEN).references,
    )
    if resource.public is TriState.NO:
        yield Finding(
            id=_id(CONTRADICTED, resource.key),
            rule=CONTRADICTED,
            title=_rule(CONTRADICTED).title,
            severity=worst,
            cwe=_rule(CONTRADICTED).cwe,
            exposures=tuple(store.id for store in exposed),
            apps=tuple(app.sha256 for app in owned.apps),
            evidence=_evidence(describe_resource(resource), *resource.path),
            advice="Look for what the export does not show: a proxy, a tunnel, a load balancer, or a change since "
            f"{resource.seen[:10] or 'the export'}. Export the account again and compare.",
            masvs=_rule(CONTRADICTED).masvs,
            references=_rule(CONTRADICTED).references,
        )


def unclaimed_store_findings(foreign: UnclaimedStore, *, accounts: int) -> Iterator[Finding]:
    """Findings about an open store that no account owns; empty if no account was imported."""
    if not accounts:
        return
    store = foreign.store
    yield Finding(
        id=_id(FOREIGN, store.id),
        rule=FOREIGN,
        title=_rule(FOREIGN).title,
        severity=_rule(FOREIGN).severity or store.severity,
        cwe=_rule(FOREIGN).cwe,
        exposures=(store.id,),
        apps=tuple(app.sha256 for app in foreign.apps),
        evidence=_evidence(foreign.says, *store.targets),
        advice=_rule(FOREIGN).advice[DEFAULT],
        masvs=_rule(FOREIGN).masvs,
        references=_rule(FOREIGN).references,
    )


@cache
def _rules() -> Mapping[str, FindingRule]:
    return load_rules()


def _rule(name: str) -> FindingRule:
    return _rules()[name]


def _evidence(*lines: str) -> tuple[str, ...]:
    """The first lines, and the number of the others."""
    more = count_text(len(lines) - MAX_EVIDENCE, "more line", "more lines")
    return (*lines[:MAX_EVIDENCE], f"and {more} of evidence") if len(lines) > MAX_EVIDENCE else lines


def _devices(owned: OwnedResource) -> str:
    by_app: dict[str, int] = {}
    for app in owned.apps:  # versions of one app share their devices
        if app.devices is not None:
            by_app[app.bundle_id or app.sha256] = max(by_app.get(app.bundle_id or app.sha256, 0), app.devices)
    total = sum(by_app.values())
    many = "up to " if len([one for one in by_app.values() if one]) > 1 else ""  # a device can have several of the apps
    return f"used by {many}{total:,} device{'' if total == 1 else 's'}" if total else ""


def _advice(owned: OwnedResource) -> str:
    resource = owned.resource
    steps = []
    if resource.path:
        steps.append(f"Close the public access: {resource.path[0]}")
    else:
        steps.append("Remove it from the Internet: no public address, no rule for 0.0.0.0/0")
    if resource.authentication is TriState.NO:
        steps.append("enable authentication")
    if resource.at_rest is AtRest.NONE:
        steps.append("replace it with an encrypted copy, because not every service can enable encryption at rest later")
    return "; ".join(steps) + ". Then scan again: the store must no longer respond."


def _id(rule: str, subject: str) -> str:
    return f"fnd-{sha256(f'{rule}\0{subject}'.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
