"""The simulated candidate's voice: rendered by the session service, fetched from the objects."""

import grpc

from viva.audio.wav import read_wav
from viva.contracts.session.v1 import simulation_pb2
from viva.contracts.session.v1.simulation_pb2_grpc import SimulationServiceStub
from viva.gateway.application.ports import BundleStore

# A long answer behind a few prompts of others.
_RENDER_S = 180.0


class GrpcAnswerVoice:
    """Speaks answers, each once: what was rendered before is found by its content."""

    def __init__(self, channel: grpc.aio.Channel, objects: BundleStore) -> None:
        self._simulation = SimulationServiceStub(channel)
        self._objects = objects

    async def speak(self, text: str, voice: str) -> bytes:
        """PCM16 mono at 16 kHz."""
        answer = await self._simulation.RenderAnswer(
            simulation_pb2.RenderAnswerRequest(text=text, voice=voice), timeout=_RENDER_S
        )
        audio = answer.audio
        return read_wav(await self._objects.get(audio.key, audio.sha256)).tobytes()
