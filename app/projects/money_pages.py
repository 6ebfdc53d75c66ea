"""Pages of a project's money: budget, funding mix with its checks, cash flow."""

from decimal import Decimal
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.policy import need_user
from app.core.database import session
from app.core.errors import NotFound
from app.core.guard import guarded
from app.projects import forms, policy, queries, services
from app.projects.blueprint import Page, blueprint, clock, page, submitted
from app.projects.kinds import CostCategory, FundingState, Instrument, Source, StateAid
from app.projects.models import BudgetLine, FundingLine
from app.projects.picture import mix_picture
from app.projects.rules.cashflow import cash_flow
from app.projects.rules.material import FULL
from app.projects.rules.mix import mix
from app.projects.wording import euros, name


def _to(endpoint: str) -> Response:
    values = request.view_args or {}
    return redirect(url_for(endpoint, partnership=values["partnership"], number=values["number"]))


# Budget


@blueprint.get("/projects/<int:number>/budget")
@guarded(policy.project_visible)
def budget(partnership: str, number: int) -> Page:
    """Every cost, by year and by category."""
    project = policy.current_project()
    years = sorted({line.year for line in project.budget_lines})
    by_category = {
        category: [sum(x.euros for x in project.budget_lines if (x.category, x.year) == (category, y)) for y in years]
        for category in CostCategory
        if any(line.category is category for line in project.budget_lines)
    }
    return page("budget", years=years, by_category=by_category, material=queries.material_of(project))


@blueprint.route("/projects/<int:number>/budget/new", methods=["GET", "POST"])
@blueprint.route("/projects/<int:number>/budget/<int:line>", methods=["GET", "POST"])
@guarded(policy.project_writer)
def cost(partnership: str, number: int, line: int | None = None) -> Page:
    """Add or change a cost."""
    project = policy.current_project()
    found = _cost(line) if line is not None else None
    form = forms.CostForm(obj=found)
    form.partner_id.choices = [("", "–"), *((partner.id, partner.name) for partner in project.partners)]
    if request.method == "GET":
        if found is not None:
            form.category.data = found.category.value
        else:
            form.year.data = max((x.year for x in project.budget_lines), default=clock()().year + 1)

    def work() -> None:
        data = services.CostData(
            CostCategory(form.category.data),
            form.label.data,
            form.euros.data or 0,
            form.year.data,
            form.partner_id.data,
        )
        if found is None:
            services.add_cost(session(), clock(), need_user(), project, data)
        else:
            services.change_cost(session(), clock(), need_user(), project, found, data)

    if submitted(form, work, _("The cost is saved.")):
        return _to("projects.budget")
    return page("cost", bad=request.method == "POST", form=form, line=found)


def _cost(number: int) -> BudgetLine:
    found = next((row for row in policy.current_project().budget_lines if row.id == number), None)
    if found is None:
        raise NotFound(_("This cost is not there any more."))
    return found


@blueprint.post("/projects/<int:number>/budget/<int:line>/remove")
@guarded(policy.project_writer)
def remove_cost(partnership: str, number: int, line: int) -> Response:
    """Take a cost out."""
    services.remove_cost(session(), clock(), need_user(), policy.current_project(), _cost(line))
    flash(_("The cost is taken out."), "success")
    return _to("projects.budget")


# Funding


@blueprint.get("/projects/<int:number>/funding")
@guarded(policy.project_visible)
def funding(partnership: str, number: int) -> Page:
    """The funding mix, what the checks find, every line."""
    return _funding()


