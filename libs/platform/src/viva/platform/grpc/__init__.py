"""gRPC: servers and channels with deadlines, tracing and the error table."""

from viva.platform.grpc.channels import Channels
from viva.platform.grpc.errors import from_rpc_error, mapped_errors
from viva.platform.grpc.server import GrpcServer

__all__ = ["Channels", "GrpcServer", "from_rpc_error", "mapped_errors"]
