import tomllib
from importlib import resources
from typing import Any

import msgspec
import pytest

from tests.each import each
from tieback.assess.findings import app_subject, apply_rules, former_ids
from tieback.assess.rules import load_rules
from tieback.model.app import App, Platform
from tieback.model.backend import Candidate, Route
from tieback.model.cleartext import CleartextPolicy, Limit
from tieback.model.exposure import AppRoute, Exposure, Severity
from tieback.model.figure import exact
from tieback.model.flow import Leak
from tieback.model.pii import OwnPeople
from tieback.model.probe import Ability, Access, Identity, Ransom, RansomVerdict
from tieback.model.sighting import Credential, CredentialGrade, Evidence
from tieback.recognise.rules import RuleFiles


def way(app: str, route: Route) -> AppRoute:
    candidate = Candidate("10.0.0.1", 9200, None, route, ("https://api.test",), "a usual port on the API's address")
    return AppRoute(app, candidate, "https://api.test", "classes.dex", 7, "dex-string/url")


EXPOSURE = Exposure(
    id="exp-1",
    identity=Identity("k", "vendor_id"),
    product="elasticsearch",
    version="8.13.0",
    access=Access.OPEN,
    addresses=("127.0.0.1:9200",),
    targets=("es.test:9200",),
    routes=(way("aa", Route.NAMED),),
    containers=(),
    records=exact(5, "count"),
    bytes=exact(5, "size"),
    pii=(),
    fields=(),
    ransom=Ransom(),
    severity=Severity.HIGH,
    score=55,
    factors=(),
    bytes_sent=1,
    bytes_read=1,
    cleartext=False,
    proofs=("GET /: cluster_name", "GET /_cat/indices: 3 indices"),
)

CASES = [
    ("open", {}, {"open-store": "high"}),
    ("open in clear", {"cleartext": True}, {"open-store": "high", "cleartext-store": "medium"}),
    (
        "closed in clear",
        {"cleartext": True, "access": Access.AUTH_REQUIRED, "severity": Severity.INFO},
        {"cleartext-store": "low"},
    ),
    ("closed", {"access": Access.AUTH_REQUIRED}, {}),
    ("unknown", {"access": Access.UNKNOWN}, {}),
    ("empty", {"access": Access.OPEN_EMPTY}, {"open-store-empty": "low"}),
    ("no records, but models", {"abilities": (Ability.GENERATE,)}, {"open-model-server": "high"}),
    ("no records, but code", {"abilities": (Ability.RUN_CODE,)}, {"open-code-runner": "critical"}),
    ("schema", {"access": Access.SCHEMA_ONLY}, {"schema-readable": "low"}),
    (
        "ransomed",
        {"ransom": Ransom(RansomVerdict.LIKELY, ("a note",))},
        {"open-store": "high", "store-ransomed": "critical"},
    ),
    ("suspect only", {"ransom": Ransom(RansomVerdict.SUSPECT, ("a name",))}, {"open-store": "high"}),
    (
        "wiped",
        {"ransom": Ransom(RansomVerdict.WIPED, ("meow",)), "access": Access.OPEN_EMPTY},
        {"open-store-empty": "low", "store-wiped": "high"},
    ),
    (
        "behind an API",
        {"routes": (way("aa", Route.PIVOT),)},
        {"open-store": "high", "unauthenticated-behind-api": "high"},
    ),
    (
        "named and behind the API by the same app",
        {"routes": (way("aa", Route.PIVOT), way("aa", Route.NAMED))},
        {"open-store": "high"},
    ),
    (
        "named by another app",
        {"routes": (way("aa", Route.PIVOT), way("bb", Route.NAMED))},
        {"open-store": "high", "unauthenticated-behind-api": "high"},
    ),
    ("protected behind an API", {"routes": (way("aa", Route.PIVOT),), "access": Access.AUTH_REQUIRED}, {}),
]


