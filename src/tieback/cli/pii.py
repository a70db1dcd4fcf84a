"""``tieback pii``: detect personal data from field names and values."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import msgspec
import typer

from tieback.cli.formats import format_option
from tieback.cli.options import RulesOption, read_rules
from tieback.cli.terminal import ExitCode, OutputFormat, data_console, print_failure, print_problem, write_line
from tieback.model.document import encode
from tieback.model.errors import InputError
from tieback.model.pii import Classification, Column

if TYPE_CHECKING:
    from tieback.pii.taxonomy import PiiClass

MAX_LINE = 1 << 20
"""Maximum length of an input line in bytes. A longer line is an error and is skipped without buffering."""
SHOWN = 200
"""Maximum rows of a table. JSON output is complete."""

app = typer.Typer(name="pii", help="Classify personal data.\n\nExample: tieback pii classes", no_args_is_help=True)


class NameLine(msgspec.Struct):
    """One input line of ``names``."""

    field: str
    id: str | int | None = None
    table: str | None = None
    dtype: str | None = None
    siblings: tuple[str, ...] | None = None

    @property
    def column(self) -> Column:
        """The column that the line describes."""
        return Column(self.field, self.table or "", self.dtype or "", self.siblings or ())


class ValuesLine(msgspec.Struct):
    """One input line of ``values``."""

    values: tuple[str | int | float | bool | None, ...]
    field: str = ""
    id: str | int | None = None
    table: str | None = None
    dtype: str | None = None
    siblings: tuple[str, ...] | None = None

    @property
    def column(self) -> Column:
        """The column that the line describes; numbers and booleans in JSON notation."""
        values = tuple(_text(value) for value in self.values if value is not None)
        return Column(self.field, self.table or "", self.dtype or "", self.siblings or (), values)


type Line = NameLine | ValuesLine
type Verdicts = Callable[[Column], Classification]


def _text(value: str | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


@app.callback()
def options() -> None:
    """Classify personal data.

    Example: tieback pii classes
    """


@app.command("names")
def names(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="JSON lines; default: standard input.")] = None,
    output: Annotated[OutputFormat, format_option(OutputFormat, "One JSON document per field, or a table.")] = (
        OutputFormat.JSON
    ),
    rules: RulesOption = None,
) -> None:
    """Classify fields by their names: {"id", "table", "field", "dtype", "siblings"} in, {"id", "class", …} out.

    Only "field" is required. Class "none" means that no class was detected. Values are not read.

    Example: echo '{"id":1,"table":"users","field":"dob"}' | tieback pii names
    """
    from tieback.pii.names import NameDetector

    added = read_rules(rules)
    detector = NameDetector(added.personal_data if added is not None else ())
    _classify(file, output, _NAMES, lambda column: next(detector.classify_names((column,))))


@app.command("values")
def values(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="JSON lines; default: standard input.")] = None,
    output: Annotated[OutputFormat, format_option(OutputFormat, "One JSON document per column, or a table.")] = (
        OutputFormat.JSON
    ),
    rules: RulesOption = None,
) -> None:
    """Classify columns by their names and values: {"id", "field", "values"} in, {"id", "class", …} out.

    Only "values" is required. Class "none" means that no class was detected. Values are read in memory and discarded:
    the evidence contains only counts and one masked example.

    Example: echo '{"id":1,"field":"c1","values":["jo@example.org"]}' | tieback pii values
    """
    from tieback.pii.names import NameDetector
    from tieback.pii.values import ValueDetector, classify_columns

    added = read_rules(rules)
    names, detector = NameDetector(added.personal_data if added is not None else ()), ValueDetector()
    _classify(file, output, _VALUES, lambda column: next(classify_columns((column,), names, detector)))


@app.command("classes")
def classes(
    output: Annotated[OutputFormat, format_option(OutputFormat, "One JSON document per class or kind, or a table.")] = (
        OutputFormat.TABLE
    ),
) -> None:
    """List the classes of personal data and their kinds, with their names in GDPR, HIPAA, PCI DSS and CCPA.

    Example: tieback pii classes --format json
    """
    from tieback.pii.kinds import load_kinds, regulation_tags
    from tieback.pii.taxonomy import load_taxonomy

    kinds = load_kinds()
    rows = [
        (name, kind, regulation_tags(name, kind)) for name in load_taxonomy() for kind in ("", *kinds.get(name, ()))
    ]
    if output is OutputFormat.JSON:
        for name, kind, leaf in rows:
            write_line(encode("pii-class", {"class": name, "kind": kind} | msgspec.structs.asdict(leaf)))
    else:
        _print_classes(rows)


def _classify(file: Path | None, output: OutputFormat, reader: "LineReader", judge: Verdicts) -> None:
    """Classify every line of a file or of standard input. Exits with code 3 if some lines could not be read."""
    if file is None:
        bad = _run(sys.stdin.buffer, "stdin", output, reader, judge)
    else:
        try:
            with file.open("rb") as source:
                bad = _run(source, str(file), output, reader, judge)
        except OSError as error:
            raise InputError(
                f"cannot be read ({error.strerror})", where=str(file), advice="Pass a file with JSON lines"
            ) from None
    if bad:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _run(source: BinaryIO, where: str, output: OutputFormat, reader: "LineReader", judge: Verdicts) -> int:
    """Classify every line; returns the number of lines that could not be read."""
    bad = number = 0
    rows: list[tuple[Line, Classification]] = []
    for number, line in _lines(source):
        read = reader.read(line, f"{where}:{number}")
        if isinstance(read, InputError):
            bad += 1
            print_failure(read)
            continue
        verdict = judge(read.column)
        if output is OutputFormat.JSON:
            write_line(_document(read, verdict))
        elif len(rows) <= SHOWN:
            rows.append((read, verdict))
    if output is OutputFormat.TABLE:
        _print(rows)
    if number == 0:
        print_problem(f"{where}: contains no lines")
    return bad


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Lines with their numbers; ``None`` for a line longer than ``MAX_LINE``. Blank lines are skipped."""
    number = 0
    while line := source.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = source.readline(MAX_LINE)
            yield number, None
        elif line.strip():
            yield number, line


