"""Formats of a letter: Markdown, HTML, PDF (WeasyPrint), DOCX (docxtpl), e-mail draft (RFC 5322), mailto (RFC 6068).

Nothing is loaded and nothing is sent. The draft has the header ``X-Unsent: 1``, so that mail programs open it for
editing.
"""

import html
import importlib.util
import io
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import msgspec
from markdown_it import MarkdownIt

from tieback.cases.contacts import is_email_address
from tieback.cases.letters.bounded import DocxJob, render, render_bounded
from tieback.cases.letters.facts import LetterFacts
from tieback.cases.letters.language import Language
from tieback.model.case import Letter
from tieback.model.errors import InputError, UsageError
from tieback.model.extras import extra_advice
from tieback.model.safe_text import escape_markup

MAILTO_BODY = 1_500
"""Limit in characters; mail programs truncate longer links."""
_STYLE = """
@page { size: A4; margin: 22mm 22mm 24mm 25mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #666 } }
:root { color: #1a1a1a; background: #fff }
body { font: 10.5pt/1.45 "Liberation Sans", "DejaVu Sans", Arial, sans-serif; max-width: 46em; margin: 2em auto }
@media print { body { margin: 0; max-width: none } }
header { display: flex; justify-content: space-between; gap: 2em; margin-bottom: 2.2em; font-size: 9.5pt }
header p { margin: 0 0 .2em }
.to { min-height: 6em }
.from { text-align: right; color: #444 }
h1 { font-size: 13pt; margin: 0 0 1.2em; line-height: 1.3 }
h2 { font-size: 11.5pt; margin: 1.6em 0 .5em; break-after: avoid }
h3 { font-size: 10.5pt; margin: 1.2em 0 .4em; break-after: avoid }
p { margin: 0 0 .75em; overflow-wrap: anywhere }
ul, ol { margin: 0 0 .9em; padding-left: 1.6em }
li { margin-bottom: .3em; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; margin: .3em 0 1em; font-size: 9.5pt }
th, td { text-align: left; vertical-align: top; padding: .3em .6em; border: .6pt solid #bbb; font-weight: normal;
  overflow-wrap: anywhere }
td:first-child, th:first-child { width: 32%; background: #f3f3f3 }
hr { border: 0; break-before: page }
"""


class LetterFile(msgspec.Struct, frozen=True):
    """A file created from a letter."""

    name: str
    data: bytes


def _markdown() -> MarkdownIt:
    # HTML and links are disabled because the text contains values from others.
    return (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["link", "autolink", "image", "html_inline"])
    )


def to_markdown(letter: Letter, facts: LetterFacts, language: Language, _: Path | None = None) -> bytes:
    """Encode header and text as Markdown."""
    lines = [f"# {escape_markup(letter.subject)}", "", f"{language.words['to']}: {escape_markup(facts.recipient)}  "]
    lines += [f"{language.words['date']}: {facts.today}  ", f"{language.words['reference']}: {facts.reference}", ""]
    return ("\n".join(lines) + "\n" + letter.text).encode("utf-8", "replace")


def to_html(letter: Letter, facts: LetterFacts, language: Language, _: Path | None = None) -> bytes:
    """Encode as an HTML page that prints as a letter."""
    sender, words = facts.sender, language.words
    to = [facts.recipient, *facts.postal.splitlines()]
    who = [sender.organisation, *sender.postal.splitlines(), sender.email, sender.phone, ""]
    who += [f"{words['date']}: {facts.today}", f"{words['reference']}: {facts.reference}"]
    body = _markdown().render(letter.text)
    page = f"""<!DOCTYPE html>
<html lang="{html.escape(letter.language)}">
<head><meta charset="utf-8"><title>{html.escape(letter.subject)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>{_STYLE}</style></head>
<body>
<header><div class="to">{_lines(to)}</div><div class="from">{_lines(who)}</div></header>
<h1>{html.escape(letter.subject)}</h1>
{body}</body>
</html>
"""
    return page.encode("utf-8", "xmlcharrefreplace")


def to_pdf(letter: Letter, facts: LetterFacts, language: Language, _: Path | None = None) -> bytes:
    """Encode the HTML page as PDF.

    Raises:
        UsageError: WeasyPrint is not installed.
    """
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise UsageError(
            f"PDF is not available ({error})",
            where="--as pdf",
            advice=f"Install Pango. {extra_advice('pdf')}",
        ) from None
    out = io.BytesIO()
    HTML(string=to_html(letter, facts, language).decode(), base_url=None, url_fetcher=_refuse).write_pdf(out)
    return out.getvalue()


