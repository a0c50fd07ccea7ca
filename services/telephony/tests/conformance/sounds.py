"""Sounds that survive a telephone, and how to find them again."""

import numpy as np

from viva.audio.pcm import SAMPLE_RATE_HZ, Samples, to_bytes, to_samples

PAUSE = b"\0\0" * (SAMPLE_RATE_HZ // 5)


def warble(seconds: float, seed: int = 1) -> bytes:
    """Noise of 400 to 3000 Hz, loud and soft like syllables, nowhere like itself."""
    generator = np.random.default_rng(seed)
    samples = int(seconds * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(generator.normal(size=samples))
    hz = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE_HZ)
    spectrum[(hz < 400) | (hz > 3000)] = 0
    noise = np.fft.irfft(spectrum, samples)
    loudness = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * np.arange(samples) / SAMPLE_RATE_HZ)
    shaped = noise / np.abs(noise).max() * loudness * 12_000
    return to_bytes(shaped.astype(np.int16))


def find(needle: bytes, haystack: bytes) -> tuple[float, int]:
    """The best correlation of `needle` anywhere in `haystack` (-1 to 1), and where it begins."""
    wanted, heard = (to_samples(pcm).astype(np.float64) for pcm in (needle, haystack))
    if len(heard) < len(wanted):
        return 0.0, 0
    size = 1 << (len(heard) + len(wanted)).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size))
    dots = np.fft.irfft(product, size)[: len(heard) - len(wanted) + 1]
    squares = np.concatenate([[0.0], np.cumsum(heard**2)])
    energy = np.maximum(squares[len(wanted) :] - squares[: len(dots)], 1.0)
    scores = dots / np.sqrt(energy * np.sum(wanted**2))
    at = int(np.argmax(scores))
    return float(scores[at]), at


def share_found(needle: bytes, haystack: bytes) -> float:
    """The share of a sound's pieces of 200 ms that are found again, each for itself.

    A machine that stands still for a moment tears a sound apart; its pieces stay what they are.
    """
    piece = SAMPLE_RATE_HZ // 5 * 2
    pieces = [needle[at : at + piece] for at in range(0, len(needle) - piece + 1, piece)]
    return sum(find(each, haystack)[0] > 0.9 for each in pieces) / len(pieces)


def loudest(pcm: bytes) -> int:
    """The largest magnitude."""
    samples: Samples = to_samples(pcm)
    return int(np.max(np.abs(samples.astype(np.int32)))) if len(samples) else 0
