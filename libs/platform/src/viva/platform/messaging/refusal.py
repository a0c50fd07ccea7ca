"""A broker that is there and does not let us in: another try will not help, words will."""

import ssl

from aiokafka.conn import create_conn
from aiokafka.errors import (
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from viva.platform.errors import TransientError
from viva.platform.messaging.connection import client_options
from viva.platform.settings import PlatformSettings

_CODE = "broker_refuses"
_WAIT_MS = 5_000


async def check_refused(settings: PlatformSettings) -> None:
    """Knocks at each broker once; says nothing where none is there, or one lets us in.

    Raises:
        TransientError: a password or a certificate is not taken; the text names the setting.
    """
    options = client_options(settings) | {"request_timeout_ms": _WAIT_MS}
    options.pop("metadata_max_age_ms")
    for server in options.pop("bootstrap_servers").split(","):
        host, _, port = server.rpartition(":")
        try:
            connection = await create_conn(host, int(port), **options)
        except SaslAuthenticationFailed as error:
            raise TransientError(
                f"the broker {server} refused VIVA_KAFKA_USERNAME or VIVA_KAFKA_PASSWORD",
                code=_CODE,
            ) from error
        except UnsupportedSaslMechanismError as error:
            mechanism = settings.kafka_sasl_mechanism
            raise TransientError(
                f"the broker {server} does not take VIVA_KAFKA_SASL_MECHANISM={mechanism}",
                code=_CODE,
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise TransientError(
                f"the certificate of the broker {server} is not trusted"
                f" (VIVA_KAFKA_CA_FILE): {error.verify_message}",
                code=_CODE,
            ) from error
        except (OSError, KafkaError, ValueError):
            continue  # away, or not understood: not a refusal
        connection.close()
        return
