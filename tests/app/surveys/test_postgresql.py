"""The pages of a survey on PostgreSQL, where JSON cannot be compared and transactions are stricter."""

from pathlib import Path

import pytest

from app import create_app
from app.core.database import Database
from app.core.migrating import upgrade_database
from app.surveys import links
from app.surveys.models import SurveyResponse
from config import Settings
from tests.conftest import SECRET, forget_settings
from tests.factories.partnerships import User
from tests.journeys.survey_stage import build

HERE = "/partnerships/textiles/surveys/mapping-of-circular-textiles"
PAGES = ("/", "/responses", "/responses/r0001/", "/runs", "/runs/1/", "/runs/1/complementarity", "/runs/1/findings/1",
         "/runs/1/about", "/exchange/answers-all.xlsx", "/runs/1/export-all.xlsx", "/people", "/questions")  # fmt: skip


@pytest.mark.postgresql
def test_a_survey_from_invitation_to_run(postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings(monkeypatch)
    url = postgresql_url.replace("postgresql:", "postgresql+psycopg:")
    app = create_app(
        Settings(
            _env_file=None, secret_key=SECRET, database_url=url, documents_folder=tmp_path, embedded_worker=False,
            rate_limits=False,
        )
    )  # fmt: skip
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    database: Database = app.extensions["database"]
    with app.app_context():
        upgrade_database()
        with database.open() as session:
            build(session)
            session.commit()
            lena = session.query(User).filter_by(name="Lena Lead").one().get_id()
            asked = session.query(SurveyResponse).filter_by(email="ines@example.org").one()
            link = f"/answer/{links.token_of(asked)}"
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie.update(_user_id=lena, _fresh=True)
    assert {page: browser.get(HERE + page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)
    run = browser.post(f"{HERE}/runs", data={"grain": "technology", "measure": "share", "minimum": "3"})
    assert run.location == f"{HERE}/runs/2/"
    who = {"organisation": "Fiação", "type": "small", "nuts": "PT119", "consent": "yes"}
    need = {"need": "A line", "segment": "testing", "urgency": "4"}
    guest = app.test_client()
    assert guest.post(f"{link}/respondent", data=who).status_code == 302
    assert guest.post(f"{link}/needs/new", data=need).status_code == 302
    assert guest.post(f"{link}/act/submit").status_code == 302
    assert guest.get(f"{link}/").status_code == 200
    second = "/partnerships/textiles/surveys/second-survey"
    assert browser.post(f"{second}/responses/r0001/step/validate").status_code == 302
    database.engine.dispose()
