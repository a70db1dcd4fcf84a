"""Letters are the same for the same facts, versioned, and no markup of others gets through."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import few
from tests.unit.cases.letters.samples import facts
from tests.unit.cases.samples import NOW, case
from tieback.cases.letters import bounded
from tieback.cases.letters.formats import plain_text
from tieback.cases.letters.language import KINDS, Template, load_language
from tieback.cases.letters.render import letter_reference, render_letter
from tieback.model.case import CaseApp, Letter
from tieback.model.errors import InputError, UsageError
from tieback.model.safe_text import escape_markup


def write(kind: str = "exposure", name: str = "en", known: tuple[Letter, ...] = (), **more: object) -> Letter:
    return render_letter(kind, name, load_language(name), facts(name, **more), known, NOW, "v-1")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["en", "de", "fr", "es", "pt"])
def test_every_letter_in_every_language(kind: str, name: str) -> None:
    letter = write(kind, name)
    assert "ieldhand" in letter.subject
    assert "{{" not in letter.text + letter.subject
    assert "security@nordwind.example" in plain_text(letter)
    assert "\n\n\n" not in letter.text
    if kind in ("exposure", "provider"):
        assert "1350" in letter.text.replace(".", "").replace(",", "").replace(" ", "").replace("\u202f", "")
    if kind == "exposure":
        assert letter_reference("v-1") in letter.text


def test_a_reminder_of_the_request_for_assurance() -> None:
    assert "On 1 February 2026 we asked you" in write("reminder", cases=(), asked="1 February 2026").text


def test_the_same_text_is_the_same_version() -> None:
    first = write()
    assert (first.version, len(first.sha256)) == (1, 64)
    assert write(known=(first,)) is first
    second = write(known=(first,), cases=(case(), case("es-2")))
    assert (second.version, second.id == first.id) == (2, False)


SHOP = "ספרי הים"


@pytest.mark.parametrize("kind", ["exposure", "assurance"])
def test_a_name_from_right_to_left_does_not_reorder_its_sentence(kind: str) -> None:
    app = CaseApp("com.a", SHOP, "4.0.7", "android", "a" * 64)
    letter = write(kind, cases=(case(apps=(app,)),))
    isolated = f"\u2068{SHOP}\u2069"
    assert letter.text.count(SHOP) == letter.text.count(isolated) > 0
    # A page shows the subject in its own way, where these characters would be shown escaped.
    assert "\u2068" not in letter.subject


def test_a_letter_in_a_language_from_right_to_left_is_as_its_template() -> None:
    language = msgspec.structs.replace(load_language("en"), thanks=Template("תודה", "תודה {{ vendor }}"))
    text = render_letter("thanks", "he", language, facts("en"), (), NOW, "v-1").text
    assert text.startswith("תודה ")


def test_what_others_wrote_is_text() -> None:
    evil = "[x](javascript:alert) <script>|*_` {{ 7*7 }} {% for %}"
    app = CaseApp("com.a", evil, "1", "android", "a" * 64)
    text = write("assurance", cases=(case(apps=(app,)),)).text
    assert "49" not in text.partition("com.a")[0][-80:]
    assert "\\[x\\](javascript:alert) \\<script\\>\\|\\*\\_\\` \\{\\{ 7\\*7 \\}\\}" in text


@pytest.mark.parametrize(
    ("template", "says"),
    few(
        [
            ("{{ nothing }}", "'nothing' is undefined"),
            ("{% for %}", "cannot be rendered"),
            ("{{ ''.__class__.__mro__ }}", "unsafe|undefined"),
            ("{% include 'x' %}", "cannot be rendered"),
            ("{{ 'x' * 2000000 }}", "longer than 1 MiB"),
            ("{% for i in range(1000000) %}{% endfor %}", "cannot be rendered"),
            ("{{ 'x' * 10000000000 }}", "needs more than 1024 MiB of memory"),
            (
                "{% set a = namespace(x='x' * 99) %}{% for i in range(9999) %}{% set a.x = a.x + a.x %}{% endfor %}",
                "needs more than 1024 MiB of memory",
            ),
            ("{{ 9 ** (9 ** 9) }}", "takes more than 1 s"),
            ("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "takes more than 1 s"),
        ],
        3,
    ),
)
def test_a_damaged_template_is_one_line(template: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS", 1.0 if "1 s" in says else 20.0)
    language = msgspec.structs.replace(load_language("en"), exposure=Template("x", template))
    with pytest.raises(InputError, match=says):
        render_letter("exposure", "en", language, facts(), (), NOW, "v-1")


def test_each_letter_has_the_variables_parts_and_subject_of_its_own_job() -> None:
    """A compiled template serves several letters."""

    def said(reference: str, part: str, text: str = '{% include "closing" %} {{ reference }}') -> tuple[str, str]:
        own = msgspec.structs.replace(facts(), reference=reference)
        done = bounded.render(bounded.TextJob("{{ reference }} " + part, text, {"closing": part}, own))
        assert done.problem == ""
        return done.subject, done.text

    first = said("TB-1", "Bye")
    assert first == ("TB-1 Bye", "Bye TB-1")
    assert said("TB-2", "Bye") == ("TB-2 Bye", "Bye TB-2")
    assert said("TB-1", "Ciao") == ("TB-1 Ciao", "Ciao TB-1")
    assert said("TB-1", "Bye", "{% set reference = 7 %}{{ reference }}") == ("TB-1 Bye", "7")
    assert said("TB-1", "Bye") == first


def test_unknown_letter_kind_is_rejected() -> None:
    with pytest.raises(UsageError, match="Choose one of assurance"):
        write("threat")


@given(st.text())
def test_escaped_text_keeps_every_sign(text: str) -> None:
    assert escape_markup(text).replace("\\", "") == text.replace("\\", "")


def test_bundled_templates_read_no_files() -> None:
    folder = Path(__file__).parents[4] / "src" / "tieback" / "cases" / "letters"
    for path in folder.glob("*.toml"):
        includes = {line for line in path.read_text().splitlines() if "{% include" in line}
        assert includes <= {f'{{% include "{part}" %}}' for part in ("stores", "closing", "particulars", "form")}
