// What the client said and the session has not stored: kept in order, sent, and sent again.

const LONGEST_SAMPLES = 16000 * 600;

export class Unsent {
  constructor() {
    this.entries = [];
    /** Index of the next entry to be sent on this connection. */
    this.cursor = 0;
  }

  add(entry) {
    this.entries.push(entry);
    const audio = this.entries.find((held) => held.pcm);
    if (audio && entry.pcm && entry.position - audio.position > LONGEST_SAMPLES) this.drop(audio);
  }

  drop(entry) {
    const index = this.entries.indexOf(entry);
    this.entries.splice(index, 1);
    if (index < this.cursor) this.cursor -= 1;
  }

  /** Forgets audio up to `position` and facts up to `fact`. */
  forget(position, fact) {
    let sent = 0;
    const kept = [];
    this.entries.forEach((entry, index) => {
      const durable = entry.pcm ? entry.position + entry.pcm.length <= position : entry.fact <= fact;
      if (durable) return;
      kept.push(entry);
      if (index < this.cursor) sent += 1;
    });
    this.entries = kept;
    this.cursor = sent;
  }

  /** Goes back to what a session lacks. */
  rewind(position, fact) {
    this.forget(position, fact - 1);
    this.cursor = 0;
  }

  /** The next entry to send, or undefined. */
  next() {
    const entry = this.entries[this.cursor];
    if (entry) this.cursor += 1;
    return entry;
  }

  /** Samples that wait to be sent. */
  get waiting() {
    let samples = 0;
    for (let i = this.cursor; i < this.entries.length; i += 1) samples += this.entries[i].pcm?.length ?? 0;
    return samples;
  }

  firstPosition(otherwise) {
    return this.entries.find((entry) => entry.pcm)?.position ?? otherwise;
  }

  firstFact(otherwise) {
    return this.entries.find((entry) => entry.fact)?.fact ?? otherwise;
  }
}
