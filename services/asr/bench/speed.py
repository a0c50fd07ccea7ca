"""How fast recognition is on this machine: live pieces, whole answers, both at once.

    OMP_WAIT_POLICY=PASSIVE KMP_BLOCKTIME=0 python services/asr/bench/speed.py [--clips FOLDER]

The speech is the synthesizer's, or the sound files of a folder, joined. "Beside plain
faster-whisper" is the same model through faster-whisper's own `transcribe` with its defaults and
word times, the same audio, the same number of threads, the runs taken in turns.
"""

import argparse
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel  # type: ignore[import-untyped]

from viva.asr.adapters.final_worker import final_worker
from viva.asr.adapters.whisper_final import WhisperTranscriber
from viva.asr.adapters.whisper_live import WhisperRecognizer
from viva.asr.application.ports import RecordedAudio
from viva.asr.settings import AsrSettings
from viva.audio.models.store import ModelStore
from viva.audio.pcm import Samples, to_bytes, to_float, to_samples
from viva.audio.speech import Synthesizer
from viva.audio.vad import VoiceActivityDetector
from viva.audio.wav import write_wav
from viva.platform.worker_process import WorkerProcess

_TEXTS = (
    "In my last job I led a small team that moved all of our customer data to the cloud.",
    "The hardest part was that nobody knew how the old system worked, so we asked everybody.",
    "In the end we saved about forty percent of the costs, and the customers were happy.",
)
_RUNS = 7


def main() -> None:
    """Prints three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, help="sound files to join instead of synthesizing")
    options = parser.parse_args()
    store = ModelStore()
    speech = joined(options.clips) if options.clips else synthesized(store)
    voice_activity = VoiceActivityDetector(store)
    live(store, voice_activity, speech)
    final(store, voice_activity, speech)
    both(store, voice_activity, speech)


def live(store: ModelStore, voice_activity: VoiceActivityDetector, speech: Samples) -> None:
    """Latency of live pieces, one and two threads for each."""
    models = [
        WhisperRecognizer(store, "whisper-tiny.en", voice_activity, threads=threads)
        for threads in (1, 2)
    ]
    print("live piece, whisper-tiny.en: ms, median of", _RUNS)
    print(f"{'seconds':>8}{'1 thread':>10}{'2 threads':>11}")
    for seconds in range(1, 9):
        pcm = to_bytes(np.resize(speech, seconds * 16_000))
        cells = [median_ms(lambda m=model, p=pcm: m.recognize(p, "en")) for model in models]
        print(f"{seconds:8}{cells[0]:10.0f}{cells[1]:11.0f}")


def final(store: ModelStore, voice_activity: VoiceActivityDetector, speech: Samples) -> None:
    """A whole answer here and by plain faster-whisper, taken in turns."""
    settings = AsrSettings()
    ours = WhisperTranscriber(
        store,
        settings.final_model,
        voice_activity,
        threads=settings.final_threads,
        beam=settings.final_beam,
    )
    plain = WhisperModel(
        str(store.path(settings.final_model)),
        device="cpu",
        compute_type="int8",
        cpu_threads=settings.final_threads,
    )

    def plainly(samples: Samples) -> None:
        segments, _ = plain.transcribe(to_float(samples), word_timestamps=True)
        list(segments)

    print(f"\nwhole answer, whisper-base, {settings.final_threads} threads: s, median of 3")
    print(f"{'seconds':>8}{'viva':>8}{'plain':>8}{'ratio':>8}{'x real time':>13}")
    for seconds in (10, 20, 40, 80):
        samples = with_pauses(speech, seconds)
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(3):
            times[0].append(took(lambda s=samples: ours.transcribe(s, "en")))
            times[1].append(took(lambda s=samples: plainly(s)))
        here, there = (statistics.median(way) for way in times)
        print(f"{seconds:8}{here:8.2f}{there:8.2f}{here / there:8.2f}{seconds / here:13.1f}")


def both(store: ModelStore, voice_activity: VoiceActivityDetector, speech: Samples) -> None:
    """Live latency while whole answers are transcribed, by niceness of the batch work."""
    recognizer = WhisperRecognizer(store, "whisper-tiny.en", voice_activity, threads=1)
    pcm = to_bytes(np.resize(speech, 4 * 16_000))
    print("\nlive piece of 4 s, 1 thread, while answers are transcribed: ms over 40 pieces")
    print(f"{'batch work':>14}{'p50':>8}{'p95':>8}")
    print(f"{'none':>14}" + latencies(recognizer, pcm))
    for nice in (0, 10, 19):
        with transcribing(AsrSettings(final_nice=nice), with_pauses(speech, 40)):
            print(f"{f'nice {nice}':>14}" + latencies(recognizer, pcm), flush=True)


def latencies(recognizer: WhisperRecognizer, pcm: bytes) -> str:
    """Two cells: median and 95th percentile."""
    times = sorted(took(lambda: recognizer.recognize(pcm, "en")) * 1000 for _ in range(40))
    return f"{statistics.median(times):8.0f}{times[37]:8.0f}"


@contextmanager
def transcribing(settings: AsrSettings, answer: Samples) -> Iterator[None]:
    """Answers are transcribed without a pause meanwhile, as the service does it."""
    stopping, ready = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=_transcribe_on, args=(final_worker(settings), answer, ready, stopping)
    )
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _transcribe_on(
    worker: WorkerProcess[RecordedAudio, object],
    answer: Samples,
    ready: threading.Event,
    stopping: threading.Event,
) -> None:
    import asyncio  # noqa: PLC0415

    async def work() -> None:
        await worker.start()
        audio = RecordedAudio(write_wav(answer), "en")
        while not stopping.is_set():
            ready.set()
            await worker.run(audio)
        await worker.stop()

    asyncio.run(work())


def median_ms(work: Callable[[], object]) -> float:
    """Of some runs, after one that does not count."""
    work()
    return statistics.median(took(work) for _ in range(_RUNS)) * 1000


def took(work: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def with_pauses(speech: Samples, seconds: int) -> Samples:
    """An answer of that length: 6 s of speech, 1.5 s of silence, and so on."""
    talk, pause = 6 * 16_000, np.zeros(24_000, np.int16)
    parts = [np.concatenate([np.roll(speech, -i * talk)[:talk], pause]) for i in range(12)]
    return np.concatenate(parts)[: seconds * 16_000]


def synthesized(store: ModelStore) -> Samples:
    """Some 15 s."""
    synthesizer = Synthesizer(store, threads=2)
    return np.concatenate([to_samples(synthesizer.synthesize(text)) for text in _TEXTS])


def joined(folder: Path) -> Samples:
    """The first 40 s of the files of a folder; needs `soundfile`."""
    import soundfile  # type: ignore[import-untyped]  # noqa: PLC0415

    parts: list[Samples] = []
    for path in sorted(folder.iterdir()):
        parts.append(soundfile.read(path, dtype="int16")[0])
        if sum(map(len, parts)) >= 40 * 16_000:
            break
    return np.concatenate(parts)


if __name__ == "__main__":
    main()
