// Windowed-sinc resampling with exact times: the value of a signal between its samples.

const ZERO_CROSSINGS = 16;
const PHASES = 256;
const KAISER_BETA = 8.6;

function bessel0(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 32; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** A low-pass kernel that reads a signal of one rate at any time, for another rate. */
export class Kernel {
  constructor(inRate, outRate) {
    const cutoff = 0.47 * Math.min(1, outRate / inRate);
    this.half = Math.ceil(ZERO_CROSSINGS / (2 * cutoff));
    this.taps = 2 * this.half;
    this.table = new Float32Array((PHASES + 1) * this.taps);
    const norm = bessel0(KAISER_BETA);
    for (let phase = 0; phase <= PHASES; phase += 1) {
      const row = phase * this.taps;
      let sum = 0;
      for (let tap = 0; tap < this.taps; tap += 1) {
        const x = tap - this.half + 1 - phase / PHASES;
        const edge = x / this.half;
        const window = Math.abs(edge) < 1 ? bessel0(KAISER_BETA * Math.sqrt(1 - edge * edge)) / norm : 0;
        const angle = 2 * Math.PI * cutoff * x;
        const value = (x === 0 ? 1 : Math.sin(angle) / angle) * window;
        this.table[row + tap] = value;
        sum += value;
      }
      for (let tap = 0; tap < this.taps; tap += 1) this.table[row + tap] /= sum;
    }
  }

  /** The signal at `time`, in samples of `signal`; silence lies before and after it. */
  at(signal, time, length = signal.length) {
    const whole = Math.floor(time);
    const phase = (time - whole) * PHASES;
    const row = Math.floor(phase);
    const mix = phase - row;
    const a = row * this.taps;
    const b = Math.min(row + 1, PHASES) * this.taps;
    const first = whole - this.half + 1;
    const from = Math.max(0, -first);
    const to = Math.min(this.taps, length - first);
    let sum = 0;
    for (let tap = from; tap < to; tap += 1) {
      const weight = this.table[a + tap] + mix * (this.table[b + tap] - this.table[a + tap]);
      sum += weight * signal[first + tap];
    }
    return sum;
  }
}

/** A stream from one rate to another; its state is kept from block to block. */
export class Resampler {
  constructor(inRate, outRate) {
    this.step = inRate / outRate;
    this.kernel = new Kernel(inRate, outRate);
    this.history = new Float32Array(8192);
    this.reset();
  }

  /** Begins anew: the next sample in is at the time of the next sample out. */
  reset() {
    this.filled = this.kernel.half;
    this.history.fill(0, 0, this.filled);
    this.next = this.kernel.half;
  }

  /** Takes a block and calls `sink` with each sample that can be told now. */
  push(block, sink) {
    if (this.filled + block.length > this.history.length) this.shift();
    this.history.set(block, this.filled);
    this.filled += block.length;
    while (this.next + this.kernel.half < this.filled) {
      sink(this.kernel.at(this.history, this.next, this.filled));
      this.next += this.step;
    }
  }

  shift() {
    const drop = Math.floor(this.next) - this.kernel.half;
    this.history.copyWithin(0, drop, this.filled);
    this.filled -= drop;
    this.next -= drop;
  }
}
