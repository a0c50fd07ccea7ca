"""Which addresses a webhook may go to."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

MAX_URL = 2048
# RFC 6052: translated to the IPv4 address in the last 32 bits.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class TargetError(Exception):
    """The URL or its address is not one that we deliver to."""


def check_url(url: str, *, allow_private: bool) -> None:
    """Checks what can be told without looking the name up.

    Raises:
        TargetError: not an absolute http(s) URL, has credentials or a fragment, or is plain http
            where that is not allowed.
    """
    if len(url) > MAX_URL:
        raise TargetError(f"the URL is longer than {MAX_URL} characters")
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise TargetError("the URL must be absolute and start with https://")
    if parts.scheme == "http" and not allow_private:
        raise TargetError("the URL must start with https://")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise TargetError("the URL must carry neither credentials nor a fragment")
    try:
        literal = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return
    check_address(str(literal), allow_private=allow_private)


def check_address(address: str, *, allow_private: bool) -> None:
    """Checks the address that we are about to connect to.

    Raises:
        TargetError: it is private, loopback, link-local or otherwise not a public one.
    """
    if allow_private:
        return
    for parsed in _reached_by(ipaddress.ip_address(address)):
        if not parsed.is_global or parsed.is_multicast:
            raise TargetError("the address of the URL's host is not a public one")


def _reached_by(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """The address, and the IPv4 address that an IPv6 one leads to by mapping or translation."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
        return
    yield address
    if address.sixtofour is not None:
        yield address.sixtofour
    if address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
