"""A private PostgreSQL: a cluster in a temporary folder, without any of the costs of durability."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests import services

ACCOUNT = "postgres"
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")


class PostgreSQL:
    """A running server; hands out empty databases."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        """The address of a database, as SQLAlchemy and libpq write it."""
        return f"postgresql://{ACCOUNT}@127.0.0.1:{self.port}/{name}"

    def create_database(self) -> str:
        """Create an empty database and return its address."""
        name = f"test_{next(self._numbers)}"
        self._command(f"CREATE DATABASE {name}")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Delete a database, whoever is still connected."""
        self._command(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def is_ready(self) -> bool:
        """Whether it accepts connections."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _command(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running() -> Iterator[PostgreSQL]:
    """Start a server of its own, stop it at the end. Needs no rights, and none when run as root."""
    folder = Path(tempfile.mkdtemp(prefix="meetwright-postgresql-"))
    try:
        owner = _owner(folder)
        programs = program_folder()
        data = folder / "data"
        create = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            ACCOUNT,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(create, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=folder, **owner)
        postgresql = PostgreSQL(services.free_port())
        options = ["listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", *QUICK]
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(postgresql.port)]
        command += [part for option in options for part in ("-c", option)]
        with (folder / "log").open("wb") as log:
            server = services.start(command, cwd=folder, stderr=log, **owner)
        try:
            services.wait_until(postgresql.is_ready, server, "PostgreSQL")
            yield postgresql
        finally:
            services.stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def program_folder() -> Path:
    """Where the server's programs are: Debian keeps them off the PATH, one folder for each version."""
    debian = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    if debian:
        return max(debian, key=lambda folder: int(folder.parent.name))
    found = shutil.which("initdb")
    if found is None:
        raise RuntimeError("PostgreSQL is not installed; 'make test' installs or names what is missing")
    return Path(found).resolve().parent


def _owner(folder: Path) -> dict[str, object]:
    """How to start a program as somebody other than root, which PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return {}
    accounts = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = accounts.get(ACCOUNT) or accounts["nobody"]
    os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