def _funding(bad: bool = False, gap_form: forms.GapForm | None = None) -> Page:
    project = policy.current_project()
    material = queries.material_of(project)
    found = queries.findings_of(project, clock()())
    if gap_form is None:
        gap_form = forms.GapForm(formdata=None, obj=project)
        if project.declared_gap is None and material.gap > 0:
            gap_form.declared_gap.data = material.gap
    rates = {}
    for line in project.funding_lines:
        base = material.base((queries.funding_of(line),))
        rates[line.id] = (line.euros * FULL // base if base else None, base)
    return page(
        "funding",
        bad=bad,
        material=material,
        mix=mix(material),
        picture=mix_picture(mix(material)),
        findings=found,
        concerned={number for finding in found for number in finding.lines},
        rates=rates,
        gap_form=gap_form,
        labels={line.id: line.label for line in project.budget_lines},
    )


@blueprint.route("/projects/<int:number>/funding/new", methods=["GET", "POST"])
@blueprint.route("/projects/<int:number>/funding/<int:line>", methods=["GET", "POST"])
@guarded(policy.project_writer)
def funding_line(partnership: str, number: int, line: int | None = None) -> Page:
    """Add or change a funding line."""
    project = policy.current_project()
    found = _line(line) if line is not None else None
    form = _funding_form(found)

    def work() -> None:
        data = _funding_data(form)
        if found is None:
            services.add_funding(session(), clock(), need_user(), project, data)
        else:
            services.change_funding(session(), clock(), need_user(), project, found, data)

    if submitted(form, work, _("The funding line is saved.")):
        return _to("projects.funding")
    return page("funding_line", bad=request.method == "POST", form=form, line=found)


def _funding_form(found: FundingLine | None) -> forms.FundingForm:
    project = policy.current_project()
    years = {cost.year for cost in project.budget_lines}
    years |= {payment.year for payment in found.payments} if found else set()
    if years:
        years = set(range(min(years), max(years) + 3))
    values: dict[str, Any] = {}
    if found is not None and request.method == "GET":
        values = {f"paid_{payment.year}": payment.euros for payment in found.payments}
        values |= {key: getattr(found, key).value for key in ("source", "instrument", "state", "state_aid")}
        values["covers"] = [cover.budget_line_id for cover in found.covers]
        values["loan_rate"] = Decimal(found.loan_rate) / 100 if found.loan_rate is not None else None
        for key in (
            "name",
            "euros",
            "loan_years",
            "loan_grace",
            "decided_on",
            "call_id",
            "reference",
            "conditions",
            "state_aid_note",
        ):
            values[key] = getattr(found, key)
    form = forms.for_years(sorted(years))(data=values)
    form.call_id.choices = [("", "–"), *((call.id, _call_label(call)) for call in queries.all_calls(session()))]
    form.covers.choices = [(x.id, f"{x.label} ({x.year}, {euros(x.euros)})") for x in project.budget_lines]
    return form


def _call_label(call: Any) -> str:
    return f"{name(call.source)}: {call.code}"


def _funding_data(form: forms.FundingForm) -> services.FundingData:
    return services.FundingData(
        name=form.name.data,
        source=Source(form.source.data),
        instrument=Instrument(form.instrument.data),
        euros=form.euros.data or 0,
        state=FundingState(form.state.data),
        call_id=form.call_id.data,
        reference=form.reference.data or "",
        conditions=form.conditions.data or "",
        state_aid=StateAid(form.state_aid.data),
        state_aid_note=form.state_aid_note.data or "",
        decided_on=form.decided_on.data,
        covers=form.covers.data or (),
        payments={year: field.data for year, field in form.payment_fields() if field.data},
        loan_rate=round(form.loan_rate.data * 100) if form.loan_rate.data is not None else None,
        loan_years=form.loan_years.data,
        loan_grace=form.loan_grace.data,
    )


def _line(number: int) -> FundingLine:
    found = next((row for row in policy.current_project().funding_lines if row.id == number), None)
    if found is None:
        raise NotFound(_("This funding line is not there any more."))
    return found


@blueprint.post("/projects/<int:number>/funding/<int:line>/remove")
@guarded(policy.project_writer)
def remove_funding(partnership: str, number: int, line: int) -> Response:
    """Take a planned funding line out."""
    services.remove_funding(session(), clock(), need_user(), policy.current_project(), _line(line))
    flash(_("The funding line is taken out."), "success")
    return _to("projects.funding")


@blueprint.post("/projects/<int:number>/funding/gap")
@guarded(policy.project_writer)
def declare_gap(partnership: str, number: int) -> Page:
    """Declare what is still to be found."""
    project, form = policy.current_project(), forms.GapForm()

    def work() -> None:
        services.declare_gap(session(), clock(), need_user(), project, form.declared_gap.data, form.gap_note.data or "")

    if submitted(form, work, _("The declaration is saved.")):
        return _to("projects.funding")
    return _funding(bad=True, gap_form=form)


@blueprint.get("/projects/<int:number>/cash-flow")
@guarded(policy.project_visible)
def cash_flow_page(partnership: str, number: int) -> Page:
    """Costs against money, year by year."""
    project = policy.current_project()
    flow = cash_flow(queries.material_of(project))
    highest = max([max(row.costs, row.secured + row.open, abs(row.balance)) for row in flow.years], default=0)
    names = {line.id: line.name for line in project.funding_lines}
    return page(
        "cash_flow",
        flow=flow,
        highest=highest,
        assumed=[names[number] for number in flow.assumed],
        unclear=[names[number] for number in flow.unclear],
    )
