"""On SQLite there is one writer at a time; waiting for it must not stop the process."""

import json
import subprocess
import sys
from pathlib import Path

from tests.app.core.served import ROOT

PROGRAM = """
from gevent import monkey
monkey.patch_all()
import json, sys
import gevent
from sqlalchemy import text
from app.core.database import make_engine

engine = make_engine(sys.argv[1])
order = []

def hold():
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE held (id integer)"))
        order.append("one writes")
        gevent.sleep(0.5)  # as a transaction does that waits for the rest of a request
        order.append("one commits")

def write():
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO held VALUES (1)"))
        order.append("another writes")

tasks = [gevent.spawn(hold), gevent.spawn_later(0.1, write), gevent.spawn_later(0.2, order.append, "others run")]
gevent.joinall(tasks, raise_error=True)
print(json.dumps(order))
"""


def test_a_greenlet_that_waits_to_write_lets_the_others_run(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, f"sqlite:///{tmp_path / 'one.sqlite3'}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["one writes", "others run", "one commits", "another writes"]
