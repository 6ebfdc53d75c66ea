"""Import and export of participants with needs and offers."""

import io
import re
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from app.accounts.models import User
from app.core import facts
from app.core.exchange import load_all
from app.core.models import Mail
from app.core.tables import Sheet, clean, read_table, write_csv, write_xlsx
from app.events.models import EventFormat
from app.marketplace.exchange import export_entries
from app.marketplace.models import Entry, EntryKind
from app.marketplace.queries import entries_of
from app.organisations.models import Organisation
from app.registrations import queries, services
from app.registrations.exchange import export_participants
from app.registrations.models import Participant, RegistrationState
from tests.factories.marketplace import make_entry
from tests.factories.registrations import make_participant, make_session

IMPORT = "/events/spring/organise/import"
EXPORT = "/events/spring/organise/export"
PEOPLE = """email;name;type;organisation;country;organisation_kind;languages;trl_min;trl_max;unavailable
ines@example.org;Inès Carvalho;company;Aurinko Materials;FI;company;fi en;4;7;d1-01 d1-02
jan@example.org;Jan Novák;Research organisation;Aurinko  materials;FI;;cs;;;
"""
ENTRIES = """email,kind,title,text,keywords,trl_min,trl_max,partnership
ines@example.org,need,Pilot line,"For paper, 100 kg",paper; pilot,5,7,technical
ines@example.org,offer,Cellulose dispersion,,,,,
pia@example.org,offer,Polymer recycling,,,,,
"""


def upload(people=None, entries=None, name="people.csv"):
    files = {}
    if people is not None:
        files["file"] = (io.BytesIO(people if isinstance(people, bytes) else people.encode()), name)
    if entries is not None:
        files["entries"] = (io.BytesIO(entries.encode()), "entries.csv")
    return files


def checked_in(page):
    return re.search(r'name="checked" value="([^"]+)"', page.text)[1]


def places(page):
    """Row and column of each fault that is shown."""
    return re.findall(r'data-label="Row">(\d+)</td><td data-label="Column"><strong>(\w*)', page.text)


def count(session, table):
    session.expire_all()
    return session.scalar(select(func.count()).select_from(table))


@pytest.fixture
def olga(cast, sign_in):
    return sign_in(cast.olga)


def test_a_file_is_checked_first_and_imported_then(cast, olga, session):
    page = olga.post(IMPORT, data=upload(PEOPLE, ENTRIES))
    assert page.status_code == 200
    assert "Inès Carvalho (Aurinko Materials)" in page.text
    assert (count(session, Participant), count(session, Entry), count(session, User)) == (2, 0, 6)
    answer = olga.post(IMPORT, data={"checked": checked_in(page)})
    assert answer.status_code == 302
    assert (count(session, Participant), count(session, Entry), count(session, User)) == (4, 3, 8)
    ines = queries.participant_by_code(session, cast.event.id, "p0001")
    jan = queries.participant_by_code(session, cast.event.id, "p0002")
    assert (ines.user.name, ines.state, ines.languages) == ("Inès Carvalho", RegistrationState.APPROVED, ["fi", "en"])
    assert queries.absences_of(session, ines.id) == {cast.slots[0].id, cast.slots[1].id}
    assert jan.organisation_id == ines.organisation_id
    assert jan.type_id == cast.piotr_participant.type_id
    need = entries_of(session, ines.id)[0]
    assert (need.title, need.keywords, need.trl_max, need.partnership) == (
        "Pilot line",
        ["paper", "pilot"],
        7,
        "technical",
    )
    assert count(session, Mail) == 0


def test_importing_the_same_again_changes_nothing(cast, olga, session):
    olga.post(IMPORT, data={"checked": checked_in(olga.post(IMPORT, data=upload(PEOPLE, ENTRIES)))})
    page = olga.post(IMPORT, data=upload(PEOPLE, ENTRIES))
    assert "<details" not in page.text.partition("Lists of codes")[0].partition("preview")[2].partition("form")[0]
    assert page.text.count('<span class="stat__value"><span>0</span>') == 4


