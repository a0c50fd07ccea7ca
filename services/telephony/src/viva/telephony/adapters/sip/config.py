"""How one SIP trunk is reached, and what a worker is told of it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

CALLS_A_WORKER = 60
"""Above this the stack's threads no longer keep their 20 ms on one process."""

Transport = Literal["udp", "tcp", "tls"]
Srtp = Literal["off", "optional", "required"]


@dataclass(frozen=True)
class SipConfig:
    """One trunk, and the network that one worker serves it on.

    Attributes:
        domain: the trunk's host, with a port where it is not the transport's own.
        user: of our own address; often the caller's number.
        login: the digest's user where it is not `user`.
        register: seconds between registrations; 0 is a trunk that does not register.
        outbound_proxy: a host that all requests go to, where that is not the domain.
        codecs: in the order of preference, of PCMU, PCMA, G722 and opus.
        peers: networks in CIDR that requests are taken from, beside the trunk's own addresses.
        listen: address and port of signalling, such as "0.0.0.0:5060"; port 0 takes a free one.
        interface: local address or interface that the stack routes from; empty lets it choose.
        rtp_ports: first and last port of media.
        rtp_timeout_s: a leg without a packet for this long is over.
        certificate: file with our certificate and key, for TLS.
        ca_file: certificates that the trunk's is checked against, for TLS.
    """

    name: str
    domain: str
    user: str
    password: str = field(default="", repr=False)
    login: str = ""
    register: int = 0
    outbound_proxy: str = ""
    transport: Transport = "udp"
    srtp: Srtp = "off"
    codecs: tuple[str, ...] = ("PCMU", "PCMA")
    peers: tuple[str, ...] = ()
    listen: str = "0.0.0.0:5060"
    interface: str = ""
    rtp_ports: tuple[int, int] = (16384, 16623)
    rtp_timeout_s: int = 60
    jitter_ms: tuple[int, int] = (20, 200)
    certificate: str = ""
    ca_file: str = ""
    calls: int = CALLS_A_WORKER

    def fields(self) -> dict[str, Any]:
        """All of it, the password too: only for the worker's socket."""
        return dataclasses.asdict(self)

    def for_worker(self, index: int, workers: int) -> "SipConfig":
        """The same trunk on ports of its own: signalling counts up, media is shared out."""
        host, port = self.listen.rsplit(":", 1)
        first, last = self.rtp_ports
        share = (last - first + 1) // workers // 2 * 2
        begin = first + index * share
        return dataclasses.replace(
            self,
            listen=f"{host}:{int(port) + index}",
            rtp_ports=(begin, begin + share - 1),
        )

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "SipConfig":
        """What `fields` gave, after JSON made lists of its tuples."""
        tuples = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        return cls(**{**fields, **tuples})
