"""Gunicorn's settings for one web process of a larger installation (docs/operations.md); one process a core and port.

.venv/bin/gunicorn -c setup/gunicorn.conf.py -b 127.0.0.1:8001 'app:create_app()'
"""

from typing import Any

worker_class = "geventwebsocket.gunicorn.workers.GeventWebSocketWorker"
# Sockets are bound to their process: more processes are more instances, with Redis between them.
workers = 1
worker_connections = 20_000
backlog = 4096
graceful_timeout = 10
keepalive = 65
# Several instances of one account would share the same control socket.
control_socket_disable = True
# The proxy in front writes the access log, without queries and tokens.
accesslog = None


def post_worker_init(worker: Any) -> None:
    """Set up the process once the application is built and everything is patched."""
    from app.core.server import prepare, start_relay

    prepare(worker.wsgi)
    if "database" in worker.wsgi.extensions:
        start_relay(worker.wsgi)
