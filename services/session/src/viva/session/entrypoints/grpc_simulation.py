"""The gRPC service that speaks for the simulated candidate of test interviews."""

import grpc

from viva.contracts.session.v1 import simulation_pb2 as pb
from viva.contracts.session.v1.simulation_pb2_grpc import SimulationServiceServicer
from viva.platform.errors import InvalidError
from viva.session.application.prompts import Prompts

Context = grpc.aio.ServicerContext[pb.RenderAnswerRequest, pb.RenderAnswerResponse]


class SimulationServicer(SimulationServiceServicer):
    """Decodes and hands over; the server's interceptor maps errors."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    async def RenderAnswer(
        self, request: pb.RenderAnswerRequest, context: Context
    ) -> pb.RenderAnswerResponse:
        """Renders a text, or finds what was rendered before."""
        if not request.text or not request.voice:
            raise InvalidError("a text and a voice are needed", code="answer_incomplete")
        audio = await self._prompts.rendered(request.text, request.voice)
        return pb.RenderAnswerResponse(audio=audio)
