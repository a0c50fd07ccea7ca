"""The bounds of one connection."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EdgeLimits:
    """Times in seconds, sizes in bytes.

    Attributes:
        attach_s: for the client's first message.
        first_session_s: for the first session to take the client on.
        no_slot_s: how long a new client waits where all replicas are full.
        attach_reply_s: a replica that was dialled has this long to answer `Attach`.
        session_silence_s: without a word from the replica, another is asked.
        client_silence_s: without a word from the client, it is gone.
        pulse_s: between two heartbeats, in either direction.
        linger_s: how long time is kept for a client that dropped.
        replay_bytes: not yet durable; from there on the client is not read.
        send_queue_bytes: not yet sent to the client; from there on it is dropped.
        jump_samples: how far a client's clock may jump ahead at once.
    """

    attach_s: float = 10.0
    first_session_s: float = 20.0
    no_slot_s: float = 3.0
    attach_reply_s: float = 5.0
    session_silence_s: float = 1.0
    client_silence_s: float = 10.0
    pulse_s: float = 0.25
    linger_s: float = 1800.0
    replay_bytes: int = 2 * 2**20
    send_queue_bytes: int = 16 * 2**20
    jump_samples: int = 16_000 * 120
