from tests.each import each
from tieback.assess.note import NoteSigns
from tieback.assess.ransom import RansomSigns, confirm_note, judge_ransom, load_ransom_data, strongest_verdict
from tieback.model.figure import Figure, estimate, exact
from tieback.model.probe import Container, Field, Ransom, RansomVerdict


def box(
    *path: str, records: int | None = None, size: int | None = None, fields: str = "", system: bool = False
) -> Container:
    figure: Figure | None = None if records is None else exact(records, "count")
    return Container(
        path=path,
        kind="index",
        system=system,
        records=figure,
        bytes=None if size is None else estimate(size, "size"),
        fields=tuple(Field(name) for name in fields.split(",") if name),
    )


def keys(count: int, *patterns: str) -> Container:
    fields = tuple(Field(pattern, "key pattern") for pattern in patterns)
    return Container(("db0",), "keyspace", records=exact(count, "keys"), fields=fields)


def estimated(count: int, *path: str, fields: str) -> Container:
    return Container(path, "table", records=estimate(count, "x"), fields=box(*path, fields=fields).fields)


ADMIN = box("admin", "system.version", records=1, system=True)
PEOPLE = box("hr", "people", records=10_000, fields="name,email")

CASES = [
    # what is in the store, verdict, what a reason must say
    ("nothing", [], "none", ""),
    ("honest data", [PEOPLE], "none", ""),
    (
        "a note with its known schema",
        [PEOPLE, box("WARNING", "WARNING", records=1, fields="_id,email,note")],
        "likely",
        "known note",
    ),
    (
        "a distinctive name, one small record",
        [PEOPLE, box("READ_ME_TO_RECOVER_YOUR_DATA", "README", records=1, size=4096)],
        "likely",
        "1 record",
    ),
    (
        "note fields of 2022",
        [PEOPLE, box("read_me", records=1, fields="message,email")],
        "likely",
        "fields email, message",
    ),
    ("a prefix of the list", [PEOPLE, box("README_TO_RECOVER_A7f", records=1)], "likely", ""),
    ("hexadecimal suffix", [PEOPLE, box("PLEASE_READ_0123456789abcdef01234567", "x", records=2)], "likely", ""),
    ("only a note left", [ADMIN, box("README", records=1)], "likely", "only notes remain"),
    (
        "only notes left, two of them",
        [ADMIN, box("READ_ME", records=1), box("WARNING", records=2)],
        "likely",
        "only notes remain",
    ),
    ("case and separators do not matter", [PEOPLE, box("please-read-me", records=1)], "likely", ""),
    ("name only, nothing counted", [PEOPLE, box("PLEASE_READ_ME")], "suspect", "the name 'PLEASE_READ_ME' matches"),
    ("name only, an everyday word", [PEOPLE, box("recovery", records=3)], "suspect", ""),
    ("an empty container of that name", [PEOPLE, box("how_to_restore", records=0)], "suspect", ""),
    ("a handful too many", [PEOPLE, box("PLEASE_READ_ME", records=50)], "suspect", ""),
    ("too big for a note", [PEOPLE, box("PLEASE_READ_ME", records=2, size=50_000_000)], "suspect", ""),
    ("fields unlike a note's", [PEOPLE, box("warning", records=2, fields="sensor,level,raised_at")], "suspect", ""),
    (
        "warning of a monitoring system",
        [PEOPLE, box("warning", records=10_000, fields="host,text")],
        "unlikely",
        "10000 records",
    ),
    ("warning alone, many documents", [ADMIN, box("warning", records=10_000)], "unlikely", ""),
    (
        "warning alone, sensor fields",
        [ADMIN, box("warning", records=4, fields="sensor,level,raised_at")],
        "suspect",
        "",
    ),
    ("readme of a wiki", [box("wiki", "readme", records=40, fields="title,body")], "unlikely", ""),
    ("a table of that name with real data", [PEOPLE, box("how_to_restore", records=2_000)], "unlikely", ""),
    ("part of a longer honest name", [PEOPLE, box("read_me_later", records=3), box("warnings", records=2)], "none", ""),
    ("homeowner is not meow", [PEOPLE, box("meow", records=3), box("cats-meows", records=1)], "none", ""),
    ("wiped", [box("x7sk2-meow", records=0), box("9ab3c1-meow", records=0)], "wiped", "meow"),
    ("wiper of 2020", [box("nightlionsecurity.com", records=0)], "wiped", ""),
    (
        "wiped and ransomed: the note weighs more",
        [box("a1-meow", records=0), box("READ_ME_TO_RECOVER_YOUR_DATA", records=1)],
        "likely",
        "",
    ),
    ("a key among many", [keys(9_000, "session:#", "CRYPT_READ_ME")], "none", ""),
    ("a distinctive key among many", [keys(9_000, "session:#", "PLEASE_READ_ME")], "suspect", "PLEASE_READ_ME"),
    ("a distinctive key beside one other", [keys(2, "*", "PLEASE_READ_ME")], "likely", "1 record"),
    ("nothing but a key called so", [keys(1, "READ_ME")], "likely", "only notes remain"),
    ("everyday key beside others", [keys(3, "WARNING", "*")], "suspect", ""),
    ("backup1 and hello with many documents", [box("backup1", records=5_000), box("hello", records=900)], "none", ""),
    (
        "an estimate of none may be one",
        [estimated(0, "WARNING", "WARNING", fields="id,warning,Bitcoin_Address,Email")],
        "likely",
        "",
    ),
    ("the product's own containers are no note", [box("config", "recovery", records=1, system=True)], "none", ""),
    (
        "the database beside its table",
        [PEOPLE, box("READ1", records=1), box("READ1", "info", records=1, fields="mail,text")],
        "likely",
        "known note",
    ),
]


