from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.each import each
from tests.examples import examples
from tests.unit.assess.test_findings import EXPOSURE
from tieback.assess.findings import apply_rules
from tieback.assess.suppressions import MAX_BYTES, find_suppression, is_active, load_suppressions
from tieback.model.cleartext import CleartextPolicy
from tieback.model.errors import UsageError
from tieback.model.report.suppression import Suppression

RULES = ("open-store", "cleartext-store")
WHO = 'reason = "test system"\nauthor = "jo@example.org"\nexpires = 2027-03-31\n'
ONE = Suppression("test system", "jo@example.org", "2027-03-31")
(FINDING,) = apply_rules([EXPOSURE], [])


def file_of(folder: Path, text: str | bytes) -> Path:
    path = folder / "suppressions.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_file(tmp_path: Path) -> None:
    text = f'[[suppress]]\nrule = "open-store"\napp = "com.*"\n{WHO}[[suppress]]\nfinding = "fnd-1"\n{WHO}'
    found = load_suppressions(file_of(tmp_path, text), RULES)
    assert found == (replace(ONE, rule="open-store", app="com.*"), replace(ONE, finding="fnd-1"))
    assert load_suppressions(file_of(tmp_path, ""), RULES) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"[[suppress]]\n{WHO}", "suppression 1: missing finding, rule, app or store"),
        (f'[[suppress]]\nrule = "open-stor"\n{WHO}', "unknown rule 'open-stor'"),
        ('[[suppress]]\nrule = "open-store"\nauthor = "a"\nexpires = 2027-01-01', "missing required field `reason`"),
        ('[[suppress]]\nrule = "open-store"\nreason = "r"\nexpires = 2027-01-01', "missing required field `author`"),
        ('[[suppress]]\nrule = "open-store"\nreason = "r"\nauthor = "a"', "missing required field `expires`"),
        (f'[[suppress]]\nrule = "open-store"\n{WHO.replace("test system", " ")}', "must not be empty"),
        (f'[[suppress]]\nrule = "open-store"\n{WHO.replace("2027-03-31", "0")}', "expires"),
        (f'[[suppress]]\nrule = "open-store"\nsince = 1\n{WHO}', "unknown field `since`"),
        (f'[[supress]]\nrule = "open-store"\n{WHO}', "unknown field `supress`"),
        ("[[suppress]\n", "Expected"),
        (b"\xff\xfe", "byte 0 is not UTF-8 text"),
        (b"#" * (MAX_BYTES + 1), "is larger than"),
        ("a = " + "[" * 5000, "suppress"),
    ],
)
def test_error_is_one_line(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(UsageError) as error:
        load_suppressions(file_of(tmp_path, text), RULES)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert "suppressions.toml" in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_suppressions(tmp_path / "none.toml", RULES)


@settings(deadline=None, max_examples=examples(50))
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = file_of(tmp_path_factory.mktemp("s"), text.encode("utf-8", "surrogatepass"))
    with suppress(UsageError):
        assert load_suppressions(path, RULES) == ()


@pytest.mark.parametrize(("today", "held"), [(date(2027, 3, 31), True), (date(2027, 4, 1), False)])
def test_the_last_day_counts(today: date, held: bool) -> None:
    assert is_active(ONE, today) is held


@each(
    ("changes", "covered"),
    [
        ({"finding": FINDING.id}, True),
        ({"finding": "fnd-other"}, False),
        ({"rule": "open-store"}, True),
        ({"rule": "cleartext-store"}, False),
        ({"rule": "open-store", "finding": "fnd-other"}, False),
        ({"app": "org.one"}, True),
        ({"app": "org.*"}, True),
        ({"app": "com.*"}, False),
        ({"store": EXPOSURE.id}, True),
        ({"store": "es.test:*"}, True),
        ({"store": "127.0.0.1:9200"}, True),
        ({"store": "127.0.0.1:9300"}, False),
    ],
)
def test_suppression_must_match_all_its_fields(changes: dict[str, str], covered: bool) -> None:
    by = find_suppression(FINDING, ["org.one"], [EXPOSURE], [replace(ONE, **changes)])
    assert (by is not None) is covered


def test_a_finding_of_two_apps_is_not_covered_by_the_name_of_one() -> None:
    both = replace(FINDING, apps=("aa", "bb"))
    only_one = replace(ONE, app="org.one")
    assert find_suppression(both, ["org.one", "org.two"], [EXPOSURE], [only_one]) is None
    assert find_suppression(both, ["org.one"], [EXPOSURE], [only_one]) is None, "the other app is not known"
    assert find_suppression(both, ["org.one", "org.two"], [EXPOSURE], [replace(ONE, app="org.*")]) is not None
    assert find_suppression(FINDING, ["org.one"], [], [replace(ONE, store="*")]) is None, "its store is not known"


def test_an_id_of_an_earlier_release_counts_for_its_app_only() -> None:
    policy = CleartextPolicy("*", True, True, False, 0, "AndroidManifest.xml")
    (now,) = apply_rules([], [], policies=[("aa", policy)], subjects={"aa": "android:org.one"})
    (then,) = apply_rules([], [], policies=[("aa", policy)], subjects={"aa": "unknown:org.one"})
    old = Suppression("accepted", "jo", "2027-01-01", then.id)
    assert find_suppression(now, ["org.one"], [], [old]) == old
    assert find_suppression(now, ["org.two"], [], [old]) is None
    assert find_suppression(now, [], [], [old]) is None
