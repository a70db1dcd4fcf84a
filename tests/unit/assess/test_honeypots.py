"""What is flagged, why, and that real servers are not."""

from tests.each import each
from tieback.assess.exposures import assess_exposures
from tieback.assess.honeypots import HoneypotSigns, load_honeypot_data
from tieback.assess.summary import summarise
from tieback.model.exposure import Severity
from tieback.model.figure import exact
from tieback.model.probe import Access, Container, Outcome, ProbeReport
from tieback.pii import detectors

PUBLIC = "198.51.100.1"  # documentation space: not global
GLOBAL = "8.8.4.4"


def report(product: str, version: str = "", port: int = 9200, address: str = GLOBAL, **traits: str) -> ProbeReport:
    return ProbeReport(
        f"{address}:{port}",
        Outcome.OK,
        Access.OPEN,
        product=product,
        version=version,
        address=address,
        containers=(Container(("people",), "index", records=exact(50, "_count")),),
        traits=tuple(traits.items()),
    )


FLAGGED = [
    (
        "a build hash",
        report("elasticsearch", "1.4.1", build_hash="89d3241d670db65f994242c8e838b169779e2d4"),
        "Elastichoney",
    ),
    ("names", report("elasticsearch", "1.4.1", node="Green Goblin", cluster_name="elasticsearch"), "Elastichoney"),
    ("a cluster", report("elasticsearch", "7.12.1", cluster_uuid="09cf5BKcTCG2U8z2ndwGEw"), "qeeqbox"),
    ("a process", report("redis", "2.8.4", process_id="30064", gcc_version="4.8.2"), "RedisHoneyPot"),
    ("no such version", report("elasticsearch", "3.1.0"), "3.1.0 was never released"),
    ("a patch level that nobody writes so", report("mysql", "5.7.00"), "5.7.00 was never released"),
    (
        "no such Lucene",
        report("elasticsearch", "7.10.2", lucene="4.10.2"),
        "with lucene 4 was never released: it has 8",
    ),
    (
        "no such wire version",
        report("mongodb", "4.4.6", max_wire_version="8"),
        "with max_wire_version 8 was never released",
    ),
]
REAL = [
    report("elasticsearch", "1.4.1", lucene="4.10.2", build_hash="89d3241d670db65f994242c8e838b169779e2d40"),
    report("elasticsearch", "1.4.1", node="Green Goblin", cluster_name="prod"),
    report("elasticsearch", "2.4.6", lucene="5.5.4"),
    report("elasticsearch", "8.15.0", lucene="9.11.1"),
    report("elasticsearch", "11.0.0", lucene="12.0.0"),
    report("opensearch", "2.19.0", lucene="9.12.1"),
    report("mongodb", "4.4.6", max_wire_version="9"),
    report("mongodb", "3.6.23", max_wire_version="6"),
    report("mongodb", "8.0.4", max_wire_version="25"),
    report("mongodb", "5.3.1", max_wire_version="15"),
    report("ferretdb", "7.0.77", max_wire_version="17"),
    report("mysql", "8.0.36"),
    report("mysql", "5.7.10"),
    report("mariadb", "10.11.06"),
    report("redis", "2.8.4", process_id="1", gcc_version="4.8.2"),
]


@each(("one", "reason"), [flagged[1:] for flagged in FLAGGED], ids=[flagged[0] for flagged in FLAGGED])
def test_honeypot_signs_are_flagged(one: ProbeReport, reason: str) -> None:
    (said,) = HoneypotSigns([one]).reasons(one)
    assert reason in said


@each("one", REAL, ids=lambda one: f"{one.product}-{one.version}")
def test_real_servers_are_not(one: ProbeReport) -> None:
    assert HoneypotSigns([one]).reasons(one) == ()


@each(
    ("address", "products", "ports", "flagged"),
    [
        (GLOBAL, 9, 1, True),
        (GLOBAL, 8, 1, False),
        (GLOBAL, 1, 40, True),
        (GLOBAL, 1, 39, False),
        ("127.0.0.1", 20, 5, False),
        ("10.1.2.3", 20, 50, False),
        (PUBLIC, 20, 50, False),
        ("", 20, 5, False),
    ],
)
def test_many_products_at_one_address_are_flagged(address: str, products: int, ports: int, flagged: bool) -> None:
    reports = [
        report(f"store{number}", port=1000 + 100 * number + port, address=address)
        for number in range(products)
        for port in range(ports)
    ]
    signs = HoneypotSigns(reports)
    assert {bool(signs.reasons(one)) for one in reports} == {flagged}


def test_every_line_names_its_source() -> None:
    data = load_honeypot_data()
    used = {one.source for group in (data.canned, data.never, data.fits) for one in group}
    assert used <= set(data.sources)


def test_a_honeypot_counts_in_no_total() -> None:
    honeypot = report("mysql", "5.7.00", port=3306)
    (detector,) = detectors()
    exposures = assess_exposures([report("elasticsearch", "8.15.0"), honeypot], {}, detector)
    found = summarise(1, 0, exposures)
    assert (found.stores_answering, found.stores_exposed, found.records.value, found.honeypots) == (1, 1, 50, 1)
    (flagged,) = [exposure for exposure in exposures if exposure.honeypot]
    assert (flagged.exposed, flagged.access, flagged.severity) == (False, Access.OPEN, Severity.INFO)
    assert any(factor.factor == "honeypot" and "never released" in factor.why for factor in flagged.factors)
