"""Whatever is published, hidden, asked, granted and taken back in whatever order: no way out ties an anonymous entry to
its owner for somebody to whom it was not released."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from app.core.errors import AppError
from app.core.models import AuditEntry, Job, LiveEvent, Mail
from app.marketplace import interests, jobs, saved, services
from app.marketplace.models import (
    Disclosure,
    Entry,
    EntryKind,
    EntryState,
    Interest,
    InterestState,
    Reach,
    Rhythm,
    Term,
)
from app.marketplace.models import SavedSearch as Saved
from app.marketplace.rules import CONCEALABLE
from app.marketplace.search import Criteria
from app.marketplace.services import EntryData
from app.matching import services as matching
from tests.cast import NOW
from tests.factories.registrations import make_organisation, make_user

pytestmark = pytest.mark.filterwarnings("error")
NAMES = {"pia": ("Pia Example", "Piave Polymers", "pia@example.org"), "una": ("Una Ulmerova", "Ulmwerk Secret")}
MOST = 5


class World:
    """The application, its people and what the test remembers of the entries."""

    def __init__(self, app, session, clock, cast, sign_in: Callable) -> None:
        self.app, self.session, self.clock, self.cast, self.sign_in = app, session, clock, cast, sign_in
        una = make_user(session, clock, "Una Ulmerova")
        employer = make_organisation(session, clock, "Ulmwerk Secret")
        employer.nuts, employer.country = "AT12", "AT"
        cast.pia_participant.organisation.nuts = "ITC4"
        self.owners = {"pia": (cast.pia, cast.pia_participant, None), "una": (una, None, employer)}
        self.viewers = {"omar": cast.omar, "piotr": cast.piotr}
        self.browsers = {name: sign_in(user) for name, user in self.viewers.items()}
        session.commit()

    def clear(self) -> None:
        """Forget everything but the people."""
        for table in (Disclosure, Interest, Saved, Entry, Term, Mail, LiveEvent, Job, AuditEntry):
            self.session.execute(delete(table))
        self.session.commit()
        self.clock.now = NOW


class Market(RuleBasedStateMachine):
    """Owners and viewers do something; then every way out is looked at."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.world.clear()
        self.marks: list[SimpleNamespace] = []
        self.released: set[tuple[str, int]] = set()
        """(viewer, mark) once granted: a mail may tell for ever."""

    def _do(self, work: Callable[[], object]) -> None:
        with self.world.app.app_context():
            try:
                work()
                self.world.session.commit()
            except AppError:
                self.world.session.rollback()

    def _entry(self, mark: SimpleNamespace) -> Entry | None:
        return self.world.session.scalars(select(Entry).where(Entry.title == mark.title)).first()

    @rule(
        owner=st.sampled_from(["pia", "una"]),
        kind=st.sampled_from(list(EntryKind)),
        concealed=st.sets(st.sampled_from(CONCEALABLE)),
        members=st.booleans(),
        hidden=st.booleans(),
        anonymous=st.sampled_from([True, True, False]),
    )
    def write(self, owner, kind, concealed, members, hidden, anonymous) -> None:
        if len(self.marks) >= MOST:
            return
        number = len(self.marks)
        mark = SimpleNamespace(
            number=number,
            owner=owner,
            title=f"Topaz{chr(97 + number) * 3} process",
            inner=f"Inside{chr(97 + number) * 3}",
            concealed=concealed,
        )
        user, participant, employer = self.world.owners[owner]
        data = EntryData(
            kind,
            mark.title,
            f"{mark.inner} of the plant",
            reach=Reach.MEMBERS if members else Reach.EVENT,
            state=EntryState.HIDDEN if hidden else EntryState.PUBLISHED,
            anonymous=anonymous,
            concealed=tuple(concealed),
        )

        def add() -> None:
            if participant is None:
                services.add_own_entry(self.world.session, self.world.clock, user, employer, data)
            else:
                services.add_entry(self.world.session, self.world.clock, user, participant, data)

        self._do(add)
        assert self._entry(mark) is not None
        self.marks.append(mark)

    @rule(pick=st.integers(0, MOST), act=st.sampled_from(["publish", "hide", "reveal", "renew", "remove", "anonymise"]))
    def change(self, pick, act) -> None:
        _mark, entry = self._pick(pick)
        if entry is None:
            return
        session, clock = self.world.session, self.world.clock
        user = entry.owner
        if act == "reveal":
            data = services.data_of(entry)
            self._do(lambda: services.change_entry(session, clock, user, entry, _with(data, anonymous=False)))
        elif act == "anonymise":
            data = services.data_of(entry)
            self._do(lambda: services.change_entry(session, clock, user, entry, _with(data, anonymous=True)))
        elif act == "remove":
            self._do(lambda: services.remove_entry(session, clock, user, entry))
        else:
            self._do(lambda: getattr(services, act)(session, clock, user, entry))

    def _pick(self, pick: int):
        if not self.marks:
            return None, None
        mark = self.marks[pick % len(self.marks)]
        return mark, self._entry(mark)

    @rule(pick=st.integers(0, MOST), who=st.sampled_from(["omar", "piotr"]))
    def ask(self, pick, who) -> None:
        _mark, entry = self._pick(pick)
        if entry is not None:
            text = "We would like to hear more about it."
            sender = self.world.viewers[who]
            self._do(lambda: services.express(self.world.session, self.world.clock, sender, entry, text))

    @rule(pick=st.integers(0, 20), act=st.sampled_from(["grant", "grant", "decline", "withdraw"]))
    def answer(self, pick, act) -> None:
        session, clock = self.world.session, self.world.clock
        rows = session.scalars(select(Interest).order_by(Interest.id)).all()
        if not rows:
            return
        interest = rows[pick % len(rows)]
        if act == "withdraw":
            self._do(lambda: services.withdraw(session, clock, interest.sender, interest))
            return
        was_open = interest.state is InterestState.OPEN
        self._do(lambda: getattr(services, act)(session, clock, interest.entry.owner, interest))
        if act == "grant" and was_open:
            who = next(name for name, user in self.world.viewers.items() if user.id == interest.sender_id)
            mark = next(mark for mark in self.marks if mark.title == interest.entry.title)
            self.released.add((who, mark.number))

    @rule(days=st.sampled_from([1, 8, 31, 366]), who=st.sampled_from(["omar", "piotr"]))
    def time_passes(self, days, who) -> None:
        """A viewer keeps a search; days pass; the regular work is done."""
        session, clock, viewer = self.world.session, self.world.clock, self.world.viewers[who]

        def keep() -> None:
            saved.save(session, clock, viewer, f"all {clock().isoformat()}", Criteria(), Rhythm.DAILY)

        def tend() -> None:
            interests.expire_due(session, clock)
            jobs.tell_endings(session, clock)
            for user_id in saved.due_users(session, clock):
                saved.send_digest(session, clock, user_id)

        self._do(keep)
        clock.advance(timedelta(days=days))
        self._do(tend)

    def teardown(self) -> None:
        self.look()

    @rule()
    def look(self) -> None:
        """Every way out, for every viewer."""
        if not self.marks:
            return
        self.world.session.commit()
        for who in self.world.viewers:
            for mark in self.marks:
                entry = self._entry(mark)
                if entry is not None:
                    self._look_at(who, mark, entry)
            self._read_mails(who)
        self._look_at_matching()
        payloads = json.dumps([row.payload for row in self.world.session.scalars(select(LiveEvent))])
        assert "Topaz" not in payloads

    def _may_know(self, who: str, entry: Entry) -> bool:
        granted = select(Interest.id).where(
            Interest.entry_id == entry.id,
            Interest.sender_id == self.world.viewers[who].id,
            Interest.state == InterestState.GRANTED,
        )
        return not entry.anonymous or self.world.session.scalars(granted).first() is not None

    def _look_at(self, who: str, mark: SimpleNamespace, entry: Entry) -> None:
        if self._may_know(who, entry):
            return
        get, names = self.world.browsers[who].get, NAMES[mark.owner]
        hidden = [*names, *([mark.inner] if "text" in mark.concealed else [])]
        hidden += {"pia": ["Lombardia"], "una": ["Niederösterreich"]}[mark.owner] if "region" in mark.concealed else []
        word = mark.title.split()[0]
        lists = [
            "/marketplace",
            f"/marketplace?q={word}",
            "/marketplace?sort=newest",
            "/marketplace/interests?view=sent",
        ]
        for page in [*lists, f"/marketplace?q={word[:-1]}x"]:
            for article in re.findall(r"<article.*?</article>", get(page).text, re.DOTALL):
                if mark.title in article:
                    assert [told for told in hidden if told in article] == [], (who, page)
        for page in (f"/marketplace/entries/{entry.code}", f"/marketplace/entries/{entry.code}.json"):
            text = get(page).text
            assert [told for told in hidden if told in text] == [], (who, page)
        queries = [names[0], names[1], names[1].replace("e", "ee", 1)]
        queries += [mark.inner] if "text" in mark.concealed else []
        queries += ["&region=AT12", "&region=ITC4"] if "region" in mark.concealed else []
        for query in queries:
            text = get(f"/marketplace?q={query}").text
            assert mark.title not in text, (who, query)
        if who == "piotr":
            self._look_at_event(get, mark)

    def _look_at_event(self, get: Callable, mark: SimpleNamespace) -> None:
        assert mark.title not in get("/events/spring/partners").text
        assert mark.title not in get("/events/spring/partners/pia").text
        for word in (mark.title.split()[0], mark.inner):
            found = get(f"/events/spring/partners?q={word}").text
            assert "Pia Example" not in found, word

    def _read_mails(self, who: str) -> None:
        recipient = self.world.viewers[who].email
        for mail in self.world.session.scalars(select(Mail).where(Mail.recipient == recipient)):
            for paragraph in re.split(r"\n(?=- )|\n\n", mail.body):
                for mark in self.marks:
                    entry = self._entry(mark)
                    kept = entry is not None and entry.anonymous and (who, mark.number) not in self.released
                    if kept and mark.title in f"{mail.subject} {paragraph}":
                        assert [name for name in NAMES[mark.owner] if name in mail.body + mail.subject] == [] or (
                            "- " in mail.body and not [name for name in NAMES[mark.owner] if name in paragraph]
                        )

    def _look_at_matching(self) -> None:
        session = self.world.session
        anonymous = [entry.title for entry in session.scalars(select(Entry).where(Entry.anonymous))]
        said = repr(matching.profiles_of(session, self.world.cast.event.id))
        assert [title for title in anonymous if title in said] == []


def _with(data: EntryData, **changes: object) -> EntryData:
    return EntryData(**(vars(data) | changes))


def test_no_order_of_steps_gives_an_owner_away(app, session, clock, cast, sign_in) -> None:
    machine = type("MarketHere", (Market,), {"world": World(app, session, clock, cast, sign_in)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
