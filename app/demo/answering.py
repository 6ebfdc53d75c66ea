"""Answers to the demo's mapping survey: drawn by chance from hand-written words, and a few written by hand.

The same seed gives the same answers. Rows are written in bulk, without mails.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.content import countries, read
from app.demo.draws import ascii_slug, shares, weighted
from app.organisations import reference
from app.organisations.models import Organisation
from app.partnerships import queries as partnerships
from app.surveys import queries
from app.surveys.codes import ORGANISATION_OF_TYPE
from app.surveys.models import SurveyAnswer, SurveyCampaign, SurveyResponse

SEED = 5
TYPES = {"micro": 0.16, "small": 0.27, "medium": 0.2, "large": 0.08, "university": 0.08, "research": 0.08,
         "cluster": 0.06, "infrastructure": 0.04, "public": 0.03}  # fmt: skip
WORDS = {"university": "University of Applied Textiles", "research": "Fibre Institute", "cluster": "Textile Cluster",
         "infrastructure": "Pilot Centre", "public": "Regional Development Office"}  # fmt: skip
TRADES = ("Têxteis", "Textiles", "Fibres", "Garments", "Spinning", "Weaving", "Recycling", "Finishing", "Yarns")
VISIBLE = {"partnership": 0.7, "public": 0.15, "analysts": 0.1, "private": 0.05}
OPENLY = 0.12
"""The share of organisations that open everything they say to everybody, with their name."""


@cache
def words() -> dict[str, Any]:
    """The texts of the survey."""
    return read("mapping.toml")


@dataclass
class Answering:
    """Writes the answers of made-up organisations, region by region."""

    session: Session
    campaign: SurveyCampaign
    now: datetime
    rng: random.Random
    open_for: timedelta
    names: set[str] = field(default_factory=set)
    asked_for_spot: dict[str, int] = field(default_factory=dict)
    """How many organisations of each region have stated the need that nobody answers."""
    spot_rng: random.Random = field(default_factory=lambda: random.Random(SEED + 1))  # noqa: S311 - invented answers

    def write(self, answers: int) -> None:
        """So many submitted answers, spread over the regions, and a few that were never finished."""
        regions = queries.region_codes(self.session, self.campaign.partnership_id)
        priorities = {
            member.nuts: [str(link.priority_id) for link in member.priorities]
            for member in partnerships.members_of(self.session, self.campaign.partnership_id)
        }
        counts = shares(answers, [self.rng.uniform(0.8, 1.6) for _region in regions])
        places = [region for region, n in zip(regions, counts, strict=True) for _ in range(n)]
        number = self._highest()
        rows: list[tuple[SurveyResponse, dict[str, Any]]] = []
        for region in places:
            number += 1
            contents = self._contents(region, priorities.get(region, []))
            rows.append((self._response(number, region, contents["respondent"]), contents))
        self._by_hand(rows, priorities)
        openly = self._open_some(rows)
        self._organisations(rows)
        self.session.add_all(response for response, _contents in rows)
        for region in self.rng.choices(regions, k=max(2, answers // 12)):
            number += 1
            self.session.add(self._unfinished(number, region))
        self.session.flush()
        self.session.add_all(
            SurveyAnswer(
                response_id=response.id,
                block=key,
                content=content,
                visibility="public" if response.code in openly else weighted(self.rng, VISIBLE),
                saved_at=response.saved_at or self.now,
            )
            for response, contents in rows
            for key, content in contents.items()
        )
        self.session.flush()

    def _by_hand(self, rows: list[tuple[SurveyResponse, dict[str, Any]]], priorities: dict[str, list[str]]) -> None:
        """Put the answers that are written by hand in the place of the last ones of their regions; where a region has
        too few, it goes without. Everything else stays as it was drawn."""
        places: dict[str, list[int]] = {}
        for place, (response, _contents) in enumerate(rows):
            places.setdefault(response.nuts, []).append(place)
        keys = random.Random(SEED + 2)  # noqa: S311 - names of entries, not secrets
        for row in words()["by_hand"]:
            if not places.get(row["region"]):
                continue
            response, _drawn = rows[place := places[row["region"]].pop()]
            priority = {"priority": mine[0]} if (mine := priorities.get(row["region"])) else {}
            response.person, response.email = row["person"], row["email"]
            response.organisation_name, response.respondent_type = row["organisation"], row["type"]
            rows[place] = response, _written(row, priority, keys)

    def _open_some(self, rows: list[tuple[SurveyResponse, dict[str, Any]]]) -> set[str]:
        """The codes of those who open everything, and may be named then: some by chance, and those written by hand."""
        chance = random.Random(SEED + 3)  # noqa: S311 - invented answers
        by_hand = {row["email"] for row in words()["by_hand"]}
        found = set()
        for response, contents in rows:
            if chance.random() < OPENLY or response.email in by_hand:
                contents["respondent"]["named"] = True
                found.add(response.code)
        return found

    def _highest(self) -> int:
        codes = self.session.scalars(
            select(SurveyResponse.code).where(SurveyResponse.campaign_id == self.campaign.id)
        ).all()
        return max((int(code[1:]) for code in codes), default=0)

    def _organisations(self, rows: list[tuple[SurveyResponse, dict[str, Any]]]) -> None:
        made = []
        for response, contents in rows:
            who = contents["respondent"]
            kind, size = ORGANISATION_OF_TYPE[who["type"]]
            country = reference.region_country(response.nuts)
            made.append(
                Organisation(
                    name=who["organisation"], country=country, kind=kind, size=size, nuts=who["nuts"],
                    created_at=self.now,
                )
            )  # fmt: skip
        self.session.add_all(made)
        self.session.flush()
        for (response, _contents), organisation in zip(rows, made, strict=True):
            response.organisation_id = organisation.id

    def _response(self, number: int, region: str, who: dict[str, Any]) -> SurveyResponse:
        came = self.now + self.rng.random() * self.open_for
        validated = self.rng.random() < 0.7
        return self._asked(
            number,
            region,
            who["organisation"],
            who["person"],
            respondent_type=who["type"],
            state="validated" if validated else "submitted",
            saved_at=came,
            submitted_at=came,
            validated_at=came + timedelta(days=3) if validated else None,
        )

    def _unfinished(self, number: int, region: str) -> SurveyResponse:
        name, person = self._names(region, "small")
        return self._asked(number, region, name, person, state="invited", reminders=self.rng.randint(0, 3))

    def _asked(self, number: int, region: str, organisation: str, person: str, **more: Any) -> SurveyResponse:
        """A respondent as invited; `more` says how far they came."""
        return SurveyResponse(
            campaign_id=self.campaign.id,
            wave=self.campaign.version,
            code=f"r{number:04d}",
            nuts=region,
            nuts_version=reference.regions().require(region).version,
            email=f"{ascii_slug(person).replace('-', '.')}@{ascii_slug(organisation)}.example",
            person=person,
            organisation_name=organisation,
            version=1,
            link_nonce=None,
            invited_at=self.now,
            created_at=self.now,
            **more,
        )

    def _names(self, region: str, kind: str) -> tuple[str, str]:
        """A name of an organisation that no one has yet, and of a person."""
        land = countries()[reference.region_country(region)]
        for _attempt in range(400):
            proper = self.rng.choice(land.starts) + self.rng.choice(land.ends)
            name = f"{proper} {WORDS.get(kind) or self.rng.choice(TRADES)}"
            if kind in {"micro", "small", "medium", "large"}:
                name = f"{name} {self.rng.choice(land.forms)}"
            if name not in self.names:
                break
        else:
            name = f"{name} {len(self.names) + 1}"
        self.names.add(name)
        given = self.rng.choice(self.rng.choice((land.women, land.men)))
        forms = self.rng.choice(land.family).split("|")  # of men, and of women where it differs
        return name, f"{given} {forms[-1] if given in land.women else forms[0]}"

    def _contents(self, region: str, priorities: list[str]) -> dict[str, Any]:
        kind = weighted(self.rng, TYPES)
        name, person = self._names(region, kind)
        lean = words()["lean"].get(region, {"strong": [], "short": []})
        strong, short = self._segments(lean["strong"]), self._segments(lean["short"])
        contents: dict[str, Any] = {
            "respondent": {
                "organisation": name,
                "type": kind,
                "nuts": self._finest(region),
                "person": person,
                "consent": True,
                "contactable": self.rng.random() < 0.8,
                "named": self.rng.random() < 0.6,
            },
            "positions": {segment: {"active": True} for segment in strong[:1]},
            "capabilities": {"items": [self._offer(segment, priorities) for segment in strong]},
            "needs": {"items": [self._need(segment, priorities) for segment in short]},
        }
        contents["needs"]["items"] += self._white_spot(region)
        if kind in {"university", "research"}:
            contents["research"] = {"items": [self._tied(self._research(s), priorities) for s in strong[:1]]}
        if kind in {"infrastructure", "research"}:
            contents["infrastructure"] = {"items": [self._tied(self._facility(s), priorities) for s in strong[:1]]}
        contents["cooperation"] = {
            "project_kinds": self.rng.sample(["demonstrator", "centre", "cross_regional", "platform"], 2),
            "contributions": self.rng.sample(["cash", "in_kind", "site", "customer"], 2),
            "coinvestment": self.rng.choice(["none", "exploring", "planned", "committed"]),
        }
        if kind == "public":
            contents["authority"] = {
                "priorities": priorities,
                "instruments": "Vouchers for pilot lines, up to EUR 50,000.",
            }
        return contents

    def _finest(self, region: str) -> str:
        below = reference.regions().children(region)
        return self.rng.choice(below).code if below else region

    def _segments(self, leaning: list[str]) -> list[str]:
        """One to three segments, mostly those the region leans to."""
        every = [row["code"] for row in self.campaign.segments if row["code"] in words()["segments"]]
        weights = [6.0 if code in leaning else 1.0 for code in every]
        drawn = self.rng.choices(every, weights, k=self.rng.randint(1, 3))
        return list(dict.fromkeys(drawn))

    def _text(self, segment: str, side: str) -> tuple[str, list[str]]:
        row = words()["segments"][segment]
        text = self.rng.choice(row[side]).format(m=self.rng.choice(words()["materials"]))
        return text, [self.rng.choice(row["technologies"])]

    def _key(self) -> str:
        return f"{self.rng.getrandbits(48):012x}"

    def _tied(self, entry: dict[str, Any], priorities: list[str]) -> dict[str, Any]:
        return {**entry, "priority": self.rng.choice(priorities)} if priorities else entry

    def _offer(self, segment: str, priorities: list[str]) -> dict[str, Any]:
        text, technologies = self._text(segment, "offers")
        entry = {"key": self._key(), "capability": text, "segment": segment, "technologies": technologies}
        return self._tied({**entry, "trl": self.rng.randint(4, 9)}, priorities)

    def _need(self, segment: str, priorities: list[str]) -> dict[str, Any]:
        text, technologies = self._text(segment, "needs")
        entry = {"key": self._key(), "need": text, "segment": segment, "technologies": technologies}
        return self._tied({**entry, "trl": self.rng.randint(5, 9), "urgency": str(self.rng.randint(2, 5))}, priorities)

    def _white_spot(self, region: str) -> list[dict[str, Any]]:
        """The need nobody answers, of the first organisations of some regions; it draws by a generator of its own, so
        that everything else stays as it was."""
        spot = words()["white_spot"]
        before = self.asked_for_spot.get(region, 0)
        if region not in spot["regions"] or before >= spot["each"]:
            return []
        self.asked_for_spot[region] = before + 1
        rng = self.spot_rng
        return [
            {
                "key": f"{rng.getrandbits(48):012x}",
                "need": rng.choice(spot["needs"]).format(m=rng.choice(words()["materials"])),
                "segment": spot["segment"],
                "technologies": list(spot["technologies"]),
                "trl": rng.randint(6, 8),
                "urgency": str(rng.randint(3, 5)),
            }
        ]

    def _research(self, segment: str) -> dict[str, Any]:
        text, technologies = self._text(segment, "offers")
        entry = {"key": self._key(), "topic": text, "segment": segment, "technologies": technologies}
        return {**entry, "headcount": "5-14", "willingness": self.rng.choice(["active", "open"])}

    def _facility(self, segment: str) -> dict[str, Any]:
        text, technologies = self._text(segment, "offers")
        entry = {"key": self._key(), "name": text, "segment": segment, "technologies": technologies}
        return {
            **entry,
            "kind": self.rng.choice(["pilot_line", "test_bed", "certification"]),
            "trl_from": 4,
            "trl_to": 7,
        }


def _written(row: dict[str, Any], priority: dict[str, str], keys: random.Random) -> dict[str, Any]:
    """The parts of an answer written by hand."""

    def entry(name: str, said: list[Any], **more: Any) -> dict[str, Any]:
        text, segment, technology, trl = said
        place = {"segment": segment, "technologies": [technology], "trl": trl}
        return {"key": f"{keys.getrandbits(48):012x}", name: text, **place, **more, **priority}

    return {
        "respondent": {
            "organisation": row["organisation"], "type": row["type"], "nuts": row["nuts"], "person": row["person"],
            "consent": True, "contactable": True, "named": True,
        },
        "positions": {row["offer"][1]: {"active": True}},
        "capabilities": {"items": [entry("capability", row["offer"])]},
        "needs": {"items": [entry("need", said, urgency="5") for said in row["needs"]]},
        "cooperation": {"project_kinds": row["projects"], "contributions": row["gives"], "coinvestment": "planned"},
    }  # fmt: skip
