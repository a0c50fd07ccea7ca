"""One Viva for all tests of a session, and the interviews that the selected tests want."""

from collections.abc import AsyncIterator, Generator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from tests.adjacent.before import ReleaseBefore, find_revision, unpack
from tests.e2e.scenarios import SCENARIOS, Outcome, Runs, asked, spoken
from tests.e2e.world import World, running_world

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "scenario(name): the interview that a test looks at")
    config.addinivalue_line("markers", "disturbs: needs Viva for itself; runs last")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All share one event loop; what disturbs others comes last."""
    own = [item for item in items if item.path.parent == HERE]
    for item in own:
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        item.add_marker(pytest.mark.timeout(900))
    disturbing = [item for item in own if item.get_closest_marker("disturbs")]
    items[:] = [item for item in items if item not in disturbing] + disturbing


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Shows what the services complained of; only then are their logs read, calls being live."""
    report = yield
    world = getattr(item, "funcargs", {}).get("world")
    if report.failed and isinstance(world, World):
        report.sections.append(("complaints of the services", "\n".join(world.stack.complaints())))
    return report


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory) -> ReleaseBefore:
    """The release before this one, unpacked."""
    revision = find_revision()
    if not revision:
        pytest.skip("the history does not go back to a release before; set VIVA_RELEASE_BEFORE")
    return unpack(revision, tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="session")
def wanted(request: pytest.FixtureRequest) -> list[str]:
    """The scenarios of the selected tests."""
    named = {name for item in request.session.items for name in _scenarios(item)}
    return [name for name in SCENARIOS if name in named]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(wanted: list[str]) -> AsyncIterator[World]:
    """A running Viva; the candidates' voices are rendered, so that nobody speaks live."""
    async with running_world(spoken(wanted), asked(wanted)) as found:
        yield found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def runs(world: World, wanted: list[str]) -> Runs:
    """The interviews of all selected tests, already under way."""
    started = Runs(world)
    started.start(wanted)
    return started


@pytest_asyncio.fixture(loop_scope="session")
async def outcome(runs: Runs, request: pytest.FixtureRequest) -> Outcome:
    """What the interview named by the test's marker brought."""
    (name,) = _scenarios(request.node)
    found = await runs.of(name)
    # Shown where the test fails.
    print(found.told())
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def alone(runs: Runs, world: World) -> World:
    """A running Viva in which nothing else happens."""
    await runs.all_over()
    return world


def _scenarios(item: pytest.Item) -> Sequence[str]:
    marker = item.get_closest_marker("scenario")
    return marker.args if marker else ()