@each(("changes", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_rules(changes: dict[str, object], expected: dict[str, str]) -> None:
    found = apply_rules([msgspec.structs.replace(EXPOSURE, **changes)], [])
    assert {finding.rule: finding.severity.value for finding in found} == expected
    assert all(f.evidence and f.advice and f.exposures == ("exp-1",) and f.cwe.startswith("CWE-") for f in found)
    assert [f.severity.rank for f in found] == sorted((f.severity.rank for f in found), reverse=True)


def test_only_the_app_that_hides_behind_its_api_is_named() -> None:
    both = msgspec.structs.replace(EXPOSURE, routes=(way("aa", Route.PIVOT), way("bb", Route.NAMED)))
    by_rule = {finding.rule: finding for finding in apply_rules([both], [])}
    assert by_rule["unauthenticated-behind-api"].apps == ("aa",)
    assert by_rule["open-store"].apps == ("aa", "bb")


def test_ids_are_stable_and_follow_the_subject() -> None:
    other = msgspec.structs.replace(EXPOSURE, id="exp-2", severity=Severity.LOW)
    one, two = apply_rules([EXPOSURE, other], [])
    assert one.id != two.id
    assert [f.id for f in apply_rules([other, EXPOSURE], [])] == [one.id, two.id]


def credential(
    kind: str = "api_key", grade: CredentialGrade = CredentialGrade.NORMAL, file: str = "classes.dex"
) -> Credential:
    return Credential(kind, "s…t (9)", "mongodb://db.test", Evidence(file, 255, "x"), grade)


@each(
    ("seen", "rule", "cwe", "severity"),
    [
        (credential(), "credential-in-app", "CWE-798", "high"),
        (credential("password_in_connection_string"), "database-password-in-app", "CWE-798", "high"),
        (credential("planetscale_password"), "database-password-in-app", "CWE-798", "high"),
        (credential("database_password"), "database-password-in-app", "CWE-798", "high"),
        (
            credential("password_in_connection_string", CredentialGrade.SUPERUSER),
            "database-password-in-app",
            "CWE-798",
            "high",
        ),
        (credential("service_role", CredentialGrade.SUPERUSER), "superuser-key-in-app", "CWE-798", "critical"),
        (credential("pem", CredentialGrade.PRIVATE_KEY), "private-key-in-app", "CWE-321", "high"),
        (credential("anon_key", CredentialGrade.PUBLIC), None, "", ""),
        (credential("sentry_dsn", CredentialGrade.PUBLIC), None, "", ""),
        (credential("slack_webhook", CredentialGrade.WRITE_ONLY), "webhook-in-app", "CWE-798", "medium"),
        (credential("oauth_client_secret", CredentialGrade.CLIENT_SECRET), "client-secret-in-app", "CWE-798", "medium"),
        (credential("generic_api_key", CredentialGrade.UNKNOWN), "unknown-key-in-app", "CWE-798", "medium"),
        (credential("stripe_test_key", CredentialGrade.LIMITED), "limited-key-in-app", "CWE-798", "low"),
    ],
)
def test_a_credential_is_judged_by_what_it_opens(seen: Credential, rule: str | None, cwe: str, severity: str) -> None:
    found = apply_rules([], [("aa", seen)])
    expected = [] if rule is None else [(rule, cwe, severity, ("aa",))]
    assert [(one.rule, one.cwe, one.severity.value, one.apps) for one in found] == expected


@each(
    ("kind", "endpoint", "title"),
    [
        ("generic_secret", "", "Hard-coded credential in the app"),
        ("password_in_url", "https://api.shop.test", "Hard-coded credential in the app"),
        ("huggingface_token", "", "Hard-coded credential in the app"),
        ("aws_access_key_id", "", "Hard-coded credential in the app"),
        ("algolia_api_key", "", "Hard-coded data store credential in the app"),
        ("generic_secret", "redis://cache.shop.test", "Hard-coded data store credential in the app"),
    ],
)
def test_only_the_credential_of_a_data_store_is_titled_as_one(kind: str, endpoint: str, title: str) -> None:
    seen = msgspec.structs.replace(credential(kind), endpoint=endpoint)
    assert [one.title for one in apply_rules([], [("aa", seen)])] == [title]


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("sendgrid_key", "SendGrid API key in the app"),
        ("npm_token", "npm access token in the app"),
        ("supabase_service_role", "Supabase service-role key in the app"),
        ("kind_of_an_older_run", "Admin or secret key in the app"),
    ],
)
def test_an_admin_key_is_titled_by_its_service(kind: str, title: str) -> None:
    seen = msgspec.structs.replace(credential(kind), grade=CredentialGrade.SUPERUSER)
    assert [one.title for one in apply_rules([], [("aa", seen)])] == [title]


def test_every_kind_of_admin_key_has_a_title() -> None:
    files = [("credentials.toml", "credential"), ("credentials_tokens.toml", "token")]
    folder = resources.files("tieback.recognise")
    rules = [rule for name, part in files for rule in tomllib.loads(folder.joinpath(name).read_text())[part]]
    passwords = {"planetscale_password", "password_in_connection_string"}
    kinds = {rule["kind"] for rule in rules if rule.get("grade") == "superuser"} - passwords
    assert len(kinds) > 30
    rules_of_kinds = load_rules()
    assert kinds <= {*rules_of_kinds["superuser-key-in-app"].titles, *rules_of_kinds["ai-key-in-app"].titles}


