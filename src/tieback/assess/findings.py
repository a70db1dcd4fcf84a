"""Turns exposures, credentials and policies into findings, by the rules (``rules.toml``) and their ``load_conditions``.

A finding names a rule, one store or one app, the evidence, and the advice for the product. Its id is stable across runs
and app releases: it is derived from the rule and its subject, and the subject of an app is its bundle identifier.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

import msgspec
from msgspec.structs import replace

from tieback.assess.conditions import load_conditions, routes_behind_api
from tieback.assess.rules import FindingRule, advice_for, load_rules
from tieback.model.app import App, Platform
from tieback.model.cleartext import EVERY_HOST, CleartextPolicy, Limit
from tieback.model.endpoint import Party
from tieback.model.exposure import Exposure, Finding, Severity
from tieback.model.flow import Leak
from tieback.model.method_names import readable_member
from tieback.model.report.captures import Recipient
from tieback.model.sighting import Credential, CredentialGrade
from tieback.pii.kinds import regulation_tags
from tieback.pii.taxonomy import load_taxonomy
from tieback.recognise.makers.words import names_no_app

MAX_EVIDENCE = 12
SPECIAL_CONFIDENCE = 0.8
"""Least confidence of a class that gives a finding about special categories."""
_PASSWORDS = frozenset(("password_in_connection_string", "planetscale_password", "database_password"))
_BY_GRADE = {
    CredentialGrade.SUPERUSER: "superuser-key-in-app",
    CredentialGrade.PRIVATE_KEY: "private-key-in-app",
    CredentialGrade.WRITE_ONLY: "webhook-in-app",
    CredentialGrade.CLIENT_SECRET: "client-secret-in-app",
    CredentialGrade.LIMITED: "limited-key-in-app",
    CredentialGrade.UNKNOWN: "unknown-key-in-app",
}
_AI = "ai-key-in-app"
"""Rule of keys whose use the owner pays for; its titles name their kinds."""
_OF_STORES = ("azure_sas", "algolia_", "elastic_", "supabase_")
"""Beginnings of the kinds of credentials that give access to a data store."""
_OF_SERVER = "_of_server"
"""Behind the kind of a credential whose server is known, among the titles of a rule."""
_OF_ANY = frozenset(("password_value", "service_password", "http_auth_password"))
"""Kinds of passwords of which also a server beside them does not tell that it is a data store."""
_IN_APP = "-in-app"
_FORMER = {
    "database_password": (
        ("unknown-key-in-app", "named_password"),
        ("service-credential-in-app", "password_value"),
        ("credential-in-app", "service_password"),
        ("service-credential-in-app", "http_auth_password"),
    ),
    "service_password": (("credential-in-app", "service_password"),),
    "query_key": (("unknown-key-in-app", "query_key"),),
}
"""Rules and kinds of earlier releases, which did not know the server of a password or key, or what is a data store."""
_ABOUT_NAMES = frozenset(("dangling-name", "retired-back-end"))
"""Rules whose findings are about a name, whichever apps have it."""
_REPORTS = "reports"
"""Key of title, severity and advice for a host to which only a library sent its reports."""
_WEB = ("http://", "https://", "ws://", "wss://", "ftp://")


class SharedSecret(msgspec.Struct, frozen=True):
    """A credential that a third party received and at least one other party, too. Contains no value."""

    host: str
    """Of the third party."""
    owner: str
    place: str
    """Class and place, such as ``password in json:$.pw``."""
    others: tuple[str, ...]
    """Hosts of the other parties, sorted."""


def apply_rules(
    exposures: Sequence[Exposure],
    credentials: Sequence[tuple[str, Credential]],
    leaks: Sequence[tuple[str, str, Leak]] = (),
    policies: Sequence[tuple[str, CleartextPolicy]] = (),
    dangling: Sequence[tuple[str, str, str]] = (),
    subjects: Mapping[str, str] | None = None,
    retired: Sequence[tuple[str, str, str]] = (),
    recipients: Sequence[Recipient] = (),
    shared: Sequence[tuple[str, SharedSecret]] = (),
    reports: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Return a finding for every rule that applies, worst first, then by people at our own domains, rule and id.

    Args:
        exposures: each store once.
        credentials: SHA-256 of an app with a credential found in it. A credential found twice gives one finding; a
            public one gives none.
        leaks: app, endpoint and what crossed the network in cleartext; one finding per app and endpoint.
        policies: app and its declared policy for cleartext and trusted authorities; one finding per app.
        dangling: host that does not exist, the app that names it, and the evidence; one finding per host.
        subjects: ``app_subject`` each app, by its SHA-256; versions of one app share a finding.
        retired: cloud resource of a service that ended, the app that names it, and the evidence; one finding per
            resource.
        recipients: who received what; special categories of data at third parties give a finding per app and owner.
        shared: app, and a credential that a third party received besides another party; one finding per app and host.
        reports: names of ``retired`` to which only a library sent its reports; no data of the app is concerned.
    """
    rules = load_rules()
    names = subjects or {}
    found: dict[str, Finding] = {}
    for finding in (
        *_of_stores(exposures, rules),
        *_of_credentials(credentials, rules, names),
        *_of_leaks(leaks, rules, names),
        *_of_recipients(recipients, rules, names),
        *_of_shared(shared, rules, names),
        *_of_policies(policies, rules, names),
        *_of_names("dangling-name", dangling, rules),
        *_of_names("retired-back-end", retired, rules, reports),
    ):
        known = found.get(finding.id)
        found[finding.id] = finding if known is None else _joined(known, finding)
    return tuple(sorted((_with_shared(finding, names) for finding in found.values()), key=lambda f: f.order))