def test_new_people_are_invited_when_asked_for(cast, olga, session):
    page = olga.post(IMPORT, data=upload(PEOPLE, ENTRIES))
    olga.post(IMPORT, data={"checked": checked_in(page), "invite": "y"})
    recipients = session.scalars(select(Mail.recipient).order_by(Mail.recipient)).all()
    assert recipients == ["ines@example.org", "jan@example.org"]


FAULTS = [
    ("email", "ines@", "not an e-mail address"),
    ("name", "", "Write the name"),
    ("type", "wizard", "this event has: company, research"),
    ("organisation", "", "Write the name of the organisation."),
    ("country", "XX", "not a code of ISO 3166-1"),
    ("country", "", "Choose the country."),
    ("organisation_kind", "", "what kind of organisation"),
    ("organisation_kind", "coven", "not a code of"),
    ("nuts", "ITC4", "ITC4 is not a region of Finland."),
    ("nace", "ZZ", "not a code of NACE"),
    ("website", "a b", "such as https://example.org"),
    ("job_title", "j" * 161, "at most 160"),
    ("languages", "en xx", "“xx” is not a language code"),
    ("value_chain", "middle", "not a value-chain position"),
    ("trl_min", "0", "from 1 to 9"),
    ("trl_min", "four", "whole number"),
    ("trl_max", "3", "ends below its beginning"),
    ("attendance", "maybe", "on_site or online"),
    ("state", "perhaps", "one of pending"),
    ("max_meetings", "-1", "from 0 to 200"),
    ("own_table", "Z9", "no table with this label"),
    ("unavailable", "d9-99", "no slot with one of these keys"),
]
SOUND = {
    "email": "ines@example.org", "name": "Ines", "type": "company", "organisation": "Aurinko", "country": "FI",
    "organisation_kind": "company", "nuts": "FI19", "nace": "22", "website": "", "job_title": "", "languages": "en",
    "value_chain": "", "trl_min": "4", "trl_max": "7", "attendance": "", "state": "", "max_meetings": "",
    "own_table": "", "unavailable": "",
}  # fmt: skip


def table(*rows):
    return write_csv(Sheet("participants", list(rows[0]), [list(row.values()) for row in rows]))


@pytest.mark.parametrize(("column", "text", "sentence"), FAULTS)
def test_each_fault_names_row_column_and_remedy_and_nothing_is_imported(cast, olga, session, column, text, sentence):
    good = SOUND | {"email": "other@example.org", "organisation": "Boreal"}
    page = olga.post(IMPORT, data=upload(table(good, SOUND | {column: text})))
    assert page.status_code == 422
    assert places(page) == [("3", column)]
    assert sentence in page.text
    assert (count(session, Participant), count(session, User), count(session, Organisation)) == (2, 6, 2)


def test_all_faults_are_shown_at_once(cast, olga, session):
    rows = [SOUND | {"country": "XX", "attendance": "no"}, SOUND | {"name": "Twin"}, SOUND | {"email": "x"}]
    page = olga.post(IMPORT, data=upload(table(*rows)))
    places = re.findall(
        r'<td class="right" data-label="Row">(\d+)</td><td data-label="Column"><strong>(\w*)', page.text
    )
    assert places == [("2", "attendance"), ("2", "country"), ("3", "email"), ("4", "email")]
    assert "stands in row 2 already" in page.text


@pytest.mark.parametrize(
    ("entries", "place", "sentence"),
    [
        ("email,kind,title\nnobody@example.org,need,X\n", ("2", "email"), "No participant"),
        ("email,kind,title\npia@example.org,wish,X\n", ("2", "kind"), "need or offer"),
        ("email,kind,title\npia@example.org,need,\n", ("2", "title"), "in one line"),
        ("email,kind,title\npia@example.org,need," + "t" * 257 + "\n", ("2", "title"), "256"),
        ("email,kind,title,trl_min\npia@example.org,need,X,12\n", ("2", "trl_min"), "1 to 9"),
        ("email,kind,title\npia@example.org,need,X\npia@example.org,need,x\n", ("3", "title"), "row 2"),
        ("email,kind,title,partnership\npia@example.org,need,X,love\n", ("2", "partnership"), "partnership"),
        ("email,kind,titel\npia@example.org,need,X\n", ("1", "titel"), "Do you mean title?"),
        ("email,kind\npia@example.org,need\n", ("1", "title"), "missing"),
    ],
)
def test_faults_of_entries(cast, olga, session, entries, place, sentence):
    page = olga.post(IMPORT, data=upload(None, entries))
    assert page.status_code == 422
    assert places(page)[0] == place
    assert sentence in page.text
    assert count(session, Entry) == 0


