// G.711 mu-law (ITU-T G.711), for uplinks that cannot carry PCM.

const BIAS = 132;
const CLIP = 32635;

/** One byte for each 16-bit sample. */
export function encodeMulaw(samples) {
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i += 1) {
    const sign = samples[i] < 0 ? 0x80 : 0;
    const biased = Math.min(Math.abs(samples[i]), CLIP) + BIAS;
    const exponent = 24 - Math.clz32(biased);
    const mantissa = (biased >> (exponent + 3)) & 15;
    bytes[i] = ~(sign | (exponent << 4) | mantissa);
  }
  return bytes;
}
