"""The product itself, served as `make run` serves it."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy.orm import Session
from websocket import ABNF, create_connection

from app.core.database import make_engine
from app.core.models import Job, JobState, LiveEvent
from tests.app.core import served

OFFER = ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]


@pytest.fixture
def database_url(app, _migrated_file: Path, tmp_path: Path) -> str:
    file = tmp_path / "served.sqlite3"
    file.write_bytes(_migrated_file.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def product(database_url: str):
    environment = {"MEETWRIGHT_SECRET_KEY": "x" * 40, "MEETWRIGHT_DATABASE_URL": database_url}
    environment["MEETWRIGHT_PUBLIC_URL"] = "http://127.0.0.1"
    with served.serving([sys.executable, "serve.py", "--port", "0"], **environment) as running:
        yield running


def test_pages_and_sockets_are_served_and_compression_is_declined(product: served.Served) -> None:
    assert "Meetwright" in product.get("/")
    address = f"ws://127.0.0.1:{product.port}/socket.io/?EIO=4&transport=websocket"
    connected = create_connection(address, header=OFFER, origin="http://127.0.0.1")
    assert connected.recv().startswith("0{")
    assert "sec-websocket-extensions" not in connected.headers
    connected.close()


def test_sockets_open_for_pages_of_this_site_only(product: served.Served) -> None:
    address = f"ws://localhost:{product.port}/socket.io/?EIO=4&transport=websocket"
    for origin in ("http://127.0.0.1", f"http://localhost:{product.port}"):
        connected = create_connection(address, origin=origin)
        assert connected.recv().startswith("0{")
        connected.close()
    for origin in ("http://elsewhere.example", f"http://127.0.0.1:{product.port}"):
        connected = create_connection(address, origin=origin)
        opcode, _reason = connected.recv_data()
        assert opcode == ABNF.OPCODE_CLOSE
        connected.shutdown()


def test_the_worker_child_works_and_live_updates_of_other_processes_are_relayed(
    product: served.Served, database_url: str
) -> None:
    engine = make_engine(database_url)
    now = datetime.now(UTC)
    with Session(engine) as session:
        job = Job(kind="unknown kind", payload={}, run_after=now, progress={}, created_at=now)
        event = LiveEvent(room="room", name="changed", payload={}, created_at=now)
        session.add_all([job, event])
        session.commit()
        _wait_until(session, lambda: job.state is JobState.FAILED and event.sent_at is not None)
        assert job.error == "no function for jobs of kind unknown kind"
    engine.dispose()
    assert len(psutil.Process(product.process.pid).children()) == 1


def _wait_until(session: Session, is_true) -> None:
    deadline = time.monotonic() + served.PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        session.rollback()
        session.expire_all()
        time.sleep(0.1)
