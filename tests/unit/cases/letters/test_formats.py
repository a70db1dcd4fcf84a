"""Letters as files, read back by what reads such files."""

import email
import email.policy
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from markdown_it import MarkdownIt

from tests.unit.cases.letters.samples import facts
from tests.unit.cases.samples import NOW, case
from tieback.cases.letters.formats import (
    FORMS,
    LetterFile,
    plain_text,
    to_docx,
    to_eml,
    to_html,
    to_mailto,
    to_markdown,
    to_pdf,
)
from tieback.cases.letters.language import KINDS, load_language
from tieback.cases.letters.render import render_letter
from tieback.model.case import CaseApp, Letter
from tieback.model.errors import InputError

EVIL = "<img src=x onerror=alert(1)> [a](http://evil.test) ![b](http://evil.test/b.png)"


def letter(kind: str = "exposure", name: str = "de", app: str = "Fieldhand") -> Letter:
    one = case(apps=(CaseApp("com.a", app, "1", "android", "a" * 64),))
    return render_letter(kind, name, load_language(name), facts(name, (one,)), (), NOW, "v-1")


def html_of(one: Letter) -> str:
    return to_html(one, facts(one.language), load_language(one.language)).decode()


def test_page_is_complete_and_loads_nothing() -> None:
    page = html_of(letter())
    for part in ("Nordwind Energie AG", "Fieldhand Machinery", "1.350", "<table>", 'lang="de"', "01.03.2026"):
        assert part in page
    assert "http-equiv" in page
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    assert "src=" not in page


def test_what_others_wrote_is_text_on_the_page() -> None:
    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.seen: set[str] = set()

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.seen.add(tag)

    tags = Tags()
    tags.feed(html_of(letter("assurance", app=EVIL)))
    assert not tags.seen & {"img", "a", "script", "iframe"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_others_wrote_is_text_in_markdown(kind: str) -> None:
    """Rendered with everything that CommonMark allows: HTML, links and images."""
    one = letter(kind, app=EVIL)
    told = msgspec.structs.replace(facts(one.language), recipient=f"Evil {EVIL}")
    page = MarkdownIt("commonmark").render(to_markdown(one, told, load_language(one.language)).decode())
    assert not [tag for tag in ("<img", "<script", "<a ") if tag in page]
    assert "Evil &lt;img" in page


def test_a_pdf_is_one() -> None:
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed")
    assert to_pdf(letter(), facts("de"), load_language("de")).startswith(b"%PDF-")


def test_a_word_file_on_our_letterhead_and_on_the_operators(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx", reason="the extra docx is not installed")

    def text(data: bytes) -> str:
        return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)

    made = text(to_docx(letter("assurance", app=EVIL), facts("de"), load_language("de")))
    assert "Nordwind Energie AG" in made
    assert "☐ 1." in made
    assert EVIL[:28] in made
    head = docx.Document()
    head.add_paragraph("Kanzlei {{ sender.organisation }}")
    head.add_paragraph("{{ body }}")
    head.add_paragraph("Sitz: Berlin")
    head.save(str(tmp_path / "letter.docx"))
    own = docx.Document(io.BytesIO(to_docx(letter(), facts("de"), load_language("de"), tmp_path)))
    assert own.paragraphs[0].text == "Kanzlei Nordwind Energie AG"
    assert own.paragraphs[-1].text == "Sitz: Berlin"
    assert len(own.tables) == 2
    own = docx.Document()
    own.add_paragraph("Kanzlei: {{ vendor }}, {{ due }}")
    own.save(str(tmp_path / "exposure.de.docx"))
    assert (
        text(to_docx(letter(), facts("de"), load_language("de"), tmp_path))
        == "Kanzlei: Fieldhand Machinery, 31.03.2026"
    )
    (tmp_path / "exposure.de.docx").write_bytes(b"no zip")
    with pytest.raises(InputError, match="cannot be rendered"):
        to_docx(letter(), facts("de"), load_language("de"), tmp_path)


@pytest.mark.parametrize("name", ["en", "de", "fr", "es", "pt"])
def test_a_word_file_has_the_tables_and_the_bold_text_of_the_page(name: str) -> None:
    docx = pytest.importorskip("docx", reason="the extra docx is not installed")
    one, language = letter(name=name), load_language(name)
    page = to_html(one, facts(name), language).decode()
    document = docx.Document(io.BytesIO(to_docx(one, facts(name), language)))
    assert len(document.tables) == page.count("<table>") == 2
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert [language.words["where"], "es.fieldhand.test:9200"] in rows
    bold = {run.text for paragraph in document.paragraphs for run in paragraph.runs if run.bold}
    assert {part for part in re.findall("<strong>(.*?)</strong>", page) if "&" not in part} <= bold
    assert {one.subject} | set(re.findall("<h2>(.*?)</h2>", page.replace("&#x27;", "'"))) <= bold
    assert document.sections[0].header.paragraphs[0].text == "TLP:AMBER"
    everything = "\n".join(part.text for part in document.paragraphs) + repr(rows)
    assert not [mark for mark in ("**", "\\_", "\\@", "{{", "\ue000") if mark in everything]


def test_underscores_within_words_are_not_escaped_in_markdown() -> None:
    text = to_markdown(letter(), facts("de"), load_language("de")).decode()
    assert "GET /\\_cat/indices" in text
    assert "_count" in text
    text = to_markdown(letter("assurance", app="my_app_name"), facts("de"), load_language("de")).decode()
    assert "my_app_name" in text


def test_a_draft_has_no_other_headers() -> None:
    one = letter()
    data = to_eml(one, facts("de"), "a@b.test", LetterFile("x.html", b"<p>x</p>"))
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert (message["To"], message["X-Unsent"], message["Subject"]) == ("a@b.test", "1", f"[TLP:AMBER] {one.subject}")
    body, attachment = message.iter_parts()
    assert "Sehr geehrte Damen und Herren" in body.get_content()
    assert attachment.get_filename() == "x.html"
    assert email.message_from_bytes(to_eml(one, facts("de"), "x\nBcc: y@z.test", None))["To"] is None


def test_a_mailto_opens_with_subject_and_text() -> None:
    one = letter()
    parts = urlsplit(to_mailto(one, facts("de"), "a@b.test"))
    told = parse_qs(parts.query, strict_parsing=True)
    assert (parts.scheme, parts.path, told["subject"]) == ("mailto", "a@b.test", [f"[TLP:AMBER] {one.subject}"])
    assert told["body"][0].startswith("TLP:AMBER\r\n\r\nSehr geehrte Damen und Herren,\r\n")


def test_plain_text_has_no_marks() -> None:
    text = plain_text(letter())
    assert "**" not in text
    assert "Datensätze: 1.350 (genau)" in text
    assert "1. Bestätigen Sie" in text


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("pdf", "docx")])
def test_forms_are_stable(form: str) -> None:
    one, told, language = letter(), facts("de"), load_language("de")
    assert FORMS[form](one, told, language, None) == FORMS[form](one, told, language, None)
