"""Which rules of users are active, what a run does with them, and what their mistakes are."""

import pickle
import zipfile
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from tests.inline_engine import InlineEngine
from tests.unit.pipeline.test_scan import quiet
from tests.unit.userrules.test_parse import ALL, CREDENTIAL, IDENTIFIER, RANSOM, SDK, WORDS
from tieback.model.errors import StoppedError, UsageError
from tieback.model.figure import exact
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Container, RansomVerdict
from tieback.pipeline.inputs.spec import parse_input
from tieback.pipeline.probing import probe_run
from tieback.pipeline.record import RecordWork
from tieback.pipeline.rule_checks import builtin_groups, run_examples, user_rule_rows
from tieback.pipeline.rule_sets import active_rules, analysis_suffix, ransom_signs, read_active_rules
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.storage.accept import accept_workspace
from tieback.storage.lake.tables.inputs import read_inputs
from tieback.storage.trust import accept_file
from tieback.storage.workspace import Workspace
from tieback.user_state import configuration_folder

APP = Path(__file__).parents[3] / "labs" / "apps" / "fieldhand.apk"
FIELDHAND = r"""
[[identifier]]
id = "fieldhand-host"
product = "Fieldhand"
source = "our names"
suffixes = ["fieldhand.test"]
host = '(?P<name>[a-z]+)\.fieldhand\.test'
value = "{name}"
accept = [["http://es.fieldhand.test:9200/x", "fieldhand-host:es"]]
reject = ["https://fieldhand.test/"]
"""


def write(folder: Path, text: str, name: str = "a.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder


def workspace(path: Path) -> Path:
    Workspace.open(path).close()
    return path


def test_without_a_folder_there_are_no_rules(tmp_path: Path) -> None:
    assert active_rules((), tmp_path) is None


def test_an_empty_folder_of_the_user_has_no_rules_and_one_of_the_option_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (configuration_folder() / "rules").mkdir(parents=True)
    assert active_rules() is None
    (tmp_path / "rules").mkdir()
    with pytest.raises(UsageError, match=r"the folder has no rule file \(a file that ends in \.toml\)"):
        active_rules((tmp_path / "rules",))


def test_the_folders_are_those_of_the_user_the_workspace_and_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    write(configuration_folder() / "rules", SDK)
    place = workspace(tmp_path / "w")
    write(place / "rules", WORDS)
    accept_file(place, "rules")
    found = active_rules((write(tmp_path / "more", RANSOM),), place)
    assert found is not None
    assert [file.origin for file in found.files] == ["user", "workspace", "option"]


@pytest.mark.parametrize("how", ["others write", "not created here", "a link"])
def test_the_rules_of_a_workspace_that_is_not_trusted_are_not_read(tmp_path: Path, how: str) -> None:
    place = workspace(tmp_path / "w")
    write(place / "rules", WORDS)
    accept_file(place, "rules")
    if how == "others write":
        place.chmod(0o777)
    elif how == "not created here":
        (place / "identity").write_text("0" * 64)
    else:
        (place / "rules").rename(tmp_path / "elsewhere")
        (place / "rules").symlink_to(tmp_path / "elsewhere")
    told: list[str] = []
    assert active_rules((), place, told.append) is None
    assert len(told) == 1
    assert f"the rules in {place / 'rules'} are not used" in told[0]


@pytest.mark.parametrize("change", ["new", "changed", "one more"])
def test_rules_that_an_archive_brings_into_a_workspace_are_not_read(tmp_path: Path, change: str) -> None:
    place = workspace(tmp_path / "w")
    if change != "new":
        write(place / "rules", WORDS)
        accept_file(place, "rules")
        assert active_rules((), place) is not None
    write(place / "rules", RANSOM, "b.toml" if change == "one more" else "a.toml")
    told: list[str] = []
    assert active_rules((), place, told.append) is None
    assert "you did not accept them yet" in told[0]
    # The user accepts them by passing the folder, once.
    assert active_rules((place / "rules",), place) is not None
    found = active_rules((), place, told.append)
    assert found is not None
    assert {file.origin for file in found.files} == {"workspace"}
    assert len(told) == 1


def test_accepting_a_workspace_accepts_its_rules(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w")
    write(place / "rules", WORDS)
    assert accept_workspace(place).files == ("rules",)
    assert active_rules((), place) is not None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (IDENTIFIER.replace("acme-store", "firestore"), "the id `firestore` is built in"),
        (IDENTIFIER.replace("acme-store", "firebase-rtdb"), "is built in"),
        (CREDENTIAL.replace("acme_key", "google_api_key"), "is built in"),
        (SDK.replace("ads.acme.test", "co.uk"), "'co.uk' is a public suffix"),
        (SDK.replace("ads.acme.test", "graph.facebook.com"), "is built in, as Facebook SDK"),
        (WORDS.replace("person_id", "persons"), "'persons' is not a class; allowed are"),
    ],
)
def test_what_is_built_in_is_not_replaced(tmp_path: Path, text: str, what: str) -> None:
    folder = write(tmp_path / "r", text)
    mistakes = read_active_rules((folder,)).mistakes
    assert [what in one.what for one in mistakes] == [True]
    assert mistakes[0].line == 2  # of the table
    with pytest.raises(UsageError, match="line 2"):
        active_rules((folder,))


