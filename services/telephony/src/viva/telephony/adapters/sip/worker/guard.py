"""Who may talk SIP to us: the kernel drops everybody but the trunk, before the stack sees a byte.

The stack tells who an INVITE claims to be from, not who sent it; so the address is checked where it
cannot be made up by a header. A classic BPF program is attached to the listening sockets: for UDP
it judges each datagram, for TCP and TLS the SYN, and accepted connections inherit it.
Sources: linux/filter.h, "Linux Socket Filtering" (kernel documentation), RFC 791, RFC 8200.
"""

import contextlib
import ctypes
import ipaddress
import os
import re
import socket
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_SO_ATTACH_FILTER = 26
_NETWORK_HEADER = 0x1_0000_0000 - 0x100000  # SKF_NET_OFF as unsigned
_LOAD_WORD, _LOAD_BYTE = 0x20, 0x30  # BPF_LD | BPF_W or BPF_B | BPF_ABS
_AND, _EQUAL, _RETURN = 0x54, 0x15, 0x06
_PASS, _DROP = 0xFFFFFFFF, 0
_SOURCE_V4, _SOURCE_V6 = 12, 8
_VERSION_4, _VERSION_6 = 0x40, 0x60

_Instruction = tuple[int, int, int, int]


class UnguardedError(Exception):
    """The system cannot keep strangers away from the listening sockets."""


def networks(entries: Iterable[str]) -> list[Network]:
    """Networks in CIDR, single addresses, and host names as they resolve now.

    Raises:
        UnguardedError: a name that does not resolve.
    """
    found: list[Network] = []
    for entry in entries:
        with contextlib.suppress(ValueError):
            found.append(ipaddress.ip_network(entry, strict=False))
            continue
        try:
            addresses = {str(item[4][0]) for item in socket.getaddrinfo(entry, None)}
        except OSError as error:
            raise UnguardedError(f"{entry} does not resolve") from error
        found += [ipaddress.ip_network(address) for address in sorted(addresses)]
    return found


def host_of(authority: str) -> str:
    """The host of "host", "host:port", "[v6]:port", with or without a scheme and parameters."""
    bare = re.sub(r"^sips?:", "", authority).split(";")[0].split("@")[-1]
    if bare.startswith("["):
        return bare[1 : bare.index("]")]
    return bare.rsplit(":", 1)[0] if bare.count(":") == 1 else bare


def program(allowed: Sequence[Network]) -> list[_Instruction]:
    """Instructions that let packets pass whose source is in one of the networks."""
    lines: list[_Instruction] = []
    for network in allowed:
        lines += _for_network(network)
    return [*lines, (_RETURN, 0, 0, _DROP)]


def guard(port: int, allowed: Sequence[Network]) -> int:
    """Attaches the program to all of this process's sockets that are bound to `port`.

    Returns:
        How many.

    Raises:
        UnguardedError: there is no such socket, or the system has no such filters.
    """
    guarded = 0
    lines = program(allowed)
    for number in _descriptors():
        with contextlib.suppress(OSError), _borrowed(number) as bound:
            if bound.getsockname()[1:2] == (port,):
                _attach(bound, lines)
                guarded += 1
    if not guarded:
        raise UnguardedError(f"nothing listens on port {port}, or it cannot be filtered here")
    return guarded


def _for_network(network: Network) -> list[_Instruction]:
    """Version, then each 32-bit word of the source under the mask; a mismatch goes past the end."""
    version = _VERSION_4 if network.version == 4 else _VERSION_6
    start = _SOURCE_V4 if network.version == 4 else _SOURCE_V6
    size = network.max_prefixlen // 8
    address = struct.unpack(f">{size // 4}I", network.network_address.packed)
    mask = struct.unpack(f">{size // 4}I", network.netmask.packed)
    body: list[_Instruction] = [
        (_LOAD_BYTE, 0, 0, _NETWORK_HEADER),
        (_AND, 0, 0, 0xF0),
        (_EQUAL, 0, 0, version),
    ]
    for index, (word, bits) in enumerate(zip(address, mask, strict=True)):
        if bits:
            body += [
                (_LOAD_WORD, 0, 0, _NETWORK_HEADER + start + 4 * index),
                (_AND, 0, 0, bits),
                (_EQUAL, 0, 0, word),
            ]
    body.append((_RETURN, 0, 0, _PASS))
    last = len(body) - 1
    return [
        (code, yes, last - at, value) if code == _EQUAL else (code, yes, no, value)
        for at, (code, yes, no, value) in enumerate(body)
    ]


def _attach(bound: socket.socket, lines: Sequence[_Instruction]) -> None:
    packed = b"".join(struct.pack("=HBBI", *line) for line in lines)
    held = ctypes.create_string_buffer(packed, len(packed))
    bound.setsockopt(
        socket.SOL_SOCKET,
        _SO_ATTACH_FILTER,
        struct.pack("@HP", len(lines), ctypes.addressof(held)),
    )


def _descriptors() -> list[int]:
    listed = Path("/proc/self/fd")
    if not listed.is_dir():
        raise UnguardedError("this system has no /proc, so the stack's sockets cannot be found")
    return [int(entry.name) for entry in listed.iterdir()]


@contextlib.contextmanager
def _borrowed(number: int) -> Iterator[socket.socket]:
    """The descriptor as a socket; a copy is closed after, the stack's own stays open."""
    copy = os.dup(number)
    try:
        borrowed = socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise
    with borrowed:
        yield borrowed
