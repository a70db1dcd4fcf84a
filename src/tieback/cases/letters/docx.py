"""Letters as DOCX: our letterhead as a docxtpl template, and the blocks of a letter as Word paragraphs and tables."""

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tieback.cases.letters.blocks import Block, Run, Runs

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

BODY = "\ue000body of the letter\ue000"
"""Value of the variable ``body``: ``insert_blocks`` puts the letter where a paragraph has only this text."""
_SIZES = {1: 13.0, 2: 11.5, 3: 10.5}
"""Points of headings by level."""
_LABEL_MM, _TEXT_MM = 52, 108
_GREY = "BBBBBB"
_LIGHT = "F3F3F3"


def insert_blocks(document: "Document", blocks: Iterable[Block]) -> None:
    """Replace the paragraph with ``BODY`` by the blocks; a document without one does not change."""
    place = next((one for one in document.paragraphs if one.text.strip() == BODY), None)
    if place is None:
        return
    for block in blocks:
        if block.kind == "table":
            _add_table(document, place, block.rows)
        else:
            _add_paragraph(place, block)
    place._p.getparent().remove(place._p)  # noqa: SLF001 - python-docx cannot remove a paragraph


def _add_paragraph(place: "Paragraph", block: Block) -> None:
    from docx.enum.text import WD_BREAK
    from docx.shared import Mm, Pt

    paragraph = place.insert_paragraph_before()
    layout = paragraph.paragraph_format
    layout.space_after = Pt(6)
    if block.kind == "break":
        paragraph.add_run().add_break(WD_BREAK.PAGE)
        return
    if block.kind == "item":
        layout.left_indent, layout.first_line_indent, layout.space_after = Mm(7), Mm(-7), Pt(3)
        layout.tab_stops.add_tab_stop(Mm(7))
        paragraph.add_run(f"{block.mark}\t")
    _add_runs(paragraph, block.runs)
    if block.kind == "heading":
        layout.space_before, layout.keep_with_next = Pt(12), True
        for run in paragraph.runs:
            run.bold, run.font.size = True, Pt(_SIZES[block.level])


def _add_runs(paragraph: "Paragraph", runs: Iterable[Run]) -> None:
    for run in runs:
        paragraph.add_run(run.text).bold = run.bold or None


def _add_table(document: "Document", place: "Paragraph", rows: Sequence[Sequence[Runs]]) -> None:
    from docx.shared import Mm, Pt

    columns = max((len(row) for row in rows), default=0)
    table = document.add_table(len(rows), columns)
    table.autofit = False
    _draw_borders(table)
    widths = [Mm(_LABEL_MM if number == 0 else _TEXT_MM / (columns - 1)) for number in range(columns)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row, cells in zip(table.rows, rows, strict=True):
        _keep_together(row)
        for number, (cell, runs) in enumerate(zip(row.cells, cells, strict=False)):
            cell.width = widths[number]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(2)
            _add_runs(paragraph, runs)
            if number == 0:
                _shade(cell)
    place._p.addprevious(table._tbl)  # noqa: SLF001 - python-docx only appends tables
    place.insert_paragraph_before().paragraph_format.space_after = Pt(2)


def _draw_borders(table: Any) -> None:
    """Borders without a style: the letterhead of the user may not have one."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for key, value in {"val": "single", "sz": "4", "space": "0", "color": _GREY}.items():
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)  # noqa: SLF001


def _keep_together(row: Any) -> None:
    """No page break within the row."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001


def _shade(cell: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for key, value in {"val": "clear", "color": "auto", "fill": _LIGHT}.items():
        shade.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001


def letterhead() -> bytes:
    """A plain letterhead as a docxtpl template."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10.5)
    for part in (section.header, section.footer):
        label = part.paragraphs[0]
        label.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        label.add_run("{{ tlp }}").bold = True
    sender = document.add_paragraph(
        "{{ sender.organisation }}{% if sender.postal %}\n{{ sender.postal }}{% endif %}\n{{ sender.email }}"
        "{% if sender.phone %}\n{{ sender.phone }}{% endif %}"
    )
    sender.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph("{{ recipient }}{% if postal %}\n{{ postal }}{% endif %}")
    document.add_paragraph(
        "{{ words.date }}{{ words.colon }} {{ today }}    {{ words.reference }}{{ words.colon }} {{ reference }}"
    )
    title = document.add_paragraph().add_run("{{ subject }}")
    title.bold, title.font.size = True, Pt(_SIZES[1])
    document.add_paragraph("{{ body }}")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
