"""How this process reaches the broker, and the tuning that the embedded one wants."""

import ssl
from typing import Any

from aiokafka.helpers import create_ssl_context
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from viva.platform.certificates import check_certificate
from viva.platform.settings import PlatformSettings, SettingsError

# A single node that was killed answers again after up to 12 s: ride it out.
REQUEST_TIMEOUT_MS = 30_000
_EMBEDDED_REQUEST_TIMEOUT_MS = 5_000
_METADATA_MAX_AGE_MS = 30_000


def client_options(settings: PlatformSettings) -> dict[str, Any]:
    """Options of each aiokafka client.

    Raises:
        SettingsError: VIVA_KAFKA_BOOTSTRAP is not set.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": settings.require("kafka_bootstrap"),
        "request_timeout_ms": request_timeout_ms(settings),
        "metadata_max_age_ms": _METADATA_MAX_AGE_MS,
        "security_protocol": settings.kafka_security_protocol,
    }
    if "SSL" in settings.kafka_security_protocol:
        options["ssl_context"] = _tls(settings)
    if "SASL" in settings.kafka_security_protocol:
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        options["sasl_plain_username"] = settings.require("kafka_username")
        options["sasl_plain_password"] = settings.require("kafka_password")
    return options


def request_timeout_ms(settings: PlatformSettings) -> int:
    """How long one request may take before it is tried again."""
    return _EMBEDDED_REQUEST_TIMEOUT_MS if settings.kafka_embedded else REQUEST_TIMEOUT_MS


def broker_options(settings: PlatformSettings) -> dict[str, Any]:
    """The same for FastStream's broker, which has its own words for security."""
    return {
        # It takes a text with commas for the name of one server.
        "bootstrap_servers": settings.require("kafka_bootstrap").split(","),
        "request_timeout_ms": request_timeout_ms(settings),
        "metadata_max_age_ms": _METADATA_MAX_AGE_MS,
        "security": _security(settings),
    }


def group_options(settings: PlatformSettings) -> dict[str, Any]:
    """Options of a member of a consumer group."""
    job_ms = int(settings.longest_job_s * 1000)
    if settings.kafka_embedded:
        # Joining takes half the session time-out there. A fetch that finds nothing is looked at
        # again after half its wait: less wait is less delay, but eight idle services that wait
        # 5 ms cost a core, and with 100 ms a sixth of one.
        session_ms, fetch_ms = settings.kafka_session_timeout_ms or 6_000, 100
    else:
        session_ms, fetch_ms = settings.kafka_session_timeout_ms or 10_000, 500
    timing = {
        "session_timeout_ms": session_ms,
        "heartbeat_interval_ms": session_ms // 4,
        "fetch_max_wait_ms": fetch_ms,
    }
    return {
        **timing,
        "auto_offset_reset": "earliest",
        "max_poll_interval_ms": job_ms + 60_000,
        "rebalance_timeout_ms": int(REBALANCE_WAIT_S * 1000) + 10_000,
    }


# How long a partition that is taken away waits for the handler that is running.
REBALANCE_WAIT_S = 20.0


def _tls(settings: PlatformSettings) -> ssl.SSLContext:
    """Verifies the broker; shows a certificate of our own where one is set.

    Raises:
        SettingsError: a file is missing or out of date.
    """
    for variable in ("kafka_ca_file", "kafka_certificate_file"):
        if path := getattr(settings, variable):
            check_certificate(f"VIVA_{variable.upper()}", path)
    if settings.kafka_certificate_file:
        settings.require("kafka_key_file")
    try:
        context: ssl.SSLContext = create_ssl_context(
            cafile=settings.kafka_ca_file,
            certfile=settings.kafka_certificate_file,
            keyfile=settings.kafka_key_file,
        )
    except (OSError, ValueError) as error:  # a key that is missing or of another certificate
        raise SettingsError(f"VIVA_KAFKA_KEY_FILE: {error}") from error
    return context


def _security(settings: PlatformSettings) -> BaseSecurity | None:
    protocol = settings.kafka_security_protocol
    tls = "SSL" in protocol
    context = _tls(settings) if tls else None
    if "SASL" not in protocol:
        return BaseSecurity(ssl_context=context, use_ssl=True) if tls else None
    kinds = {
        "PLAIN": SASLPlaintext,
        "SCRAM-SHA-256": SASLScram256,
        "SCRAM-SHA-512": SASLScram512,
    }
    return kinds[settings.kafka_sasl_mechanism](
        settings.require("kafka_username"),
        settings.require("kafka_password"),
        ssl_context=context,
        use_ssl=tls,
    )
