"""tools/check-words: which sentences it reports, and which it leaves alone."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from tests.each import each

ROOT = Path(__file__).resolve().parents[3]


def _tool(name: str) -> ModuleType:
    loader = SourceFileLoader(name.replace("-", "_"), str(ROOT / "tools" / name))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


TOOL = _tool("check-words")
WORDS = TOOL.WordList()

REJECTED = [
    # text, the words that are reported
    ("Blind spots are told on stderr.", ["told"]),
    ("The last line tells what is missing.", ["tells"]),
    ("Both are told apart by their banners.", ["told", "apart"]),
    ("Every host is asked once.", ["asked"]),
    ("The tests prove that nothing is written.", ["tests prove"]),
    ("Safety is guaranteed.", ["guaranteed"]),
    ("Ask all again.", ["ask"]),
    ("The server says that it is full.", ["says"]),
    ("Private key stands in the app.", ["stands"]),
    ("Every line bears a name.", ["bears"]),
    ("Data store carries a note.", ["carries"]),
    ("A scan heeds the stop file.", ["heeds"]),
    ("The table holds nothing.", ["holds"]),
    ("The lake lies in the workspace.", ["lies"]),
    ("A login is wanted.", ["wanted"]),
    ("The file brings no secrets.", ["brings"]),
    ("The flag may be given twice.", ["be given"]),
    ("Parts are made anew.", ["anew"]),
    ("The app is started afresh.", ["afresh"]),
    ("It is tried once more.", ["once more"]),
    ("Mend the manifest.", ["mend"]),
    ("PostgreSQL and kin.", ["kin"]),
    ("It logs in as a made-up user.", ["made-up"]),
    ("Whoever has the app has the key.", ["whoever"]),
    ("Apps that nobody analysed.", ["nobody"]),
    ("The store answers strangers.", ["strangers"]),
    ("The key is untold.", ["untold"]),
    ("Findings are counted apart.", ["apart"]),
    ("Only those of this machine alone.", ["alone"]),
    ("A suppression by these alone.", ["alone"]),
    ("Who reads meanwhile notices nothing.", ["who reads"]),
    ("This is for who asks first.", ["for who asks", "asks"]),
    ("The same command goes on there.", ["goes on"]),
    ("It lets a stranger in.", ["stranger", "lets a stranger in"]),
    ("A user is let in.", ["let in"]),
    ("Any user gets in.", ["gets in"]),
    ("It follows the rules of then.", ["of then"]),
    ("A record that is no flow.", ["is no flow"]),
    ("A size that is none.", ["that is none"]),
    ("The policies of ours.", ["of ours"]),
    ("Strangers may nothing there.", ["strangers", "may nothing"]),
    ("It is read only where the grant covers it.", ["only where", "where the grant covers"]),
    ("Empty where it has none.", ["where it has none"]),
    ("Empty where there is none.", ["where there is none"]),
    ("Empty where none ended.", ["where none"]),
    ("One line an app.", ["one line an app"]),
    ("One JSON document a line.", ["one json document a line"]),
    ("It reads 2 MiB a record.", ["2 mib a record"]),
    ("The world has 50 sightings an app.", ["50 sightings an app"]),
    ("A file a noun.", ["a file a noun"]),
    ("Of the exposed stores.", ["of the exposed stores."]),
    ("No app is there.", ["is there"]),
]

ACCEPTED = [
    "One line per app.",
    "The store answers without authentication.",
    "The server asks for a password.",
    "psql -h HOST -U nobody asks for a password.",
    "Packets carry at most 64 KiB.",
    "A worker reads one member at a time.",
    "The unit runs alone the second time.",
    "Retry the input alone in its batch.",
    "The proofs are ten minutes apart.",
    "Apart from IPv6, all of it is read.",
    "The set is made up of three parts.",
    "X stands for a name.",
    "There is no grant.",
    "It is no longer open.",
    "Show where the ledger is.",
    "A scan resumes from where it stopped.",
    "Start a new lab in the demo directory.",
    "Bearer tokens, household data, thresholds.",
    "It opens ten connections a second.",
    "Use `--afresh` or --afresh to probe everything again.",
    "See https://example.org/asked/nobody/told for details.",
    "{told} findings of {asked} targets",
    "The address is given a name.",
    "Make room for 2 GiB.",
    "Of 41 cases, 40 were right.",
    "Does it contain one app, a library or both?",
]


def _sentence(text: str, category: str = "docs") -> object:
    return TOOL.Sentence("docs/page.md", 1, category, text)


@each(("text", "words"), REJECTED)
def test_word_is_reported(text: str, words: list[str]) -> None:
    assert sorted(hit.found for hit in WORDS.check(_sentence(text))) == sorted(words)


@each("text", ACCEPTED)
def test_plain_sentence_is_accepted(text: str) -> None:
    assert [hit.found for hit in WORDS.check(_sentence(text))] == []


def test_letters_may_tell_and_ask_a_person() -> None:
    text = "We ask that you tell us when strangers are shut out."
    assert list(WORDS.check(_sentence(text, "letter"))) == []
    assert len(list(WORDS.check(_sentence(text, "docs")))) == 3


def test_error_is_not_a_question() -> None:
    assert [hit.found for hit in WORDS.check(_sentence("whose directory?", "error"))] == ["whose directory?"]
    assert list(WORDS.check(_sentence("Whose data is it?", "docs"))) == []


def test_sentence_of_more_than_30_words_is_reported() -> None:
    fitting = _sentence(" ".join(["word"] * 30) + ".")
    long = _sentence(" ".join(["word"] * 31) + ".")
    assert list(WORDS.check(fitting)) == []
    assert [hit.found for hit in WORDS.check(long)] == ["31 words"]
    assert list(WORDS.check(long, limit=31)) == []


def test_words_are_english_and_length_counts_in_every_language() -> None:
    assert list(WORDS.check(_sentence("Das stands anew.", "letter-other"))) == []
    assert [hit.found for hit in WORDS.check(_sentence("Wort " * 36, "letter-other"))] == ["36 words"]


def test_line_names_file_line_sentence_and_what_to_write() -> None:
    (hit,) = WORDS.check(_sentence("Mend it."))
    assert str(hit) == 'docs/page.md:1: Mend it.: "Mend": write: fix, correct, repair'


def test_exit_code_is_1_if_there_are_hits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "README.md"
    page.write_text("# Title\n\nIt is plain.\n")
    assert TOOL.main(["--root", str(tmp_path)]) == 0
    page.write_text("# Title\n\nIt is plain.\nIt is made anew.\n")
    assert TOOL.main(["--root", str(tmp_path)]) == 1
    assert capsys.readouterr().out.startswith("README.md:4: It is made anew.: ")


def test_counts_by_category_and_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = tmp_path / "src" / "tieback" / "cli" / "app.py"
    module.parent.mkdir(parents=True)
    module.write_text('print("it is made anew")\n')
    assert TOOL.main(["--root", str(tmp_path), "--count"]) == 1
    assert capsys.readouterr().out == "output\tcli\t1\n"


def test_paths_restrict_the_report(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("It is made anew.\n")
    assert TOOL.main(["--root", str(tmp_path), "docs"]) == 0
    assert TOOL.main(["--root", str(tmp_path), "README.md"]) == 1
    assert TOOL.main(["--root", str(tmp_path), str(tmp_path / "README.md")]) == 1


def test_each_entry_of_the_word_list_is_used_by_a_case() -> None:
    tested = {hit.better.split(": write: ")[1] for text, _ in REJECTED for hit in WORDS.check(_sentence(text))}
    common = {word.better for word in WORDS.words if "docs" in word.categories}
    rare = {
        "run it again; pass",
        "who; name the role: the owner, the vendor, the recipient",
        "rarely, so, from where, in case, until now, by which, of it, in it",
        "timed out, exceeded its time limit",
        "attacker; ransom note",
        "through, via",
        "except for, without",
        "is available, is not available",
        "quarantined",
        "package",
        "project, architecture; internal (a report)",
        "first pass, quick",
        "separately from; distinguishes from",
        "access, access path",
        "your own, its own",
        "permissions of X; what X is allowed to do",
        "one more X",
        "known about",
    }
    assert common - tested - rare == set()
