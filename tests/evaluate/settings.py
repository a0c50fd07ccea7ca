"""Where the public datasets lie. Every path is optional: its tasks are skipped without it."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class EvalSettings(BaseSettings):
    """Variables start with `VIVA_EVAL_`."""

    model_config = SettingsConfigDict(env_prefix="VIVA_EVAL_", frozen=True, extra="ignore")

    cache: Path = Field(
        Path.home() / ".cache" / "viva" / "evaluate",
        description="Transcripts of datasets, by audio and recognizer: a second run is fast.",
    )
    bootstrap: int = Field(1000, ge=100, description="Resamples of speakers for each interval.")
    limit: int = Field(0, ge=0, description="At most this many recordings a task; 0 takes all.")
    cases: int = Field(300, ge=1, description="Of each class of what must never get a number.")
    language_cases: int = Field(300, ge=0, description="The same of foreign languages: slow.")
    speechocean: Path | None = Field(
        None, description="speechocean762: `scores-detail.json` or `scores.json`, and its audio."
    )
    speechocean_part: str = Field("", description="train or test; empty takes both.")
    adult_age: int = Field(16, description="Younger speakers are no adults (spk2age).")
    first_language: str = Field(
        "", description="Of everybody in the rated set, for the tables; empty is unknown."
    )
    phone_answers: int = Field(
        0,
        ge=0,
        description="Answers of each speaker by phone, at another pitch, and for the bias of "
        "recognition; 0 takes all.",
    )
    ways: int = Field(15, ge=1, description="Interviews by browser and by phone; 33 at most.")
    mixtures: int = Field(100, ge=3, description="Mixtures of one to three voices, a channel.")
    voices: Literal["unseen", "fitted"] = Field(
        "unseen", description="Whose voices: `fitted` are those that thresholds are chosen on."
    )
    interviews: int = Field(300, ge=1, description="Clean interviews of real voices, a channel.")
    diarization: Path | None = Field(
        None, description="Recordings beside RTTM files of who speaks when."
    )
    librispeech: Path | None = Field(
        None, description="LibriSpeech layout: **/*.trans.txt beside flac or wav files."
    )
    reading: Path | None = Field(
        None,
        description="CSV: speaker, room, kind (warm_up, spontaneous or read), audio: the same "
        "people both ways.",
    )
    spoken: Path | None = Field(
        None,
        description="CSV: id, speaker, group, question, competency, text (what a person heard), "
        "audio; `group` is the accent.",
    )
    cefr_texts: Path | None = Field(None, description="CSV: id, speaker, cefr, text.")
    cefr_speech: Path | None = Field(None, description="CSV: id, speaker, cefr, audio.")
    competency: Path | None = Field(
        None,
        description="CSV: id, speaker, question, competency, answer, rating; further definition, "
        "anchor_1, anchor_3, anchor_5, indicators (by |), group.",
    )
    sounds: Path | None = Field(
        None, description="Folder of recordings without English speech: music, noise, languages."
    )

    @property
    def told_language(self) -> str:
        """The rated set's first language as tables name it."""
        return f"first language {self.first_language or 'unknown'}"
