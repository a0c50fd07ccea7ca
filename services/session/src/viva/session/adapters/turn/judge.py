"""The end-of-turn model behind a small pool, with a deadline a call."""

from viva.session.adapters.turn.pool import DeadlinePool
from viva.session.adapters.turn.smart_turn import SmartTurn

# Later than this the silence has told as much.
_WITHIN_S = 0.6


class PooledEndOfTurn:
    """The EndOfTurn of a replica."""

    def __init__(self, model: SmartTurn, pool: DeadlinePool) -> None:
        self._model = model
        self._pool = pool

    async def judge(self, pcm: bytes) -> float:
        """The probability that the speaker has finished.

        Raises:
            TimeoutError: the machine is too busy for an answer in time.
        """
        return await self._pool.run(lambda: self._model.probability(pcm), within_s=_WITHIN_S)
