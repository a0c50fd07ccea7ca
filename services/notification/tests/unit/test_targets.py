import pytest

from viva.notification.domain.targets import TargetError, check_address, check_url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "ftp://example.com",
        "//example.com",
        "example.com/hook",
        "https://user:secret@example.com/",
        "https://example.com/#fragment",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://169.254.169.254/latest",
        "https://" + "a" * 3000,
        "",
    ],
)
def test_such_urls_are_refused(url: str) -> None:
    with pytest.raises(TargetError):
        check_url(url, allow_private=False)


def test_a_public_https_url_is_accepted() -> None:
    check_url("https://example.com/hooks/viva?source=1", allow_private=False)


def test_a_local_one_is_accepted_where_that_is_set() -> None:
    check_url("http://127.0.0.1:9000/hook", allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "127.0.0.1",
        "0.0.0.0",
        "169.254.1.1",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::169.254.169.254",
    ],
)
def test_addresses_inside_are_refused(address: str) -> None:
    with pytest.raises(TargetError):
        check_address(address, allow_private=False)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are_accepted(address: str) -> None:
    check_address(address, allow_private=False)
