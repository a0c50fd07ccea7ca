// The microphone's side of the worklet: frames of 20 ms at 16 kHz, each with its position.

import { Resampler } from "./resample.js";

export const RATE = 16000;
const FRAME = 320;

export class Capture {
  /** `send(position, pcm)` takes each whole frame. */
  constructor(deviceRate, send) {
    this.ratio = RATE / deviceRate;
    this.resampler = new Resampler(deviceRate, RATE);
    this.send = send;
    this.running = false;
    this.base = 0;
    this.inputFrames = 0;
    this.hearing = false;
    this.restart();
  }

  /** The position that is captured now, whether the microphone gives anything or not. */
  get clock() {
    return this.base + this.inputFrames * this.ratio;
  }

  begin(position) {
    this.base = position;
    this.inputFrames = 0;
    this.running = true;
    this.hearing = false;
  }

  /** Leaves out time in which nothing was captured. */
  skip(samples) {
    this.flush();
    this.base += samples;
    this.hearing = false;
  }

  /** Takes one quantum; `input` is undefined where no microphone is connected. */
  take(input, length) {
    if (!this.running) return;
    if (!input) {
      if (this.hearing) this.flush();
      this.hearing = false;
    } else {
      if (!this.hearing) this.restart();
      this.resampler.push(input, (sample) => this.put(sample));
    }
    this.inputFrames += length;
  }

  restart() {
    this.hearing = true;
    this.resampler.reset();
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.position = Math.round(this.clock);
  }

  put(sample) {
    this.frame[this.filled] = Math.max(-32768, Math.min(32767, Math.round(sample * 32767)));
    this.filled += 1;
    if (this.filled === FRAME) this.flush();
  }

  flush() {
    if (!this.filled) return;
    this.send(this.position, this.filled === FRAME ? this.frame : this.frame.slice(0, this.filled));
    this.position += this.filled;
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
  }
}