def test_every_kind_of_ai_key_is_recognised_and_has_its_own_way_to_rotate_it() -> None:
    rule = load_rules()["ai-key-in-app"]
    kinds = {one.kind for one in RuleFiles().credentials.rules}
    assert set(rule.titles) <= kinds
    assert set(rule.titles) - {"ai_sk_key"} == set(rule.advice) - {"default"} == set(rule.sources)


@pytest.mark.parametrize(
    ("kind", "grade", "rule", "severity"),
    [
        ("openai_key", CredentialGrade.SUPERUSER, "ai-key-in-app", "high"),
        ("mistral_key", CredentialGrade.NORMAL, "ai-key-in-app", "high"),
        ("ai_sk_key", CredentialGrade.NORMAL, "ai-key-in-app", "high"),
        ("openai_admin_key", CredentialGrade.SUPERUSER, "superuser-key-in-app", "critical"),
        ("huggingface_token", CredentialGrade.NORMAL, "credential-in-app", "high"),
    ],
)
def test_a_key_that_bills_its_owner_has_a_rule_of_its_own(
    kind: str, grade: CredentialGrade, rule: str, severity: str
) -> None:
    (finding,) = apply_rules([], [("aa", credential(kind, grade))])
    assert (finding.rule, finding.severity.value) == (rule, severity)
    assert ("your own server" in finding.advice) is (rule == "ai-key-in-app")


def test_a_service_that_has_ended_is_one_finding_with_the_advice_of_its_vendor() -> None:
    line = "faunadb:db.eu: Fauna ended on 2025-05-30 (https://fauna.com/blog/the-future-of-fauna)"
    other = "glitch:shop: Glitch project ended on 2025-07-08 (https://blog.glitch.com/)"
    found = apply_rules(
        [], [], retired=[("faunadb:db.eu", "bb", line), ("faunadb:db.eu", "aa", line), ("glitch:shop", "aa", other)]
    )
    assert {(one.rule, one.severity, one.apps) for one in found} == {
        ("retired-back-end", Severity.MEDIUM, ("aa", "bb")),
        ("retired-back-end", Severity.MEDIUM, ("aa",)),
    }
    advice = {one.evidence: one.advice for one in found}
    assert "Fauna" in advice[(line,)]
    assert "Fauna" not in advice[(other,)]


def test_the_host_of_a_library_that_has_ended_concerns_no_data_of_the_app() -> None:
    lines = [
        (host, "aa", f"https://{host}/: ended") for host in ("in.appcenter.ms", "query.yahooapis.com", "parse:shop")
    ]
    found = apply_rules([], [], retired=lines, reports={"in.appcenter.ms"})
    of = {one.evidence[0].partition(": ")[0].removeprefix("https://").rstrip("/"): one for one in found}
    assert {host: (one.severity, one.title) for host, one in of.items()} == {
        "in.appcenter.ms": (Severity.LOW, "Library of a service that has ended in the app"),
        "query.yahooapis.com": (Severity.MEDIUM, "App refers to a service that has ended"),
        "parse:shop": (Severity.MEDIUM, "App refers to a service that has ended"),
    }
    assert "The host has no data of the app" in of["in.appcenter.ms"].advice
    assert of["in.appcenter.ms"].id == apply_rules([], [], retired=lines[:1])[0].id, "baselines pair them"


def test_one_credential_at_two_places_is_one_finding() -> None:
    again = msgspec.structs.replace(credential(), evidence=Evidence("assets/config.json", None, "y"))
    (finding,) = apply_rules([], [("aa", credential()), ("aa", again)])
    assert [line.rpartition(": ")[2] for line in finding.evidence] == ["assets/config.json", "classes.dex at 0xff"]


def test_two_releases_of_one_app_share_a_finding() -> None:
    app = App(Platform.ANDROID, "org.one", "aa")
    subjects = {"aa": app_subject(app, "aa"), "bb": app_subject(msgspec.structs.replace(app, sha256="bb"), "bb")}
    assert subjects == {"aa": "android:org.one", "bb": "android:org.one"}
    (finding,) = apply_rules([], [("aa", credential()), ("bb", credential())], subjects=subjects)
    (old,) = apply_rules([], [("aa", credential())], subjects=subjects)
    assert (finding.apps, finding.id) == (("aa", "bb"), old.id)
    assert len(apply_rules([], [("aa", credential()), ("bb", credential())])) == 2, "two apps that are not known"
    assert app_subject(None, "cc") == app_subject(App(Platform.IOS, "", "cc"), "cc") == "cc"


