from tests.each import each
from tieback.assess.severity import SeverityFacts, load_severity_table, rate_severity
from tieback.model.exposure import PiiClassTotal, Severity
from tieback.model.figure import Figure, exact, lower_bound
from tieback.model.probe import Ability, Access, Privileges, Ransom, RansomVerdict
from tieback.pii.taxonomy import load_taxonomy

GIB = 1 << 30


def facts(
    access: Access = Access.OPEN,
    records: Figure | int = 0,
    size: int = 0,
    pii: str = "",
    ransom: RansomVerdict = RansomVerdict.NONE,
    *,
    cleartext: bool = False,
    apps: int = 1,
    privileges: Privileges = Privileges.UNKNOWN,
    abilities: tuple[Ability, ...] = (),
) -> SeverityFacts:
    figure = exact(records, "count") if isinstance(records, int) else records
    totals = [PiiClassTotal(name, figure, 1) for name in pii.split(",") if name]
    size_figure, note = exact(size, "size"), Ransom(ransom)
    return SeverityFacts(access, privileges, figure, size_figure, totals, note, cleartext, apps, abilities)


CASES = [
    ("protected, however much", facts(Access.AUTH_REQUIRED, 10**9, 10**13, "password", cleartext=True), Severity.INFO),
    ("open and empty", facts(Access.OPEN_EMPTY, 0), Severity.INFO),
    ("unknown is not rated", facts(Access.UNKNOWN, 10**6), Severity.INFO),
    ("open, a hundred things", facts(records=100, cleartext=True), Severity.MEDIUM),
    ("open, e-mails of a thousand customers", facts(records=1_000, pii="email,person_name,phone"), Severity.HIGH),
    (
        "open, VPN PINs of employees",
        facts(records=50_000, pii="pin_otp,email,phone,person_name", cleartext=True),
        Severity.CRITICAL,
    ),
    ("administrator, few things", facts(records=1, privileges=Privileges.ADMIN), Severity.CRITICAL),
    ("administrator of a part", facts(Access.PARTIAL, privileges=Privileges.ADMIN), Severity.CRITICAL),
    ("administrator without records", facts(Access.OPEN_EMPTY, privileges=Privileges.ADMIN), Severity.INFO),
    ("limited rights, few things", facts(records=1, privileges=Privileges.LIMITED), Severity.MEDIUM),
    ("a model server without records", facts(abilities=(Ability.GENERATE,)), Severity.HIGH),
    ("a tool server without records", facts(abilities=(Ability.CALL_TOOLS,)), Severity.HIGH),
    ("it runs code too", facts(abilities=(Ability.GENERATE, Ability.RUN_CODE)), Severity.CRITICAL),
    ("it runs code, but is closed", facts(Access.AUTH_REQUIRED, abilities=(Ability.RUN_CODE,)), Severity.INFO),
    ("partial, few things", facts(Access.PARTIAL, 10), Severity.LOW),
    (
        "ransomed customer base",
        facts(records=2_000_000, pii="email", ransom=RansomVerdict.LIKELY, cleartext=True),
        Severity.CRITICAL,
    ),
    (
        "health data of a million, ten apps",
        facts(records=10**6, size=200 * GIB, pii="health,birth", apps=10),
        Severity.CRITICAL,
    ),
]


@each(("given", "severity"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_severities(given: SeverityFacts, severity: Severity) -> None:
    verdict = rate_severity(given, load_severity_table(), load_taxonomy())
    assert verdict.severity is severity, verdict
    assert verdict.score == sum(factor.points for factor in verdict.factors)
    assert all(factor.points > 0 and factor.why for factor in verdict.factors)


def test_apps_order_stores_and_change_no_severity() -> None:
    table, taxonomy = load_severity_table(), load_taxonomy()
    for records in (0, 1, 1_000, 10**6):
        alone, shared = (
            rate_severity(facts(records=records, pii="email", apps=apps), table, taxonomy) for apps in (1, 100)
        )
        assert (shared.severity, shared.score) == (alone.severity, alone.score + 10)


def test_every_severity_factor_has_a_reason() -> None:
    given = facts(records=lower_bound(1_500, "shallow"), pii="password,email", cleartext=True, apps=3)
    factors = {f.factor: f for f in rate_severity(given, load_severity_table(), load_taxonomy()).factors}
    assert list(factors) == ["access", "records", "personal data", "cleartext", "apps"]
    assert factors["records"].why == "at least 1,500 records"
    assert factors["personal data"].why == "Passwords (sensitivity 10 of 10) and 1 further class"


def test_classes_without_records_count_only_if_records_were_not_counted() -> None:
    table, taxonomy = load_severity_table(), load_taxonomy()
    assert "personal data" not in [
        f.factor for f in rate_severity(facts(records=0, pii="health"), table, taxonomy).factors
    ]
    uncounted = facts(records=lower_bound(0, "not counted"), pii="health")
    assert "personal data" in [f.factor for f in rate_severity(uncounted, table, taxonomy).factors]


def test_more_never_means_less() -> None:
    table, taxonomy = load_severity_table(), load_taxonomy()
    scores = [rate_severity(facts(records=10**n, size=10 ** (n + 6)), table, taxonomy).score for n in range(9)]
    assert scores == sorted(scores)