def finding_id(rule: str, *subject: str) -> str:
    """Return the finding id; it depends only on rule and subject and is stable across runs."""
    return f"fnd-{sha256('\0'.join((rule, *subject)).encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def former_ids(finding: Finding, identifiers: Iterable[str]) -> frozenset[str]:
    """The ids that earlier releases gave a finding of these bundle identifiers.

    If an app was also in a capture, they took its platform from there, where it is often unknown. The other parts of
    the subject are in the evidence; findings of which they are not have no former id here. A credential with an
    endpoint can have been one without.
    """
    rests = [rest for line in finding.evidence if (rest := _rest_of(finding.rule, line)) is not None]
    known = [one for one in identifiers if one]
    names = [f"{Platform.UNKNOWN}:{one}" for one in known]
    found = {finding_id(finding.rule, name, *rest) for name in names for rest in rests}
    # Earlier releases did not know the endpoint of a password whose host is beside it.
    parts = [rest for rest in rests if len(rest) == _PARTS]
    earlier = {(finding.rule, kind, "", masked) for kind, endpoint, masked in parts if endpoint}
    for kind, endpoint, masked in parts:
        earlier.update((rule, was, of, masked) for rule, was in _FORMER.get(kind, ()) for of in {endpoint, ""})
    names += [f"{platform}:{one}" for platform in Platform for one in known] + list(finding.apps)
    return frozenset(found | {finding_id(rule, name, *rest) for name in names for rule, *rest in earlier})


def former_lines(rule: str, line: str) -> Iterator[tuple[str, str]]:
    """Rules and lines of evidence that earlier releases had for a line of evidence of a credential."""
    found = _CREDENTIAL_LINE.match(line) if rule.endswith(_IN_APP) else None
    if found is not None:
        for former, kind in _FORMER.get(found["kind"], ()):
            yield former, f"{kind}{line.removeprefix(found['kind'])}"


def _rest_of(rule: str, line: str) -> tuple[str, ...] | None:
    """The parts of the subject besides the app, from a line of evidence."""
    if rule in _POLICY_RULES:
        return ()
    if rule in _LEAK_RULES:
        return (line.rpartition(" ")[2],)
    found = _CREDENTIAL_LINE.match(line)
    if found is None:
        return None
    return (found["kind"], found["endpoint"] or "", found["masked"])