@pytest.mark.parametrize(
    ("identifier", "shared"),
    [("io.cordova.hellocordova", "io.cordova.hellocordova"), ("com.example.app", "com.example.app"), ("org.one", "")],
)
def test_a_finding_of_an_app_with_the_identifier_of_a_template_names_it(identifier: str, shared: str) -> None:
    subjects = {key: app_subject(App(Platform.ANDROID, identifier, key), key) for key in ("aa", "bb")}
    policy = CleartextPolicy("*", True, True, True, 0, "AndroidManifest.xml")
    found = apply_rules([], [("aa", credential()), ("bb", credential())], policies=[("aa", policy)], subjects=subjects)
    assert {one.shared_identifier for one in found} == {shared}
    named = apply_rules([], [], dangling=[("gone.test", "aa", "no such name")], subjects=subjects)
    assert {one.shared_identifier for one in named} == {""}, "the finding is about the name"
    unknown = apply_rules([], [("aa", credential())])
    assert {one.shared_identifier for one in unknown} == {""}


def test_what_a_package_declares() -> None:
    lax = CleartextPolicy("*", True, True, True, 0, "AndroidManifest.xml")
    old = CleartextPolicy("old.test", True, True, False, 0, "network_security_config.xml")
    strict = CleartextPolicy("*", False, False, False, 2, "network_security_config.xml")
    found = apply_rules([], [], policies=[("aa", lax), ("aa", old), ("bb", strict)])
    assert [(one.rule, one.severity.value, one.apps, one.evidence) for one in found] == [
        (
            "cleartext-allowed",
            "low",
            ("aa",),
            (
                "every host that no other rule names: AndroidManifest.xml",
                "old.test and its subdomains: network_security_config.xml",
            ),
        ),
        (
            "user-authorities-trusted",
            "low",
            ("aa",),
            ("every host that no other rule names: AndroidManifest.xml",),
        ),
    ]


def test_evidence_names_the_source_of_its_own_setting_and_its_limit() -> None:
    default = "default (target SDK 23)"
    mixed = CleartextPolicy("*", True, True, True, 0, "AndroidManifest.xml", cas_source=default)
    local = CleartextPolicy("*", True, True, False, 0, "Info.plist", limit=Limit.LOCAL)
    web = CleartextPolicy("*", True, True, False, 0, "Info.plist", limit=Limit.WEB_VIEWS)
    unknown = CleartextPolicy("*", True, None, False, 0, "default (SDK unknown)")
    found = apply_rules([], [], policies=[("aa", mixed), ("bb", web), ("cc", unknown), ("dd", local)])
    assert sorted((one.rule, one.apps, one.evidence) for one in found) == [
        ("cleartext-allowed", ("aa",), ("every host that no other rule names: AndroidManifest.xml",)),
        ("cleartext-allowed", ("bb",), ("every host that no other rule names in web views: Info.plist",)),
        ("user-authorities-trusted", ("aa",), (f"every host that no other rule names: {default}",)),
    ]


def test_dangling_name_is_one_finding_for_all_apps_that_name_it() -> None:
    one, other = "https://gone.test: gone.test does not exist in DNS", "https://gone.test/v1: it does not exist"
    (finding,) = apply_rules([], [], dangling=[("gone.test", "bb", other), ("gone.test", "aa", one)])
    assert (finding.rule, finding.severity, finding.apps) == ("dangling-name", Severity.MEDIUM, ("aa", "bb"))
    assert finding.evidence == (one, other)


def test_finding_contains_its_rule() -> None:
    (finding,) = apply_rules([EXPOSURE], [])
    assert finding.masvs == "MASVS-AUTH-1"
    assert finding.cvss == "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N"
    assert finding.source.startswith("https://www.elastic.co/")


