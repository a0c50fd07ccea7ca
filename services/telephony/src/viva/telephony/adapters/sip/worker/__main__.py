"""The worker's life: configured over its socket, serving calls, ended when the socket closes."""

import asyncio
import socket
import sys

from viva.telephony.adapters.sip.worker.serve import serve

if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))
