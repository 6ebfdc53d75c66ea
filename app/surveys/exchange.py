"""Answers and results as tables: what an export writes and an import reads. Columns follow from the questions.

Every part has its sheet; the column `answer` ties rows together: a code of this survey (r0001), a mail address, or any
word that the sheet `respondent` uses for a new answer. An import replaces each part that it names as a whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.exchange import Column
from app.core.tables import Cell, Sheet
from app.organisations import reference
from app.surveys import queries, showing
from app.surveys.codes import ORGANISATION_OF_TYPE
from app.surveys.models import MatchingRun, SurveyAnswer, SurveyCampaign, SurveyResponse
from app.surveys.process import ENDED
from app.surveys.questions import Asked, Block, Field, Kind, Shape
from app.surveys.showing_couples import shown_couples

KEY = "answer"
LEADING = (
    Column(KEY, "Code of the answer, a mail address, or a word of your own that other sheets repeat", "a1", True),
)
RESPONDENT_LEADING = (
    *LEADING,
    Column("email", "Mail address; needed for a new answer", "ines@example.org"),
    Column("region", "Member region the answer counts for; empty: found by the region code", "FI1C"),
    Column("state", "submitted or in_progress; empty: submitted", "submitted"),
)
EXAMPLES = {
    "organisation": "Aurinko Materials",
    "type": "small",
    "nuts": "FI1C1",
    "activities": "20.16 72.10",
    "consent": "yes",
    "capability": "Water-based barrier coating",
    "need": "Pilot line for coated board",
    "segment": "testing",
    "trl": "6",
    "urgency": "4",
    "topic": "Cellulose chemistry",
    "name": "Coating pilot line",
    "kind": "pilot_line",
}


def columns_of(block: Block, asked: Asked) -> list[Column]:
    """The columns of a part's sheet, in order."""
    leading = list(RESPONDENT_LEADING if block.key == "respondent" else LEADING)
    if block.shape is Shape.MATRIX:
        leading.append(Column("segment", _("Code of a segment"), asked.segments[0][0], True))
    return leading + [
        Column(q.name, _note(q, asked), EXAMPLES.get(q.name, ""), q.required and q.kind is not Kind.FLAG)
        for q in block.fields
    ]


def _note(question: Field, asked: Asked) -> str:
    label = question.label if question.choices else reference.translated(question.label)
    codes = [code for code, _label in asked.options(question)]
    if question.kind is Kind.FLAG:
        return f"{label}: {_('yes or no')}"
    if codes and question.options != "priorities":
        many = _("several, parted by blanks") if question.kind is Kind.MULTI else _("one of")
        return f"{label}: {many}: {', '.join(codes)}"
    return label


@dataclass(frozen=True)
class Reader:
    """Who an export is for. `rank` as in `showing.RANKS`; regions are those whose private parts the reader may see."""

    rank: int
    regions: frozenset[str] = field(default_factory=frozenset)

    def may_see(self, response: SurveyResponse, answer: SurveyAnswer) -> bool:
        """True when the part is open to the reader."""
        return response.nuts in self.regions or showing.may_see(answer.visibility, self.rank)


def answer_sheets(session: Session, campaign: SurveyCampaign, asked: Asked, reader: Reader) -> list[Sheet]:
    """All answers of the wave, a sheet for each part; parts that are not open to the reader are left out."""
    responses = session.scalars(
        select(SurveyResponse)
        .where(SurveyResponse.campaign_id == campaign.id, SurveyResponse.wave == campaign.version)
        .order_by(SurveyResponse.code)
    ).all()
    alive = {row.id: row for row in responses if row.state not in ENDED}
    rows = session.scalars(
        select(SurveyAnswer)
        .join(SurveyResponse, SurveyResponse.id == SurveyAnswer.response_id)
        .where(SurveyResponse.campaign_id == campaign.id, SurveyResponse.wave == campaign.version)
        .order_by(SurveyResponse.code)
    )
    by_block: dict[str, list[tuple[SurveyResponse, SurveyAnswer]]] = {}
    for answer in rows:
        response = alive.get(answer.response_id)
        if response is not None and reader.may_see(response, answer):
            by_block.setdefault(answer.block, []).append((response, answer))
    return [
        Sheet(block.key, [c.name for c in columns_of(block, asked)], _rows(block, asked, by_block.get(block.key, ())))
        for block in asked.blocks
    ]


def _rows(
    block: Block, asked: Asked, answers: Sequence[tuple[SurveyResponse, SurveyAnswer]]
) -> Iterator[Sequence[Cell]]:
    for response, answer in answers:
        leading: list[Cell] = [response.code]
        if block.key == "respondent":
            leading += [response.email, response.nuts, response.state]
        if block.shape is Shape.FORM:
            yield [*leading, *_cells(block, answer.content)]
        elif block.shape is Shape.MATRIX:
            for segment, _name in asked.segments:
                if segment in answer.content:
                    yield [*leading, segment, *_cells(block, answer.content[segment])]
        else:
            for item in answer.content.get("items", ()):
                yield [*leading, *_cells(block, item)]


def _cells(block: Block, content: Mapping[str, Any]) -> list[Cell]:
    found: list[Cell] = []
    for question in block.fields:
        value = content.get(question.name)
        found.append(" ".join(value) if isinstance(value, list) else value)
    return found


def progress_sheet(session: Session, campaign: SurveyCampaign) -> Sheet:
    """Progress by region."""
    regions = queries.region_codes(session, campaign.partnership_id)
    header = ["region", "name", "country", "asked", "begun", "returned", "submitted", "validated", "withdrawn", "share"]
    lines: list[Sequence[Cell]] = []
    for line in queries.progress_of(session, campaign, regions).regions:
        states = line.states
        country = reference.region_country(line.nuts)
        begun = states.get("in_progress", 0)
        withdrawn = sum(states.get(state, 0) for state in ENDED)
        lines.append(
            [line.nuts, showing.region_name(line.nuts), country, line.expected, begun, states.get("returned", 0),
             line.answered, line.validated, withdrawn, round(line.share, 3)]
        )  # fmt: skip
    return Sheet("progress", header, lines)