def test_an_entry_is_not_blamed_for_the_fault_of_its_person(cast, olga):
    page = olga.post(
        IMPORT, data=upload(table(SOUND | {"country": "XX"}), "email,kind,title\nines@example.org,need,X\n")
    )
    assert page.text.count('data-label="Row"') == 1


def test_updates_change_what_is_in_the_file_and_nothing_else(cast, olga, session, clock):
    person = cast.pia_participant
    person.job_title, person.trl_min = "Chemist", 5
    people = "email,name,organisation,country,trl_min,max_meetings\npia@example.org,Somebody,Piave Polymers,IT,,4\n"
    page = olga.post(IMPORT, data=upload(people))
    assert "Changed: 1" in page.text
    olga.post(IMPORT, data={"checked": checked_in(page)})
    session.expire_all()
    assert (person.job_title, person.trl_min, person.max_meetings) == ("Chemist", None, 4)
    assert person.user.name == "Pia Example"


def test_states_of_known_people_change_on_their_page_only(cast, olga, session, clock):
    waiting = make_participant(session, clock, cast.event, state=RegistrationState.PENDING)
    head = "email,name,organisation,country,state\n"
    row = f"{waiting.user.email},x,{waiting.organisation.name},AT,approved\n"
    olga.post(IMPORT, data={"checked": checked_in(olga.post(IMPORT, data=upload(head + row)))})
    session.expire_all()
    assert waiting.state is RegistrationState.APPROVED
    page = olga.post(IMPORT, data=upload(head + "pia@example.org,x,Piave Polymers,IT,cancelled\n"))
    assert page.status_code == 422
    assert "Pia Example is approved here" in page.text


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "Choose a file"),
        (upload("email,name,organisation,country\n"), "nothing below the header"),
        (upload(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old"), "not really CSV"),
        ({"checked": "forged"}, "upload the file again"),
    ],
)
def test_uploads_that_are_none(cast, olga, files, sentence):
    page = olga.post(IMPORT, data=files)
    assert page.status_code == 422
    assert sentence in page.text


def test_a_checked_file_of_another_event_is_not_taken(cast, olga, session, app):
    page = olga.post(IMPORT, data=upload(PEOPLE))
    token = checked_in(page)
    cast.event.slug = "autumn"
    assert olga.post("/events/autumn/organise/import", data={"checked": token[:-3] + "abc"}).status_code == 422
    assert olga.post("/events/autumn/organise/import", data={"checked": token}).status_code == 302


@pytest.mark.parametrize("name", ["template-all.xlsx", "template-participants.csv", "template-entries.csv"])
def test_templates_can_be_imported_as_they_are(cast, olga, session, name):
    answer = olga.get(f"{IMPORT}/{name}")
    assert answer.status_code == 200
    if "entries" not in name:
        assert olga.post(IMPORT, data=upload(answer.data, name=name)).status_code == 200


