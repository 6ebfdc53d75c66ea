"""The demo's two workshops: prepared, held, minuted, by the services that people use, on a clock in the past."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.transitions import Act
from app.demo.content import read
from app.demo.mapping import ROLES, demo_survey, lead_of
from app.demo.partnering import PartnershipStage, Past
from app.events.models import Event, EventSession
from app.events.queries import event_by_slug, sessions_of
from app.partnerships import services as partnerships
from app.partnerships.models import Partnership
from app.registrations.models import Participant, SessionSignUp
from app.surveys import queries as surveys
from app.surveys import services as survey_services
from app.surveys.models import FollowUpKind, FollowUpState, MatchFollowUp
from app.workshops import queries, services
from app.workshops.models import EntryKind, EntryState, Workshop, WorkshopEntry
from app.workshops.services import AgendaLine, EntryData, GroupLine

LEADS = frozenset({"organiser"})
PHASE = "projects"
"""The phase the demo partnership has come to."""
MOVED_ON = timedelta(days=230)
"""How long before today it said so: after the project days."""


def fill_workshops(stage: PartnershipStage) -> None:
    """A step of the partnership stage: what the workshops of the project days collected, decided and wrote down."""
    session, partnership = stage.session, stage.partnership
    days = event_by_slug(session, read("projects.toml")["days"]["slug"])
    if days is None or queries.workshops_of_event(session, days.id):
        return
    stage.say("Holding two workshops ...")
    lead = lead_of(session, partnership)
    query = select(Participant).where(Participant.event_id == days.id).order_by(Participant.code)
    people = list(session.scalars(query))
    drafts = planned(session, partnership)
    for row, event_session, draft in zip(
        read("workshops.toml")["workshops"], sessions_of(session, days.id), drafts, strict=True
    ):
        Holding(session, days, event_session, row, people, lead).hold(partnership, draft)
    run = drafts[0].finding.run
    past = Past(max(entry.written_at for w in queries.workshops_of_event(session, days.id)
                    for entry in queries.minutes_of(session, w.id)))  # fmt: skip
    survey_services.move_run(session, past, run, "hold", Act(lead.id, ROLES))


def planned(session: Session, partnership: Partnership) -> list[MatchFollowUp]:
    """The workshops that the demo's matching run asked for, in the order they were drawn."""
    campaign = demo_survey(session, partnership)
    if campaign is None:
        raise RuntimeError("the demo partnership has no survey")
    (run,) = surveys.runs_of(session, campaign)
    found = surveys.follow_ups_of(session, run.id)
    return [row for row in reversed(found) if row.kind is FollowUpKind.WORKSHOP]


def move_to_projects(stage: PartnershipStage) -> None:
    """A step of the partnership stage: the partnership says that it works on projects now."""
    if stage.partnership.phase != PHASE:
        lead = lead_of(stage.session, stage.partnership)
        past = Past(stage.clock() - MOVED_ON)
        partnerships.go_to_phase(stage.session, past, stage.partnership, lead, PHASE)


@dataclass
class Holding:
    """One workshop from its agenda to its minutes."""

    session: Session
    event: Event
    event_session: EventSession
    row: dict[str, Any]
    people: list[Participant]
    lead: User

    def hold(self, partnership: Partnership, draft: MatchFollowUp) -> Workshop:
        """Prepare, open, collect, end, minute."""
        session, past = self.session, Past(self.event_session.starts_at - timedelta(days=20))
        workshop = services.begin(
            session, past, self.lead, self.event_session, partnership=partnership, purpose=self.row["purpose"]
        )
        self._take_up(past, workshop, draft)
        self._prepare(past, workshop)
        past.now = self.event_session.starts_at
        services.move(session, past, self.lead, workshop, "open", LEADS)
        self._collect(past, workshop)
        past.now = self.event_session.ends_at
        services.move(session, past, self.lead, workshop, "close", LEADS)
        past.wait(2)
        text = services.first_text(session, workshop)
        services.write_minutes(session, past, self.lead, workshop, text, based_on=0)
        services.move(session, past, self.lead, workshop, "minute", LEADS)
        self._tick_off(past, workshop)
        return workshop

    def _take_up(self, past: Past, workshop: Workshop, draft: MatchFollowUp) -> None:
        services.link_finding(self.session, past, self.lead, workshop, draft.finding)
        draft.state = FollowUpState.TAKEN_UP
        draft.link = f"/events/{self.event.slug}/workshops/{self.event_session.id}/"

    def _prepare(self, past: Past, workshop: Workshop) -> None:
        agenda = [line.split("; ") for line in self.row["agenda"]]
        items = [AgendaLine(parts[1], int(parts[0]), "".join(parts[2:])) for parts in agenda]
        services.save_agenda(self.session, past, self.lead, workshop, items)
        groups = [GroupLine(*line.split("; ")) for line in self.row["groups"]]
        services.save_groups(self.session, past, self.lead, workshop, groups)
        for person in self.people:
            self.session.add(
                SessionSignUp(session_id=self.event_session.id, participant_id=person.id, created_at=past())
            )
        self.session.flush()

    def _collect(self, past: Past, workshop: Workshop) -> None:
        groups = queries.groups_of(self.session, workshop.id)
        for number, person in enumerate(self.people):
            services.enter(self.session, past, workshop, person)
            services.choose_group(self.session, past, workshop, person, groups[number % len(groups)].id)
        for who, text, group, supporters in self.row["ideas"]:
            entry = self._add(past, workshop, EntryKind.IDEA, who, text, group_id=groups[group].id)
            for supporter in supporters:
                services.vote(self.session, past, self.people[supporter].user, workshop, entry, on=True)
        for who, text, group in self.row["dropped"]:
            entry = self._add(past, workshop, EntryKind.IDEA, who, text, group_id=groups[group].id)
            services.set_state(
                self.session, past, self.people[who].user, workshop, entry, EntryState.DROPPED, leads=False
            )
        for name in ("decisions", "proposed"):
            for who, text, group in self.row[name]:
                entry = self._add(past, workshop, EntryKind.DECISION, who, text, group_id=groups[group].id)
                if name == "decisions":
                    services.set_state(self.session, past, self.lead, workshop, entry, EntryState.AGREED, leads=True)
        for who, text, owner, days, _state in self.row["follow_ups"]:
            due = (self.event_session.starts_at + timedelta(days=days)).date()
            self._add(past, workshop, EntryKind.FOLLOW_UP, who, text, owner=self.people[owner].user.name, due=due)

    def _add(self, past: Past, workshop: Workshop, kind: EntryKind, who: int, text: str, **more: Any) -> WorkshopEntry:
        past.wait(1 / 720)
        token = f"demo-{self.event_session.id}-{workshop.revision}"
        data = EntryData(kind, text, token.ljust(8, "-"), **more)
        return services.add_entry(self.session, past, self.people[who].user, workshop, data, leads=False)

    def _tick_off(self, past: Past, workshop: Workshop) -> None:
        done = {text for _who, text, _owner, _days, state in self.row["follow_ups"] if state == "done"}
        for entry in queries.entries_of(self.session, workshop.id):
            if entry.kind is EntryKind.FOLLOW_UP and entry.text in done:
                past.wait(3)
                services.set_state(self.session, past, self.lead, workshop, entry, EntryState.DONE, leads=True)
