"""Serve Meetwright on this machine: `python serve.py [--host 127.0.0.1] [--port 5000]`."""

# Before every other import: what is imported earlier keeps the blocking functions it found.
from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import logging  # noqa: E402
import sys  # noqa: E402

WORKER = (sys.executable, "-m", "app.core.worker")


def main() -> None:
    """Entry point of the web process."""
    from app import create_app
    from app.core.server import serve, start_relay

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    options = parser.parse_args()
    app = create_app()
    logging.basicConfig(
        level=app.extensions["settings"].log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    start_relay(app)
    worker = WORKER if app.extensions["settings"].embedded_worker else None
    serve(app, options.host, options.port, worker)


if __name__ == "__main__":
    main()
