"""Every page of registrations and entries, asked for by everybody."""

import pytest

from tests.factories.marketplace import make_entry
from tests.factories.registrations import make_session

OWN = ["me", "me/profile", "me/organisation", "me/availability", "me/sessions", "me/leave", "me/entries"]
OWN += ["me/entries/new/need"]
STAFF = ["organise/participants", "organise/participants/pia", "organise/check-in", "organise/entries"]
ORGANISER = [f"organise/participants/pia/{page}" for page in ("profile", "organisation", "availability", "sessions")]
ORGANISER += ["organise/participants/pia/cancel", "organise/participants/pia/entries", "organise/participants/new"]
ORGANISER += ["organise/participants/pia/entries/new/offer"]
DESK_POSTS = ["organise/check-in/pia/arrived", "organise/check-in/pia/undo"]
ORGANISER_POSTS = [f"organise/participants/pia/{act}" for act in ("decide", "limits", "availability", "profile")]
ORGANISER_POSTS += ["organise/participants/approve", "organise/participants/new"]


def status(browser, page, method="GET"):
    return browser.open(f"/events/spring/{page}", method=method, headers={"Accept": "application/json"}).status_code


@pytest.mark.parametrize("page", OWN)
def test_own_pages(page, cast, sign_in, client):
    assert status(sign_in(cast.pia), page) == 200
    assert status(sign_in(cast.omar), page) == 403
    assert status(sign_in(cast.olga), page) == 403
    assert status(client, page) == 401


@pytest.mark.parametrize("page", STAFF)
def test_pages_of_the_staff(page, cast, sign_in, client):
    assert status(sign_in(cast.dana), page) == 200
    assert status(sign_in(cast.olga), page) == 200
    assert status(sign_in(cast.pia), page) == 403
    assert status(sign_in(cast.omar), page) == 403
    assert status(client, page) == 401


@pytest.mark.parametrize("page", ORGANISER)
def test_pages_of_the_organiser(page, cast, sign_in, client):
    assert status(sign_in(cast.olga), page) == 200
    assert status(sign_in(cast.ada), page) == 200
    assert status(sign_in(cast.dana), page) == 403
    assert status(sign_in(cast.pia), page) == 403
    assert status(sign_in(cast.omar), page) == 403
    assert status(client, page) == 401


@pytest.mark.parametrize("page", DESK_POSTS)
def test_acts_of_the_desk(page, cast, sign_in, client):
    assert status(sign_in(cast.pia), page, "POST") == 403
    assert status(sign_in(cast.omar), page, "POST") == 403
    assert status(client, page, "POST") == 401
    assert status(sign_in(cast.dana), page, "POST") == 302


@pytest.mark.parametrize("page", ORGANISER_POSTS)
def test_acts_of_the_organiser(page, cast, sign_in, client):
    for outsider in (cast.pia, cast.dana, cast.omar):
        assert status(sign_in(outsider), page, "POST") == 403
    assert status(client, page, "POST") == 401
    assert status(sign_in(cast.olga), page, "POST") in {302, 422}


def test_nobody_acts_on_the_entries_or_sessions_of_another(cast, sign_in, session, clock):
    entry = make_entry(session, clock, cast.pia_participant)
    talk = make_session(session, cast.event, "Talk", cast.slots[0].starts_at)
    piotr, omar = sign_in(cast.piotr), sign_in(cast.omar)
    assert status(piotr, f"me/entries/{entry.id}") == 404
    assert status(piotr, f"me/entries/{entry.id}/remove", "POST") == 404
    assert status(piotr, f"organise/participants/pia/entries/{entry.id}/remove", "POST") == 403
    assert status(omar, f"me/entries/{entry.id}/remove", "POST") == 403
    assert status(omar, f"me/sessions/{talk.id}/join", "POST") == 403
    assert status(piotr, f"organise/participants/pia/sessions/{talk.id}/join", "POST") == 403
    assert status(sign_in(cast.pia), f"me/entries/{entry.id}/remove", "POST") == 302


def test_an_unknown_code_is_not_found(cast, sign_in):
    assert status(sign_in(cast.olga), "organise/participants/nobody") == 404
    assert status(sign_in(cast.olga), "organise/participants/nobody/profile") == 404