def test_exports_hold_everything_and_unknown_names_are_not_found(cast, olga, session, clock):
    talk = make_session(session, cast.event, "Talk", cast.slots[0].starts_at)
    make_entry(session, clock, cast.pia_participant, EntryKind.OFFER, "=HYPERLINK(1)")
    with olga.application.app_context():
        services.sign_up(session, clock, cast.pia, cast.pia_participant, talk)
    book = read_table(olga.get(f"{EXPORT}/all.xlsx").data, "all.xlsx", "")
    assert set(book) >= {"participants", "entries", "sign_ups"}
    assert [row.get("code") for row in book["participants"].rows] == ["pia", "piotr"]
    assert book["sign_ups"].rows[0].get("starts_at") == "2027-03-16T10:00:00+01:00"
    csv = olga.get(f"{EXPORT}/entries.csv")
    assert csv.content_type == "text/csv; charset=utf-8"
    assert "'=HYPERLINK(1)" in csv.text
    assert "attachment" in csv.headers["Content-Disposition"]
    assert olga.get(f"{EXPORT}/secrets.csv").status_code == 404
    assert olga.get(f"{EXPORT}/all.csv").status_code == 404


@pytest.mark.parametrize("page", [IMPORT, EXPORT, f"{EXPORT}/all.xlsx", f"{IMPORT}/template-all.xlsx"])
def test_only_organisers_exchange_files(page, cast, sign_in, client):
    for outsider in (cast.pia, cast.dana, cast.omar):
        assert sign_in(outsider).get(page).status_code == 403
    assert client.get(page).status_code == 302
    assert sign_in(cast.olga).get(page).status_code == 200
    assert sign_in(cast.dana).post(IMPORT, data=upload(PEOPLE)).status_code == 403


words = st.text(string.ascii_letters + " ,;\"'=+-@äßλ\n", min_size=1, max_size=30).map(lambda t: clean(t).strip())
lines = words.map(lambda t: " ".join(t.split())).filter(lambda t: any(c.isalnum() for c in t))
levels = st.sampled_from([(None, None), (3, None), (2, 9), (None, 4)])
entry = st.tuples(st.sampled_from(EntryKind), lines, words, levels)
person = st.tuples(
    lines, lines, words, levels, st.lists(entry, max_size=3, unique_by=lambda e: (e[0], e[1].casefold()))
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(person, min_size=1, max_size=4), st.booleans())
def test_what_is_exported_can_be_imported_into_an_empty_event_and_comes_out_the_same(
    app, cast, session, clock, people, as_workbook
):
    event = cast.event
    event.format = EventFormat.MIXED
    savepoint = session.begin_nested()
    with app.app_context():
        for name, job, about, (low, high), entries in people:
            made = make_participant(session, clock, event, name)
            made.job_title, made.about, made.trl_min, made.trl_max = job, about, low, high
            for kind, title, text, (least, most) in entries:
                written = make_entry(session, clock, made, kind, title)
                written.text, written.trl_min, written.trl_max = text, least, most
        session.flush()
        sheets = [export_participants(session, event), export_entries(session, event)]
        tables = read(sheets, as_workbook)
        session.execute(delete(Entry))
        session.execute(delete(Participant))
        session.expire_all()
        reports = load_all(session, clock, None, event, tables, keep=True)
        assert [report.faults for report in reports] == [[]] * len(reports)
        again = read([export_participants(session, event), export_entries(session, event)], as_workbook)
    assert {name: said(table) for name, table in again.items()} == {name: said(table) for name, table in tables.items()}
    savepoint.rollback()
    session.expire_all()


def read(sheets, as_workbook):
    if as_workbook:
        return read_table(write_xlsx(sheets), "x.xlsx", "")
    tables = [read_table(write_csv(sheet), "x.csv", sheet.name)[sheet.name] for sheet in sheets]
    return {table.name: table for table in tables}


def said(table):
    """The rows without what an import gives anew, in an order of their own."""
    new = ("code", "registered_at")
    return sorted([value for key, value in row.cells.items() if key not in new] for row in table.rows)


def test_an_import_announces_each_person_once_and_a_check_announces_nobody(cast, olga):
    heard = []

    def hear(_sender, participant, **_rest):
        heard.append(participant.user.email)

    facts.participant_changed.connect(hear)
    page = olga.post(IMPORT, data=upload(PEOPLE, ENTRIES))
    assert heard == []
    olga.post(IMPORT, data={"checked": checked_in(page)})
    facts.participant_changed.disconnect(hear)
    assert sorted(heard) == ["ines@example.org", "jan@example.org", "pia@example.org"]
