"""What comes from Debian's own packages: Python's venv module, and the programs the tests start.

Uses apt when that is possible, that is as root on Debian or Ubuntu; otherwise says what to install.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = {
    "postgresql": ("postgres", "initdb"),
    "redis-server": ("redis-server",),
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
}
OLDEST_POSTGRESQL = 15


def is_venv_incomplete() -> bool:
    """Whether `python -m venv` would fail for want of pip's bootstrap."""
    return importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None


def postgresql_folders() -> list[Path]:
    """Folders with a PostgreSQL that is recent enough, newest first; Debian keeps them off the PATH."""
    found = {}
    for folder in Path("/usr/lib/postgresql").glob("*/bin"):
        if folder.parent.name.isdigit() and (folder / "initdb").exists():
            found[int(folder.parent.name)] = folder
    return [found[version] for version in sorted(found, reverse=True) if version >= OLDEST_POSTGRESQL]


def is_installed(package: str) -> bool:
    names = PROGRAMS[package]
    if package == "postgresql":
        return bool(postgresql_folders()) or all(shutil.which(name) for name in names)
    return any(shutil.which(name) for name in names)


def install_missing() -> None:
    """Install those programs of the tests that are not there yet."""
    missing = [package for package in PROGRAMS if not is_installed(package)]
    if missing:
        install_packages(missing, why="the tests need them")


def install_packages(packages: list[str], why: str) -> None:
    """Install Debian packages, or stop and name the command that somebody with the rights has to run."""
    wanted = " ".join(packages)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(
            f"error: {wanted} not found; {why}.\n"
            f"On Debian or Ubuntu run:  sudo apt-get install {wanted}\n"
            "On another system install their counterparts, then run this command again."
        )
    print(f"==> Installing {wanted} with apt ({why})", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "--quiet", *step],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{done.stdout}\nerror: 'apt-get {' '.join(step)}' failed")