def to_docx(letter: Letter, facts: LetterFacts, _: Language, folder: Path | None = None) -> bytes:
    """Encode as DOCX, on the letterhead ``letter.docx`` of the template folder if there is one.

    ``KIND.LANGUAGE.docx`` in that folder replaces the whole letter. Both are docxtpl templates with the facts,
    ``subject`` and ``blocks`` (each with ``style`` and ``text``) as variables.

    Raises:
        UsageError: docxtpl is not installed.
        InputError: the template is damaged.
    """
    if importlib.util.find_spec("docxtpl") is None:
        raise UsageError("DOCX is not available", where="--as docx", advice=extra_advice("docx"))
    own = None
    if folder is not None:
        names = (f"{letter.kind}.{letter.language}.docx", "letter.docx")
        own = next((folder / name for name in names if (folder / name).is_file()), None)
    try:
        template = own.read_bytes() if own is not None else _letterhead()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(own), advice="Check the file") from None
    job = DocxJob(template, facts, letter.subject, letter.text, tuple(_blocks(letter.text)))
    done = render(job) if own is None else render_bounded(job, str(own))
    if done.problem:
        raise InputError(
            f"the template cannot be rendered ({done.problem})",
            where=str(own or "letter.docx"),
            advice="See docs/howto/cases.md for the variables",
        )
    return done.document


def to_eml(letter: Letter, facts: LetterFacts, address: str, attached: LetterFile | None) -> bytes:
    """Encode as an e-mail draft with the PDF or HTML page attached. tieback never sends it."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.subject
    message["X-Unsent"] = "1"
    if is_email_address(facts.sender.email):
        message["From"] = facts.sender.email
    if is_email_address(address):
        message["To"] = address
    message["Message-ID"] = f"<{letter.id}@tieback.invalid>"
    message.set_content(plain_text(letter))
    if attached is not None:
        kind = ("application", "pdf") if attached.name.endswith(".pdf") else ("text", "html")
        message.add_attachment(attached.data, maintype=kind[0], subtype=kind[1], filename=attached.name)
    return message.as_bytes()


def to_mailto(letter: Letter, address: str) -> str:
    """Return a mailto link; a long text is truncated, because the file contains all of it."""
    body = plain_text(letter)
    body = body if len(body) <= MAILTO_BODY else body[:MAILTO_BODY] + " […]"
    to = quote(address, safe="@") if is_email_address(address) else ""
    lines = body.replace("\n", "\r\n")
    return f"mailto:{to}?subject={quote(letter.subject, safe='')}&body={quote(lines, safe='')}"


def plain_text(letter: Letter) -> str:
    """Return the text without Markdown marks, for e-mail."""
    return "\n\n".join(block["text"] for block in _blocks(letter.text)) + "\n"


FORMS: Mapping[str, Callable[[Letter, LetterFacts, Language, Path | None], bytes]] = {
    "md": to_markdown,
    "html": to_html,
    "pdf": to_pdf,
    "docx": to_docx,
}
"""Encoders by file suffix; ``eml`` and ``mailto`` need an address."""


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Paragraphs, headings, list items and table rows of a text, in order, without Markdown marks."""
    tokens = _markdown().parse(text)
    style, before = "", ""
    row: list[str] = []
    depth: list[int] = []
    for token in tokens:
        last, before = before, token.type
        match token.type:
            case "heading_open":
                style = f"Heading {min(int(token.tag[1:]), 3)}"
            case "ordered_list_open":
                depth.append(int(token.attrs.get("start", 1) or 1))
            case "bullet_list_open":
                depth.append(0)
            case "ordered_list_close" | "bullet_list_close":
                depth.pop()
            case "tr_open":
                row = []
            case "tr_close":
                yield {"style": "Normal", "text": ": ".join(cell for cell in row if cell)}
            case "inline" if last in ("td_open", "th_open"):
                row.append(_plain(token))
            case "inline":
                mark = ""
                if depth:
                    mark = f"{depth[-1]}. " if depth[-1] else "• "
                    depth[-1] += 1 if depth[-1] else 0
                yield {"style": style or ("List" if depth else "Normal"), "text": mark + _plain(token)}
                style = ""
            case "hr":
                yield {"style": "Break", "text": ""}


def _plain(token: Any) -> str:
    signs = {"softbreak": " ", "hardbreak": "\n"}
    return "".join(child.content or signs.get(child.type, "") for child in token.children or ())


def _lines(lines: list[str]) -> str:
    return "".join(f"<p>{html.escape(line) or '&nbsp;'}</p>" for line in lines)


def _letterhead() -> bytes:
    """A plain letterhead as a docxtpl template, built with python-docx."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10.5)
    sender = document.add_paragraph(
        "{{ sender.organisation }}\n{{ sender.postal }}\n{{ sender.email }}\n{{ sender.phone }}"
    )
    sender.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph("{{ recipient }}\n{{ postal }}")
    document.add_paragraph("{{ words.date }}: {{ today }}    {{ words.reference }}: {{ reference }}")
    document.add_paragraph().add_run("{{ subject }}").bold = True
    document.add_paragraph("{%p for block in blocks %}")
    document.add_paragraph("{%p if block.style == 'Break' %}")
    document.add_page_break()  # type: ignore[no-untyped-call]
    document.add_paragraph("{%p elif block.style.startswith('Heading') %}")
    document.add_paragraph().add_run("{{ block.text }}").bold = True
    document.add_paragraph("{%p else %}")
    document.add_paragraph("{{ block.text }}")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise ValueError(f"loading is disabled: {url[:100]}")
