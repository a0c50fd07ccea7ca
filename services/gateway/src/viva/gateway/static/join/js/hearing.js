// Tells speech from a steady noise by its syllables: the level rises and falls several times.

const SPEECH_SECONDS = 1.2;
const SYLLABLES = 4;
const LOUD_ENOUGH = 0.008;

export class Hearing {
  constructor() {
    this.floor = 0.004;
    this.loud = false;
    this.syllables = 0;
    this.seconds = 0;
    this.silentSeconds = 0;
  }

  /** Takes the level of a stretch of sound; true from the moment that speech was heard. */
  take(rms, seconds) {
    const rising = Math.max(LOUD_ENOUGH, 3 * this.floor);
    // The floor sinks at once and rises slowly, so that speech does not lift it.
    this.floor = rms < this.floor ? rms : Math.min(this.floor * (1 + 0.2 * seconds) + 1e-6, 0.05);
    if (rms > rising) {
      this.seconds += seconds;
      if (!this.loud) this.syllables += 1;
      this.loud = true;
    } else if (rms < 0.6 * rising || rms < 0.5 * this.last) {
      this.loud = false;
    }
    this.silentSeconds = rms === 0 ? this.silentSeconds + seconds : 0;
    this.last = rms;
    return this.heard;
  }

  /** How much of what is asked for was heard, 0 to 1. */
  get share() {
    return Math.min(1, this.seconds / SPEECH_SECONDS, (this.syllables + 1) / (SYLLABLES + 1));
  }

  get heard() {
    return this.seconds >= SPEECH_SECONDS && this.syllables >= SYLLABLES;
  }
}

/** A level as a share of the meter: -55 dB is empty, -12 dB is full. */
export function meterShare(rms) {
  const decibels = 20 * Math.log10(Math.max(rms, 1e-6));
  return Math.max(0, Math.min(1, (decibels + 55) / 43));
}
