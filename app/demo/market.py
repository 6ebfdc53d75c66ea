"""Puts the marketplace of the demo into the database: entries outside the event, some anonymous, and interest in them.

A third of what is written for the event is shown to all members too. Rows are written in bulk, without mails.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import world as demo
from app.demo.content import market
from app.marketplace.models import (
    Disclosure,
    DisclosureWay,
    Entry,
    EntryKind,
    Interest,
    InterestState,
    ProfileKind,
    Reach,
)
from app.marketplace.services import index_entries
from app.registrations.models import Participant

SEED = 20
SHOWN_TO_MEMBERS = 3
"""Every so manieth person shows what they wrote for the event to all members."""
LIFETIME = timedelta(days=365)
DETAILS = ("role", "advantages", "specification", "stage", "ipr", "market_keywords", "technology_keywords", "partners",
           "sdgs")  # fmt: skip


@dataclass(slots=True)
class MarketLoading:
    """Loads the marketplace for the people of a demo world, who are in the database by their codes."""

    session: Session
    world: demo.World
    now: datetime
    people: Mapping[str, Participant]
    entries: list[Entry] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def load(self) -> None:
        """Load everything and put all entries into the index."""
        self._show_some_to_members()
        chance = random.Random(SEED)  # noqa: S311 - a reproducible world, no secrets
        for row in market()["entries"]:
            self._entry(row, chance)
        self.session.flush()
        for row in market()["interests"]:
            self._interest(row)
        self.session.flush()
        ids = [person.id for person in self.people.values()]
        here = select(Entry.id).where(Entry.participant_id.in_(ids) | Entry.participant_id.is_(None))
        index_entries(self.session, list(self.session.scalars(here)))

    def _show_some_to_members(self) -> None:
        shown = [person.id for number, person in enumerate(self.people.values()) if number % SHOWN_TO_MEMBERS == 0]
        for entry in self.session.scalars(select(Entry).where(Entry.participant_id.in_(shown))):
            entry.reach, entry.expires_at = Reach.MEMBERS, entry.created_at + LIFETIME

    def _person(self, theme: str, who: str) -> Participant | None:
        """The next person of this theme and type who owns and asks nothing yet; any of the type where there is none."""
        themes = {row.key: row.theme for row in self.world.organisations}
        fitting = [row for row in self.world.participants if row.type == who and row.code not in self.taken]
        fitting.sort(key=lambda row: themes[row.organisation] != theme)
        if not fitting:
            return None
        self.taken.add(fitting[0].code)
        return self.people[fitting[0].code]

    def _entry(self, row: Mapping[str, Any], chance: random.Random) -> None:
        owner = self._person(row["theme"], row["who"])
        if owner is None:
            return
        written = self.now - timedelta(days=chance.randint(3, 80), hours=chance.randint(0, 9))
        first, *further = row["partnerships"]
        details = {name: row[name] for name in DETAILS if name in row}
        details |= {"further_partnerships": further} if further else {}
        details |= {"call": self._call(row["call"])} if "call" in row else {}
        anonymous = row.get("anonymous", False)
        self.entries.append(
            Entry(
                owner_id=owner.user_id,
                organisation_id=owner.organisation_id,
                kind=EntryKind(row["kind"]),
                reach=Reach.MEMBERS,
                profile=ProfileKind(row["profile"]) if "profile" in row else None,
                anonymous=anonymous,
                concealed=row.get("concealed", []),
                title=row["title"],
                summary=row.get("summary", ""),
                text=row["text"],
                keywords=row["keywords"],
                trl_min=row["trl"][0],
                trl_max=row["trl"][1],
                partnership=first,
                details=details,
                segment=owner.value_chain_position,
                languages=list(owner.languages),
                published_at=written,
                shown_openly_at=None if anonymous else written,
                expires_at=written + LIFETIME,
                created_at=written,
                updated_at=written,
            )
        )
        self.session.add(self.entries[-1])

    def _call(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Deadlines lie ahead of the day on which the demo is loaded."""
        deadlines = {
            "interest_deadline": (self.now + timedelta(days=row["days_to_interest"])).date().isoformat(),
            "call_deadline": (self.now + timedelta(days=row["days_to_call"])).date().isoformat(),
        }
        return {name: value for name, value in row.items() if not name.startswith("days_")} | deadlines

    def _interest(self, row: Mapping[str, Any]) -> None:
        sender = self._person(row["theme"], row["who"])
        if sender is None or row["entry"] >= len(self.entries):
            return
        entry, state = self.entries[row["entry"]], InterestState(row["state"])
        asked = self.now - timedelta(days=2, hours=row["entry"])
        answered = None if state is InterestState.OPEN else asked + timedelta(hours=20)
        self.session.add(
            Interest(
                entry_id=entry.id,
                sender_id=sender.user_id,
                organisation_id=sender.organisation_id,
                state=state,
                message=row["message"],
                answer=row.get("answer", ""),
                created_at=asked,
                answered_at=answered,
                expires_at=asked + timedelta(days=30),
            )
        )
        if state is InterestState.GRANTED and entry.anonymous and answered is not None:
            shown = ["name", "organisation", "email", *entry.concealed]
            told = {"viewer_id": sender.user_id, "way": DisclosureWay.GRANT, "day": answered.date(), "at": answered}
            self.session.add(Disclosure(entry_id=entry.id, shown=shown, **told))