@each(
    "product",
    [
        *("elasticsearch", "opensearch", "mongodb", "mysql", "mariadb", "postgresql", "redis", "valkey"),
        *("memcached", "zookeeper", "kafka", "mosquitto", "rabbitmq", "nats", "openldap"),
    ],
)
def test_advice_names_a_setting_of_the_product_and_a_check(product: str) -> None:
    rules = load_rules()
    for rule in ("open-store", "cleartext-store"):
        assert "Check: " in rules[rule].advice[product]
    exposure = msgspec.structs.replace(EXPOSURE, product=product, access=Access.OPEN_EMPTY)
    assert apply_rules([exposure], [])[0].advice == rules["open-store"].advice[product]
    unknown = msgspec.structs.replace(EXPOSURE, product="etcd", access=Access.SCHEMA_ONLY)
    assert "Check: " in apply_rules([unknown], [])[0].advice


def test_findings_about_our_own_people_come_first() -> None:
    ours = msgspec.structs.replace(EXPOSURE, id="exp-9", own_people=OwnPeople(2, 5, 5))
    one, two = apply_rules([EXPOSURE, ours], [])
    assert (one.exposures, one.own_people) == (("exp-9",), 2)
    assert (two.exposures, two.own_people) == (("exp-1",), 0)


def leak(pii_class: str, where: str) -> tuple[str, str, Leak]:
    return "aa", "http://shop.test", Leak(pii_class, where, "out", "… (5)", 0.9)


COOKIE, ADDRESS = leak("device_id", "header:cookie"), leak("ip_address", "query:ip")


@each(
    ("leaks", "rule", "severity"),
    [
        ((ADDRESS,), "device-address-in-cleartext", Severity.INFO),
        ((COOKIE,), "tracking-cookie-in-cleartext", Severity.MEDIUM),
        ((ADDRESS, COOKIE), "tracking-cookie-in-cleartext", Severity.MEDIUM),
        ((ADDRESS, leak("device_id", "query:idfa")), "cleartext-personal-data", Severity.HIGH),
        ((ADDRESS, COOKIE, leak("app_list", "json:$.apps[]")), "cleartext-personal-data", Severity.HIGH),
    ],
)
def test_the_most_sensitive_class_decides_and_every_class_is_in_the_evidence(
    leaks: tuple[tuple[str, str, Leak], ...], rule: str, severity: Severity
) -> None:
    (finding,) = apply_rules((), (), leaks)
    assert (finding.rule, finding.severity, len(finding.evidence)) == (rule, severity, len(leaks))


def test_more_lines_than_a_finding_has_leave_out_no_class() -> None:
    many = [leak("email", f"query:mail{at}") for at in range(40)]
    (finding,) = apply_rules((), (), [ADDRESS, *many, leak("phone", "query:phone")])
    assert {line.split()[0] for line in finding.evidence} == {"email", "phone", "ip_address"}


def test_ids_of_earlier_releases_are_known() -> None:
    """Release 0.1 took the platform of an app from a capture, where it is often unknown."""
    lax = CleartextPolicy("*", True, True, True, 0, "AndroidManifest.xml")
    given: dict[str, Any] = {
        "credentials": [
            ("aa", credential()),
            ("aa", msgspec.structs.replace(credential(), endpoint="")),
            ("aa", msgspec.structs.replace(credential(), masked="a b (3)")),
        ],
        "leaks": [ADDRESS, ("aa", "es.one.test:9200", Leak("email", "json:mail", "in", "j…n (9)", 0.9))],
        "policies": [("aa", lax)],
    }
    now = apply_rules([], **given, subjects={"aa": "android:org.one"})
    then = apply_rules([], **given, subjects={"aa": "unknown:org.one"})
    assert len(now) >= 6
    assert {one.id for one in then}.isdisjoint(one.id for one in now)
    former = {(before.rule, before.evidence): before.id for before in then}
    for one in now:
        assert former[one.rule, one.evidence] in former_ids(one, ["org.one"])
        assert former[one.rule, one.evidence] not in former_ids(one, ["org.two", ""])


@pytest.mark.parametrize("subjects", [{"aa": "ios:org.one"}, {}])
def test_the_id_of_a_credential_from_before_its_endpoint_was_known(subjects: dict[str, str]) -> None:
    """Its suppression stays. A credential without an endpoint has never been one with an endpoint."""
    password = msgspec.structs.replace(credential(), kind="database_password", endpoint="db.shop.test:5432")
    unknown = {"grade": CredentialGrade.UNKNOWN, "endpoint": "https://api.shop.test"}
    for placed in (password, msgspec.structs.replace(credential(), kind="query_key", **unknown)):
        assert_former_id(placed, subjects)


