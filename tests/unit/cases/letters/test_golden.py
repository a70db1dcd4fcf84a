"""Letters in full, in all languages: read ``tests/golden/letters`` after a change. What is said in each of them."""

import os
import re
from pathlib import Path

import pytest

from tests.examples import few
from tests.unit.cases.letters.golden_letters import golden_facts, golden_letter, golden_markdown
from tests.unit.cases.letters.samples import DAYS, facts
from tests.unit.cases.samples import NOW, case
from tieback.cases.letters.formats import plain_text
from tieback.cases.letters.language import KINDS, load_language
from tieback.cases.letters.render import render_letter
from tieback.model.case import CaseState, Recheck, RecheckVerdict
from tieback.pii.taxonomy import load_taxonomy

GOLDEN = Path(__file__).parents[3] / "golden" / "letters"
LANGUAGES = ("en", "de", "fr", "es", "pt")
TO_VENDOR = ("assurance", "exposure", "reminder", "escalation", "thanks")
INTERNAL = (
    "strangers", "untold", "any-user", "any_user", "named_account", "handed", "no_response", "closed_at", "undefined",
    "None", "CaseState", "experimental", "case-", "v-1",
)  # fmt: skip
"""Words of the program, not of the field."""
EMPTY = re.compile(r"\*\*\*\*|\| *\|\s|: *$|\(\)|, *,|\bby \.|  \S|\{|\}|\[\]", re.MULTILINE)
"""What an empty variable leaves behind; a heading or list that follows a colon has a blank line before it."""


@pytest.mark.parametrize("name", LANGUAGES)
def test_the_letters_of_a_language(name: str) -> None:
    text = "\n\n".join(f"<!-- {kind} -->\n\n{golden_markdown(kind, name)}" for kind in KINDS)
    path = GOLDEN / f"{name}.md"
    if os.environ.get("TIEBACK_WRITE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text(), "review the change, then run with TIEBACK_WRITE_GOLDEN=1"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", LANGUAGES)
def test_no_letter_has_an_internal_word_or_an_empty_variable(kind: str, name: str) -> None:
    letter = golden_letter(kind, name)
    text = f"{letter.subject}\n{plain_text(letter)}"
    labels = [label.replace("_", " ") for label in load_taxonomy() if "_" in label]
    assert [word for word in (*INTERNAL, *labels) if re.search(rf"\b{re.escape(word)}\b", text)] == []
    lines = [line for line in text.splitlines() if line and not _introduces(line, text)]
    assert [line for line in lines if EMPTY.search(line)] == []


def _introduces(line: str, text: str) -> bool:
    """True for a line with a colon at its end before a list, a form field or a greeting."""
    return line.endswith(":") and bool(text.split(line, 1)[1].strip())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", few(LANGUAGES, 5))
def test_a_letter_in_any_state_has_no_empty_variable(kind: str, name: str) -> None:
    """With as little as a case can have."""
    language = load_language(name)
    for state, verdict in zip(CaseState, (None, *RecheckVerdict), strict=False):
        check = None if verdict is None else Recheck(verdict, NOW)
        one = case(state=state, check=check)
        text = plain_text(render_letter(kind, name, language, facts(name, (one,)), (), NOW, "v-1"))
        assert [line for line in text.splitlines() if EMPTY.search(line) and not line.endswith(":")] == []
        assert check is None or check.verdict.value not in text.split() or "_" not in check.verdict.value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", LANGUAGES)
def test_every_letter_has_reference_contact_key_and_label(kind: str, name: str) -> None:
    text, told = plain_text(golden_letter(kind, name)), golden_facts(kind, name)
    for part in (told.reference, told.sender.email, told.sender.key, f"{told.tlp}", told.tlp_text):
        assert part in text
    assert f"\n{load_language(name).words['to']}{load_language(name).words['colon']} {told.recipient}" in (
        golden_markdown(kind, name).replace("\\", "")
    )


@pytest.mark.parametrize("kind", ["exposure", "provider", "reminder", "escalation", "thanks"])
@pytest.mark.parametrize("name", LANGUAGES)
def test_letters_about_a_store_state_when_whence_and_by_whose_authority_we_connected(kind: str, name: str) -> None:
    text = plain_text(golden_letter(kind, name))
    for part in ("12:00:00", "12:00:05 (UTC)", "93.184.216.5", "Security office", "a5" * 32):
        assert part in text
    assert re.search("; (?:14|28) |\\) ; (?:14|28) ", text)
    # Its logs have the ports on which we looked for stores too.
    assert re.search(r"\b218 \w+ \w+ 97 \w+ \w+ es\.fieldhand\.test", text)


@pytest.mark.parametrize("kind", ["owners", "removed"])
@pytest.mark.parametrize("name", LANGUAGES)
def test_notices_to_our_own_people_have_no_details_of_the_store(kind: str, name: str) -> None:
    text = golden_markdown(kind, name)
    assert not [part for part in ("fieldhand.test", "93.184", "Fieldhand Machinery", "elasticsearch") if part in text]


@pytest.mark.parametrize("name", LANGUAGES)
def test_only_letters_to_the_vendor_announce_when_others_are_informed(name: str) -> None:
    language = load_language(name)
    share, publish, shared = (language.day(day) for day in (DAYS["share"], DAYS["publish"], NOW.date()))
    exposure = plain_text(golden_letter("exposure", name))
    assert share in exposure
    assert publish in exposure
    assert share in plain_text(golden_letter("reminder", name))
    assert publish in plain_text(golden_letter("escalation", name))
    for kind in ("provider", "owners", "removed", "assurance", "thanks"):
        assert share not in plain_text(golden_letter(kind, name))
    told = facts(name, share="", shared=shared)
    informed = render_letter("exposure", name, language, told, (), NOW, "v-1").text
    assert share not in informed
    assert shared in informed


@pytest.mark.parametrize("kind", ["exposure", "provider", "reminder"])
@pytest.mark.parametrize(
    ("name", "fewer", "credentials"),
    [
        ("en", "classes of personal data", "no credentials"),
        ("de", "Arten personenbezogener Daten", "keine Zugangsdaten"),
        ("fr", "catégories de données à caractère personnel", "aucun identifiant d'accès"),
        ("es", "categorías de datos personales", "ninguna credencial"),
        ("pt", "categorias de dados pessoais", "nenhuma credencial"),
    ],
)
def test_letters_ask_for_fewer_classes_and_no_credentials(kind: str, name: str, fewer: str, credentials: str) -> None:
    text = plain_text(golden_letter(kind, name))
    assert fewer in text
    assert credentials in text
