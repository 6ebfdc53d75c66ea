"""How long the pages of a large survey take: `python -m tests.app.surveys.scale --answers 2000`. Not a test.

Answers are those of the demo's generator, in a partnership of twenty regions on a fresh SQLite file. Printed are the
median and the worst of several requests through the whole application, and the processor time of this process.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import User
from app.core.clock import system_clock
from app.core.database import Database
from app.core.migrating import upgrade_database
from app.core.transitions import Act
from app.demo import mapping
from app.partnerships.models import PartnershipMember
from app.surveys import services
from app.surveys.matching import Parameters
from config import Settings
from tests.factories.partnerships import bring_to, make_member, make_partnership, make_user

CODES = "PT11 ES51 ITC1 FRE1 DED4 CZ05 BE23 EL52 AT22 FI1C SE23 PL22 NL41 SI04 RO11 HU11 HR02 SK01 DK04 LT01"
REGIONS = CODES.split()


def main() -> None:
    """Build the survey, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            secret_key="a secret for measuring alone, long enough",
            database_url=f"sqlite:///{Path(folder) / 'scale.sqlite3'}",
            documents_folder=Path(folder) / "documents",
            embedded_worker=False,
            rate_limits=False,
        )
        app = create_app(settings)
        app.config.update(WTF_CSRF_ENABLED=False)
        with app.app_context():
            upgrade_database()
            database: Database = app.extensions["database"]
            with database.open() as session:
                actor = build(session, chosen.answers)
                session.commit()
                identity = actor.get_id()
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie.update(_user_id=identity, _fresh=True)
        here = "/partnerships/textiles/surveys/mapping-of-circular-textiles"
        form = {"grain": "segment", "measure": "mass", "minimum": "3"}
        measure("progress page", chosen.rounds, lambda: browser.get(f"{here}/").status_code)
        measure("list of answers", chosen.rounds, lambda: browser.get(f"{here}/responses").status_code)
        measure("matching run, by segment", chosen.rounds, lambda: browser.post(f"{here}/runs", data=form).status_code)
        fine = form | {"grain": "technology"}
        measure(
            "matching run, by technology", chosen.rounds, lambda: browser.post(f"{here}/runs", data=fine).status_code
        )
        measure("heat map", chosen.rounds, lambda: browser.get(f"{here}/runs/1/").status_code)
        measure("complementary pairs", chosen.rounds, lambda: browser.get(f"{here}/runs/1/complementarity").status_code)
        measure("about, with replay", chosen.rounds, lambda: browser.get(f"{here}/runs/1/about").status_code)
        measure("export of answers, XLSX", 1, lambda: browser.get(f"{here}/exchange/answers-all.xlsx").status_code)


def build(session: Session, answers: int) -> User:
    """A partnership of twenty regions with a closed survey."""
    actor = make_user(session, system_clock, "Lena Lead")
    partnership = make_partnership(session, system_clock, actor, nuts=REGIONS[0])
    for nuts in REGIONS[1:]:
        make_member(session, system_clock, partnership, None, nuts)
    for member in session.query(PartnershipMember):
        member.state = "member"
    bring_to(session, partnership, "active")
    began = time.perf_counter()
    campaign = mapping.run_survey(session, system_clock, partnership, actor, answers=answers)
    print(f"{services.answered_count(session, campaign)} answers written in {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    run = services.compute_run(session, system_clock, actor, campaign, Parameters(), Act(actor.id, mapping.ROLES))
    spent = time.perf_counter() - began
    print(f"run {run.number} by the service alone: {spent:.2f} s, {len(run.snapshot['responses'])} answers")
    return actor


def measure(what: str, rounds: int, ask: Callable[[], int]) -> None:
    """Ask several times and print median, worst and processor time of one."""
    times, processor = [], time.process_time()
    for _round in range(rounds):
        began = time.perf_counter()
        status = ask()
        times.append(time.perf_counter() - began)
        if status not in {200, 302}:
            raise SystemExit(f"{what}: answered {status}")
    spent = (time.process_time() - processor) / rounds
    print(f"{what:<30} median {statistics.median(times):6.2f} s  worst {max(times):6.2f} s  processor {spent:6.2f} s")


if __name__ == "__main__":
    main()