@each(("containers", "verdict", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_ransom_verdict_by_names_and_shape(containers: list[Container], verdict: str, reason: str) -> None:
    ransom = judge_ransom(containers)
    assert ransom.verdict == verdict, ransom.reasons
    assert judge_ransom(containers[::-1]) == ransom
    assert any(reason in line for line in ransom.reasons) or not reason
    assert bool(ransom.reasons) == (ransom.verdict is not RansomVerdict.NONE)


def test_every_listed_name_is_found_and_names_its_source() -> None:
    data = load_ransom_data()
    for group in data.names:
        for name in [*group.names, *group.weak]:
            ransom = judge_ransom([PEOPLE, box(name, records=1, fields="email,note")])
            assert ransom.verdict is RansomVerdict.LIKELY, name
            assert data.sources[group.source] in ransom.reasons[0]


NOTES = [
    ("none", [PEOPLE], None),
    ("by name and shape", [PEOPLE, box("WARNING", "WARNING", records=1, fields="email,note")], ("WARNING", "WARNING")),
    ("the only one left", [ADMIN, box("README", records=1)], ("README",)),
    ("not by name alone", [PEOPLE, box("PLEASE_READ_ME")], None),
    ("not where many records are", [PEOPLE, box("warning", records=10_000, fields="email,note")], None),
    ("a key", [keys(1, "READ_ME")], ("db0", "READ_ME")),
    ("fields before none", [box("READ1", records=1), box("README", records=1, fields="email,note")], ("README",)),
]


@each(("containers", "path"), [note[1:] for note in NOTES], ids=[note[0] for note in NOTES])
def test_which_note_may_be_read(containers: list[Container], path: tuple[str, ...] | None) -> None:
    found = RansomSigns().find_note(containers)
    assert (found and found.path) == path


NOTE_FIELDS = "Bitcoin Address,Email,Info"
PATHS = [
    # what is in the store, paths of notes
    ([box("PLEASE_READ", "PLEASE_READ", records=1, fields=NOTE_FIELDS), PEOPLE], {("PLEASE_READ", "PLEASE_READ")}),
    ([box("README", "notes", records=9_000, fields="text,author"), PEOPLE], set()),
    ([PEOPLE], set()),
    ([], set()),
    ([keys(1, "READ_ME_TO_RECOVER_YOUR_DATA")], {("db0", "READ_ME_TO_RECOVER_YOUR_DATA"), ("db0",)}),
    ([keys(2, "READ_ME_TO_RECOVER_YOUR_DATA", "session:#")], {("db0", "READ_ME_TO_RECOVER_YOUR_DATA")}),
]


@each(("containers", "paths"), PATHS)
def test_containers_that_hold_a_note_are_known(containers: list[Container], paths: set[tuple[str, ...]]) -> None:
    found = RansomSigns().note_paths(containers)
    data = {one.path for one in containers}
    assert {path for path in found if path in data or len(path) > 1} == paths
    assert PEOPLE.path not in found


def test_a_note_confirms_and_keeps_its_marks() -> None:
    read = confirm_note(NoteSigns(("wallet", "words"), ("wallet:0f",)), box("READ1", "info"))
    assert read == Ransom(
        RansomVerdict.CONFIRMED, ("the note in 'READ1.info' was read: wallet, words",), ("wallet:0f",)
    )
    assert confirm_note(NoteSigns(("contact",), ("contact:0f",)), box("README")) == Ransom()
    assert strongest_verdict([read, Ransom(RansomVerdict.CONFIRMED, (), ("amount:1",))]).marks == (
        "amount:1",
        "wallet:0f",
    )


def test_note_text_outweighs_names() -> None:
    read = Ransom(RansomVerdict.CONFIRMED, ("the note asks for 0.02 BTC",))
    assert strongest_verdict([judge_ransom([box("warning", records=9_000)]), read]) == read