def test_only_rules_that_change_an_analysis_change_its_version(tmp_path: Path) -> None:
    ransom = active_rules((write(tmp_path / "a", RANSOM),))
    words = active_rules((write(tmp_path / "b", WORDS),))
    again = active_rules((write(tmp_path / "c", f"# a note\n{WORDS}"),))
    assert analysis_suffix(None) == analysis_suffix(ransom) == ""
    assert analysis_suffix(words) == analysis_suffix(again) != ""


def test_ransom_names_of_users_are_added(tmp_path: Path) -> None:
    added = active_rules((write(tmp_path / "a", RANSOM.replace("names =", "pattern = 'zz[0-9]+'\nnames =")),))
    signs = ransom_signs(added)
    for name in ("zz_pay_us", "zz17"):
        found = signs.judge([Container((name,), "database", records=exact(1, "count"))])
        assert found.verdict is RansomVerdict.LIKELY
        assert "your rule acme-notes" in found.reasons[0]
    assert not ransom_signs(None).knows("zz_pay_us")
    assert signs.knows("readme_to_recover")


def test_examples_are_run(tmp_path: Path) -> None:
    reading = read_active_rules((write(tmp_path / "a", ALL.replace('reject = ["nr"]', 'reject = ["nr", "kdnr"]')),))
    results = list(run_examples(reading.rules))
    assert [(one.rule, one.example) for one in results if not one.passed] == [("acme-words", "reject 2")]
    assert {one.rule for one in results} == set(reading.rules.places)
    assert all("q8w3e5r7" not in one.text for one in results)


def test_lists_have_every_rule_and_every_kind(tmp_path: Path) -> None:
    reading = read_active_rules((write(tmp_path / "a", ALL),))
    assert {row.rule for row in user_rule_rows(reading.rules)} == set(reading.rules.places)
    assert all(group.rules > 10 for group in builtin_groups())


def test_workers_of_a_cluster_get_the_rules_with_their_work(tmp_path: Path) -> None:
    rules = active_rules((write(tmp_path / "a", FIELDHAND + WORDS),))
    assert rules is not None
    work = pickle.loads(pickle.dumps(RecordWork(tmp_path, added=rules)))
    assert work._added == rules
    assert analysis_suffix(work._added) == rules.analysis
    document = work._apps.document(APP)
    assert "fieldhand-host:es" in [one.endpoint.value for one in document.sightings]


def test_an_app_is_read_again_if_the_rules_change_and_results_do_not_mix(tmp_path: Path) -> None:
    place = tmp_path / "w"
    versions: list[str] = []

    def values(folder: Path | None) -> list[str]:
        rules = active_rules((folder,) if folder else ())
        request = ScanRequest((parse_input(str(APP)),), None, place, engine=InlineEngine(), rules=rules)
        with run_scan(request, quiet) as done:
            assert [one.name for one in done.report.rules] == (["a.toml"] if folder else [])
            found = [row.sighting.endpoint.value for row in done.report.sightings.rows()]
        with Workspace.open(place) as opened:
            run = opened.ledger.list_runs()[0].id
            versions.extend(one.version for one in read_inputs(opened.lake, run))
        return found

    with_rules = values(write(tmp_path / "a", FIELDHAND))
    without = values(None)
    assert [value for value in with_rules if value not in without] == ["fieldhand-host:es"]
    assert [value for value in without if value not in with_rules] == []
    assert versions[0].startswith(f"{versions[1]}+rules.")


def test_a_stopped_run_is_resumed_only_with_the_same_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Targets that it has probed are not probed again, so that a new probe would not be asked there."""

    async def stopped(*_: object) -> AsyncIterator[None]:
        for report in [None] * 0:
            yield report
        raise StoppedError("the stop file exists")

    monkeypatch.setattr(probe_run, "probe_all", stopped)
    with zipfile.ZipFile(tmp_path / "a.apk", "w") as archive:
        archive.writestr("assets/a.txt", "http://127.0.0.1:9333/")
    target = (TargetRule("127.0.0.0/8", "any", Depth.ENUMERATE),)
    grant = Grant("Security office", "security@example.org", date(2999, 1, 1), target=target)
    first = active_rules((write(tmp_path / "one", RANSOM),))
    second = active_rules((write(tmp_path / "two", WORDS),))
    runs: list[str] = []
    for rules in (first, first, second, None):
        engine, place = InlineEngine(), tmp_path / "ws"
        wanted = ScanRequest((tmp_path / "a.apk",), grant, place, engine=engine, begun=runs.append, rules=rules)
        with pytest.raises(StoppedError), run_scan(wanted, quiet):
            pass
    assert runs[0] == runs[1]
    assert len(set(runs)) == 3
