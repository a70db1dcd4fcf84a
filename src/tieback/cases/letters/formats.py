"""Formats of a letter: Markdown, HTML, PDF (WeasyPrint), DOCX (docxtpl), e-mail draft (RFC 5322), mailto (RFC 6068).

Nothing is loaded and nothing is sent. The draft has the header ``X-Unsent: 1``, so that mail programs open it for
editing.
"""

import html
import importlib.util
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

import msgspec

from tieback.cases.contacts import is_email_address
from tieback.cases.letters.blocks import Block, markdown, plain_lines, read_blocks
from tieback.cases.letters.bounded import MAX_DOCX, DocxJob, render, render_bounded
from tieback.cases.letters.docx import letterhead
from tieback.cases.letters.facts import LetterFacts
from tieback.cases.letters.language import Language
from tieback.model.case import Letter
from tieback.model.errors import InputError, UsageError
from tieback.model.extras import extra_advice
from tieback.model.safe_text import escape_markup
from tieback.model.small_file import read_small

MAILTO_BODY = 1_500
"""Limit in characters; mail programs truncate longer links."""
_MAX_LINE = 900
"""Characters of a header line; RFC 5322 allows 998."""
_NEEDLESS = re.compile(r"(?<=[A-Za-z0-9])\\_(?=[A-Za-z0-9])")
_STYLE = """
@page { size: A4; margin: 22mm 22mm 24mm 25mm;
  @top-right { content: "TLP"; font: bold 12pt sans-serif }
  @bottom-left { content: "TLP"; font: bold 12pt sans-serif }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #666 } }
:root { color: #1a1a1a; background: #fff }
body { font: 10.5pt/1.45 "Liberation Sans", "DejaVu Sans", Arial, sans-serif; max-width: 46em; margin: 2em auto;
  padding: 0 1em }
@media print { body { margin: 0; padding: 0; max-width: none } }
.tlp { text-align: right; font-weight: bold; font-size: 12pt }
@media print { .tlp { display: none } }
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
tr { break-inside: avoid }
thead { display: table-row-group }
td:first-child, th:first-child { width: 32%; background: #f3f3f3 }
hr { border: 0; break-before: page }
"""


class LetterFile(msgspec.Struct, frozen=True):
    """A file created from a letter."""

    name: str
    data: bytes


def to_markdown(letter: Letter, facts: LetterFacts, language: Language, _: Path | None = None) -> bytes:
    """Encode header and text as Markdown."""
    words = language.words
    colon = words["colon"]
    lines = [f"**{facts.tlp}**", "", f"# {escape_markup(letter.subject)}", ""]
    lines += [f"{words['to']}{colon} {escape_markup(facts.recipient)}  "]
    lines += [f"{words['date']}{colon} {facts.today}  ", f"{words['reference']}{colon} {facts.reference}", ""]
    # The text is escaped for every reader of Markdown. Within a word, CommonMark needs no mark before an underscore.
    text = _NEEDLESS.sub("_", letter.text)
    return ("\n".join(lines) + "\n" + text).encode("utf-8", "replace")


def to_html(letter: Letter, facts: LetterFacts, language: Language, _: Path | None = None) -> bytes:
    """Encode as an HTML page that prints as a letter."""
    sender, words = facts.sender, language.words
    to = [facts.recipient, *facts.postal.splitlines()]
    who = [sender.organisation, *sender.postal.splitlines(), sender.email, sender.phone, ""]
    colon = words["colon"]
    who += [f"{words['date']}{colon} {facts.today}", f"{words['reference']}{colon} {facts.reference}"]
    body = markdown().render(letter.text)
    page = f"""<!DOCTYPE html>
<html lang="{html.escape(letter.language)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(letter.subject)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>{_STYLE.replace('"TLP"', f'"{facts.tlp}"')}</style></head>
<body>
<p class="tlp">{html.escape(facts.tlp)}</p>
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
    ``subject``, ``body`` (the letter with its tables, in a paragraph of its own) and ``blocks`` as variables.

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
        template = read_small(own, MAX_DOCX) if own is not None else letterhead()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(own), advice="Check the file") from None
    blocks = tuple(read_blocks(letter.text))
    job = DocxJob(template, facts, letter.subject, letter.text, blocks, tuple(_legacy(blocks)))
    done = render(job) if own is None else render_bounded(job, str(own))
    if done.problem:
        raise InputError(
            f"the template cannot be rendered ({done.problem})",
            where=str(own or "letter.docx"),
            advice="Run `tieback letter check` on it; docs/howto/letters.md lists the variables",
        )
    return done.document


def to_eml(letter: Letter, facts: LetterFacts, address: str, attached: LetterFile | None) -> bytes:
    """Encode as an e-mail draft with the PDF or HTML page attached. tieback never sends it."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _subject(letter, facts)
    message["X-Unsent"] = "1"
    if is_email_address(facts.sender.email):
        message["From"] = facts.sender.email
    if is_email_address(address):
        message["To"] = address
    message["Message-ID"] = f"<{letter.id}@tieback.invalid>"
    message.set_content(f"{facts.tlp}\n\n{plain_text(letter)}")
    if attached is not None:
        kind = ("application", "pdf") if attached.name.endswith(".pdf") else ("text", "html")
        message.add_attachment(attached.data, maintype=kind[0], subtype=kind[1], filename=attached.name)
    # Python adds a space where it folds an encoded subject.
    return message.as_bytes(policy=SMTP.clone(max_line_length=_MAX_LINE))


def to_mailto(letter: Letter, facts: LetterFacts, address: str) -> str:
    """Return a mailto link; a long text is truncated, because the file contains all of it."""
    body = f"{facts.tlp}\n\n{plain_text(letter)}"
    body = body if len(body) <= MAILTO_BODY else body[:MAILTO_BODY] + " […]"
    to = quote(address, safe="@") if is_email_address(address) else ""
    lines = body.replace("\n", "\r\n")
    return f"mailto:{to}?subject={quote(_subject(letter, facts), safe='')}&body={quote(lines, safe='')}"


def _subject(letter: Letter, facts: LetterFacts) -> str:
    """TLP 2.0 wants the label in the subject of a mail, and before its text."""
    return f"[{facts.tlp}] {letter.subject}"


def plain_text(letter: Letter) -> str:
    """Return the text without Markdown marks, for e-mail."""
    return "\n\n".join("\n".join(plain_lines(block)) for block in read_blocks(letter.text)) + "\n"


FORMS: Mapping[str, Callable[[Letter, LetterFacts, Language, Path | None], bytes]] = {
    "md": to_markdown,
    "html": to_html,
    "pdf": to_pdf,
    "docx": to_docx,
}
"""Encoders by file suffix; ``eml`` and ``mailto`` need an address."""


def _legacy(blocks: Iterable[Block]) -> Iterator[dict[str, str]]:
    """The variable ``blocks`` of DOCX templates: paragraphs with ``style`` and ``text``."""
    styles = {"heading": "Heading {}", "item": "List", "break": "Break"}
    for block in blocks:
        style = styles.get(block.kind, "Normal").format(block.level)
        for line in plain_lines(block):
            yield {"style": style, "text": line}


def _lines(lines: list[str]) -> str:
    return "".join(f"<p>{html.escape(line) or '&nbsp;'}</p>" for line in lines)


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise ValueError(f"loading is disabled: {url[:100]}")
