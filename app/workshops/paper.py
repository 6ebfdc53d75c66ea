"""Minutes as PDF, made by ReportLab in DejaVu fonts, which hold every European alphabet."""

import io
from functools import cache
from typing import Any

from markupsafe import escape
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, ListFlowable, Paragraph, SimpleDocTemplate

from app.core.tables import clean
from app.workshops.rules import Block, blocks
from config import ROOT

FONTS = ROOT / "node_modules" / "dejavu-fonts-ttf" / "ttf"


@cache
def _style(bold: bool) -> ParagraphStyle:
    name = "Minutes-Bold" if bold else "Minutes"
    registerFont(TTFont(name, str(FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"))))
    size = 13 if bold else 10
    return ParagraphStyle(
        name, fontName=name, fontSize=size, leading=size * 1.4, spaceBefore=10 if bold else 0, spaceAfter=4
    )


def document(title: str, text: str, foot: str) -> bytes:
    """The minutes as a PDF of A4 pages with `foot` and page numbers. `text` is plain; '# ' and '- ' begin its lines."""
    out = io.BytesIO()
    _style(False)
    sheet = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=22 * mm, rightMargin=22 * mm, topMargin=20 * mm, bottomMargin=20 * mm,
        title=clean(title), subject=foot,
    )  # fmt: skip

    def number(canvas: Any, page: Any) -> None:
        canvas.setFont("Minutes", 7)
        canvas.drawString(22 * mm, 11 * mm, f"{clean(title)} · {foot}"[:120])
        canvas.drawRightString(A4[0] - 22 * mm, 11 * mm, str(page.page))

    sheet.build([part for block in blocks(text) for part in _parts(block)], onFirstPage=number, onLaterPages=number)
    return out.getvalue()


def _parts(block: Block) -> list[Flowable]:
    bold = block.kind == "heading"
    lines: list[Flowable] = [Paragraph(str(escape(clean(line))), _style(bold)) for line in block.lines]
    return [ListFlowable(lines, bulletType="bullet", start="•", leftIndent=12)] if block.kind == "points" else lines
