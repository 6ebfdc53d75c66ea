"""A project as a workbook and as a PDF."""

from flask import Response
from flask_babel import gettext as _

from app.core.database import session
from app.core.guard import guarded
from app.core.tables import XLSX_TYPE, write_xlsx
from app.projects import exports, policy
from app.projects.blueprint import blueprint, clock, state_of
from app.projects.models import InvestmentProject


def _file(content: bytes, kind: str, project: InvestmentProject, suffix: str) -> Response:
    name = f"{project.partnership.slug}-project-{project.number}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, content_type=kind, headers=headers)


@blueprint.get("/projects/<int:number>/project.xlsx")
@guarded(policy.project_visible)
def workbook(partnership: str, number: int) -> Response:
    """The project as XLSX."""
    project = policy.current_project()
    return _file(write_xlsx(exports.sheets(session(), project, clock()())), XLSX_TYPE, project, "xlsx")


@blueprint.get("/projects/<int:number>/project.pdf")
@guarded(policy.project_visible)
def paper(partnership: str, number: int) -> Response:
    """The project's business plan as PDF."""
    from app.projects import pdf  # draws with fonts that only this page needs

    project = policy.current_project()
    content = pdf.document(session(), project, _(state_of(project).name), clock()())
    return _file(content, "application/pdf", project, "pdf")
