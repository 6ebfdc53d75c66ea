"""A project as tables: for XLSX, and for the pages and the PDF that show the same figures."""

from datetime import date, datetime

from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.core.tables import Cell, Sheet
from app.projects import queries
from app.projects.models import InvestmentProject
from app.projects.rules.cashflow import cash_flow
from app.projects.rules.mix import mix
from app.projects.wording import day, name, plan_section_name, rate, sentence


def sheets(session: Session, project: InvestmentProject, now: datetime) -> list[Sheet]:
    """The workbook of a project: facts, partners, budget, funding, mix, cash flow, plan, checks."""
    return [
        facts_sheet(project),
        partners_sheet(project),
        budget_sheet(project),
        funding_sheet(project),
        mix_sheet(project),
        cash_flow_sheet(project),
        indicator_sheet(project),
        plan_sheet(session, project),
        checks_sheet(project, now),
    ]


def region_codes(project: InvestmentProject) -> list[str]:
    """The bare NUTS codes of a project's regions."""
    return [ref.rsplit(":", 1)[-1] for ref in project.regions]


def facts_sheet(project: InvestmentProject) -> Sheet:
    """What the project is, one fact a row."""
    material = queries.material_of(project)
    rows: list[tuple[str, str | int | None]] = [
        (_("Title"), project.title),
        (_("Acronym"), project.acronym),
        (_("Type"), name(project.type)),
        (_("State"), project.state),
        (_("Version"), project.version),
        (_("Regions"), ", ".join(project.regions)),
        (_("Segments"), ", ".join(project.segments)),
        (_("Readiness at the start"), project.trl_start),
        (_("Readiness at the end"), project.trl_target),
        (_("Problem"), project.problem),
        (_("Solution"), project.solution),
        (_("Budget in euros"), material.budget),
        (_("Money found in euros"), material.found),
        (_("Gap in euros"), material.gap),
        (_("Declared gap in euros"), project.declared_gap),
        (_("How the gap is closed"), project.gap_note),
    ]
    return Sheet(_("Project"), (_("Fact"), _("Value")), rows)


def partners_sheet(project: InvestmentProject) -> Sheet:
    """The consortium."""
    header = (_("Partner"), _("Role"), _("Kind"), _("Country"), _("NUTS"), _("Category of region"), _("Contribution"),
              _("Letter signed on"), _("Signed by"))  # fmt: skip
    rows = [
        (
            partner.name, name(partner.role), name(partner.kind), partner.country, partner.nuts, name(partner.category),
            partner.contribution, partner.letter_signed_on, partner.letter_signatory,
        )
        for partner in project.partners
    ]  # fmt: skip
    return Sheet(_("Partners"), header, rows)


def budget_sheet(project: InvestmentProject) -> Sheet:
    """Every cost."""
    header = (_("Year"), _("Category"), _("What for"), _("Partner"), _("Euros"))
    rows = [
        (line.year, name(line.category), line.label, line.partner.name if line.partner else "", line.euros)
        for line in project.budget_lines
    ]
    return Sheet(_("Budget"), header, rows)


