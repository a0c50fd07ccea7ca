"""Sends webhooks over HTTP: resolved once, the address checked, no redirect followed."""

import asyncio
import ipaddress
import socket
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from viva.notification.application.ports import ClaimedDelivery
from viva.notification.domain.delivery import TryResult
from viva.notification.domain.signing import signature
from viva.notification.domain.targets import TargetError, check_address, check_url
from viva.platform.clock import Clock
from viva.platform.telemetry import inject

USER_AGENT = "Viva-Webhooks/1"
MAX_ANSWER_BYTES = 64 * 1024


class HttpWebhookSender:
    """Implements WebhookSender.

    Args:
        allow_private: lets deliveries go to private addresses and plain http, for local use.
    """

    def __init__(self, clock: Clock, *, timeout_s: float = 15, allow_private: bool = False) -> None:
        self._clock = clock
        self._timeout_s = timeout_s
        self._allow_private = allow_private
        # No connection is kept: the pool knows addresses only, and two hosts behind one address
        # must not share a connection whose certificate was checked for one of them.
        self._client = httpx.AsyncClient(
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def start(self) -> None:
        """Nothing to start: the client connects at its first request."""

    async def stop(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def send(self, delivery: ClaimedDelivery) -> TryResult:
        """Sends one try and says what came of it."""
        at = self._clock.now()
        began = time.perf_counter()
        http_status, error, retry_after, refused = 0, "", None, False
        try:
            async with asyncio.timeout(self._timeout_s):
                request = await self._request(delivery, int(at.timestamp()))
                http_status, retry_after = await self._exchange(request)
            if not 200 <= http_status < 300:
                error = f"HTTP {http_status}"
        except TargetError as problem:
            error, refused = str(problem), True
        except TimeoutError:
            error = f"no answer within {self._timeout_s:.0f} s"
        except (httpx.HTTPError, OSError) as problem:
            error = f"{type(problem).__name__}: the connection failed"
        took_ms = int((time.perf_counter() - began) * 1000)
        return TryResult(at, http_status, error, took_ms, retry_after, refused)

    async def _request(self, delivery: ClaimedDelivery, timestamp: int) -> httpx.Request:
        check_url(delivery.url, allow_private=self._allow_private)
        parts = urlsplit(delivery.url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = await self._resolve(host, port)
        # The address that was checked is the one that is dialled: a second look-up could differ.
        target = httpx.URL(delivery.url).copy_with(host=address)
        headers = {
            "host": parts.netloc,
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            "webhook-id": delivery.event_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(
                delivery.secrets, delivery.event_id, timestamp, delivery.body
            ),
            **inject(),
        }
        return self._client.build_request(
            "POST",
            target,
            content=delivery.body,
            headers=headers,
            extensions={"sni_hostname": host},
        )

    async def _resolve(self, host: str, port: int) -> str:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        for address in addresses:
            check_address(address, allow_private=self._allow_private)
        # IPv4 first: hosts with a broken IPv6 route are still common.
        addresses.sort(key=lambda text: ipaddress.ip_address(text).version)
        return addresses[0]

    async def _exchange(self, request: httpx.Request) -> tuple[int, timedelta | None]:
        answer = await self._client.send(request, stream=True)
        try:
            read = 0
            async for chunk in answer.aiter_raw():
                read += len(chunk)
                if read > MAX_ANSWER_BYTES:
                    break
        finally:
            await answer.aclose()
        return answer.status_code, self._retry_after(answer.headers.get("retry-after"))

    def _retry_after(self, header: str | None) -> timedelta | None:
        """Reads seconds or an HTTP date; anything else is ignored."""
        if header is None:
            return None
        if header.isdigit():
            return timedelta(seconds=min(int(header), 10**6))
        try:
            return max(parsedate_to_datetime(header) - self._clock.now(), timedelta(0))
        except (TypeError, ValueError):
            return None
