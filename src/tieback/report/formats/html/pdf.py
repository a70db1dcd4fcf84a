"""The page on paper: the HTML report, set by WeasyPrint, which comes with the extra ``pdf``."""

import io
from typing import BinaryIO, NoReturn

from tieback.model.errors import UsageError
from tieback.model.report import Report
from tieback.report.formats.html.renderer import HtmlRenderer
from tieback.report.interface import RendererMeta

ADVICE = "Install the extra, pip install 'tieback[pdf]', and Pango (Debian: libpango-1.0-0 libpangoft2-1.0-0)"


class PdfRenderer:
    """A PDF of what the page shows; nothing is loaded from anywhere."""

    meta = RendererMeta("pdf", ".pdf", "application/pdf")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the document to ``out``.

        Raises:
            UsageError: WeasyPrint, or a library of the system that it needs, is not installed.
        """
        try:
            from weasyprint import HTML
        except (ImportError, OSError) as error:
            raise UsageError(f"a PDF cannot be made here ({error})", where="--format pdf", advice=ADVICE) from None
        page = io.BytesIO()
        HtmlRenderer().write(report, page, paper=True)
        HTML(string=page.getvalue().decode(), base_url=None, url_fetcher=_refuse).write_pdf(out)


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise ValueError(f"nothing is loaded: {url[:100]}")