def funding_sheet(project: InvestmentProject) -> Sheet:
    """Every funding line, with its rate of the costs it covers."""
    header = (
        _("Who pays"),
        _("Source"),
        _("Instrument"),
        _("Euros"),
        _("Rate of the costs covered"),
        _("State"),
        _("Call"),
        _("Application"),
        _("Decided on"),
        _("Conditions"),
        _("State aid"),
        _("Note on state aid"),
        _("Loan: rate"),
        _("Loan: years"),
        _("Loan: years of grace"),
    )
    material = queries.material_of(project)
    rows = []
    for line in project.funding_lines:
        base = material.base((queries.funding_of(line),))
        share = rate(line.euros * 10_000 // base) if base else ""
        rows.append((
            line.name, name(line.source), name(line.instrument), line.euros, share, name(line.state),
            line.call.code if line.call else "", line.reference, line.decided_on, line.conditions,
            name(line.state_aid), line.state_aid_note, rate(line.loan_rate) if line.loan_rate is not None else "",
            line.loan_years, line.loan_grace,
        ))  # fmt: skip
    return Sheet(_("Funding"), header, rows)


def mix_sheet(project: InvestmentProject) -> Sheet:
    """The funding mix and the gap."""
    made = mix(queries.material_of(project))
    rows = [(name(share.source) or _("Gap"), name(share.state), share.euros, rate(share.part)) for share in made.shares]
    return Sheet(_("Funding mix"), (_("Source"), _("State"), _("Euros"), _("Share")), rows)


def cash_flow_sheet(project: InvestmentProject) -> Sheet:
    """Costs and money by year."""
    header = (
        _("Year"),
        _("Costs"),
        _("Secured"),
        _("Applied for or planned"),
        _("Balance"),
        _("Balance of what is secured"),
        _("Loans: repayment"),
        _("Loans: interest"),
        _("Balance after loans"),
    )
    flow = cash_flow(queries.material_of(project))
    rows = [
        (
            row.year,
            row.costs,
            row.secured,
            row.open,
            row.balance,
            row.secured_balance,
            row.repayment,
            row.interest,
            row.after_loans,
        )
        for row in flow.years
    ]
    return Sheet(_("Cash flow"), header, rows)


def plan_sheet(session: Session, project: InvestmentProject) -> Sheet:
    """The business plan, one section a row."""
    texts, attached = queries.plan_texts(session, project.id), queries.attachments_of(session, project.id)
    rows = [
        (
            plan_section_name(row.section),
            _("complete") if row.complete else _("open"),
            texts[row.section].text if row.section in texts else "",
            "; ".join(each.file.name for each in attached.get(row.section, ())),
        )
        for row in queries.judged_plan(session, project)
    ]
    return Sheet(_("Business plan"), (_("Section"), _("Completeness"), _("Text"), _("Documents")), rows)


def indicator_sheet(project: InvestmentProject) -> Sheet:
    """Every indicator with each of its values."""
    header = (_("Indicator"), _("Unit"), _("At the start"), _("Target"), _("By"), _("Day"), _("Value"), _("Source"))
    rows: list[tuple[Cell, ...]] = []
    for row in project.indicators:
        fixed = (row.name, row.unit, row.baseline, row.target, row.due)
        rows += [(*fixed, each.day, each.value, each.source) for each in row.values] or [(*fixed, None, None, "")]
    return Sheet(_("Indicators"), header, rows)


def progress_sheet(project: InvestmentProject, today: date) -> Sheet:
    """Every indicator with its newest value and how far it is, in the reader's words; for paper."""
    header = (_("Indicator"), _("At the start"), _("Target"), _("By"), _("Value"), _("Day"), _("Reached"), _("Source"))
    rows: list[tuple[Cell, ...]] = []
    for row in project.indicators:
        fixed = (
            f"{row.name} ({row.unit})" if row.unit else row.name,
            format_decimal(row.baseline), format_decimal(row.target), day(row.due),
        )  # fmt: skip
        newest = row.value_on(today)
        reached = (
            (format_decimal(newest.value), day(newest.day), rate(round(row.share(newest.value) * 100) * 100),
             newest.source)
            if newest else (_("not measured"), "", "", "")
        )  # fmt: skip
        rows.append((*fixed, *reached))
    return Sheet(_("Indicators"), header, rows)


def documents_sheet(session: Session, project: InvestmentProject) -> Sheet:
    """The documents of a project, oldest first, each with the section of the plan it stands beside."""
    attached = queries.attachments_of(session, project.id)
    sections = {row.file_id: plan_section_name(section) for section, rows in attached.items() for row in rows}
    rows = [
        (stored.name, sections.get(stored.id, ""), day(stored.uploaded_at.date()))
        for stored in reversed(queries.documents_of(session, project.id))
    ]
    return Sheet(_("Documents"), (_("Document"), _("Section of the plan"), _("Added on")), rows)


def checks_sheet(project: InvestmentProject, now: datetime) -> Sheet:
    """What the checks find."""
    rows = [(finding.weight.value, sentence(finding)) for finding in queries.findings_of(project, now)]
    return Sheet(_("Checks"), (_("Weight"), _("Finding")), rows)
