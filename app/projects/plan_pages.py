"""Pages of a project's business plan."""

from flask import redirect, request, url_for
from flask_babel import gettext as _

from app.accounts.policy import need_user
from app.core.database import session
from app.core.filetypes import ACCEPTED
from app.core.guard import guarded
from app.projects import forms, policy, queries, services
from app.projects.blueprint import Page, blueprint, clock, page, submitted
from app.projects.models import PlanSection
from app.projects.rules.plan import LEAST_WORDS, share_complete
from app.projects.wording import PLAN_POINTS, plan_section_name

SECTIONS = ",".join(section.value for section in PlanSection)


@blueprint.get("/projects/<int:number>/plan")
@guarded(policy.project_visible)
def plan(partnership: str, number: int) -> Page:
    """Every section, how complete it is and what it lacks."""
    project = policy.current_project()
    judged = queries.judged_plan(session(), project)
    return page(
        "plan",
        judged=judged,
        texts=queries.plan_texts(session(), project.id),
        attachments=queries.attachments_of(session(), project.id),
        share=share_complete(judged),
        points=PLAN_POINTS,
        least_words=LEAST_WORDS,
        complete=sum(row.complete for row in judged),
    )


@blueprint.route(f"/projects/<int:number>/plan/<any({SECTIONS}):section>", methods=["GET", "POST"])
@guarded(policy.project_writer)
def plan_section(partnership: str, number: int, section: str) -> Page:
    """Write one section."""
    project, kind, form = policy.current_project(), PlanSection(section), _section_form(PlanSection(section))

    def work() -> None:
        based_on = int(form.based_on.data) if form.based_on.data.isdecimal() else -1
        services.write_section(
            session(), clock(), need_user(), project, kind, text=form.text.data or "",
            answered=[int(point) for point in form.answered.data or []], based_on=based_on,
        )  # fmt: skip

    if submitted(form, work, _("The section is saved.")):
        return redirect(url_for("projects.plan", partnership=partnership, number=number, _anchor=section))
    return plan_section_page(kind, form=form)


def _section_form(kind: PlanSection, *, fresh: bool = False) -> forms.SectionForm:
    present = queries.plan_texts(session(), policy.current_project().id).get(kind)
    form = forms.SectionForm(formdata=None) if fresh else forms.SectionForm()
    form.answered.choices = [(str(n), str(point)) for n, point in enumerate(PLAN_POINTS[kind])]
    if request.method == "GET" or fresh:
        form.based_on.data = str(present.number if present else 0)
        form.text.data = present.text if present else ""
        form.answered.data = present.answered if present else []
    return form


def plan_section_page(
    kind: PlanSection, *, form: forms.SectionForm | None = None, document_form: forms.DocumentForm | None = None
) -> Page:
    """The page of one section, with whatever form came back on it."""
    project = policy.current_project()
    return page(
        "plan_section",
        bad=request.method == "POST",
        form=form or _section_form(kind, fresh=True),
        document_form=document_form or forms.DocumentForm(formdata=None),
        accepted=ACCEPTED,
        attachments=queries.attachments_of(session(), project.id).get(kind, []),
        heading=plan_section_name(kind),
        section=kind,
        least_words=LEAST_WORDS,
        versions=queries.plan_versions(session(), project.id, kind),
    )
