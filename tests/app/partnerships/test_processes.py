"""An administrator copies and edits a process: validated, versioned, never changed under a running partnership."""

import json
import re
from html.parser import HTMLParser

import pytest
from werkzeug.datastructures import MultiDict

from app.partnerships import queries, state_picture
from app.partnerships.services import processes
from app.partnerships.templates import SHIPPED, shipped
from tests.factories.partnerships import make_partnership

LIST = "/partnerships/processes"


@pytest.fixture(autouse=True)
def nothing_read(monkeypatch):
    """Versions are remembered by the time they were written at, and the time of the tests stands still."""
    monkeypatch.setattr(queries, "_read", {})


@pytest.fixture
def page(circle, sign_in):
    return sign_in(circle.administrator)


def copy(page, key="our-way"):
    return page.post(f"{LIST}/s3-baseline", data={"name": "Our way", "key": key})


def data_of(session, key="our-way"):
    return processes.template_data(session, key, queries.newest_template(session, key).version)


def edit(page, data, note="A change", key="our-way"):
    text = data if isinstance(data, str) else json.dumps(data)
    return page.post(f"{LIST}/{key}/edit/json", data={"text": text, "note": note})


def test_only_administrators_see_processes(circle, sign_in, client, page):
    for path in (LIST, f"{LIST}/s3-baseline"):
        assert page.get(path).status_code == 200
        for outsider in (circle.secretariat, circle.lead, circle.stranger):
            assert sign_in(outsider).get(path).status_code == 403
        assert client.get(path).status_code == 302
    assert copy(sign_in(circle.secretariat)).status_code == 403
    assert edit(sign_in(circle.secretariat), "{}", key="s3-baseline").status_code == 403


def test_a_copy_is_the_same_process_under_its_own_name(session, page):
    assert copy(page).headers["Location"] == f"{LIST}/our-way/edit"
    made = queries.newest_template(session, "our-way")
    assert (made.name, made.version) == ("Our way", 1)
    assert made.machines == queries.newest_template(session, "s3-baseline").machines
    assert copy(page).status_code == 422
    assert copy(page, "s3-baseline").status_code == 422
    assert page.get(f"{LIST}/our-way/edit").status_code == 200


def test_an_edit_is_the_next_version_and_running_partnerships_stay_under_theirs(app, circle, session, clock, page):
    copy(page)
    with app.app_context():
        before = make_partnership(session, clock, circle.stranger, slug="before", template="our-way")
    data = data_of(session)
    data["machines"]["partnership"]["states"][0]["name"] = "Knocking"
    assert edit(page, data).status_code == 302
    with app.app_context():
        after = make_partnership(session, clock, circle.stranger, slug="after", template="our-way")
    assert (before.template_version, after.template_version) == (1, 2)
    assert queries.machine_of(session, before, "partnership").state("intake").name == "Intake"
    assert queries.machine_of(session, after, "partnership").state("intake").name == "Knocking"
    assert page.get(f"{LIST}/our-way?version=1").status_code == 200
    assert page.get(f"{LIST}/our-way?version=7").status_code == 404


def test_a_faulty_edit_names_its_places_and_keeps_nothing(session, page):
    copy(page)
    data = data_of(session)
    data["machines"]["partnership"]["transitions"][1]["target"] = "nowhere"
    answer = edit(page, data)
    assert answer.status_code == 422
    assert "machines.partnership" in answer.text
    assert "there is no state &#39;nowhere&#39;" in answer.text
    assert "nowhere" in answer.text
    assert edit(page, "{ not json").status_code == 422
    assert edit(page, "[]").status_code == 422
    assert edit(page, data_of(session)).status_code == 422, "nothing is changed"
    assert edit(page, data_of(session) | {"key": "s3-baseline"}).status_code == 422
    assert edit(page, data_of(session) | {"name": "No reason"}, note=" ").status_code == 422
    assert queries.newest_template(session, "our-way").version == 1


def test_a_shipped_process_is_not_edited(session, page):
    data = data_of(session, "s3-baseline")
    data["name"] = "Mine now"
    assert edit(page, data, key="s3-baseline").status_code == 422
    assert queries.newest_template(session, "s3-baseline").name == "Smart-specialisation partnership"


# The form


def fields(page, part="general", key="our-way"):
    """What a browser would send back of a part of the form as it stands."""
    return sent(page.get(f"{LIST}/{key}/edit?part={part}").text)


