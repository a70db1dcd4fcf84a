"""PDF report: the HTML page rendered by WeasyPrint (extra ``pdf``)."""

import io
from typing import BinaryIO, NoReturn

from tieback.model.errors import UsageError
from tieback.model.extras import extra_advice
from tieback.model.report.document import Report
from tieback.report.formats.html.renderer import HtmlRenderer
from tieback.report.interface import RendererMeta

PANGO = "Install Pango (Debian: libpango-1.0-0 libpangoft2-1.0-0)"


class PdfRenderer:
    """Renders the HTML page as PDF; nothing is loaded."""

    meta = RendererMeta("pdf", ".pdf", "application/pdf")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the document to ``out``.

        Raises:
            UsageError: WeasyPrint or a system library that it needs is not installed.
        """
        try:
            from weasyprint import HTML
        except (ImportError, OSError) as error:
            advice = f"{PANGO}. {extra_advice('pdf')}"
            raise UsageError(f"PDF is not available ({error})", where="--format pdf", advice=advice) from None
        page = io.BytesIO()
        HtmlRenderer().write(report, page, paper=True)
        HTML(string=page.getvalue().decode(), base_url=None, url_fetcher=_refuse).write_pdf(out)


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise ValueError(f"loading is disabled: {url[:100]}")
