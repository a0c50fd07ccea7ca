"""What goes to the client, and what the client reports of having played."""

from collections.abc import Mapping

import numpy as np

from viva.audio.pcm import Samples
from viva.platform.errors import VivaError
from viva.session.application.live.echo import LONGEST_DELAY_MS
from viva.session.application.live.link import Link, UtteranceToPlay, Welcome
from viva.session.application.live.playback import Playback, Run
from viva.session.application.live.ports import Prompt
from viva.session.domain.conversation.actions import Need
from viva.session.domain.conversation.facts import Fact, Played, Stopped
from viva.session.domain.conversation.progress import Progress
from viva.session.domain.conversation.timing import samples


class Outlet:
    """One conversation's side towards its client, if there is one."""

    def __init__(self, epoch: int, prompts: Mapping[str, Prompt]) -> None:
        self.playback = Playback()
        self._epoch = epoch
        self._prompts = prompts
        self._link: Link | None = None
        self._connection = -1
        self._shown: Progress | None = None

    def is_to(self, link: Link) -> bool:
        """Whether this is the link in use."""
        return link is self._link

    def connect(self, link: Link, connection: int) -> bool:
        """Takes a link into use; the newest connection wins. Returns whether it did."""
        if connection < self._connection:
            link.replaced()
            return False
        if self._link is not None and self._link is not link:
            self._link.replaced()
        self._link, self._connection, self._shown = link, connection, None
        return True

    def disconnect(self) -> None:
        """The link is gone."""
        self._link = None

    def welcome(self, welcome: Welcome) -> None:
        """Answers an attach."""
        if self._link is not None:
            self._link.welcome(welcome)

    def say(self, number: int, key: str) -> None:
        """Sends a prompt."""
        self.playback.sent(number, key)
        prompt = self._prompts[key]
        if self._link is not None:
            self._link.play(
                UtteranceToPlay(self._epoch, number, prompt.sha256, prompt.pcm, prompt.text)
            )

    def flush(self, number: int) -> None:
        """Withdraws a prompt."""
        if self._link is not None:
            self._link.flush(number)

    def ask(self, need: Need) -> None:
        """Tells the candidate that something is needed."""
        if self._link is not None:
            self._link.ask(need)

    def show(self, progress: Progress) -> None:
        """Shows where the candidate is, if that is news."""
        if self._link is not None and progress != self._shown:
            self._shown = progress
            self._link.show(progress)

    def durable(self, position: int, fact: int) -> None:
        """Lets the client forget what is stored."""
        if self._link is not None:
            self._link.durable(position, fact)

    def end(self, reason: str) -> None:
        """Says that the conversation is over."""
        if self._link is not None:
            self._link.end(reason)

    def lose(self) -> None:
        """Sends the client to another replica."""
        if self._link is not None:
            self._link.lost()

    def refuse(self, error: VivaError) -> None:
        """Ends the link with an error."""
        if self._link is not None:
            self._link.refuse(error)

    def reported(self, fact: Fact) -> None:
        """Takes a report of what was played."""
        if isinstance(fact, Played):
            self.playback.played(fact)
        elif isinstance(fact, Stopped):
            self.playback.stopped()

    def remember(self, number: int, key: str) -> None:
        """Notes an utterance that another replica sent."""
        self.playback.sent(number, key)

    def runs(self) -> list[tuple[Run, str]]:
        """Runs that are complete and not taken yet, with the keys of their objects."""
        return [(run, self._prompts[run.key].object_key) for run in self.playback.take_closed()]

    def heard_before(self, start: int, until: int) -> tuple[Samples, str]:
        """What may come back as an echo in [start, until): the sound, and its words."""
        first = start - samples(LONGEST_DELAY_MS)
        played = self.playback.heard(first, until, lambda key: self._prompts[key].pcm)
        keys = self.playback.keys(first, until)
        return np.ascontiguousarray(played), " ".join(self._prompts[key].text for key in keys)
