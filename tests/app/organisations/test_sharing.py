"""Organisations are shared: found again by name and country, changed with care."""

import pytest

from app.core.errors import Invalid
from app.organisations import queries, services
from app.organisations.models import Organisation
from app.organisations.services import OrganisationData
from tests.factories.registrations import make_organisation


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def test_names_are_compared_without_capitals_blanks_and_dots():
    assert queries.name_key("  ACME  S.p.A. ") == queries.name_key("Acme SpA")
    assert queries.name_key("Acme Nord") != queries.name_key("Acme")


def test_the_same_name_in_the_same_country_is_the_same_organisation(session, clock):
    first = services.find_or_create(session, clock, None, OrganisationData("Acme S.p.A.", "IT", "company"))
    assert services.find_or_create(session, clock, None, OrganisationData("ACME spa", "IT")) is first
    other = services.find_or_create(session, clock, None, OrganisationData("Acme SpA", "AT", "company"))
    assert other is not first
    assert session.query(Organisation).count() == 2


def test_details_of_a_known_organisation_are_left_as_they_are(session, clock):
    house = make_organisation(session, clock, "Acme")
    services.find_or_create(session, clock, None, OrganisationData("Acme", "AT", "university", website="acme.at"))
    assert (house.kind, house.website) == ("company", None)


def test_suggestions_begin_with_the_text_first(session, clock):
    for name in ("Nova Acme", "Acme", "Acme Nord", "100 % Pure"):
        make_organisation(session, clock, name)
    assert [o.name for o in queries.organisations_like(session, "acme", "AT")] == ["Acme", "Acme Nord", "Nova Acme"]
    assert [o.name for o in queries.organisations_like(session, "%", "AT")] == ["100 % Pure"]
    assert queries.organisations_like(session, "acme", "FI") == []
    assert queries.organisations_like(session, "  ", "AT") == []


@pytest.mark.parametrize(
    ("website", "kept"), [("acme.at", "https://acme.at"), ("http://acme.at/x", "http://acme.at/x"), ("  ", None)]
)
def test_websites_are_completed(website, kept):
    assert services.checked_website(website) == kept


@pytest.mark.parametrize("website", ["javascript:alert(1)", "ftp://acme.at", "acme", "a b.at", "https://[x"])
def test_other_addresses_are_refused(website):
    with pytest.raises(Invalid):
        services.checked_website(website)


def test_a_correction_cannot_take_the_name_of_another(session, clock):
    make_organisation(session, clock, "Acme")
    other = make_organisation(session, clock, "Boreal")
    with pytest.raises(Invalid, match="on the list already"):
        services.update(session, clock, None, other, OrganisationData("ACME", "AT", "company"))
    services.update(session, clock, None, other, OrganisationData("Boreal Group", "AT", "company", nuts="AT12"))
    assert (other.name, other.nuts) == ("Boreal Group", "AT12")
