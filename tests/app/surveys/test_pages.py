"""Every page of a survey, by everybody."""

import pytest

from tests.factories.surveys import answered, need, offer

BASE = "/partnerships/textiles/surveys"


def status(browser, page, method="GET", **more):
    headers = {"Accept": "application/json"}
    return browser.open(f"{BASE}/{page}", method=method, headers=headers, **more).status_code


def test_pages_open(field, session, clock, sign_in):
    browser = sign_in(field.lena)
    for page in ("", "mapping-2027/", "mapping-2027/settings", "mapping-2027/chain", "mapping-2027/questions",
                 "mapping-2027/people", "mapping-2027/responses", "mapping-2027/runs", "mapping-2027/exchange"):
        assert status(browser, page) == 200, page