def with_references(found: Iterable[Finding]) -> Iterator[Finding]:
    """The findings with the references of their rules; those of an older version have none of their own."""
    rules = load_rules()
    for finding in found:
        rule = None if finding.references else rules.get(finding.rule)
        yield finding if rule is None else replace(finding, references=rule.references)


def app_subject(app: App | None, key: str) -> str:
    """Return what stays the same across releases: platform and bundle identifier, or else the content hash."""
    return f"{app.platform}:{app.bundle_id}" if app is not None and app.bundle_id else key


def _with_shared(finding: Finding, names: Mapping[str, str]) -> Finding:
    """The finding with the identifier of its app, if it is that of a template. Names of hosts are about no app."""
    subjects = {names.get(app, "") for app in finding.apps}
    if finding.exposures or finding.rule in _ABOUT_NAMES or len(subjects) != 1:
        return finding
    identifier = subjects.pop().partition(":")[2]
    return replace(finding, shared_identifier=identifier) if identifier and names_no_app(identifier) else finding


def _joined(one: Finding, other: Finding) -> Finding:
    evidence = tuple(dict.fromkeys((*one.evidence, *other.evidence)))[:MAX_EVIDENCE]
    return replace(one, evidence=evidence, apps=tuple(sorted({*one.apps, *other.apps})))


def _finding(
    rules: Mapping[str, FindingRule],
    name: str,
    subject: Sequence[str],
    evidence: Iterable[str],
    *,
    apps: Iterable[str],
    product: str = "",
    kind: str = "",
) -> Finding:
    rule = rules[name]
    advice, source = advice_for(rule, rules, product)
    return Finding(
        id=finding_id(name, *subject),
        rule=name,
        title=rule.titles.get(kind, rule.title),
        severity=rule.severities.get(kind, rule.severity or Severity.HIGH),
        cwe=rule.cwe,
        exposures=(),
        apps=tuple(sorted(set(apps))),
        evidence=tuple(dict.fromkeys(evidence))[:MAX_EVIDENCE],
        advice=advice,
        masvs=rule.masvs,
        cvss=rule.cvss,
        source=source,
        references=rule.references,
    )


def _of_stores(exposures: Sequence[Exposure], rules: Mapping[str, FindingRule]) -> Iterator[Finding]:
    checks = load_conditions()
    for exposure in exposures:
        for name, concerns in checks.items():
            evidence = concerns(exposure)
            if not evidence:
                continue
            ways = routes_behind_api(exposure) if name == "unauthenticated-behind-api" else exposure.routes
            apps = {way.app_sha256 for way in ways}
            kind = exposure.entry.value if name == "open-to-any-user" else ""
            found = _finding(rules, name, (exposure.id,), evidence, apps=apps, product=exposure.product, kind=kind)
            severity = _severity(rules[name], exposure)
            yield replace(found, exposures=(exposure.id,), severity=severity, own_people=exposure.own_count)


def _severity(rule: FindingRule, exposure: Exposure) -> Severity:
    if exposure.exposed and rule.severity_exposed is not None:
        return rule.severity_exposed
    return rule.severity or exposure.severity


def _of_credentials(
    credentials: Sequence[tuple[str, Credential]], rules: Mapping[str, FindingRule], names: Mapping[str, str]
) -> Iterator[Finding]:
    for app, credential in sorted(credentials, key=repr):
        if credential.grade is CredentialGrade.PUBLIC:
            continue
        name = _rule_of(credential, rules)
        place = credential.evidence
        offset = "" if place.offset is None else f" at {place.offset:#x}"
        of = f" for {credential.endpoint}" if credential.endpoint else ""
        by = f", found by your rule {place.user_rule}" if place.user_rule else ""
        within = f", in {member}" if (member := readable_member(place.context)) else ""
        where = f"{place.file}{offset}{within}{by}"
        yield _finding(
            rules,
            name,
            (names.get(app, app), credential.kind, credential.endpoint, credential.masked),
            (f"{credential.kind} ({credential.grade}) {credential.masked}{of}: {where}",),
            apps=(app,),
            product=credential.kind if name == _AI else "",
            kind=f"{credential.kind}{_OF_SERVER}" if _is_of_server(credential, rules[name]) else credential.kind,
        )