def assert_former_id(placed: Credential, subjects: dict[str, str]) -> None:
    bare = msgspec.structs.replace(placed, endpoint="")
    (now,), (then,) = (apply_rules([], [("aa", one)], subjects=subjects) for one in (placed, bare))
    assert now.id != then.id
    assert then.id in former_ids(now, ["org.one"] if subjects else [])
    assert now.id not in former_ids(then, ["org.one"])
    other = msgspec.structs.replace(bare, masked="x***y (9)")
    (unrelated,) = apply_rules([], [("aa", other)], subjects=subjects)
    assert unrelated.id not in former_ids(now, ["org.one"])


@each(
    ("was", "grade", "now"),
    [
        ("named_password", CredentialGrade.UNKNOWN, "database_password"),
        ("password_value", CredentialGrade.NORMAL, "database_password"),
        ("http_auth_password", CredentialGrade.NORMAL, "database_password"),
    ],
)
def test_the_id_of_a_password_from_before_it_was_known_to_be_that_of_a_database(
    was: str, grade: CredentialGrade, now: str
) -> None:
    """Its suppression stays, with or without the server in the older release."""
    new = msgspec.structs.replace(credential(), kind=now, endpoint="db.shop.test:5432")
    (found,) = apply_rules([], [("aa", new)], subjects={"aa": "android:org.one"})
    assert found.rule == "database-password-in-app"
    former = former_ids(found, ["org.one"])
    old = msgspec.structs.replace(new, kind=was, grade=grade, endpoint="")
    (then,) = apply_rules([], [("aa", old)], subjects={"aa": "android:org.one"})
    assert then.id in former
    assert then.rule != found.rule
    (other,) = apply_rules(
        [], [("aa", msgspec.structs.replace(old, masked="x***y (9)"))], subjects={"aa": "android:org.one"}
    )
    assert other.id not in former


@each(
    ("kind", "grade", "endpoint", "title"),
    [
        (
            "service_password",
            CredentialGrade.NORMAL,
            "mail.shop.test:587",
            "Hard-coded password of a server in the app",
        ),
        ("named_password", CredentialGrade.UNKNOWN, "", "Password of unknown purpose in the app"),
        (
            "named_password",
            CredentialGrade.UNKNOWN,
            "db.shop.test:5432",
            "Password of a server in the app; what it permits is unknown",
        ),
    ],
)
def test_the_title_names_what_is_known_of_a_password(
    kind: str, grade: CredentialGrade, endpoint: str, title: str
) -> None:
    one = msgspec.structs.replace(credential(), kind=kind, grade=grade, endpoint=endpoint)
    (found,) = apply_rules([], [("aa", one)])
    assert found.title == title


def test_evidence_without_an_endpoint_names_none() -> None:
    (found,) = apply_rules([], [("aa", msgspec.structs.replace(credential(), endpoint=""))])
    assert " for " not in found.evidence[0].partition(": ")[0]


def test_the_server_beside_a_password_of_anything_is_no_data_store() -> None:
    mail = msgspec.structs.replace(credential(), kind="password_value", endpoint="mail.shop.test:587")
    (found,) = apply_rules([], [("aa", mail)])
    assert found.rule == "service-credential-in-app"


def test_ids_that_release_0_1_wrote() -> None:
    line = "res/xml/network_security_config.xml"
    policy = CleartextPolicy("es.fieldhand.test", False, True, False, 0, line)
    leaked = Leak("device_id", "json:machine_id", "in", "F…1 (7)", 0.9)
    found = apply_rules(
        [],
        [],
        leaks=[("aa", "es.fieldhand.test:9200", leaked)],
        policies=[("aa", policy)],
        subjects={"aa": "android:org.fieldhand.app"},
    )
    assert {one.rule: sorted(former_ids(one, ["org.fieldhand.app"])) for one in found} == {
        "cleartext-personal-data": ["fnd-b2d7953d09a8c415"],
        "cleartext-allowed": ["fnd-e592147286eb3a2e"],
    }


@each(
    ("context", "place"),
    [
        ('Lshop/app/Keys;->API_KEY: "API_KEY": "***"', "classes.dex at 0x10, in Keys.API_KEY"),
        ("La/b;->c: x", "classes.dex at 0x10"),
        ("token=***", "classes.dex at 0x10"),
    ],
)
def test_the_evidence_of_a_credential_names_its_field(context: str, place: str) -> None:
    evidence = Evidence("classes.dex", 16, "dex-flow/field", context)
    seen = msgspec.structs.replace(credential(), evidence=evidence)
    (found,) = apply_rules([], [("aa", seen)])
    assert found.evidence[0].endswith(f": {place}")