def run_sheets(session: Session, run: MatchingRun, *, everything: bool) -> list[Sheet]:
    """Heat map and findings of a run; suppressed figures are empty cells. Without `everything` only what was kept."""
    return [_heat_sheet(run), *_finding_sheets(session, run, everything=everything)]


def _heat_sheet(run: MatchingRun) -> Sheet:
    header = ["region", "name", "answers", "segment", "technology", "offer_respondents", "offer", "need_respondents",
              "need", "gap", "specialisation"]  # fmt: skip
    rows: list[Sequence[Cell]] = []
    for region in run.snapshot["regions"]:
        name = showing.region_name(region)
        for (segment, technology), figures in zip(run.result["cells"], run.result["map"][region], strict=True):
            offer, need = figures["offer"], figures["need"]
            answers = run.result["respondents"][region]
            rows.append(
                [region, name, answers, segment, technology, offer[0], offer[2], need[0], need[2], figures["gap"],
                 figures["rca"]]
            )  # fmt: skip
    return Sheet("heat_map", header, rows)


def _finding_sheets(session: Session, run: MatchingRun, *, everything: bool) -> Iterator[Sheet]:
    header = ["kind", "rank", "regions", "segment", "technology", "total", "mutual", "gain", "gain_cover", "give",
              "give_cover", "amount", "need", "respondents", "nowhere", "decision", "headline", "reason"]  # fmt: skip
    rows: list[Sequence[Cell]] = []
    evidence: list[Sequence[Cell]] = []
    for finding in queries.findings_of(session, run.id):
        if not everything and finding.curation.value not in {"kept", "edited"}:
            continue
        f = finding.figures
        gain, give = f.get("gain", {}), f.get("give", {})
        rows.append(
            [finding.kind.value, finding.rank, " ".join(finding.regions), finding.segment, finding.technology,
             f.get("total"), f.get("mutual"), gain.get("complement"), gain.get("cover"), give.get("complement"),
             give.get("cover"), f.get("amount"), f.get("need"), f.get("respondents"), f.get("nowhere"),
             finding.curation.value, finding.headline, finding.reason]
        )  # fmt: skip
    yield Sheet("findings", header, rows)
    if everything:
        codes = _visible_codes(session, run)
        for finding in queries.findings_of(session, run.id):
            for line in finding.evidence:
                code = codes.get((line["response"], line["block"]))
                if code is not None:
                    evidence.append(
                        [finding.kind.value, finding.rank, line["side"], line["region"], line["segment"],
                         line["technology"], code, line["block"], line["item"], line["priority"]]
                    )  # fmt: skip
        yield _organisation_sheet(session, run)
        columns = ["kind", "rank", "side", "region", "segment", "technology", KEY, "part", "entry", "priority"]
        yield Sheet("evidence", columns, evidence)


def _organisation_sheet(session: Session, run: MatchingRun) -> Sheet:
    """The couples of organisations as analysts may see them."""
    rows: list[Sequence[Cell]] = []
    for finding in queries.findings_of(session, run.id):
        for couple in shown_couples(session, finding, rank=showing.RANKS["analysts"]):
            said = next(reason for reason in couple.reasons if reason.need)
            rows.append(
                [finding.rank, couple.one_region, couple.one, couple.other_region, couple.other, couple.score,
                 couple.gain, couple.give, said.need, said.offer]
            )  # fmt: skip
    header = ["rank", "region", "organisation", "other_region", "other_organisation", "score", "gain", "give", "need",
              "offer"]  # fmt: skip
    return Sheet("organisations", header, rows)


def _visible_codes(session: Session, run: MatchingRun) -> dict[tuple[int, str], str]:
    """Codes of the parts that analysts may see, by response and block."""
    rows = session.execute(
        select(
            SurveyResponse.id, SurveyAnswer.block, SurveyAnswer.visibility, SurveyResponse.code, SurveyResponse.state
        )
        .join(SurveyAnswer, SurveyAnswer.response_id == SurveyResponse.id)
        .where(SurveyResponse.campaign_id == run.campaign_id, SurveyResponse.wave == run.wave)
    )
    analysts = showing.RANKS["analysts"]
    return {
        (number, block): code
        for number, block, visibility, code, state in rows
        if state not in ENDED and showing.may_see(visibility, analysts)
    }


def people_sheet(session: Session, numbers: Sequence[int]) -> Sheet:
    """Those of these responses who agreed to be contacted, as an event's import of participants reads them."""
    rows = session.execute(
        select(SurveyResponse, SurveyAnswer.content)
        .join(SurveyAnswer, SurveyAnswer.response_id == SurveyResponse.id)
        .where(SurveyResponse.id.in_(numbers), SurveyAnswer.block == "respondent", SurveyResponse.email.is_not(None))
        .order_by(SurveyResponse.nuts, SurveyResponse.code)
    )
    header = ["email", "name", "organisation", "country", "organisation_kind", "size", "nuts", "website"]
    lines: list[Sequence[Cell]] = []
    for response, content in rows:
        if not content.get("contactable") or response.state in ENDED:
            continue
        kind, size = ORGANISATION_OF_TYPE.get(content.get("type", ""), ("other", None))
        country, name = reference.region_country(response.nuts), content.get("organisation", response.organisation_name)
        person = response.person or name
        lines.append([response.email, person, name, country, kind, size, content.get("nuts"), content.get("website")])
    return Sheet("participants", header, lines)
