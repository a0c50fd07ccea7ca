// The page's sound: one audio context at the device's own rate, the microphone, the loudspeaker.

const WANTED = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

// A longer gap looks like a clock that runs wild; the session keeps its own time meanwhile.
const LONGEST_GAP_SECONDS = 100;

/** Events: level, muted, lost, devices, interrupted, resumed, played. */
export class Sound extends EventTarget {
  constructor() {
    super();
    this.context = null;
    this.stream = null;
    this.suspendedAt = null;
  }

  /** Must be called in a tap: elsewhere browsers give no sound. */
  async open() {
    if (this.context) return this.wake();
    this.context = new AudioContext({ latencyHint: "interactive" });
    const woken = this.context.resume();
    this.speaker = new Audio();
    const sink = this.context.createMediaStreamDestination();
    // An element's sound is what echo cancellation listens to.
    this.speaker.srcObject = sink.stream;
    const played = this.speaker.play().then(() => true, () => false);
    await this.context.audioWorklet.addModule(new URL("duplex.js", import.meta.url));
    this.node = new AudioWorkletNode(this.context, "viva-duplex", {
      numberOfInputs: 1,
      numberOfOutputs: 1,
      outputChannelCount: [1],
      channelCount: 1,
      channelCountMode: "explicit",
    });
    this.node.port.onmessage = ({ data }) => this.fromWorklet(data);
    await woken;
    this.node.connect((await played) ? sink : this.context.destination);
    this.context.onstatechange = () => this.stateChanged();
    this.speaker.onpause = () => this.speaker.play().catch(() => this.interrupted());
    navigator.mediaDevices.addEventListener("devicechange", () => this.devicesChanged());
    this.latencyTimer = setInterval(() => this.tellLatency(), 2000);
    this.tellLatency();
    return undefined;
  }

  /** Takes a microphone; the one in use is let go. Throws what getUserMedia throws. */
  async listen(deviceId = "") {
    const wanted = deviceId ? { ...WANTED, deviceId: { exact: deviceId } } : WANTED;
    const before = this.stream;
    const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
    this.source?.disconnect();
    before?.getTracks().forEach((track) => track.stop());
    this.stream = stream;
    const [track] = stream.getAudioTracks();
    track.onmute = () => this.emit("muted", true);
    track.onunmute = () => this.emit("muted", false);
    track.onended = () => this.emit("lost");
    this.source = this.context.createMediaStreamSource(stream);
    this.source.connect(this.node);
    if (track.muted) this.emit("muted", true);
  }

  get microphone() {
    return this.stream?.getAudioTracks()[0] ?? null;
  }

  async choices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    return {
      microphones: all.filter((device) => device.kind === "audioinput" && device.deviceId),
      speakers: this.speaker?.setSinkId ? all.filter((d) => d.kind === "audiooutput" && d.deviceId) : [],
    };
  }

  async speakThrough(deviceId) {
    await this.speaker.setSinkId(deviceId);
  }

  /** Plays one of the page's own sounds; resolves when it was played. */
  play(pcm, number = -1) {
    return new Promise((resolve) => {
      const done = ({ detail }) => {
        if (detail.utterance !== number || detail.kind !== "stopped") return;
        this.removeEventListener("played", done);
        resolve();
      };
      this.addEventListener("played", done);
      this.node.port.postMessage({ kind: "utterance", number, pcm }, [pcm.buffer]);
    });
  }

  /** Joins the worklet to the worker that owns the socket, past this thread. */
  wire(worker) {
    const { port1, port2 } = new MessageChannel();
    this.node.port.postMessage({ kind: "wire", port: port1 }, [port1]);
    worker.postMessage({ kind: "wire", port: port2 }, [port2]);
  }

  /** Gets the sound going again; true where it does. Works best in a tap. */
  async wake() {
    await Promise.race([this.context.resume(), new Promise((done) => setTimeout(done, 1500))]);
    await this.speaker.play().catch(() => undefined);
    return this.context.state === "running";
  }

  /** Needs no tap where the browser remembers the first one. */
  async recover() {
    const alive = this.microphone?.readyState === "live";
    if (!alive) await this.listen();
    return this.wake();
  }

  async close() {
    clearInterval(this.latencyTimer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    if (this.speaker) {
      this.speaker.onpause = null;
      this.speaker.pause();
    }
    if (this.context) {
      this.context.onstatechange = null;
      await this.context.close().catch(() => undefined);
    }
  }

  stateChanged() {
    if (this.context.state === "running") this.resumed();
    else if (this.context.state !== "closed") this.interrupted();
  }

  interrupted() {
    if (this.suspendedAt) return;
    this.suspendedAt = { wall: performance.now(), audio: this.context.currentTime };
    this.emit("interrupted");
  }

  /** The time that was lost is the wall clock's less what the context still counted. */
  resumed() {
    if (!this.suspendedAt) return;
    const wall = (performance.now() - this.suspendedAt.wall) / 1000;
    const lost = wall - (this.context.currentTime - this.suspendedAt.audio);
    this.suspendedAt = null;
    const seconds = Math.min(lost, LONGEST_GAP_SECONDS);
    if (seconds > 0) this.node.port.postMessage({ kind: "skip", seconds });
    this.emit("resumed");
  }

  async devicesChanged() {
    const { microphones } = await this.choices();
    const mine = this.microphone?.getSettings().deviceId;
    const gone = mine && !microphones.some((device) => device.deviceId === mine);
    this.emit("devices", { gone: Boolean(gone) });
  }

  tellLatency() {
    const seconds = this.context.outputLatency || this.context.baseLatency || 0;
    this.node.port.postMessage({ kind: "latency", seconds });
  }

  fromWorklet(data) {
    if (data.kind === "level") this.emit("level", data);
    else this.emit("played", data);
  }

  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** Two soft notes, as PCM16 at 16 kHz. */
export function chime() {
  const rate = 16000;
  const pcm = new Int16Array(rate * 1.3);
  [523.25, 659.25, 783.99].forEach((pitch, index) => {
    const start = index * 0.22 * rate;
    for (let i = 0; i < pcm.length - start; i += 1) {
      const t = i / rate;
      const envelope = Math.min(1, t / 0.01) * Math.exp(-t * 4.5);
      const tone = Math.sin(2 * Math.PI * pitch * t) + 0.3 * Math.sin(4 * Math.PI * pitch * t);
      pcm[start + i] += 5200 * envelope * tone;
    }
  });
  return pcm;
}