class LineReader(msgspec.Struct, frozen=True):
    """How to read the input lines of one command."""

    decoder: msgspec.json.Decoder[NameLine] | msgspec.json.Decoder[ValuesLine]
    what: str
    advice: str

    def read(self, line: bytes | None, where: str) -> Line | InputError:
        """The decoded line, or the error."""
        if line is None:
            return InputError(f"the line is longer than {MAX_LINE} bytes", where=where, advice=self.advice)
        try:
            return self.decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return InputError(f"not a valid {self.what} ({error})", where=where, advice=self.advice)


_NAMES = LineReader(msgspec.json.Decoder(NameLine), "field", 'Write {"id": …, "table": …, "field": …} on each line')
_VALUES = LineReader(
    msgspec.json.Decoder(ValuesLine), "column", 'Write {"id": …, "field": …, "values": […]} on each line'
)


def _document(line: Line, verdict: Classification) -> bytes:
    return encode(
        "pii",
        {
            "id": line.id,
            "class": verdict.pii_class,
            "detail": verdict.detail,
            "basis": verdict.basis,
            "confidence": verdict.confidence,
            "evidence": verdict.evidence,
        },
    )


def _print_classes(rows: "list[tuple[str, str, PiiClass]]") -> None:
    from tieback.console import RowTable

    table = RowTable()
    for heading in ("class", "kind", "GDPR", "NIST 800-122", "HIPAA", "PCI DSS", "CCPA"):
        table.add_column(heading, overflow="fold")
    table.add_column("points", justify="right")
    for name, kind, leaf in rows:
        marked = f"{leaf.gdpr} (special)" if leaf.special else leaf.gdpr
        first = (name if not kind else "", kind, marked, leaf.nist, " ".join(leaf.hipaa), leaf.pci, leaf.ccpa)
        table.add_row(*first, str(leaf.points) if not kind else "")
    data_console().print(table)


def _print(rows: list[tuple[Line, Classification]]) -> None:
    from rich.text import Text

    from tieback.console import RowTable

    table = RowTable()
    for heading in ("table", "field", "class"):
        table.add_column(heading, overflow="fold")
    table.add_column("confidence", justify="right")
    table.add_column("evidence", overflow="fold", ratio=1)
    for line, verdict in rows[:SHOWN]:
        sure = f"{verdict.confidence:.2f}" if verdict.confidence else ""
        what = f"{verdict.pii_class} ({verdict.detail})" if verdict.detail else verdict.pii_class
        cells = (line.table or "", line.field, what, sure, "; ".join(verdict.evidence))
        table.add_row(*(Text(_printable(cell)) for cell in cells))
    console = data_console()
    console.print(table)
    if len(rows) > SHOWN:
        console.print(f"Only the first {SHOWN} fields are shown; see all with --format json.", style="dim")


def _printable(text: str) -> str:
    """Names come from untrusted servers: remove control characters before printing."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