def _is_of_server(credential: Credential, rule: FindingRule) -> bool:
    """True if the server of a credential is known, and the rule has a title for that."""
    return bool(credential.endpoint) and f"{credential.kind}{_OF_SERVER}" in rule.titles


def _rule_of(credential: Credential, rules: Mapping[str, FindingRule]) -> str:
    if credential.kind in _PASSWORDS:
        return "database-password-in-app"
    if credential.kind in rules[_AI].titles:
        return _AI
    if credential.grade in _BY_GRADE:
        return _BY_GRADE[credential.grade]
    endpoint = credential.endpoint
    if credential.kind in _OF_ANY:
        return "service-credential-in-app"
    store = credential.kind.startswith(_OF_STORES) or (endpoint != "" and not endpoint.startswith(_WEB))
    return "credential-in-app" if store else "service-credential-in-app"


_CREDENTIAL_LINE = re.compile(
    r"(?P<kind>\S+) \(\w+\) (?P<masked>.+? \(\d+\))(?: for (?:an unknown endpoint|(?P<endpoint>\S+)))?: "
)
"""Earlier releases wrote a credential without an endpoint as one for an unknown endpoint."""
_PARTS = 3
"""Parts of the subject of a credential besides the app: kind, endpoint and masked value."""
_POLICY_RULES = frozenset(("cleartext-allowed", "user-authorities-trusted"))
_ADDRESS = "ip_address"
_LEAK_RULES = ("device-address-in-cleartext", "tracking-cookie-in-cleartext", "cleartext-personal-data")
"""By the most sensitive leak of an app and endpoint, the least first."""


def _grade(leak: Leak) -> int:
    """Position in ``_LEAK_RULES``: every packet has an address, and a tracking cookie identifies a browser."""
    if leak.pii_class == _ADDRESS:
        return 0
    cookie = leak.pii_class == "device_id" and leak.where in {"header:cookie", "header:set-cookie"}
    return 1 if cookie else 2


def _of_leaks(
    leaks: Sequence[tuple[str, str, Leak]], rules: Mapping[str, FindingRule], names: Mapping[str, str]
) -> Iterator[Finding]:
    groups: dict[tuple[str, str, str], dict[str, None]] = {}
    grades: dict[tuple[str, str], int] = {}
    directions: dict[tuple[str, str, str], set[str]] = {}
    for app, endpoint, leak in leaks:
        grades[app, endpoint] = max(grades.get((app, endpoint), 0), _grade(leak))
    for app, endpoint, leak in _each_class_first(leaks):
        rule = _LEAK_RULES[grades[app, endpoint]]
        side = "from" if leak.direction == "in" else "to"
        line = f"{leak.pii_class} {leak.masked} in {leak.where}, {leak.direction}, {side} {endpoint}"
        groups.setdefault((app, endpoint, rule), {}).setdefault(line)
        # Versions of one app share a finding, and so its title.
        directions.setdefault((names.get(app, app), endpoint, rule), set()).add(leak.direction)
    for (app, endpoint, rule), lines in sorted(groups.items()):
        subject = names.get(app, app)
        found = directions[subject, endpoint, rule]
        kind = "both" if len(found) > 1 else "received" if "in" in found else "sent"
        yield _finding(rules, rule, (subject, endpoint), lines, apps=(app,), kind=kind)


