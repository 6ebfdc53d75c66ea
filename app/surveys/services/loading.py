"""The import of answers: everything or nothing, each fault with its row and column."""

import difflib
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import CellError, Conflict, Invalid
from app.core.exchange import SheetReport
from app.core.tables import Row, Table
from app.organisations import reference
from app.surveys import answers, exchange, links, queries
from app.surveys.answers import Content
from app.surveys.models import SurveyAnswer, SurveyCampaign, SurveyResponse
from app.surveys.process import ENDED
from app.surveys.questions import DEFAULT_VISIBILITY, ITEMS_AT_MOST, Asked, Block, Shape
from app.surveys.services import answering, invitations

IMPORTED = ("design", "open", "closed")
"""States of a campaign in which answers can be imported."""
STATES = {"": "submitted", "submitted": "submitted", "validated": "submitted", "in_progress": "in_progress",
          "invited": "in_progress"}  # fmt: skip


@dataclass
class _Target:
    """One answer of the import: the response it goes to, or what a new one needs, and its parts."""

    row: Row | None
    response: SurveyResponse | None
    email: str = ""
    nuts: str = ""
    state: str = "submitted"
    parts: dict[str, Content] = field(default_factory=dict)
    broken: bool = False


@dataclass
class _Import:
    """The import under way."""

    session: Session
    campaign: SurveyCampaign
    regions: list[str]
    known: dict[str, SurveyResponse]
    targets: dict[str, _Target] = field(default_factory=dict)
    asked: dict[str | None, Asked] = field(default_factory=dict)

    def asked_in(self, nuts: str | None) -> Asked:
        """The questions as organisations of a region are asked them."""
        if nuts not in self.asked:
            self.asked[nuts] = queries.asked_of(self.session, self.campaign, nuts)
        return self.asked[nuts]


def load_answers(
    session: Session, clock: Clock, actor: User, campaign: SurveyCampaign, tables: dict[str, Table], *, keep: bool
) -> list[SheetReport]:
    """Load the sheets; `keep` writes when nothing is wrong, otherwise nothing has changed.

    Raises Conflict when the survey takes no answers, Invalid when no sheet is known.
    """
    if campaign.state not in IMPORTED:
        raise Conflict(_("The answers of this survey are locked; start a new wave first."), code="survey_locked")
    work = _Import(session, campaign, queries.region_codes(session, campaign.partnership_id), _known(session, campaign))
    blocks = {block.key: block for block in work.asked_in(None).blocks}
    reports = [_unknown_sheet(table, blocks) for name, table in tables.items() if name not in blocks]
    for key, block in blocks.items():
        if key in tables:
            reports.append(_load_sheet(work, block, tables[key]))
    _settle(work, reports, tables)
    if keep and not any(report.faults for report in reports):
        _write(clock, actor, work, reports)
    return reports


def _known(session: Session, campaign: SurveyCampaign) -> dict[str, SurveyResponse]:
    rows = session.scalars(
        select(SurveyResponse).where(
            SurveyResponse.campaign_id == campaign.id,
            SurveyResponse.wave == campaign.version,
            SurveyResponse.state.not_in(ENDED),
        )
    ).all()
    return {name: row for row in rows for name in (row.code, row.email) if name}


def _unknown_sheet(table: Table, blocks: dict[str, Block]) -> SheetReport:
    names = ", ".join(blocks)
    fault = CellError(
        1, "", _("No part is called so; name the sheet or file: %(names)s.", names=names), sheet=table.name
    )
    return SheetReport(table.name, faults=[fault])


def _load_sheet(work: _Import, block: Block, table: Table) -> SheetReport:
    report = SheetReport(block.key)
    columns = exchange.columns_of(block, work.asked_in(None))
    known = [column.name for column in columns]
    for name in table.columns:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = _("Do you mean %(name)s?", name=near[0]) if near else _("Remove it, or see the list of columns.")
            message = _("There is no column of this name. %(hint)s", hint=hint)
            report.faults.append(CellError(1, name, message, name, block.key))
    for column in columns:
        if column.required and column.name not in table.columns:
            report.faults.append(CellError(1, column.name, _("This column is missing."), sheet=block.key))
    if report.faults:
        return report
    for row in table.rows:
        _load_row(work, block, row, report)
    return report


