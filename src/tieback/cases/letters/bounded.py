"""Renders a template of the user in a child process with limits on time and memory.

Jinja's sandbox limits what a template can reach, not how long it runs: loops can be nested, and text can be multiplied.
The built-in templates are rendered without a child. A job and its result are MessagePack on stdin and stdout.
"""

import io
import resource
import subprocess
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache, partial

import msgspec
from jinja2 import FunctionLoader, StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tieback.cases.letters.blocks import Block
from tieback.cases.letters.docx import BODY, insert_blocks
from tieback.cases.letters.facts import LetterFacts
from tieback.model.errors import InputError
from tieback.model.safe_text import escape_markup

SECONDS = 10.0
"""Time limit of a template."""
MEMORY = 1024 * 1024 * 1024
"""Bytes of address space of the child."""
MAX_TEXT = 1 << 20
"""Characters of a letter."""
MOST_COMPILED = 16
"""Templates that are kept compiled: one serves the letters to all vendors."""
MAX_DOCX = 16 << 20
"""Most bytes of a DOCX template."""
_TEMPLATE, _PART = "<template>", "part:"
"""File names in tracebacks: of a text, and of the parts that it includes."""
_FAILED = (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError, AttributeError)
"""Exceptions from a damaged template."""


class TextJob(msgspec.Struct, frozen=True, tag="text"):
    """A subject and a text to render."""

    subject: str
    text: str
    parts: Mapping[str, str]
    facts: LetterFacts


class TextJobs(msgspec.Struct, frozen=True, tag="texts"):
    """Several texts to render in one child, up to the first with a problem."""

    jobs: tuple[TextJob, ...]


class DocxJob(msgspec.Struct, frozen=True, tag="docx"):
    """A letter in DOCX to render."""

    template: bytes
    facts: LetterFacts
    subject: str
    text: str
    body: tuple[Block, ...]
    blocks: tuple[Mapping[str, str], ...]
    """The variable of that name: paragraphs without styles within them."""


class Rendered(msgspec.Struct, frozen=True):
    """The result of a job: subject and text, or a document, or why there is none."""

    subject: str = ""
    text: str = ""
    document: bytes = b""
    problem: str = ""
    line: int = 0
    """Line of the problem in the text of the template, from 1; 0 if unknown."""
    part: str = ""
    """The included part that has the problem; empty for the template itself."""
    in_subject: bool = False
    """True if the problem is in the subject."""
    job: int = 0
    """Which of ``TextJobs`` has the problem."""


type Job = TextJob | TextJobs | DocxJob


def render(job: Job) -> Rendered:
    """Render in this process: only for templates that are known to end."""
    try:
        if isinstance(job, TextJobs):
            return _texts(job)
        return _text(job) if isinstance(job, TextJob) else _document(job)
    except MemoryError:
        return Rendered(problem=_OUT_OF_MEMORY)
    except _FAILED as error:
        line, part = _location(error)
        return Rendered(problem=_reason(error), line=line, part=part)


def render_bounded(job: Job, where: str) -> Rendered:
    """Render in a child process.

    Raises:
        InputError: the child cannot be started.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "tieback.cases.letters.bounded"],
            input=msgspec.msgpack.encode(job),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        return msgspec.msgpack.decode(done.stdout, type=Rendered)
    except subprocess.TimeoutExpired:
        return Rendered(problem=f"it takes more than {SECONDS:g} s")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Rendered(problem=_OUT_OF_MEMORY)
    except OSError as error:
        raise InputError(
            f"the template cannot be rendered ({error.strerror})", where=where, advice="Check the free memory"
        ) from None


_OUT_OF_MEMORY = f"it needs more than {MEMORY >> 20} MiB of memory"


def _reason(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _location(error: Exception) -> tuple[int, str]:
    """Line and included part of an error in a template."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno, (error.name or "") if error.filename else ""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == _TEMPLATE or frame.filename.startswith(_PART):
            return frame.lineno or 0, frame.filename.removeprefix(_PART) if frame.filename != _TEMPLATE else ""
    return 0, ""


def _part(parts: Mapping[str, str], name: str) -> tuple[str, str, None] | None:
    return (parts[name], f"{_PART}{name}", None) if name in parts else None


@lru_cache(MOST_COMPILED)
def _subject(subject: str) -> Template:
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False).from_string(subject)


@lru_cache(MOST_COMPILED)
def _marked(text: str, parts: tuple[tuple[str, str], ...]) -> Template:
    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(partial(_part, dict(parts))),
        undefined=StrictUndefined,
        autoescape=False,
        finalize=lambda value: escape_markup(value) if isinstance(value, str) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.from_string(text)


def _text(job: TextJob) -> Rendered:
    values = {field: getattr(job.facts, field) for field in job.facts.__struct_fields__}
    try:
        subject = " ".join(_subject(job.subject).render(values).split())
    except _FAILED as error:
        return Rendered(problem=_reason(error), line=1, in_subject=True)
    text = _marked(job.text, tuple(job.parts.items())).render(values)
    if max(len(subject), len(text)) > MAX_TEXT:
        raise ValueError("the letter is longer than 1 MiB")
    return Rendered(subject, text)


def _texts(jobs: TextJobs) -> Rendered:
    for number, job in enumerate(jobs.jobs):
        done = render(job)
        if done.problem:
            return msgspec.structs.replace(done, job=number)
    return Rendered()


def _document(job: DocxJob) -> Rendered:
    import zipfile

    from docx.opc.exceptions import OpcError
    from docxtpl import DocxTemplate

    values = {name: getattr(job.facts, name) for name in job.facts.__struct_fields__}
    values |= {"subject": job.subject, "blocks": list(job.blocks), "text": job.text, "body": BODY}
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        document = DocxTemplate(io.BytesIO(job.template))
        document.render(values, jinja_env=environment, autoescape=True)
        insert_blocks(document.docx, job.body)
        out = io.BytesIO()
        document.save(out)
    except (zipfile.BadZipFile, SyntaxError, OSError, OpcError) as error:  # lxml's errors are syntax errors
        raise ValueError(_reason(error)) from None
    return Rendered(document=out.getvalue())


def main() -> None:
    """The child: render the job on stdin."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (2 * int(SECONDS), 2 * int(SECONDS)))  # the parent may be gone
    job: Job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=TextJob | TextJobs | DocxJob)
    sys.stdout.buffer.write(msgspec.msgpack.encode(render(job)))


if __name__ == "__main__":
    main()