def _each_class_first(leaks: Sequence[tuple[str, str, Leak]]) -> list[tuple[str, str, Leak]]:
    """The leaks with the first of each class before the others, and addresses after the other classes.

    A finding has at most ``MAX_EVIDENCE`` lines, and a table shows fewer.
    """
    first: list[tuple[str, str, Leak]] = []
    others: list[tuple[str, str, Leak]] = []
    known: set[tuple[str, str, str]] = set()
    for one in leaks:
        key = (one[0], one[1], one[2].pii_class)
        (others if key in known else first).append(one)
        known.add(key)
    return sorted(first, key=lambda one: one[2].pii_class == _ADDRESS) + others


def _of_recipients(
    recipients: Sequence[Recipient], rules: Mapping[str, FindingRule], names: Mapping[str, str]
) -> Iterator[Finding]:
    groups: dict[tuple[str, str], dict[str, None]] = {}
    for one in recipients:
        if one.party is Party.THIRD and one.confidence >= SPECIAL_CONFIDENCE and is_special(one.pii_class, one.kind):
            line = f"{one.pii_class} {one.kind}".rstrip() + f" in {one.where[0]}, to {one.host}"
            groups.setdefault((one.app_sha256, one.owner), {}).setdefault(line)
    for (app, owner), lines in sorted(groups.items()):
        subject = (names.get(app, app), owner)
        yield _finding(rules, "special-category-to-third-party", subject, lines, apps=(app,))


def is_special(pii_class: str, kind: str) -> bool:
    """True if a class, or its kind, is a special category of Art. 9 or 10 GDPR."""
    return pii_class in load_taxonomy() and regulation_tags(pii_class, kind).special


def _of_shared(
    shared: Sequence[tuple[str, SharedSecret]], rules: Mapping[str, FindingRule], names: Mapping[str, str]
) -> Iterator[Finding]:
    groups: dict[tuple[str, str], dict[str, None]] = {}
    for app, one in shared:
        line = f"{one.place}, to {one.host} ({one.owner}); the same value went to {', '.join(one.others[:3])}"
        groups.setdefault((app, one.host), {}).setdefault(line)
    for (app, host), lines in sorted(groups.items()):
        yield _finding(rules, "credential-to-third-party", (names.get(app, app), host), lines, apps=(app,))


def _of_policies(
    policies: Sequence[tuple[str, CleartextPolicy]], rules: Mapping[str, FindingRule], names: Mapping[str, str]
) -> Iterator[Finding]:
    groups: dict[tuple[str, str], dict[str, None]] = {}
    for app, policy in policies:
        # `report diff` compares these lines with those of older reports, so they stay as they are.
        which = EVERY_HOST if policy.domain == "*" else policy.domain
        below = " and its subdomains" if policy.include_subdomains and policy.domain != "*" else ""
        about = f"{which}{below} {policy.limit.words}".rstrip()
        # The template of React Native has the rule for the local network, whose hosts are no back ends on the Internet.
        if policy.cleartext and policy.limit is not Limit.LOCAL:
            groups.setdefault(("cleartext-allowed", app), {}).setdefault(f"{about}: {policy.source}")
        if policy.user_cas:
            line = f"{about}: {policy.cas_source or policy.source}"
            groups.setdefault(("user-authorities-trusted", app), {}).setdefault(line)
    for (rule, app), lines in sorted(groups.items()):
        yield _finding(rules, rule, (names.get(app, app),), lines, apps=(app,))


def _of_names(
    rule: str, named: Sequence[tuple[str, str, str]], rules: Mapping[str, FindingRule], reports: Collection[str] = ()
) -> Iterator[Finding]:
    """One finding per name; the kind of a cloud resource is its product, and ``reports`` that of a library's host."""
    groups: dict[str, dict[str, None]] = {}
    apps: dict[str, set[str]] = {}
    for name, app, line in sorted(named):
        groups.setdefault(name, {}).setdefault(line)
        apps.setdefault(name, set()).add(app)
    for name, lines in groups.items():
        kind = _REPORTS if name in reports else name.partition(":")[0]
        yield _finding(rules, rule, (name,), lines, apps=apps[name], product=kind, kind=kind)