def _load_row(work: _Import, block: Block, row: Row, report: SheetReport) -> None:
    target = _respondent(work, row, report) if block.key == "respondent" else _target(work, row, report)
    if target is None:
        return
    asked = work.asked_in(target.nuts or None)
    raw = {question.name: row.get(question.name) for question in block.fields}
    if block.shape is Shape.MATRIX:
        _load_matrix_row(block, row, raw, asked, target, report)
        return
    checked = answers.check_form(block, raw, asked)
    for fault in checked.faults:
        report.fault(row, fault.name, fault.message)
    if checked.faults:
        target.broken = True
    elif block.shape is Shape.LIST:
        items = target.parts.setdefault(block.key, {"items": []})["items"]
        items.append({"key": answers.new_key(), **checked.content})
        if len(items) == ITEMS_AT_MOST + 1:
            report.fault(row, exchange.KEY, _("Use at most %(n)d entries.", n=ITEMS_AT_MOST))
    elif block.key in target.parts and block.key != "respondent":
        report.fault(row, exchange.KEY, _("This answer stands in this sheet already."))
    else:
        target.parts[block.key] = checked.content


def _load_matrix_row(
    block: Block, row: Row, raw: dict[str, str], asked: Asked, target: _Target, report: SheetReport
) -> None:
    segment = row.get("segment")
    code = next((c for c, name in asked.segments if segment.casefold() in {c.casefold(), name.casefold()}), segment)
    checked = answers.check_matrix(block, {code: raw}, asked)
    for fault in checked.faults:
        report.fault(row, fault.name, fault.message)
    part = target.parts.setdefault(block.key, {})
    if code in part:
        report.fault(row, "segment", _("This segment stands there already for this answer."))
    part.update(checked.content)
    target.broken |= bool(checked.faults)


def _target(work: _Import, row: Row, report: SheetReport) -> _Target | None:
    """The answer a row belongs to: one of the sheet `respondent`, or one that is there."""
    name = row.get(exchange.KEY)
    key = name.casefold()
    if key in work.targets:
        return work.targets[key]
    response = work.known.get(name) or work.known.get(key)
    if response is None:
        hint = _("Add it to the sheet “respondent”, or write a code of this survey.")
        report.fault(
            row, exchange.KEY, _("There is no such answer. %(hint)s", hint=hint) if name else _("Write which.")
        )
        return None
    same = next((t for t in work.targets.values() if t.response is response), None)
    work.targets[key] = same or _Target(None, response, nuts=response.nuts, state="")
    return work.targets[key]


def _respondent(work: _Import, row: Row, report: SheetReport) -> _Target | None:
    """A row of the sheet `respondent` makes an answer, or names one that is there."""
    name = row.get(exchange.KEY)
    key = name.casefold()
    if not name or key in work.targets:
        seen = work.targets[key].row if name else None
        again = _("This answer stands in row %(row)d already.", row=seen.number if seen else 0)
        report.fault(row, exchange.KEY, again if name else _("Write a code or a word of your own."))
        return None
    email = row.get("email").strip().lower()
    response = work.known.get(name) or work.known.get(key) or work.known.get(email)
    target = _Target(row, response, email=email, state=STATES.get(row.get("state").lower(), ""))
    work.targets[key] = target
    if not target.state:
        report.fault(row, "state", _("Write submitted or in_progress."))
    if response is None:
        _check_new(work, row, target, report)
    target.nuts = response.nuts if response else _region(work, row, report)
    code = row.get("nuts").upper()
    if target.nuts and code in reference.regions() and queries.region_of(code, [target.nuts]) is None:
        report.fault(row, "nuts", _("This code lies outside the region %(region)s.", region=target.nuts))
    return target


def _check_new(work: _Import, row: Row, target: _Target, report: SheetReport) -> None:
    try:
        invitations.checked_email(target.email)
    except Invalid as error:
        report.fault(row, "email", error.message)
    if any(other is not target and other.email == target.email for other in work.targets.values()) and target.email:
        report.fault(row, "email", _("This address stands there twice."))


