"""Settings from files, certificates that are looked at first, gRPC encrypted both ways."""

import shutil
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from viva.platform.certificates import check_certificate
from viva.platform.clock import SystemClock
from viva.platform.grpc import Channels, GrpcServer
from viva.platform.grpc.channels import open_plain_channel
from viva.platform.grpc.tls import GrpcTls
from viva.platform.health import Health
from viva.platform.messaging.connection import client_options
from viva.platform.settings import FileSettings, PlatformSettings, SettingsError, load
from viva.testkit.authority import Authority


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("postgresql://u:pw@h/d\n")
    monkeypatch.delenv("VIVA_DATABASE_URL", raising=False)
    monkeypatch.setenv("VIVA_DATABASE_URL_FILE", str(tmp_path / "url"))
    assert load(PlatformSettings).database_url == SecretStr("postgresql://u:pw@h/d")


def test_a_variable_counts_before_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "level").write_text("ERROR")
    monkeypatch.setenv("VIVA_LOG_LEVEL_FILE", str(tmp_path / "level"))
    assert load(PlatformSettings).log_level == "ERROR"
    monkeypatch.setenv("VIVA_LOG_LEVEL", "DEBUG")
    assert load(PlatformSettings).log_level == "DEBUG"


class Lines(FileSettings):
    model_config = SettingsConfigDict(env_prefix="VIVA_LINES_")

    lines: tuple[dict[str, str], ...] = ()


def test_a_list_in_a_file_is_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lines").write_text('[{"name": "first", "token": "hush"}]\n')
    monkeypatch.setenv("VIVA_LINES_LINES_FILE", str(tmp_path / "lines"))
    assert load(Lines).lines == ({"name": "first", "token": "hush"},)
    (tmp_path / "lines").write_text("hush")
    with pytest.raises(SettingsError, match=r"^VIVA_LINES_LINES_FILE: .*is not JSON$"):
        load(Lines)


def test_a_file_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_KAFKA_PASSWORD_FILE", str(tmp_path / "missing"))
    with pytest.raises(SettingsError, match=r"^VIVA_KAFKA_PASSWORD_FILE: .*/missing: No such file"):
        load(PlatformSettings)


def settings_of(authority: Authority) -> PlatformSettings:
    return PlatformSettings.model_validate(
        {
            "grpc_ca_file": authority.file("ca"),
            "grpc_certificate_file": authority.file("own"),
            "grpc_key_file": authority.file("key"),
        }
    )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority.make(tmp_path / "pki")
    made.issue()
    return made


async def ask(port: int, tls: GrpcTls | None) -> int:
    async with open_plain_channel(f"127.0.0.1:{port}", [], tls) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=30)
    return int(answer.status)


@pytest.fixture
async def encrypted(authority: Authority):
    health = Health("session", SystemClock())
    health.started = True
    server = GrpcServer("127.0.0.1", 0, health, GrpcTls.from_settings(settings_of(authority)))
    await server.start()
    yield server
    await server.stop()


async def test_services_that_share_an_authority_understand_each_other(authority, encrypted) -> None:
    tls = GrpcTls.from_settings(settings_of(authority))
    assert await ask(encrypted.port, tls) == health_pb2.HealthCheckResponse.SERVING


async def test_nobody_else_is_let_in(authority, encrypted, tmp_path: Path) -> None:
    stranger = Authority.make(tmp_path / "other")
    stranger.issue()
    for tls in (None, GrpcTls.from_settings(settings_of(stranger))):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ask(encrypted.port, tls)
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_renewed_certificate_is_used_without_a_restart(authority, encrypted) -> None:
    before = authority.file("own").read_bytes()
    authority.issue(to_days=5)
    assert authority.file("own").read_bytes() != before
    tls = GrpcTls.from_settings(settings_of(authority))
    assert await ask(encrypted.port, tls) == health_pb2.HealthCheckResponse.SERVING


async def test_a_channel_that_stays_open_takes_up_another_authority(
    authority: Authority, tmp_path: Path
) -> None:
    health = Health("session", SystemClock())
    health.started = True
    tls = GrpcTls.from_settings(settings_of(authority))
    before = GrpcServer("127.0.0.1", 0, health, tls)
    await before.start()
    channels = Channels(tls)
    stub = health_pb2_grpc.HealthStub(channels.to(f"127.0.0.1:{before.port}"))
    request = health_pb2.HealthCheckRequest()
    assert (await stub.Check(request, timeout=30)).status
    await before.stop()

    other = Authority.make(tmp_path / "other")
    other.issue()
    for name in ("ca", "own", "key"):
        shutil.copy(other.file(name), authority.file(name))
    after = GrpcServer("127.0.0.1", before.port, health, tls)
    await after.start()
    try:
        assert (await stub.Check(request, timeout=30)).status
    finally:
        await channels.stop()
        await after.stop()


def test_an_expired_certificate_is_named_with_its_day(authority: Authority) -> None:
    authority.issue(from_days=-9, to_days=-2)
    with pytest.raises(SettingsError, match=r"VIVA_GRPC_CERTIFICATE_FILE.*expired on 20\d\d-"):
        GrpcTls.from_settings(settings_of(authority))


def test_what_is_no_certificate_is_refused(authority: Authority) -> None:
    with pytest.raises(SettingsError, match="holds no certificate"):
        check_certificate("VIVA_X", authority.file("key"))
    with pytest.raises(SettingsError, match="No such file"):
        check_certificate("VIVA_X", authority.file("nowhere"))


def test_the_broker_is_verified_with_the_given_authority(authority: Authority) -> None:
    kafka = {
        "kafka_bootstrap": "broker:9093",
        "kafka_security_protocol": "SSL",
        "kafka_ca_file": authority.file("ca"),
        "kafka_certificate_file": authority.file("own"),
        "kafka_key_file": authority.file("key"),
    }
    context = client_options(PlatformSettings.model_validate(kafka))["ssl_context"]
    assert [entry["subject"] for entry in context.get_ca_certs()] == [
        ((("commonName", "test authority"),),)
    ]
    authority.issue(from_days=-9, to_days=-2)
    with pytest.raises(SettingsError, match=r"VIVA_KAFKA_CERTIFICATE_FILE.*expired"):
        client_options(PlatformSettings.model_validate(kafka))
