"""An Apache Kafka that wants TLS, and a password or a certificate."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.platform.errors import TransientError
from viva.platform.messaging.topics import apply_topics, verify_topics
from viva.platform.settings import PlatformSettings
from viva.testkit.authority import Authority
from viva.testkit.fixtures import RunningBroker, settings_for
from viva.testkit.kafka import KafkaNode, Listener

pytestmark = pytest.mark.kafka
Requested = gateway_events.InterviewCancelRequested
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


class Secured:
    """A node with a listener for passwords and one for certificates, and what they are."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.authority = Authority.make(folder / "pki")
        self.authority.issue()
        own, key = self.authority.file("own"), self.authority.file("key")
        store = folder / "pki" / "store.pem"
        store.write_bytes(key.read_bytes() + own.read_bytes())
        tls = {"ssl.keystore.type": "PEM", "ssl.keystore.location": str(store)}
        trust = {
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.authority.file("ca")),
            "ssl.client.auth": "required",
        }
        sasl = {
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "scram-sha-512.sasl.jaas.config": _SCRAM,
        }
        self.words = Listener("WORDS", "SASL_SSL", tls | sasl)
        self.mutual = Listener("MUTUAL", "SSL", tls | trust)
        self.node = KafkaNode(
            home, folder / "node", (self.words, self.mutual), {"viva": "hush-hush"}
        )

    def by_password(self, password: str = "hush-hush") -> dict[str, object]:
        return {
            "kafka_bootstrap": self.words.bootstrap,
            "kafka_security_protocol": "SASL_SSL",
            "kafka_sasl_mechanism": "SCRAM-SHA-512",
            "kafka_username": "viva",
            "kafka_password": password,
            "kafka_ca_file": self.authority.file("ca"),
        }

    def by_certificate(self, authority: Authority) -> dict[str, object]:
        return {
            "kafka_bootstrap": self.mutual.bootstrap,
            "kafka_security_protocol": "SSL",
            "kafka_ca_file": self.authority.file("ca"),
            "kafka_certificate_file": authority.file("own"),
            "kafka_key_file": authority.file("key"),
        }


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    home = os.environ.get("KAFKA_HOME")
    if not home:
        pytest.skip("KAFKA_HOME is not set")
    made = Secured(Path(home), tmp_path_factory.mktemp("secured"))
    try:
        made.node.start()
        yield made
    finally:
        made.node.stop()


@pytest.mark.parametrize("way", ["password", "certificate"])
async def test_events_go_through(
    secured: Secured, way: str, database_url: str, tmp_path: Path, node, until
) -> None:
    plain = settings_for(database_url, RunningBroker(secured.node.bootstrap, False), tmp_path)
    own = secured.by_password() if way == "password" else secured.by_certificate(secured.authority)
    settings = plain.model_copy(update=PlatformSettings.model_validate(own).model_dump(include=own))
    await apply_topics(settings)
    assert await verify_topics(settings) == []
    seen = []

    async def handle(event, unit) -> None:
        seen.append(event.interview_id)

    gateway = await node("gateway", settings)
    await node("session", settings, lambda messaging: messaging.on(Requested, handle))
    async with gateway.database.unit_of_work() as unit:
        unit.emit(Requested(), interview_id="iv_1")
    await until(lambda: seen == ["iv_1"], 90)


async def test_a_wrong_password_is_told_as_one(secured: Secured) -> None:
    settings = PlatformSettings.model_validate(secured.by_password("guessed"))
    with pytest.raises(TransientError, match="refused VIVA_KAFKA_USERNAME or VIVA_KAFKA_PASSWORD"):
        await verify_topics(settings)


async def test_a_broker_of_another_authority_is_not_trusted(
    secured: Secured, tmp_path: Path
) -> None:
    stranger = Authority.make(tmp_path / "other")
    own = secured.by_password() | {"kafka_ca_file": stranger.file("ca")}
    with pytest.raises(TransientError, match="is not trusted"):
        await verify_topics(PlatformSettings.model_validate(own))
