"""What everybody may see of a survey whose report is published: the parts that respondents opened to everybody.

A part is shown once three respondents opened it. Counts below three are hidden, and whoever does not want to be named
is not told by the region either: it stands there only when three of it opened the part (docs/mapping.md).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.organisations import reference
from app.surveys.models import SurveyAnswer, SurveyCampaign, SurveyResponse
from app.surveys.process import ANSWERED
from app.surveys.questions import Asked, Block, Shape
from app.surveys.showing import region_name, title_of, words
from app.surveys.suppression import MINIMUM, may_show

PUBLISHED = "report_published"
EVERYBODY = "public"
KEPT_BACK = {"contact", "person", "latitude", "longitude", "consent", "contactable", "named", "active", "key"}
"""Questions about people, places and consent; they say nothing of what a region can do or needs."""


@dataclass(frozen=True)
class Statement:
    """One entry; `organisation` is empty for those who are not named, `region` where it would tell who they are."""

    title: str
    details: list[tuple[str, str]]
    organisation: str
    region: str


@dataclass(frozen=True)
class PublicPart:
    """A part of the survey: who opened it, by how many in each segment (None: fewer than three), and what they said."""

    block: Block
    respondents: int
    segments: list[tuple[str, int | None]]
    statements: list[Statement]


def public_parts(session: Session, campaign: SurveyCampaign, asked: Asked) -> list[PublicPart]:
    """The parts of a published survey that enough respondents opened to everybody; empty before it is published."""
    if campaign.state != PUBLISHED:
        return []
    query = select(SurveyResponse).where(
        SurveyResponse.campaign_id == campaign.id, SurveyResponse.wave == campaign.version,
        SurveyResponse.state.in_(ANSWERED),
    )  # fmt: skip
    responses = {row.id: row for row in session.scalars(query.order_by(SurveyResponse.code))}
    rows = session.scalars(
        select(SurveyAnswer)
        .join(SurveyResponse, SurveyResponse.id == SurveyAnswer.response_id)
        .where(SurveyResponse.campaign_id == campaign.id, SurveyAnswer.visibility == EVERYBODY)
        .order_by(SurveyResponse.code)
    )
    opened: dict[str, list[tuple[SurveyResponse, SurveyAnswer]]] = {}
    for row in rows:
        if row.response_id in responses and row.content:
            opened.setdefault(row.block, []).append((responses[row.response_id], row))
    named = {r.id: _name(a.content) for r, a in opened.get("respondent", []) if a.content.get("named")}
    parts = [
        _part(block, opened.get(block.key, []), named, asked) for block in asked.blocks if block.key != "respondent"
    ]
    return [part for part in parts if part.respondents >= MINIMUM]


def _name(content: Mapping[str, Any]) -> str:
    return str(content.get("organisation", ""))


def _part(
    block: Block, opened: list[tuple[SurveyResponse, SurveyAnswer]], named: Mapping[int, str], asked: Asked
) -> PublicPart:
    said = [(response, item) for response, answer in opened for item in _items(block, answer.content)]
    who = {response.id for response, _item in said}
    at_home = Counter(nuts for nuts, _id in {(response.nuts, response.id) for response, _item in said})
    in_segment = Counter(code for code, _id in {(i["segment"], r.id) for r, i in said if i.get("segment")})
    statements = [
        Statement(
            title=title_of(block, item) if block.shape is Shape.LIST else "",
            details=_details(block, item, asked),
            organisation=named.get(response.id, ""),
            region=region_name(response.nuts) if response.id in named or at_home[response.nuts] >= MINIMUM else "",
        )
        for response, item in said
    ]
    segments = [
        (name, in_segment[code] if may_show(in_segment[code]) else None)
        for code, name in asked.segments
        if any(question.name == "segment" for question in block.fields) or block.shape is Shape.MATRIX
    ]
    return PublicPart(block, len(who), segments, statements)


def _items(block: Block, content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if block.shape is Shape.LIST:
        yield from content.get("items", ())
    elif block.shape is Shape.MATRIX:
        yield from ({**row, "segment": code} for code, row in content.items() if row.get("active"))
    else:
        yield content


def _details(block: Block, item: Mapping[str, Any], asked: Asked) -> list[tuple[str, str]]:
    first = block.fields[0].name if block.shape is Shape.LIST else ""
    found = []
    if block.shape is Shape.MATRIX:
        found.append((reference.translated("Segment"), dict(asked.segments).get(item["segment"], item["segment"])))
    for question in block.fields:
        if question.name not in KEPT_BACK | {first} and (text := words(question, item.get(question.name), asked)):
            label = question.label if question.choices else reference.translated(question.label)
            found.append((label, text))
    return found
