"""An Apache Kafka that wants TLS, a password or a certificate, and gives no right by itself."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from aiokafka import TopicPartition
from typer.testing import CliRunner

from viva.contracts.catalogue import catalogue, topic_of
from viva.contracts.gateway.events.v1 import events_pb2 as gateway_events
from viva.platform.cli import dlq as dlq_command
from viva.platform.cli import topics as topics_command
from viva.platform.errors import InvalidError, TransientError
from viva.platform.messaging.history import history
from viva.platform.messaging.offsets import committed_offsets, end_offsets
from viva.platform.messaging.producer import Producer
from viva.platform.messaging.replay import replay
from viva.platform.messaging.topics import apply_topics, verify_topics
from viva.platform.settings import PlatformSettings
from viva.testkit.authority import Authority
from viva.testkit.fixtures import RunningBroker, settings_for
from viva.testkit.kafka import KafkaNode, Listener

pytestmark = pytest.mark.kafka
Requested = gateway_events.InterviewCancelRequested
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
_PASSWORD = "hush-hush"
_AUTHORIZER = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
    # The node itself and the tool, `viva`, and whoever shows the certificate.
    "super.users": "User:ANONYMOUS;User:viva;User:CN=session",
}
# Some distributions leave the tool's own script out.
_TOOL = """
kafka-acls.sh() { "$KAFKA_HOME/bin/kafka-run-class.sh" org.apache.kafka.tools.AclCommand "$@"; }
"""


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
            home,
            folder / "node",
            (self.words, self.mutual),
            dict.fromkeys(("viva", "limited", "keda", "stranger"), _PASSWORD),
            _AUTHORIZER,
        )

    def by_password(self, password: str = _PASSWORD, user: str = "viva") -> dict[str, object]:
        return {
            "kafka_bootstrap": self.words.bootstrap,
            "kafka_security_protocol": "SASL_SSL",
            "kafka_sasl_mechanism": "SCRAM-SHA-512",
            "kafka_username": user,
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


@pytest.fixture
def plain(secured: Secured, database_url: str, tmp_path: Path) -> PlatformSettings:
    return settings_for(database_url, RunningBroker(secured.node.bootstrap, False), tmp_path)


def coming_as(plain: PlatformSettings, own: dict[str, object]) -> PlatformSettings:
    given = PlatformSettings.model_validate(own).model_dump(include=set(own))
    return plain.model_copy(update=given)


@pytest.mark.parametrize("way", ["password", "certificate"])
async def test_events_go_through(
    secured: Secured, way: str, plain: PlatformSettings, node, until
) -> None:
    own = secured.by_password() if way == "password" else secured.by_certificate(secured.authority)
    settings = coming_as(plain, own)
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


async def test_the_printed_rights_are_enough(
    secured: Secured, plain: PlatformSettings, node, until, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, keda = (coming_as(plain, secured.by_password(user=who)) for who in ("limited", "keda"))
    monkeypatch.setattr(topics_command, "current_settings", lambda: ours)
    monkeypatch.setattr(dlq_command, "current_settings", lambda: ours)
    wanted = ["acls", "--principal", "User:limited", "--keda", "User:keda"]
    await give(secured, await said(topics_command.app, *wanted))

    assert await said(topics_command.app, "apply")
    assert await said(topics_command.app, "verify")
    broken = True

    async def handle(event, unit) -> None:
        if broken:
            raise InvalidError("nothing to be done", code="no_good")
        handled.append(event.interview_id)

    handled: list[str] = []
    topic = topic_of(Requested)
    letters = topic.dead_letters("viva.session")
    gateway = await node("gateway", ours)
    await node("session", ours, lambda messaging: messaging.on(Requested, handle))
    async with gateway.database.unit_of_work() as unit:
        unit.emit(Requested(), interview_id="iv_1")

    async def buried() -> bool:
        return letters in await said(dlq_command.app, "list")

    await until(buried, 90)
    broken = False
    assert "no_good" in await said(dlq_command.app, "show", letters)
    assert await replay(ours, letters) == 1
    await until(lambda: handled == ["iv_1"], 90)
    since = datetime.now(UTC) - timedelta(minutes=10)
    assert len(await history(ours, list(catalogue()), "iv_1", since)) == 2

    lanes = [
        TopicPartition(plain.topic_prefix + topic.name, number)
        for number in range(topic.partitions)
    ]
    assert sum((await end_offsets(keda, lanes)).values()) == 2

    async def caught_up() -> bool:
        return sum((await committed_offsets(keda, "viva.session", lanes)).values()) == 2

    await until(caught_up, 90)
    await refused(keda)


async def test_without_rights_nothing_is_to_be_had(
    secured: Secured, plain: PlatformSettings
) -> None:
    await apply_topics(plain)
    stranger = coming_as(plain, secured.by_password(user="stranger"))
    missing = await verify_topics(stranger)
    assert len(missing) == sum(1 + len(topic.groups) for topic in catalogue())
    await refused(stranger)


async def refused(settings: PlatformSettings) -> None:
    """Neither making topics nor writing is allowed."""
    with pytest.raises(TransientError, match="was refused: error 29"):
        await apply_topics(settings)
    # An idempotent one does not even start, and tries for a minute.
    producer = Producer(settings.model_copy(update={"kafka_idempotence": False}))
    await producer.start()
    with pytest.raises(InvalidError, match="TopicAuthorizationFailed"):
        await producer.send(topic_of(Requested).name, b"iv_1", b"", [])
    await producer.stop()


async def give(secured: Secured, commands: str) -> None:
    """Runs the printed commands as an administrator would."""
    environment = {**os.environ, "BOOTSTRAP": secured.node.bootstrap}
    done = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-euc", _TOOL + commands],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


async def said(app: typer.Typer, *arguments: str) -> str:
    """What a command of `viva` prints."""
    done = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    assert done.exit_code == 0, done.output
    return done.output
