"""Renders a letter (subject and Markdown text) from its template and facts. The output is deterministic and hashed.

Templates run in Jinja's sandbox: they cannot read files or attributes other than the facts. Those of the user run in a
child process with limits on time and memory. Values from apps and servers are escaped, so that an app name cannot
contain markup.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from tieback.cases.letters.bounded import TextJob, render, render_bounded
from tieback.cases.letters.facts import LetterFacts
from tieback.cases.letters.language import KINDS, Language, Template, load_language
from tieback.model.case import Letter
from tieback.model.errors import InputError, UsageError
from tieback.model.safe_text import RTL_LANGUAGES, isolate

_BLANK_LINES = re.compile(r"\n{3,}")


def letter_reference(vendor: str) -> str:
    """Return the reference for replies; it is the same for all letters about the cases of one vendor."""
    return f"TB-{hashlib.sha256(vendor.encode()).hexdigest()[:8].upper()}"


def _is_built_in(name: str, language: Language) -> bool:
    try:
        return language == load_language(name)
    except UsageError:
        return False


def render_letter(
    kind: str,
    name: str,
    language: Language,
    facts: LetterFacts,
    known: Sequence[Letter],
    now: datetime,
    vendor: str,
    to: str = "",
) -> Letter:
    """Render a letter; if ``known`` contains a letter with the same text, return that one.

    Args:
        kind: one of ``KINDS``.
        name: code of the language, such as ``de``.
        language: the templates of the language.
        facts: the variables; the reference is set here.
        known: earlier letters of this vendor, kind, language and recipient.
        now: time of writing.
        vendor: vendor id.
        to: recipient, if it is not the vendor.

    Raises:
        UsageError: unknown kind.
        InputError: the template is damaged or uses an unknown variable.
    """
    if kind not in KINDS:
        raise UsageError("unknown kind of letter", where=kind, advice=f"Choose one of {', '.join(KINDS)}")
    template: Template = getattr(language, kind)
    facts = msgspec.structs.replace(facts, reference=letter_reference(vendor))
    job = TextJob(template.subject, template.text, language.parts, facts)
    where = f"{kind} in {name}"
    done = render(job) if _is_built_in(name, language) else render_bounded(job, where)
    if done.problem:
        raise InputError(
            f"the template cannot be rendered ({done.problem})",
            where=where,
            advice="Run `tieback letter check FILE`, which names the line",
        )
    subject, text = done.subject, done.text
    text = _BLANK_LINES.sub(
        "\n\n", "\n".join(line if line.endswith("  ") else line.rstrip() for line in text.splitlines())
    )
    text = text.strip() + "\n"
    if name.partition("-")[0] not in RTL_LANGUAGES:
        text = isolate(text)
    digest = hashlib.sha256(f"{subject}\n\n{text}".encode("utf-8", "replace")).hexdigest()
    again = next((letter for letter in known if letter.sha256 == digest), None)
    if again is not None:
        return again
    version = max((letter.version for letter in known), default=0) + 1
    parts = (vendor, kind, name, str(version), *([to.casefold()] if to else []))
    number = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
    return Letter(f"letter-{number}", kind, name, vendor, (), version, digest, now, subject, text, to=to)
