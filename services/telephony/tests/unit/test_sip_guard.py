"""Strangers' packets are dropped by the kernel, on real sockets."""

import contextlib
import ipaddress
import socket
import struct
from collections.abc import Iterator

import pytest

from viva.telephony.adapters.sip.worker.guard import UnguardedError, guard, networks, program


@contextlib.contextmanager
def listening(family: socket.AddressFamily = socket.AF_INET) -> Iterator[socket.socket]:
    with socket.socket(family, socket.SOCK_DGRAM) as bound:
        bound.bind(("0.0.0.0" if family == socket.AF_INET else "::", 0))
        bound.settimeout(0.2)
        yield bound


def heard(bound: socket.socket, source: str, family: socket.AddressFamily) -> bool:
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.bind((source, 0))
        sender.sendto(b"INVITE", (source, bound.getsockname()[1]))
    try:
        return bound.recv(100) == b"INVITE"
    except TimeoutError:
        return False


@pytest.mark.parametrize(
    ("allowed", "source", "passes"),
    [
        (["127.0.0.1"], "127.0.0.1", True),
        (["127.0.0.1"], "127.0.0.2", False),
        (["10.0.0.0/8", "127.0.0.0/24"], "127.0.0.77", True),
        (["10.0.0.0/8", "127.0.0.0/24"], "127.0.1.77", False),
        (["::1"], "127.0.0.1", False),
        ([], "127.0.0.1", False),
        (["0.0.0.0/0"], "127.0.0.9", True),
    ],
)
def test_only_who_is_allowed_is_heard(allowed: list[str], source: str, passes: bool) -> None:
    with listening() as bound:
        assert guard(bound.getsockname()[1], networks(allowed)) >= 1
        assert heard(bound, source, socket.AF_INET) is passes


@pytest.mark.parametrize(("allowed", "passes"), [(["::1"], True), (["2001:db8::/32"], False)])
def test_the_same_for_ipv6(allowed: list[str], passes: bool) -> None:
    try:
        with listening(socket.AF_INET6) as bound:
            guard(bound.getsockname()[1], networks(allowed))
            assert heard(bound, "::1", socket.AF_INET6) is passes
    except OSError:
        pytest.skip("no IPv6 here")


def test_strangers_cannot_connect_by_tcp() -> None:
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen()
        port = listener.getsockname()[1]
        guard(port, networks(["127.0.0.1"]))
        with socket.create_connection(("127.0.0.1", port), 1):
            pass
        with pytest.raises(TimeoutError):
            socket.create_connection(("127.0.0.2", port), 0.3, ("127.0.0.2", 0))


def test_a_port_that_nobody_listens_on_is_an_error() -> None:
    with pytest.raises(UnguardedError):
        guard(1, networks(["127.0.0.1"]))


def test_a_program_compares_each_word_under_its_mask() -> None:
    [*_, load, mask, equal, accept, drop] = program([ipaddress.ip_network("10.1.0.0/16")])
    assert load[3] == 0xFFF00000 + 12
    assert mask[3] == 0xFFFF0000
    assert equal[3] == struct.unpack(">I", bytes([10, 1, 0, 0]))[0]
    assert (accept[3], drop[3]) == (0xFFFFFFFF, 0)