def _region(work: _Import, row: Row, report: SheetReport) -> str:
    wanted = row.get("region").upper()
    found = wanted if wanted in work.regions else queries.region_of(row.get("nuts").upper(), work.regions)
    if wanted and wanted not in work.regions:
        report.fault(row, "region", _("“%(code)s” is no member region of this partnership.", code=wanted))
    elif found is None and row.get("nuts"):
        report.fault(row, "nuts", _("This code lies in no member region; members are: %(list)s.",
                                    list=", ".join(work.regions)))  # fmt: skip
    return found or ""


def _settle(work: _Import, reports: list[SheetReport], tables: dict[str, Table]) -> None:
    """What can only be said once all sheets are read: a submitted answer has to be complete."""
    report = next((r for r in reports if r.sheet == "respondent"), None)
    for target in work.targets.values():
        if target.row is None or report is None or target.broken or target.state != "submitted":
            continue
        present = queries.contents_of(work.session, target.response.id) if target.response else {}
        missing = answers.missing(work.asked_in(target.nuts or None), {**present, **target.parts})
        if missing:
            parts = ", ".join(reference.translated(block.title) for block, _why in missing)
            message = _("Not complete: %(parts)s. Add it, or write in_progress as state.", parts=parts)
            report.fault(target.row, exchange.KEY, message)
    if not reports or not any(table.rows for table in tables.values()):
        raise Invalid(_("There is nothing below the header of these files."), field="file")


def _write(clock: Clock, actor: User, work: _Import, reports: list[SheetReport]) -> None:
    session, campaign = work.session, work.campaign
    report = reports[0]
    number = invitations.next_number(session, campaign)
    unique = {id(target): target for target in work.targets.values()}
    for target in unique.values():
        if target.response is None:
            target.response = _new_response(clock, campaign, target, number)
            number += 1
            session.add(target.response)
            report.created.append(target.parts.get("respondent", {}).get("organisation", target.email))
        else:
            report.updated.append(target.response.organisation_name or target.response.code)
    session.flush()
    for target in unique.values():
        assert target.response is not None
        _write_parts(clock, actor, session, target.response, target)
    session.flush()
    audit.record(
        session,
        clock,
        actor_id=actor.id,
        action="survey_campaign.import",
        subject_kind="survey_campaign",
        subject_id=campaign.id,
        detail={"new": len(report.created), "changed": len(report.updated)},
    )


def _new_response(clock: Clock, campaign: SurveyCampaign, target: _Target, number: int) -> SurveyResponse:
    response = SurveyResponse(
        campaign_id=campaign.id,
        wave=campaign.version,
        code=f"r{number:04d}",
        nuts=target.nuts,
        nuts_version=reference.regions().require(target.nuts).version,
        email=target.email,
        state="in_progress",
        version=1,
        link_nonce=links.new_nonce(),
        created_at=clock(),
    )
    response.campaign = campaign
    return response


def _write_parts(clock: Clock, actor: User, session: Session, response: SurveyResponse, target: _Target) -> None:
    present = queries.answers_of(session, response.id)
    for key, content in target.parts.items():
        row = present.get(key) or SurveyAnswer(
            response_id=response.id, block=key, visibility=DEFAULT_VISIBILITY, revision=0
        )
        row.content, row.revision = content, row.revision + 1
        row.saved_at, row.saved_by_id = clock(), actor.id
        session.add(row)
    response.saved_at = clock()
    before = response.state
    named: dict[str, Any] = target.parts.get("respondent", {})
    if named:
        answering.note_respondent(response, named)
    if target.state == "submitted":
        response.state, response.submitted_at, response.submitted_by_id = "submitted", clock(), actor.id
        answering.join_directory(session, clock, actor, response, named)
    elif response.state == "invited":
        response.state = "in_progress"
    audit.record(
        session,
        clock,
        actor_id=actor.id,
        action="survey_response.import",
        subject_kind="survey_response",
        subject_id=response.id,
        detail={"from": before, "to": response.state, "parts": sorted(target.parts)},
    )