def go(page, form, part):
    """The form after the button that opens another part."""
    return sent(press(page, form, f"go:{part}").text)


def sent(text):
    reader = FormReader()
    reader.feed(text)
    return reader.found


class FormReader(HTMLParser):
    """The values of a form as a browser would send them."""

    def __init__(self):
        super().__init__()
        self.found, self.select, self.area = MultiDict(), "", None

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if (
            tag == "input"
            and a.get("name", "csrf_token") != "csrf_token"
            and (a.get("type") != "checkbox" or "checked" in a)
        ):
            self.found.add(a["name"], a.get("value") or "")
        elif tag == "select":
            self.select = a["name"]
        elif tag == "option" and ("selected" in a or self.select not in self.found):
            self.found[self.select] = a["value"]
        elif tag == "textarea":
            self.area = a["name"]
            self.found[self.area] = ""

    def handle_data(self, data):
        if self.area:
            self.found[self.area] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = None


def press(page, form, what, **changes):
    """Press a button of the form."""
    form = MultiDict(form)
    for name, value in changes.items():
        form[name] = value
    form["act"] = what
    return page.post(f"{LIST}/our-way/edit", data=form)


def change(form, **values):
    """The form with fields filled in; in their names `__` stands for a dot."""
    form = MultiDict(form)
    for name, value in values.items():
        form[name.replace("__", ".")] = value
    return form


def test_the_form_as_it_stands_is_the_process_itself(session, page):
    copy(page)
    answer = press(page, fields(page), "keep", note="Nothing")
    assert answer.status_code == 422
    assert "Nothing is changed." in answer.text


def test_limits_names_and_roles_are_changed_on_the_form(session, page):
    copy(page)
    before = queries.newest_template(session, "our-way")
    rule = next(i for i, r in enumerate(before.rule_sets[0].rules) if r.check == "regions_and_states")
    form = change(fields(page, "rule_sets.0"), **{f"rule_sets__0__rules__{rule}__parameters__regions": "4"})
    form = change(go(page, form, "phases"), phases__0__name="Beginning")
    form = change(
        go(page, form, "machines.partnership.transitions"), machines__partnership__transitions__0__name="Hand it in"
    )
    form.setlist("machines.partnership.transitions.1.roles", ["lead", "secretariat"])
    assert press(page, form, "keep", note="Four regions").status_code == 302
    after = queries.newest_template(session, "our-way")
    assert after.rule_sets[0].rules[rule].parameters == {"regions": 4, "states": 3}
    assert (after.version, after.phases[0].name, after.phases[0].key) == (2, "Beginning", "set_up")
    assert after.machines["partnership"].transitions[0].name == "Hand it in"
    assert after.machines["partnership"].transitions[1].roles == ("secretariat", "lead")
    assert after.documents == before.documents
    assert processes.versions_of(session, "our-way")[0].note == "Four regions"


