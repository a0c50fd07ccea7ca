"""TLS between the services, both ways: each side shows a certificate of the same authority."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import grpc

from viva.platform.certificates import check_certificate
from viva.platform.settings import PlatformSettings, SettingsError


@dataclass(frozen=True)
class GrpcTls:
    """The files, read again when they have changed, so that rotation needs no restart.

    Attributes:
        name: what every certificate holds beside its own name. Replicas are dialled by address,
            which no certificate can know beforehand.
    """

    authority: Path
    certificate: Path
    key: Path
    name: str

    @classmethod
    def from_settings(cls, settings: PlatformSettings) -> "GrpcTls | None":
        """What the settings say; None where the services talk in plain text.

        Raises:
            SettingsError: a file is not named, not there, or its certificate is out of date.
        """
        if settings.grpc_ca_file is None:
            return None
        authority = Path(settings.require("grpc_ca_file"))
        certificate = Path(settings.require("grpc_certificate_file"))
        key = Path(settings.require("grpc_key_file"))
        check_certificate("VIVA_GRPC_CA_FILE", authority)
        check_certificate("VIVA_GRPC_CERTIFICATE_FILE", certificate)
        if not key.is_file():
            raise SettingsError(f"VIVA_GRPC_KEY_FILE: {key}: no such file")
        return cls(authority, certificate, key, settings.grpc_tls_name)

    def stamp(self) -> object:
        """Another value once one of the files is another one."""
        found = (path.stat() for path in (self.authority, self.certificate, self.key))
        return [(each.st_ino, each.st_mtime_ns) for each in found]

    def client(self) -> grpc.ChannelCredentials:
        """Credentials of a new channel, from the files as they are now."""
        return grpc.ssl_channel_credentials(
            self.authority.read_bytes(), self.key.read_bytes(), self.certificate.read_bytes()
        )

    def channel_options(self) -> list[tuple[str, str]]:
        """Has the client look for the common name, whatever address it dials."""
        return [("grpc.ssl_target_name_override", self.name)]

    def server(self) -> grpc.ServerCredentials:
        """Credentials of a port; clients must show a certificate."""
        last: bytes | None = None

        def renewed() -> grpc.ServerCertificateConfiguration | None:
            nonlocal last
            now = self.certificate.read_bytes()
            if now == last:
                return None
            configuration = self._configuration(now)
            last = now
            return configuration

        first = self.certificate.read_bytes()
        last = first
        return grpc.dynamic_ssl_server_credentials(
            self._configuration(first), cast("Any", renewed), require_client_authentication=True
        )

    def _configuration(self, certificate: bytes) -> grpc.ServerCertificateConfiguration:
        pair = (self.key.read_bytes(), certificate)
        return grpc.ssl_server_certificate_configuration([pair], self.authority.read_bytes())
