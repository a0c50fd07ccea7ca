"""A certificate authority for tests: PEM files in a folder."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_NAMES = (x509.DNSName("viva.internal"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1")))


@dataclass(frozen=True)
class Authority:
    """An authority; `issue` writes a certificate and its key beside its own."""

    folder: Path
    name: x509.Name
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def make(cls, folder: Path) -> "Authority":
        """Makes one with a key of its own; `ca.pem` is its certificate."""
        folder.mkdir(parents=True)
        authority = cls(folder, _called("test authority"), ec.generate_private_key(ec.SECP256R1()))
        built = authority._builder(authority.name, authority.key, -1, 10).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        signed = built.sign(authority.key, hashes.SHA256())
        authority.file("ca").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        return authority

    def file(self, name: str) -> Path:
        """One of its files: `ca`, `own`, `key`."""
        return self.folder / f"{name}.pem"

    def issue(self, *, from_days: int = -1, to_days: int = 1) -> None:
        """Writes `own.pem` and `key.pem`, good for `viva.internal` and 127.0.0.1.

        Args:
            from_days: the first day of its life, from today; negative is past.
            to_days: the last one.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        built = self._builder(_called("session"), key, from_days, to_days).add_extension(
            x509.SubjectAlternativeName(_NAMES), critical=False
        )
        signed = built.sign(self.key, hashes.SHA256())
        self.file("own").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        self.file("key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, from_days: int, to_days: int
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + dt.timedelta(days=from_days))
            .not_valid_after(now + dt.timedelta(days=to_days))
        )


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
