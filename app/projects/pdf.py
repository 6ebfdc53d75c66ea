"""A project's business plan as PDF, made by ReportLab in DejaVu fonts, which hold every European alphabet.

ReportLab, because it is plain Python: WeasyPrint needs Pango of the operating system, which an installation by the
commands of the README would not have. The PDF is for paper and mail; the page of the project is what a screen reader
reads best.
"""

import io
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import escape
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
from sqlalchemy.orm import Session

from app.core.tables import Cell, Sheet, clean
from app.organisations import reference
from app.projects import exports, queries
from app.projects.kinds import PlanSection
from app.projects.models import InvestmentProject
from app.projects.rules.mix import mix
from app.projects.wording import euros, name, plan_section_name, sentence
from config import ROOT

FONTS = ROOT / "node_modules" / "dejavu-fonts-ttf" / "ttf"
WIDTH = A4[0] - 40 * mm
INK, LINE, SOFT = HexColor("#1d2733"), HexColor("#c4ccd4"), HexColor("#eef2f5")
COLOURS = ("#1f6f78", "#3b5ba9", "#7a4a9e", "#a8456b", "#b05a2c", "#5c7a2e", "#4a6478", "#8a6d1f")


@cache
def _fonts() -> None:
    registerFont(TTFont("Body", str(FONTS / "DejaVuSans.ttf")))
    registerFont(TTFont("Body-Bold", str(FONTS / "DejaVuSans-Bold.ttf")))
    registerFontFamily("Body", normal="Body", bold="Body-Bold", italic="Body", boldItalic="Body-Bold")


@cache
def _style(kind: str) -> ParagraphStyle:
    size = {"title": 20, "heading": 13, "text": 9.5, "cell": 7.5, "head": 7.5}[kind]
    return ParagraphStyle(
        kind,
        fontName="Body-Bold" if kind in {"title", "heading", "head"} else "Body",
        fontSize=size,
        leading=size * 1.35,
        textColor=INK,
        spaceBefore=10 if kind == "heading" else 0,
        spaceAfter=4,
    )


def document(session: Session, project: InvestmentProject, state_name: str, now: datetime) -> bytes:
    """The business plan of a project. Everything in it was checked when it was entered; nothing of it is a program."""
    _fonts()
    out = io.BytesIO()
    paper = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=20 * mm, bottomMargin=20 * mm,
        title=project.title, author=project.partnership.name, subject=_("Business plan"), lang="en",
    )  # fmt: skip
    foot = f"{project.partnership.name} · {project.title} · {format_date(now)}"
    number = _page_numbers(foot)
    paper.build(list(_story(session, project, state_name, now)), onFirstPage=number, onLaterPages=number)
    return out.getvalue()


def _page_numbers(foot: str) -> Any:
    def draw(canvas: Any, paper: Any) -> None:
        canvas.setFont("Body", 7)
        canvas.setFillColor(INK)
        canvas.drawString(20 * mm, 11 * mm, foot[:120])
        canvas.drawRightString(A4[0] - 20 * mm, 11 * mm, str(paper.page))

    return draw


def _story(session: Session, project: InvestmentProject, state_name: str, now: datetime) -> list[Flowable]:
    regions = ", ".join(reference.regions().label(code) for code in exports.region_codes(project))
    parts: list[Flowable] = [
        _text(project.title, "title"),
        _text(f"{name(project.type)} · {state_name} · {regions}"),
        *_chapter(_("Problem"), project.problem),
        *_chapter(_("Solution"), project.solution),
        *_table(exports.partners_sheet(project), (3, 2, 2.4, 1, 1, 2, 3, 1.6, 2)),
    ]
    parts += _plan(session, project)
    parts += _table(exports.progress_sheet(project, now.date()), (3.6, 1.5, 1.5, 1.8, 1.8, 1.8, 1.9, 2.6))
    parts += _table(exports.budget_sheet(project), (1, 2.4, 5, 3, 2))
    parts += _table(exports.funding_sheet(project), (3, 1.8, 1.4, 1.8, 1.4, 1.4, 1.8, 1.6, 1.4, 2, 1.6, 1.6))
    if drawn := _bar(project):
        parts += [_text(_("Funding mix"), "heading"), *drawn]
    parts += _table(exports.mix_sheet(project), (4, 2, 2, 2), heading=False)
    parts += _table(exports.cash_flow_sheet(project), (1.2, 2, 2, 2, 2, 2, 2, 2, 2))
    parts.append(_text(_("Checks"), "heading"))
    found = queries.findings_of(project, now)
    parts += [_text(f"• {sentence(finding)}") for finding in found] or [_text(_("The checks find nothing."))]
    parts += _table(exports.documents_sheet(session, project), (6, 3, 1.6))
    return parts


def _plan(session: Session, project: InvestmentProject) -> list[Flowable]:
    """The sections that were written or have documents beside them, in the order of the plan."""
    texts, attached = queries.plan_texts(session, project.id), queries.attachments_of(session, project.id)
    parts: list[Flowable] = []
    for section in PlanSection:
        names = "; ".join(row.file.name for row in attached.get(section, ()))
        words = [texts[section].text] if section in texts else []
        words += [_("Documents: %(names)s", names=names)] if names else []
        parts += _chapter(plan_section_name(section), "\n".join(words))
    return parts


def _text(words: str, kind: str = "text") -> Paragraph:
    return Paragraph(str(escape(clean(words))).replace("\n", "<br/>"), _style(kind))


def _chapter(heading: str, words: str) -> list[Flowable]:
    return [_text(heading, "heading"), _text(words)] if words.strip() else []


def _table(sheet: Sheet, widths: Sequence[float], *, heading: bool = True) -> list[Flowable]:
    rows = [[_text(_shown(cell), "cell") for cell in row] for row in sheet.rows]
    if not rows:
        return []
    head = [_text(column, "head") for column in sheet.header]
    unit = WIDTH / sum(widths)
    table = Table([head, *rows], colWidths=[width * unit for width in widths], repeatRows=1)
    table.setStyle(
        TableStyle([
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
            ("BACKGROUND", (0, 0), (-1, 0), SOFT),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ])
    )  # fmt: skip
    return [*([_text(sheet.name, "heading")] if heading else []), table, Spacer(1, 4 * mm)]


def _shown(cell: Cell) -> str:
    """Whole numbers above a thousand are amounts; years and the rest stay as they are."""
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) > 2100:
        return euros(cell)
    return "" if cell is None else str(cell)


def _bar(project: InvestmentProject) -> list[Flowable]:
    """The mix as one bar; the table below says the same in words."""
    made = mix(queries.material_of(project))
    if not made.shares:
        return []
    drawing, x = Drawing(WIDTH, 10 * mm), 0.0
    sources = list(dict.fromkeys(share.source for share in made.shares))
    for share in made.shares:
        width = WIDTH * share.part / 10_000
        shape = Rect(x, 2 * mm, width, 7 * mm)
        shape.strokeColor, shape.strokeWidth = HexColor("#ffffff"), 0.6
        shape.fillColor = (
            SOFT if share.source is None else HexColor(COLOURS[sources.index(share.source) % len(COLOURS)])
        )
        if share.source is None:
            shape.strokeColor, shape.strokeDashArray = INK, [2, 2]
        drawing.add(shape)
        x += width
    return [drawing]
