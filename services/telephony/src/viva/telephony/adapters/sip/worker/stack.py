"""The SIP stack of this process: configured, started, registered, and able to dial."""

import asyncio
import contextlib
from collections.abc import Callable

from baresip import (
    Account,
    BaresipError,
    Call,
    Config,
    Event,
    RegistrationError,
    Runtime,
    StackEvent,
    UserAgent,
)

from viva.platform.backoff import Backoff
from viva.telephony.adapters.sip.config import SipConfig
from viva.telephony.adapters.sip.worker.guard import guard, host_of, networks

_CODECS = {
    "PCMU": "pcmu",
    "PCMA": "pcma",
    "G722": "g722/16000/1",
    "OPUS": "opus/48000/1",
}
_ENCRYPTION = {"optional": ("mediaenc=srtp",), "required": ("mediaenc=srtp-mand",)}
_ASSERTED, _TO = "P-Asserted-Identity", "To"
_UNHEARD_CALLS = 128

Listener = Callable[[StackEvent], None]
Addresses = tuple[str, str]
"""Who calls (as the trunk asserts, where it does), and who was called."""


class SipStack:
    """One runtime with one agent for what comes in, and one for each caller id that we show."""

    def __init__(self, config: SipConfig) -> None:
        self._config = config
        self._runtime = Runtime()
        self._agents: dict[str, UserAgent] = {}
        self._listeners: dict[int, Listener] = {}
        self._unheard: dict[int, list[StackEvent]] = {}

    async def start(
        self, on_incoming: Callable[[Call, Addresses], None], on_dead: Callable[[], None]
    ) -> None:
        """Listens; nobody but the trunk and the configured peers is heard.

        Args:
            on_incoming: told each call that rings here, and who calls whom.
            on_dead: told when the stack's thread is gone; this process is then of no more use.

        Raises:
            UnguardedError: strangers cannot be kept away.
            baresip.BaresipError: the stack does not start.
        """
        config = self._config
        allowed = networks([host_of(config.domain), *_proxy_host(config), *config.peers])
        await self._runtime.start(_stack_config(config))
        self._runtime.on_dead = on_dead
        main = await self._agent(config.user)
        guard(int(config.listen.rsplit(":", 1)[1]), allowed)
        # Listeners are told in the order of subscribing: this one before the agent's.
        self._runtime.subscribe(self._route)
        main.on_incoming(lambda call: on_incoming(call, _addresses(call)))

    async def dial(self, number: str, caller: str) -> Call:
        """Sends the INVITE.

        Raises:
            baresip.BaresipError: it could not be sent.
        """
        agent = await self._agent(caller)
        target = f"sip:{number}@{self._config.domain};transport={self._config.transport}"
        return await agent.dial(target)

    def listen(self, call: Call, listener: Listener) -> None:
        """Tells a listener all events of a call, those before now too.

        The stack can report an answer before `dial` has returned, and the library's own call
        object has then missed it for ever; so its state is not asked.
        """
        self._listeners[call.handle] = listener
        for event in self._unheard.pop(call.handle, []):
            listener(event)

    def _route(self, event: StackEvent) -> None:
        if not event.call:
            return
        listener = self._listeners.get(event.call)
        if listener is not None:
            listener(event)
        else:
            self._unheard.setdefault(event.call, []).append(event)
            if len(self._unheard) > _UNHEARD_CALLS:
                # Calls that the stack refused by itself: nobody will ever ask for these.
                self._unheard.pop(next(iter(self._unheard)))
        if event.event is Event.CALL_CLOSED:
            self._listeners.pop(event.call, None)

    async def stay_registered(self, said: Callable[[str], None]) -> None:
        """Registers, and says "" when it is, or why it is not; until cancelled."""
        if not self._config.register:
            return
        backoff = Backoff(1.0, 60.0)
        agent = await self._agent(self._config.user)
        while True:
            try:
                # The stack renews it by itself before it runs out.
                await agent.register()
            except RegistrationError as error:
                said(f"{error.status or ''} {error.reason}".strip() or "no answer")
            except BaresipError as error:
                said(type(error).__name__)
            else:
                said("")
                return
            await asyncio.sleep(backoff.next_s())

    async def close(self) -> None:
        """Unregisters and lets go; calls should be over."""
        for agent in self._agents.values():
            with contextlib.suppress(BaresipError):
                await agent.unregister(timeout=1.0)
        with contextlib.suppress(BaresipError):
            await self._runtime.close()

    async def _agent(self, user: str) -> UserAgent:
        if user not in self._agents:
            main = not self._agents
            account = _account(self._config, user, main=main)
            # A REFER could make us dial any number: always refused.
            self._agents[user] = await UserAgent.create(
                self._runtime, account, transfer_policy="reject"
            )
        return self._agents[user]


def _addresses(call: Call) -> Addresses:
    headers = {name.lower(): value for name, value in call.headers.items()}
    caller = headers.get(_ASSERTED.lower()) or call.peer or ""
    return caller, headers.get(_TO.lower(), "")


def _proxy_host(config: SipConfig) -> list[str]:
    return [host_of(config.outbound_proxy)] if config.outbound_proxy else []


def _account(config: SipConfig, user: str, *, main: bool) -> Account:
    return Account(
        user=user,
        domain=config.domain,
        password=config.password,
        registrar=config.outbound_proxy or None,
        reg_interval=config.register if main else 0,
        transport=config.transport,
        audio_codecs=tuple(_CODECS[codec.upper()] for codec in config.codecs),
        auth_user=config.login or config.user,
        # Trunks call the dialled number, not our user.
        extra_params=(*(("catchall=yes",) if main else ()), *_ENCRYPTION.get(config.srtp, ())),
    )


def _told_listen(config: SipConfig) -> str:
    """What makes the stack listen at `listen`: for TLS it takes the port above."""
    host, port = config.listen.rsplit(":", 1)
    return f"{host}:{int(port) - 1}" if config.transport == "tls" else config.listen


def _stack_config(config: SipConfig) -> Config:
    lines = [
        f"sip_listen {_told_listen(config)}",
        f"sip_transports {config.transport}",
        f"rtp_ports {config.rtp_ports[0]}-{config.rtp_ports[1]}",
        "audio_jitter_buffer_type adaptive",
        f"audio_jitter_buffer_ms {config.jitter_ms[0]}-{config.jitter_ms[1]}",
        "opus_application voip",
        "opus_stereo no",
        "opus_sprop_stereo no",
        "opus_bitrate 28000",
        "opus_inbandfec yes",
    ]
    if config.certificate:
        lines.append(f"sip_certificate {config.certificate}")
    if config.ca_file:
        lines += [f"sip_cafile {config.ca_file}", "sip_verify_server yes"]
    return Config(
        net_interface=config.interface or None,
        expose_headers=(_ASSERTED, _TO),
        max_concurrent_calls=config.calls,
        rtp_timeout=config.rtp_timeout_s,
        extra_config_text="\n".join(lines) + "\n",
    )
