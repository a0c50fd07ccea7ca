"""No credit: the order is refused before anything runs."""

import asyncio
import subprocess
import sys

import pytest

from tests.e2e.interview import ORDER
from tests.e2e.world import World
from viva.testkit.api import ApiError


def new_key(world: World, tenant: str) -> str:
    """Makes a tenant by its first key, as the operator does."""
    made = subprocess.run(
        [
            sys.executable,
            "-m",
            "viva.platform.cli",
            *f"keys create e2e --tenant {tenant}".split(),
        ],
        env=world.stack.settings(),
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.split()[-1]


async def test_without_credit_nothing_runs(world: World) -> None:
    key = await asyncio.to_thread(new_key, world, "ten_poor")
    async with world.stack.api(key) as api:
        with pytest.raises(ApiError) as refused:
            await api.create_interview(**ORDER)
        assert refused.value.status == 402
        assert refused.value.code == "insufficient_credits"
        assert (await api.call("GET", "/v1/interviews"))["data"] == []
        assert (await api.call("GET", "/v1/credits/ledger"))["data"] == []
        await api.call("POST", "/v1/credits/top-ups", json={"amount": 1, "note": "first"})
        created = await api.create_interview(**ORDER, expires_in_s=1)
        assert (await api.verdict(created["id"], 30))["status"] == "expired"
        account = await api.call("GET", "/v1/credits")
        assert (account["balance"], account["available"]) == (1, 1)


async def test_other_tenants_see_nothing(world: World) -> None:
    created = await world.api.create_interview(**ORDER, expires_in_s=1)
    key = await asyncio.to_thread(new_key, world, "ten_other")
    async with world.stack.api(key) as api:
        with pytest.raises(ApiError) as hidden:
            await api.interview(created["id"])
        assert hidden.value.status == 404
