// One worklet for both directions, so that what is heard and what is captured share one clock.

import { Capture, RATE } from "./capture.js";
import { Playback } from "./playback.js";

const LEVEL_FRAMES = 2048;

class Duplex extends AudioWorkletProcessor {
  constructor() {
    super();
    this.link = null;
    this.capture = new Capture(sampleRate, (position, pcm) => {
      this.link?.postMessage({ kind: "audio", position, pcm }, [pcm.buffer]);
    });
    this.playback = new Playback(sampleRate, (message) => this.tell(message), () => this.capture.clock);
    this.level = { sum: 0, out: 0, frames: 0, connected: false };
    this.port.onmessage = ({ data }) => this.obey(data);
  }

  obey(data) {
    switch (data.kind) {
      case "wire":
        this.link = data.port;
        this.link.onmessage = ({ data: said }) => this.obey(said);
        break;
      case "begin":
        this.capture.begin(data.position);
        break;
      case "latency":
        this.playback.latency = data.seconds * RATE;
        break;
      case "skip":
        this.playback.tell();
        this.capture.skip(Math.round(data.seconds * RATE));
        break;
      case "utterance":
        this.playback.add(data.number, data.pcm);
        break;
      case "flush":
        this.playback.flush(data.number);
        break;
    }
  }

  /** Negative numbers are the page's own sounds: the interview knows nothing of them. */
  tell(message) {
    if (message.utterance < 0) this.port.postMessage(message);
    else this.link?.postMessage(message);
  }

  process(inputs, outputs) {
    const input = inputs[0]?.[0];
    const output = outputs[0][0];
    this.playback.fill(output);
    for (let channel = 1; channel < outputs[0].length; channel += 1) outputs[0][channel].set(output);
    this.capture.take(input, output.length);
    this.meter(input, output);
    return true;
  }

  meter(input, output) {
    const level = this.level;
    level.sum += energy(input);
    level.out += energy(output);
    level.connected ||= Boolean(input);
    level.frames += output.length;
    if (level.frames < LEVEL_FRAMES) return;
    this.port.postMessage({
      kind: "level",
      rms: Math.sqrt(level.sum / level.frames),
      out: Math.sqrt(level.out / level.frames),
      seconds: level.frames / sampleRate,
      connected: level.connected,
    });
    this.level = { sum: 0, out: 0, frames: 0, connected: false };
  }
}

function energy(samples) {
  let sum = 0;
  if (samples) for (let i = 0; i < samples.length; i += 1) sum += samples[i] * samples[i];
  return sum;
}

registerProcessor("viva-duplex", Duplex);
