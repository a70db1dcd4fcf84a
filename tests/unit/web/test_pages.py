"""The texts that templates make of values, and the files of other projects."""

import hashlib
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from tests.each import each
from tests.unit.pipeline.test_scan import APPS, quiet, request
from tests.unit.web.clients import client
from tieback.pii.taxonomy import class_title
from tieback.pipeline.scan import run_scan
from tieback.report.figures import size_text
from tieback.web.pages import STATIC, TEMPLATES, count, environment, label_of, listed, moment, number, size, words

CARD = re.compile(r'card\("([^"]+)"')
VENDOR = STATIC / "vendor"
CARDS = sorted({label for page in TEMPLATES.rglob("*.html") for label in CARD.findall(page.read_text("utf-8"))})


@each(
    ("value", "text"),
    [
        (None, "\u2013"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (804_883, "805 kB"),
        (277_780, "278 kB"),
        (10**15, "1 PB"),
    ],
)
def test_sizes(value: int | None, text: str) -> None:
    assert size(value) == text
    assert value is None or size_text(value) == text, "reports and the command line print another size"


def test_numbers_and_times() -> None:
    assert number(1234567) == "1,234,567"
    assert moment(datetime(2026, 11, 28, 10, 5, tzinfo=UTC)) == "2026-11-28 10:05 UTC"
    assert (count(1, "app"), count(2, "app"), count(0, "entry", "entries")) == ("1 app", "2 apps", "0 entries")
    assert words("auth_required") == "auth required"


def test_no_page_shows_the_label_of_a_class_of_personal_data() -> None:
    assert (class_title("pin_otp"), class_title("own_class")) == ("PINs and one-time codes", "own class")
    for page in TEMPLATES.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r"(?:classes|pii_class|received)[^{}]*\| words", text), page.name


@each(
    ("label", "one"),
    [
        ("inputs failed", "input failed"),
        ("apps partly read", "app partly read"),
        ("closed ports", "closed port"),
        ("unusable answers", "unusable answer"),
        ("services answering", "service answering"),
        ("apps lead to an open store", "app leads to an open store"),
        ("lead to open stores", "lead to open stores"),
        ("on personal devices", "on personal devices"),
        ("fixed", "fixed"),
    ],
)
def test_labels_of_cards_agree_with_their_number(label: str, one: str) -> None:
    assert (label_of(label, "1"), label_of(label, "2"), label_of(label, "0")) == (one, label, label)


@each(
    "label",
    [label for label in CARDS if re.match(r"(?:\w+ )?[a-z]{3,}s\b", label) and not label.startswith("encryption ")],
)
def test_the_label_of_each_card_fits_one_thing(label: str) -> None:
    """A new card begins with a noun of ``pages``, or with none: "1 databases" would be wrong."""
    known = {
        "with the provider's key",
        "leak according to the scan",
        "on personal devices",
        "due within 7 days",
        "not in this run",
    }
    assert label in known or label_of(label, "1") != label


def test_the_scripts_of_others_are_as_published() -> None:
    table = tomllib.loads((VENDOR / "vendored.toml").read_text())["package"]
    files = {file["to"]: file["sha256"] for package in table for file in package["files"]}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "vendored.toml"
    }
    assert found == files
    assert all(any(file["to"].endswith("LICENSE") for file in package["files"]) for package in table)


@each("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_templates_have_no_inline_script_or_style(path: object) -> None:
    from pathlib import Path

    assert isinstance(path, Path)
    text = path.read_text().lower()
    assert "| safe" not in text
    assert "|safe" not in text
    assert " style=" not in text
    assert "<style" not in text
    assert " onclick" not in text
    assert "javascript:" not in text
    assert all("src=" in piece for piece in text.split("<script")[1:])
    environment().get_template(path.name)


FORM = re.compile(r'<form[^>]*method="post" action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
ENTRY = re.compile(
    r'<(?:textarea|input(?![^>]*(?:type="(?:hidden|password|checkbox|radio|file)"|="one-time-code")))[^>]*>[^<\n]*'
)
"""A field that must show again what was entered: not a password, and not a code, which works once."""
OF_SIGN_IN = {"sign_in.html", "sign_in_code.html", "first_start.html", "base.html"}
"""Their forms have no page behind them: they show a problem at the top (``sign_in_problem.html``)."""
PART = re.compile(r"<section|<h[123]|[{]% block main")


def test_a_form_that_is_shown_again_has_what_was_entered() -> None:
    forgotten = []
    for page in sorted(TEMPLATES.rglob("*.html")):
        for action, fields in FORM.findall(page.read_text("utf-8")):
            entries = ENTRY.findall(fields)
            if page.name not in OF_SIGN_IN and not all("entered(" in one or "own(" in one for one in entries):
                forgotten.append((page.name, action, [one for one in entries if "entered(" not in one]))
    assert forgotten == []


def test_a_part_of_a_page_with_forms_has_a_place_for_what_is_wrong() -> None:
    without = []
    for page in sorted(TEMPLATES.rglob("*.html")):
        if page.name in OF_SIGN_IN or page.name.endswith("_macros.html"):
            continue
        parts = [part for part in PART.split(page.read_text("utf-8")) if 'method="post"' in part]
        without += [(page.name, one[:80]) for one in parts if "form_problem(" not in one and "problem_of(" not in one]
    assert without == []


def test_a_field_that_is_sent_several_times_is_a_list() -> None:
    assert (listed("a"), listed(["a", "b"]), listed(())) == (["a"], ["a", "b"], [])


def test_a_platform_is_no_party(scanned: Path) -> None:
    with client(scanned) as made:
        assert "platform party" not in made.get("/backends").text
    template = '{% from "apps_macros.html" import party_words %}{{ party_words(party) }}'
    shown = environment().from_string(template)
    assert {party: shown.render(party=party) for party in ("first", "third", "platform", "unknown")} == {
        "first": "first party",
        "third": "third party",
        "platform": "vendor of the operating system",
        "unknown": "unknown party",
    }


def test_the_graph_of_a_run_without_probes_has_no_worst(scanned: Path, tmp_path: Path) -> None:
    with run_scan(request(tmp_path, APPS / "workhub.apk"), quiet):
        pass
    for workspace, heading in ((tmp_path / "ws", "Where to start"), (scanned, "The worst of this run")):
        with client(workspace) as made:
            assert re.findall("<h2>(.*)</h2>", made.get("/graph").text) == [heading]
