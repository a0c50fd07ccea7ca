"""Ports that the system gives to nobody else: below its range for connections."""

import random
import socket
from collections.abc import Iterator


def free_ports() -> Iterator[int]:
    """Ports of the loopback that nobody listens on."""
    candidates = list(range(20_000, 32_000))
    random.shuffle(candidates)
    for port in candidates:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port
