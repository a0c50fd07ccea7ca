// The loudspeaker's side of the worklet: whole utterances, one after the other, never trimmed.

import { RATE } from "./capture.js";
import { Kernel } from "./resample.js";

const REPORT_SAMPLES = RATE / 5;
const FADE_FRAMES = 256;

export class Playback {
  /** `report(message)` takes what was played; `clock()` is the capture position now. */
  constructor(deviceRate, report, clock) {
    this.step = RATE / deviceRate;
    this.kernel = new Kernel(RATE, deviceRate);
    this.report = report;
    this.clock = clock;
    this.queue = [];
    this.run = null;
    this.fading = 0;
    this.gain = 1;
    /** How long after this moment a sample is heard, in samples at 16 kHz. */
    this.latency = 0;
  }

  add(number, pcm) {
    this.queue.push({ number, pcm, time: 0 });
  }

  /** Stops an utterance: the one that plays fades out within milliseconds. */
  flush(number) {
    const index = this.queue.findIndex((utterance) => utterance.number === number);
    if (index === 0 && this.queue[0].time > 0) {
      this.fading = FADE_FRAMES;
    } else if (index >= 0) {
      this.queue.splice(index, 1);
      this.stopped(number, 0);
    }
  }

  get playing() {
    return this.queue.length > 0 && this.queue[0].time > 0 ? this.queue[0] : null;
  }

  /** Fills one quantum. */
  fill(output) {
    output.fill(0);
    const utterance = this.queue[0];
    if (!utterance) return;
    const position = Math.round(this.clock() + this.latency);
    const before = Math.floor(utterance.time);
    if (utterance.time === 0) this.report({ kind: "started", utterance: utterance.number });
    let i = 0;
    for (; i < output.length && utterance.time < utterance.pcm.length; i += 1) {
      output[i] = this.kernel.at(utterance.pcm, utterance.time) / 32768;
      if (this.fading) {
        output[i] *= this.fading / FADE_FRAMES;
        this.fading -= 1;
        if (!this.fading) {
          utterance.cut = true;
          break;
        }
      }
      utterance.time += this.step;
    }
    const after = Math.min(Math.floor(utterance.time), utterance.pcm.length);
    this.played(utterance.number, before, after - before, position);
    if (utterance.cut || utterance.time >= utterance.pcm.length) this.end(utterance, after);
  }

  played(number, offset, count, position) {
    if (!this.run) this.run = { utterance: number, offset, count: 0, position };
    this.run.count += count;
    if (this.run.count >= REPORT_SAMPLES) this.tell();
  }

  /** Says what was played until now; a pause of the device ends a run. */
  tell() {
    if (this.run && this.run.count) this.report({ kind: "played", ...this.run });
    this.run = null;
  }

  end(utterance, heard) {
    this.tell();
    this.queue.shift();
    this.fading = 0;
    this.stopped(utterance.number, heard);
  }

  stopped(number, heard) {
    const position = Math.round(this.clock() + this.latency);
    this.report({ kind: "stopped", utterance: number, heard, position });
  }
}
