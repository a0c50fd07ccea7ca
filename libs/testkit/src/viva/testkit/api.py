"""A small client of Viva's REST API, for the demo, the benchmarks and the end-to-end tests."""

import asyncio
import time
from typing import Any, Self

import httpx

POLL_S = 0.2
TERMINAL = frozenset({"completed", "partial", "low_confidence", "failed", "expired", "cancelled"})
Json = dict[str, Any]


class ApiError(Exception):
    """The API answered with a problem; `status` and `code` as in its body."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status} {body.get('code')}: {body.get('detail')} {body.get('errors')}")
        self.status = status
        self.code = body.get("code", "")
        self.body = body


class Api:
    """Talks to one Viva with one API key.

    Args:
        url: for example http://127.0.0.1:8080.
    """

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self._client = httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._client.aclose()

    async def call(self, method: str, path: str, **options: Any) -> Any:
        """Sends one request.

        Raises:
            ApiError: the answer is a problem.
        """
        answer = await self.request(method, path, **options)
        if answer.is_error:
            raise ApiError(answer.status_code, _problem(answer))
        return answer.json() if answer.content else None

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Sends one request and gives the bare answer; waits once where it came too early."""
        answer = await self._client.request(method, path, **options)
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            await asyncio.sleep(int(answer.headers.get("Retry-After", "1")))
            answer = await self._client.request(method, path, **options)
        return answer

    async def create_interview(self, **fields: Any) -> Json:
        """Creates an interview; `role` and `channel` are enough."""
        body = {"role": "Customer support agent", "channel": "browser"} | fields
        created: Json = await self.call("POST", "/v1/interviews", json=body)
        return created

    async def interview(self, interview_id: str, **query: str) -> Json:
        """Reads an interview as it stands."""
        read: Json = await self.call("GET", f"/v1/interviews/{interview_id}", params=query)
        return read

    async def wait_for(
        self, interview_id: str, statuses: frozenset[str] | set[str], timeout_s: float
    ) -> Json:
        """Polls until the interview has one of the statuses, or another terminal one.

        Raises:
            TimeoutError: it did not get there in time.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            interview = await self.interview(interview_id)
            if interview["status"] in statuses | TERMINAL:
                return interview
            if time.monotonic() > deadline:
                detail = f"{interview_id} is {interview['status']} after {timeout_s:.0f} s"
                raise TimeoutError(detail)
            await asyncio.sleep(POLL_S)

    async def ready(self, interview_id: str, timeout_s: float = 300) -> Json:
        """Waits until the candidate may join."""
        return await self.wait_for(interview_id, {"ready"}, timeout_s)

    async def verdict(self, interview_id: str, timeout_s: float = 120) -> Json:
        """Waits for the result."""
        return await self.wait_for(interview_id, TERMINAL, timeout_s)

    async def recording(self, interview_id: str) -> bytes:
        """Fetches the session's WAV."""
        answer = await self.request("GET", f"/v1/interviews/{interview_id}/recording")
        if answer.is_error:
            raise ApiError(answer.status_code, _problem(answer))
        return answer.content


def _problem(answer: httpx.Response) -> Json:
    try:
        body: Json = answer.json()
    except ValueError:
        body = {"detail": answer.text[:200]}
    return body
