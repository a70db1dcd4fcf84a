"""Renders a letter (subject and Markdown text) from its template and facts. The output is deterministic and hashed.

Templates run in Jinja's sandbox: they cannot read files or attributes other than the facts, and their loops are
bounded. Values from apps and servers are escaped, so that an app name cannot contain markup.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec
from jinja2 import DictLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tieback.cases.letters.facts import LetterFacts
from tieback.cases.letters.language import KINDS, Language, Template
from tieback.model.case import Letter
from tieback.model.errors import InputError, UsageError
from tieback.model.safe_text import escape_markup

MAX_TEXT = 1 << 20
_BLANK_LINES = re.compile(r"\n{3,}")


def letter_reference(vendor: str, kind: str) -> str:
    """Return the reference for replies; it is the same for all letters of one kind to one vendor."""
    return f"TB-{hashlib.sha256(f'{vendor}{kind}'.encode()).hexdigest()[:8].upper()}"


def render_letter(
    kind: str, name: str, language: Language, facts: LetterFacts, known: Sequence[Letter], now: datetime, vendor: str
) -> Letter:
    """Render a letter; if ``known`` contains a letter with the same text, return that one.

    Args:
        kind: one of ``KINDS``.
        name: code of the language, such as ``de``.
        language: the templates of the language.
        facts: the variables; the reference is set here.
        known: earlier letters of this vendor, kind and language.
        now: time of writing.
        vendor: vendor id.

    Raises:
        UsageError: unknown kind.
        InputError: the template is damaged or uses an unknown variable.
    """
    if kind not in KINDS:
        raise UsageError("unknown kind of letter", where=kind, advice=f"Choose one of {', '.join(KINDS)}")
    template: Template = getattr(language, kind)
    facts = msgspec.structs.replace(facts, reference=letter_reference(vendor, kind))
    plain = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    marked = ImmutableSandboxedEnvironment(
        loader=DictLoader(dict(language.parts)),
        undefined=StrictUndefined,
        autoescape=False,
        finalize=lambda value: escape_markup(value) if isinstance(value, str) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    values = {field: getattr(facts, field) for field in facts.__struct_fields__}
    try:
        subject = " ".join(plain.from_string(template.subject).render(values).split())
        text = marked.from_string(template.text).render(values)
    except (TemplateError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InputError(
            f"the template cannot be rendered ({str(error).splitlines()[0][:200]})",
            where=f"{kind} in {name}",
            advice="Compare it with the built-in template that `tieback letter templates DIR` writes",
        ) from None
    text = _BLANK_LINES.sub(
        "\n\n", "\n".join(line if line.endswith("  ") else line.rstrip() for line in text.splitlines())
    )
    text = text.strip() + "\n"
    if len(text) > MAX_TEXT:
        raise InputError("the letter is longer than 1 MiB", where=f"{kind} in {name}", advice="Shorten the template")
    digest = hashlib.sha256(f"{subject}\n\n{text}".encode("utf-8", "replace")).hexdigest()
    again = next((letter for letter in known if letter.sha256 == digest), None)
    if again is not None:
        return again
    version = max((letter.version for letter in known), default=0) + 1
    number = hashlib.sha256(f"{vendor}\0{kind}\0{name}\0{version}".encode()).hexdigest()[:12]
    return Letter(f"letter-{number}", kind, name, vendor, (), version, digest, now, subject, text)