def test_fields_are_added_moved_and_removed_by_buttons_and_nothing_is_kept_before_the_last(session, page):
    copy(page)
    added = press(page, fields(page, "documents.0"), "add:documents.0.fields")
    assert added.status_code == 200
    number = len(queries.newest_template(session, "our-way").documents[0].fields)
    assert f'id="documents.0.fields.{number}.name"' in added.text
    named = change(sent(added.text), **{f"documents__0__fields__{number}__name": "Ports & airports"})
    moved = press(page, named, f"up:documents.0.fields.{number}")
    removed = press(page, sent(moved.text), "remove:documents.0.fields.1")
    assert queries.newest_template(session, "our-way").version == 1
    assert press(page, sent(removed.text), "keep", note="Ports").status_code == 302
    session.expire_all()
    keys = [field.key for field in queries.newest_template(session, "our-way").documents[0].fields]
    assert keys[-2:] == ["ports_airports", "synergies"], keys
    assert keys[:2] == ["title", "platform"], "the second one, the acronym, is gone"


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        ("phases__0__name", "", "Fill this in."),
        ("documents__0__fields__0__max", "many", "Write a whole number."),
        ("documents__0__fields__0__kind", "choice", "choose the list"),
        ("documents__0__fields__0__kind", "rows", "rows and only rows have columns"),
        ("rule_sets__0__evaluators", "0", "Use 1 or more."),
        ("rule_sets__0__rules__0__parameters__regions", "some", "must be a whole number from 0"),
        ("machines__partnership__states__0__phase", "", "it belongs to no phase"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_is_kept_or_lost(session, page, place, value, words):
    copy(page)
    name = place.replace("__", ".")
    form = go(page, change(fields(page), summary="My own words"), name)
    assert name in form
    answer = press(page, change(form, **{place: value}), "keep", note="Wrong")
    assert answer.status_code == 422
    name = name.replace(".kind", ".choices") if words == "choose the list" else name
    assert re.search(rf'id="{re.escape(name)}-error"[^§]*?{re.escape(words)}', answer.text)
    assert f'href="#{name}"' in answer.text
    general = go(page, sent(answer.text), "general")
    assert (general["summary"], general["memory"] != form["memory"]) == ("My own words", True)
    assert go(page, general, name)[place.replace("__", ".")] == value, "what was wrong is not lost either"
    assert queries.newest_template(session, "our-way").version == 1


def test_what_is_relied_on_cannot_be_taken_away_on_the_form_or_as_json(session, page):
    copy(page)
    found = fields(page, "documents")
    interest = next(
        i for i, d in enumerate(queries.newest_template(session, "our-way").documents)
        if d.key == "expression_of_interest"
    )  # fmt: skip
    gone = press(page, found, f"remove:documents.{interest}")
    answer = press(page, sent(gone.text), "keep", note="Without it")
    assert answer.status_code == 422
    assert "The document “Expression of interest” is relied on; it stays." in answer.text

    def without(change):
        data = data_of(session)
        change(data)
        refused = edit(page, data)
        assert refused.status_code == 422
        return refused.text

    machine = "partnership"
    text = without(lambda d: d["machines"][machine]["transitions"][8].pop("guards"))
    assert "where it leads and its guards stay" in text
    text = without(lambda d: d["machines"][machine]["states"][11].update(public=False))
    assert "it stays as it is" in text
    text = without(lambda d: d["machines"].pop("support_request"))
    assert "This machine is relied on; it stays." in text
    assert queries.newest_template(session, "our-way").version == 1


def parts(text):
    """The places of the parts that a page of the form names, in their order."""
    listed = text.partition('class="parts__open"')[2].partition("</ol>")[0]
    return re.findall(r'value="go:([a-z0-9_.]+)"', listed)


def names(form):
    """What stands on the page beside the part's name, the note and the memory."""
    return set(form) - {"part", "memory", "note"}


def test_every_field_of_the_process_is_on_one_part_and_no_part_is_long(session, page):
    copy(page)
    text = page.get(f"{LIST}/our-way/edit").text
    assert parts(text) == [
        "general", "phases", "roles", "documents", "documents.0", "documents.1", "rule_sets", "rule_sets.0",
        "rule_sets.1", "services", "lists", "machines.partnership.states", "machines.partnership.transitions",
        "machines.membership.states", "machines.membership.transitions", "machines.support_request.states",
        "machines.support_request.transitions", "keep",
    ]  # fmt: skip
    found = {part: names(fields(page, part)) for part in parts(text)}
    whole = set().union(*found.values())
    assert sum(map(len, found.values())) == len(whole), "no field stands on two parts"
    assert len(whole) > 1000
    assert max(map(len, found.values())) < len(whole) / 3


@pytest.mark.parametrize("key", SHIPPED)
def test_going_through_all_parts_changes_nothing_and_the_form_carries_nothing(page, key):
    page.post(f"{LIST}/{key}", data={"name": "Our way", "key": "our-way"})
    form = fields(page)
    empty = form["memory"]
    name = form["name"]
    for part in parts(page.get(f"{LIST}/our-way/edit").text)[:-1]:
        form = go(page, form, part)
        assert form["memory"] == empty, part
    answer = press(page, form, "go:keep")
    assert "Nothing is changed so far." in answer.text
    assert 'aria-label="changed"' not in answer.text
    assert go(page, sent(answer.text), "general")["name"] == name


def test_what_is_typed_in_one_part_stays_while_others_are_changed_and_moved(session, page):
    copy(page)
    form = change(fields(page), name="Their way")
    form = change(go(page, form, "documents.0"), documents__0__hint="What we want", documents__0__fields__1__name="Who")
    form = go(page, form, "documents")
    form = sent(press(page, form, "down:documents.0").text)
    form = change(go(page, form, "roles"), roles__6__hint="Sits\r\nin the middle")
    form = sent(press(page, form, "up:roles.6").text)
    answer = press(page, go(page, form, "services"), "go:keep", note="Many things")
    changed = re.findall(r'class="as-link"[^>]*>([^<]+)', answer.text)
    assert changed == ["Name", "Roles", "Documents", "Scoping note"]
    form = go(page, sent(answer.text), "rule_sets")
    assert "note" not in form
    assert go(page, form, "keep")["note"] == "Many things"
    assert queries.newest_template(session, "our-way").version == 1
    assert press(page, go(page, form, "keep"), "keep").status_code == 302
    before, after = (queries.template(session, "our-way", version) for version in (1, 2))
    assert (after.name, after.documents[1].hint) == ("Their way", "What we want")
    assert [document.key for document in after.documents] == [d.key for d in before.documents][::-1]
    assert after.documents[1].fields[1].name == "Who"
    assert [role.key for role in after.roles][4:] == [before.roles[at].key for at in (4, 6, 5)]
    assert after.roles[5].hint == "Sits\nin the middle"
    assert (after.rule_sets, after.machines, after.lists) == (before.rule_sets, before.machines, before.lists)
    assert processes.versions_of(session, "our-way")[0].note == "Many things"


def test_a_new_document_opens_on_its_own_page_and_is_kept_with_what_stands_there(session, page):
    copy(page)
    answer = press(page, fields(page, "documents"), "add:documents")
    form = sent(answer.text)
    assert form["part"] == "documents.2"
    assert re.search(r'name="documents.2.name"[^>]*autofocus', answer.text)
    form = sent(press(page, change(form, documents__2__name="Closing report"), "add:documents.2.fields").text)
    form = change(form, documents__2__fields__0__name="Lessons", documents__2__fields__0__section="End")
    refused = press(page, go(page, form, "general"), "keep", note="A report")
    assert "Closing report: Written while the partnership is</a>: There must be at least one." in refused.text
    assert re.search(
        r'<fieldset[^>]*id="documents.2.states"[^>]*aria-describedby="documents.2.states-error"', refused.text
    )
    form = change(sent(refused.text), documents__2__states="active")
    assert press(page, form, "keep", note="A report").status_code == 302
    made = queries.newest_template(session, "our-way").documents[2]
    assert (made.key, made.name, [field.key for field in made.fields]) == (
        "closing_report",
        "Closing report",
        ["lessons"],
    )


def test_faults_lead_to_their_part_and_are_marked_there_until_they_are_mended(page):
    copy(page)
    form = change(fields(page, "phases"), phases__0__name="")
    form = change(go(page, form, "rule_sets.0"), rule_sets__0__evaluators="0")
    assert "has to be mended" not in press(page, form, "go:roles").text, "nobody asked yet"
    answer = press(page, form, "go:keep")
    assert answer.status_code == 200
    assert "This has to be mended before it can be kept." in answer.text
    assert re.search(r'value="go:phases.0.name">Phases: line 1, Name</button>: Fill this in', answer.text)
    opened = press(page, sent(answer.text), "go:phases.0.name")
    assert re.search(r'id="phases.0.name"[^>]*aria-invalid="true"[^>]*autofocus', opened.text)
    assert opened.text.count(" 1 fault<") == 4, "two parts, in the list for desks and in that for phones"
    form = change(sent(opened.text), phases__0__name="Start")
    mended = press(page, form, "go:roles")
    assert mended.text.count(" 1 fault<") == 2


@pytest.mark.parametrize("at", [0, 6])
def test_the_button_that_moved_a_line_keeps_the_focus_while_it_can(page, at):
    copy(page)
    verb, landed = ("down", 1) if at == 0 else ("up", 5)
    answer = press(page, fields(page, "roles"), f"{verb}:roles.{at}")
    assert re.findall(r'value="(\w+:[a-z.0-9]+)"[^>]*autofocus', answer.text) == [f"{verb}:roles.{landed}"]
    back = {"down": "up", "up": "down"}[verb]
    edge = press(page, sent(answer.text), f"{back}:roles.{landed}")
    assert re.findall(r'value="(\w+:[a-z.0-9]+)"[^>]*autofocus', edge.text) == [f"{verb}:roles.{at}"]


def test_who_keeps_first_wins_and_the_other_goes_on_from_there(session, page):
    copy(page)
    mine = change(fields(page, "phases"), phases__0__name="Mine")
    theirs = change(fields(page, "services"), services__0__name="Theirs")
    theirs = change(go(page, theirs, "phases"), phases__1__name="Theirs, too")
    assert press(page, theirs, "keep", note="Theirs").status_code == 302
    answer = press(page, mine, "keep", note="Mine")
    assert answer.status_code == 422
    assert "Somebody else kept version 2 while you wrote." in answer.text
    assert 'name="act" value="keep"' not in answer.text
    assert queries.newest_template(session, "our-way").version == 2
    taken = press(page, sent(answer.text), "take-over")
    assert press(page, sent(taken.text), "keep").status_code == 302
    made = queries.newest_template(session, "our-way")
    assert (made.version, made.services[0].name, made.phases[0].name) == (3, "Theirs", "Mine")
    assert made.phases[1].name == queries.template(session, "our-way", 1).phases[1].name


@pytest.mark.parametrize("note", ["", " ", "x" * 401])
def test_a_version_says_what_is_changed(session, page, note):
    copy(page)
    answer = press(page, change(fields(page, "phases"), phases__0__name="Beginning"), "keep", note=note)
    assert (answer.status_code, sent(answer.text)["part"]) == (422, "keep")
    assert re.search(r'id="note"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="note"', answer.text)
    assert go(page, sent(answer.text), "phases")["phases.0.name"] == "Beginning"
    assert queries.newest_template(session, "our-way").version == 1


@pytest.mark.parametrize("memory", ["", "x", "W10.abcdefg", "e30.e30"])
def test_a_forged_memory_is_refused(session, page, memory):
    copy(page)
    answer = press(page, change(fields(page), memory=memory, name="Forged"), "keep", note="Forged")
    assert answer.status_code == 422
    assert "open it again" in answer.text
    other = fields(page, key="s3-baseline")
    assert press(page, change(fields(page), memory=other["memory"]), "go:roles").status_code == 422
    assert queries.newest_template(session, "our-way").name == "Our way"


@pytest.mark.parametrize(
    "part", ["", "documents.99", "machines", "machines.partnership.states.0", "lists.x", "nowhere"]
)
def test_a_part_that_is_not_there_changes_nothing(page, part):
    copy(page)
    assert page.get(f"{LIST}/our-way/edit?part={part}").status_code == 200
    answer = press(page, change(fields(page), part=part, name="Forged"), "go:general")
    assert (answer.status_code, sent(answer.text)["name"]) == (200, "Our way")


@pytest.mark.parametrize(
    "what", ["remove:phases.99", "up:", "add:machines", "add:name", "down:phases.x", "fly:phases.0"]
)
def test_a_forged_button_does_nothing(session, page, what):
    copy(page)
    for part in ("general", "phases"):
        answer = press(page, fields(page, part), what)
        assert answer.status_code == 200
        assert sent(answer.text).to_dict(flat=False) == fields(page, part).to_dict(flat=False)


def test_the_machine_is_drawn_as_the_form_says(page):
    copy(page)
    form = change(fields(page, "machines.partnership.states"), machines__partnership__states__0__name="Knocking")
    answer = press(page, form, "go:keep")
    assert re.search(r"<text[^>]*>Knocking</text>", answer.text)
    assert "<text" in page.get(f"{LIST}/our-way").text


def test_the_json_goes_out_as_it_comes_in(session, page, circle, sign_in):
    copy(page)
    answer = page.get(f"{LIST}/our-way/process.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="our-way-v1.json"'
    assert json.loads(answer.text) == data_of(session)
    for path in ("process.json", "edit", "edit/json"):
        assert sign_in(circle.secretariat).get(f"{LIST}/our-way/{path}").status_code == 403


def test_every_state_of_every_machine_is_drawn_inside_its_picture():
    for key in SHIPPED:
        for machine in shipped(key).machines.values():
            picture = state_picture.draw(machine)
            assert {box.state.key for box in picture.boxes} == machine.keys
            corners = [(box.x, box.y) for box in picture.boxes]
            assert len(set(corners)) == len(corners)
            assert all(0 <= x <= picture.width - 132 and 0 <= y <= picture.height - 46 for x, y in corners)


def test_of_two_who_keep_in_the_same_moment_one_is_told(session, page, monkeypatch):
    copy(page)
    first = queries.newest_template(session, "our-way")
    kept = edit(page, data_of(session) | {"name": "Mine"})
    assert kept.status_code == 302
    with monkeypatch.context() as late:
        late.setattr(queries, "newest_template", lambda *_args: first)
        answer = edit(page, first.model_dump(mode="json", exclude_defaults=True) | {"name": "Yours"})
    assert answer.status_code == 409
    assert "Somebody else kept version 2 a moment ago." in answer.text
    assert queries.newest_template(session, "our-way").name == "Mine"
