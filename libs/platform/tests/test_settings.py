import json
import logging

import pytest
from faststream.kafka import KafkaBroker
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from viva.platform.log import bind_interview, configure_logging, get_logger
from viva.platform.messaging.connection import broker_options
from viva.platform.settings import PlatformSettings, ServiceSettings, SettingsError, load


class ExampleSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="VIVA_EXAMPLE_", frozen=True)

    api_key: SecretStr
    grace_s: float = 20


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIVA_EXAMPLE_API_KEY", raising=False)
    with pytest.raises(SettingsError, match=r"^VIVA_EXAMPLE_API_KEY: is not set$"):
        load(ExampleSettings)


def test_a_wrong_value_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_EXAMPLE_API_KEY", "hush")
    monkeypatch.setenv("VIVA_EXAMPLE_GRACE_S", "s3cr3t")
    with pytest.raises(SettingsError) as caught:
        load(ExampleSettings)
    assert "VIVA_EXAMPLE_GRACE_S" in caught.value.detail
    assert "s3cr3t" not in caught.value.detail


def test_secrets_do_not_print_and_settings_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_EXAMPLE_API_KEY", "hush")
    settings = load(ExampleSettings)
    assert "hush" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.grace_s = 1


def test_what_a_part_cannot_do_without_is_named_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("VIVA_DATABASE_URL", raising=False)
    with pytest.raises(SettingsError, match="VIVA_DATABASE_URL is not set"):
        load(PlatformSettings).require("database_url")
    secret = PlatformSettings.model_validate({"database_url": "postgresql://u:pw@h/d"})
    assert secret.require("database_url") == "postgresql://u:pw@h/d"
    assert "pw" not in repr(secret)


def test_a_log_line_is_json_with_the_interview(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = (root.handlers, root.level)
    try:
        configure_logging(PlatformSettings.model_validate({"log_format": "json"}))
        with bind_interview("iv_1"):
            get_logger("x").info("answer_scored", score=3)
            logging.getLogger("a.library").warning("old style %s", "too")
    finally:
        root.handlers, level = before
        root.setLevel(level)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["answer_scored", "old style too"]
    assert all(line["interview_id"] == "iv_1" for line in lines)
    assert lines[0]["score"] == 3
    assert lines[0]["level"] == "info"


def test_several_brokers_are_several_servers() -> None:
    settings = PlatformSettings.model_validate({"kafka_bootstrap": "one:9092,two:9092"})
    broker = KafkaBroker(**broker_options(settings))
    assert broker.specification.url == ["one:9092", "two:9092"]
