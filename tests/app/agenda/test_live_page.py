"""The agenda in a real browser: it follows changes, catches up after a lost connection, and advances with the clock."""

import os
import sys
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from app import create_app
from app.core.clock import system_clock
from app.core.database import Database
from app.core.migrating import upgrade_database
from app.events.models import Event, MeetingTable, Slot
from config import Settings
from tests import cast as casting
from tests import services
from tests.conftest import SECRET
from tests.factories import agenda as factory
from tests.factories.timetables import make_request

pytestmark = pytest.mark.browser
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(__file__))))
SCRIPT = """async () => { const page = await import(document.querySelector('script[src$="js/agenda.js"]').src); %s }"""


class Site:
    """A served Meetwright with the cast's event, which started some minutes ago, and Pia and Piotr's meeting in it."""

    def __init__(self, folder):
        self.port = services.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MEETWRIGHT_")},
            "MEETWRIGHT_SECRET_KEY": SECRET,
            "MEETWRIGHT_DATABASE_URL": f"sqlite:///{folder / 'live.sqlite3'}",
            "MEETWRIGHT_PUBLIC_URL": self.address,
            "MEETWRIGHT_EMBEDDED_WORKER": "false",
            "MEETWRIGHT_RATE_LIMITS": "false",
        }
        own = {name: value for name, value in self.environment.items() if name.startswith("MEETWRIGHT_")}
        values = {name.removeprefix("MEETWRIGHT_").lower(): value for name, value in own.items()}
        self.settings = Settings(_env_file=None, **values)
        self.database = Database(self.settings.database_url)
        self.server = None

    def fill(self):
        app = create_app(self.settings)
        with app.app_context():
            upgrade_database()
        app.extensions["database"].engine.dispose()
        with self.database.open() as session:
            cast = casting.assemble(session, system_clock)
            first = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
            for number, slot in enumerate(cast.slots):
                slot.starts_at = first + timedelta(minutes=30 * number)
                slot.ends_at = slot.starts_at + timedelta(minutes=25)
            asked = make_request(session, system_clock, cast.pia_participant, cast.piotr_participant)
            factory.publish(session, system_clock, cast.event, [(asked, cast.slots[0], cast.tables[0])])
            session.commit()
            self.cookie_of = {"pia": cast.pia.get_id(), "piotr": cast.piotr.get_id()}
            self.request_id = asked.id
        self.signing = app.session_interface.get_signing_serializer(app)

    def cookie(self, name):
        value = self.signing.dumps({"_user_id": self.cookie_of[name], "_fresh": True})
        return {"name": "meetwright", "value": value, "url": self.address}

    def start(self):
        command = [sys.executable, "serve.py", "--port", str(self.port)]
        self.server = services.start(command, env=self.environment, cwd=ROOT)
        services.wait_until(self.answers, self.server, "Meetwright")

    def answers(self):
        try:
            return urllib.request.urlopen(f"{self.address}/sign-in", timeout=5).status == 200
        except OSError:
            return False

    def stop(self):
        services.stop(self.server)

    def change(self, act, *arguments):
        """Another process (a command, the worker) changes the timetable."""
        with self.database.open() as session:
            event = session.query(Event).one()
            request = session.get(factory.MeetingRequest, self.request_id)
            slots = session.query(Slot).order_by(Slot.starts_at).all()
            tables = session.query(MeetingTable).order_by(MeetingTable.position).all()
            found = {"slots": slots, "tables": tables}
            act(session, system_clock, event, request, *[found[a][i] if a in found else i for a, i in arguments])
            session.commit()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = Site(tmp_path_factory.mktemp("live"))
    made.fill()
    made.start()
    yield made
    made.stop()
    made.database.engine.dispose()


@pytest.fixture
def open_agenda(site, browser):
    contexts = []

    def open_as(name, **options):
        context = browser.new_context(**options)
        context.add_cookies([site.cookie(name)])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)  # the machine may be busy; nothing here measures time
        page.goto(f"{site.address}/events/spring/agenda")
        page.wait_for_selector("[data-connection][data-state=live]")
        return page

    yield open_as
    for context in contexts:
        context.close()


def rows(page):
    return page.eval_on_selector_all(
        "#agenda-days li", "rows => rows.map(row => row.innerText.replace(/\\s+/g, ' ').trim())"
    )


def test_a_venue_screen_follows_without_anybody_signed_in(site, browser):
    page = browser.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{site.address}/events/spring/screen")
    page.wait_for_selector("[data-connection][data-state=live]")
    site.change(factory.move, ("slots", 3), ("tables", 0))
    page.wait_for_selector(".ticker :text('table A1')")
    assert "Piotr" not in page.inner_text("body")
    page.close()


def test_an_open_agenda_follows_a_move_catches_up_and_ends_as_a_fresh_one(site, open_agenda):
    pia, piotr = open_agenda("pia"), open_agenda("piotr")
    assert "Table A1" in pia.inner_text("#agenda-next")
    site.change(factory.move, ("slots", 2), ("tables", 1))
    for page in (pia, piotr):
        page.wait_for_selector("#agenda-next :text('Table A2')")
        assert "Moved" in page.inner_text("#agenda-days")
        assert "Was" in page.inner_text("#agenda-days")
    # away from the line, two changes happen; back on it, the page knows both
    pia.context.set_offline(True)
    site.stop()
    site.change(factory.move, ("slots", 1), ("tables", 1))
    site.change(factory.cancel, ("reason", "The train is late."))
    site.start()
    pia.context.set_offline(False)
    for page in (pia, piotr):
        page.wait_for_selector("#agenda-days :text('The train is late.')")
        assert page.is_hidden("#agenda-next")
        followed = rows(page)
        versions = page.evaluate(SCRIPT % "return page.current().version")
        page.reload()
        page.wait_for_selector("[data-connection][data-state=live]")
        assert rows(page) == followed  # what the script drew is what the server draws
        assert page.evaluate(SCRIPT % "return page.current().version") == versions == 5


def test_the_page_applies_each_version_once_and_in_order(open_agenda):
    page = open_agenda("pia")
    script = """
      const start = { version: 3, published: true, items: new Map([["a", { id: "a" }], ["b", { id: "b" }]]) };
      const four = { version: 4, published: true, replace: false, changed: [{ id: "a", title: "x" }], removed: ["b"] };
      const five = { version: 5, published: true, replace: true, changed: [{ id: "c" }], removed: [] };
      const plain = (state) => ({ ...state, items: Object.fromEntries(state.items) });
      return [page.apply(start, four), page.apply(page.apply(start, four), four),
              page.apply(page.apply(start, four), five), page.apply(page.apply(start, five), four)].map(plain);"""
    four = {"version": 4, "published": True, "items": {"a": {"id": "a", "title": "x"}}}
    five = {"version": 5, "published": True, "items": {"c": {"id": "c"}}}
    assert page.evaluate(SCRIPT % script) == [four, four, five, five]


def test_the_viewers_own_time_stands_beside_the_events(open_agenda):
    away = open_agenda("piotr", timezone_id="America/New_York")
    assert away.locator("#agenda-days .time-own").count() > 0
    there = open_agenda("piotr", timezone_id="Europe/Brussels")
    assert there.locator("#agenda-days .time-own").count() == 0


def test_a_session_ended_elsewhere_loses_the_page(site, open_agenda):
    page = open_agenda("pia")
    with site.database.open() as session:
        session.query(casting.User).filter_by(email="pia@example.org").one().session_epoch += 1
        session.commit()
    page.wait_for_url("**/sign-in**")
