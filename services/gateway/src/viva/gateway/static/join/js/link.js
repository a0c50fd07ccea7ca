// The worker that owns the WebSocket: it keeps the interview's facts and audio until they are stored,
// connects again when it must, and hands speech straight to the audio worklet.

import { encodeMulaw } from "./mulaw.js";
import { Unsent } from "./unsent.js";

const FINAL = new Set([1000, 4401, 4409, 4410]);
const FAULTS = new Set([4400, 4413]);
const MAX_FAULTS = 3;
const MAX_WAIT_MS = 4000;
const SILENCE_MS = 5000;
const TICK_MS = 50;
const SLOW_MS = 500;
const STALLED_MS = 2000;
const GOOD_FOR_MS = 15000;
const HIGH_WATER_BYTES = 48000;

const unsent = new Unsent();
const known = new Set();
const devices = { muted: false, hidden: false, interrupted: false, device_changed: false };

let url = "";
let credential = "";
let socket = null;
let attached = false;
let fresh = true;
let over = false;
let tries = 0;
let faults = 0;
let epoch = 0;
let lastFact = 0;
let position = 0;
let playing = null;
let early = [];
let announced = null;
let worklet = null;
let wantCapture = false;
let capturing = false;
let mulaw = false;
let goodSince = 0;
let queueLevel = 0;
let lastHeard = 0;
let lastSent = 0;
let lastAudio = 0;
let lastElapsed = 0;
let retry = 0;

/** What came before there was a loudspeaker. */
const unheard = [];

const tell = (message) => self.postMessage(message);
const now = () => performance.now();

self.onmessage = ({ data }) => {
  switch (data.kind) {
    case "open":
      ({ url, credential } = data);
      over = false;
      tries = 0;
      connect();
      break;
    case "fact":
      state(data.fact);
      break;
    case "devices":
      Object.assign(devices, data.devices);
      state(stateFact());
      devices.device_changed = false;
      break;
    case "capture":
      wantCapture = true;
      beginCapture();
      break;
    case "wire":
      worklet = data.port;
      worklet.onmessage = ({ data: heard }) => fromWorklet(heard);
      unheard.splice(0).forEach((said) => worklet.postMessage(said));
      beginCapture();
      break;
    case "leave":
      leave();
      break;
  }
};
self.addEventListener("online", () => attached || hurry());
setInterval(tick, TICK_MS);

function connect() {
  clearTimeout(retry);
  tell({ kind: "connection", state: "connecting", tries });
  const mine = new WebSocket(url, "viva.v1");
  socket = mine;
  mine.binaryType = "arraybuffer";
  lastHeard = now();
  mine.onopen = () => {
    lastHeard = now();
    mine.send(JSON.stringify(attachMessage()));
  };
  mine.onmessage = ({ data }) => {
    lastHeard = now();
    if (typeof data === "string") fromServer(JSON.parse(data));
    else speech(data);
  };
  mine.onclose = ({ code, reason }) => mine === socket && lost(code, reason);
}

function attachMessage() {
  return {
    type: "attach",
    credential,
    fresh,
    last_epoch: epoch,
    position: fresh ? 0 : position,
    buffered_from: fresh ? 0 : unsent.firstPosition(position),
    facts_buffered_from: fresh ? 0 : unsent.firstFact(lastFact + 1),
    playing,
  };
}

function lost(code, reason) {
  socket = null;
  attached = false;
  announced = null;
  if (FAULTS.has(code)) faults += 1;
  if (over || FINAL.has(code) || faults > MAX_FAULTS) {
    over = true;
    tell({ kind: "closed", code, reason });
    return;
  }
  const wait = Math.min(MAX_WAIT_MS, 250 * 2 ** tries) * (0.75 + Math.random() / 2);
  tries += 1;
  tell({ kind: "connection", state: "lost", tries, code, reason });
  retry = setTimeout(connect, wait);
}

function hurry() {
  if (over || (socket && socket.readyState === WebSocket.OPEN)) return;
  if (socket) abandon();
  connect();
}

/** Leaves a socket that may hang for minutes without saying so. */
function abandon() {
  const old = socket;
  socket = null;
  attached = false;
  old?.close();
}

function fromServer(message) {
  switch (message.type) {
    case "attached":
      takeUp(message);
      break;
    case "durable":
      unsent.forget(message.position, message.fact);
      return;
    case "utterance":
      announced = message;
      return;
    case "flush":
      toWorklet({ kind: "flush", number: message.utterance });
      return;
    case "end":
    case "replaced":
      over = true;
      break;
    case "heartbeat":
      break;
  }
  tell({ kind: "server", message });
}

function takeUp(message) {
  epoch = message.epoch;
  tries = 0;
  if (fresh) {
    fresh = false;
    position = message.base_position;
    lastFact = message.resume_fact - 1;
    attached = true;
    early.forEach((fact) => state(fact));
    early = [];
  } else {
    unsent.rewind(message.resume_from, message.resume_fact);
    attached = true;
  }
  lastElapsed = now();
  tell({ kind: "connection", state: "attached", tries: 0 });
  beginCapture();
  pump();
}

function beginCapture() {
  if (!wantCapture || capturing || fresh || !worklet) return;
  capturing = true;
  lastAudio = now();
  worklet.postMessage({ kind: "begin", position });
}

/** Numbers a fact, and keeps it until it is stored. */
function state(fact) {
  if (fresh) {
    early.push(fact);
    return;
  }
  lastFact += 1;
  unsent.add({ fact: lastFact, body: { position, ...fact, fact: lastFact } });
  pump();
}

function stateFact() {
  return { type: "state", ...devices, uplink_queue_ms: Math.round(queueMs()) };
}

function fromWorklet(heard) {
  switch (heard.kind) {
    case "audio":
      position = heard.position + heard.pcm.length;
      lastAudio = now();
      unsent.add(heard);
      pump();
      break;
    case "started":
      playing = { utterance: heard.utterance, offset: 0 };
      tell({ kind: "speaking", utterance: heard.utterance });
      break;
    case "played": {
      const { utterance, offset, count } = heard;
      playing = { utterance, offset: offset + count };
      state({ type: "played", utterance, offset, count, position: heard.position });
      break;
    }
    case "stopped":
      playing = null;
      state({ type: "stopped", utterance: heard.utterance, heard: heard.heard, position: heard.position });
      tell({ kind: "silent", utterance: heard.utterance });
      break;
  }
}

function speech(data) {
  const head = announced;
  announced = null;
  const number = Number(new DataView(data).getBigUint64(1, true));
  if (!head || head.number !== number || head.epoch < epoch || known.has(number)) return;
  known.add(number);
  tell({ kind: "caption", utterance: number, text: head.caption });
  const pcm = new Int16Array(data.slice(9));
  toWorklet({ kind: "utterance", number, pcm });
}

function toWorklet(said) {
  if (worklet) worklet.postMessage(said);
  else unheard.push(said);
}

/** Milliseconds of audio that wait, here and in the socket. */
function queueMs() {
  const inSocket = (socket?.bufferedAmount ?? 0) / (mulaw ? 16 : 32);
  return inSocket + unsent.waiting / 16;
}

function pump() {
  if (!attached || socket.readyState !== WebSocket.OPEN) return;
  while (socket.bufferedAmount < HIGH_WATER_BYTES) {
    const entry = unsent.next();
    if (!entry) break;
    socket.send(entry.pcm ? frame(entry) : JSON.stringify(entry.body));
    lastSent = now();
  }
}

function frame({ position: first, pcm }) {
  const payload = mulaw ? encodeMulaw(pcm) : new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  const message = new Uint8Array(9 + payload.length);
  message[0] = mulaw ? 2 : 1;
  new DataView(message.buffer).setBigUint64(1, BigInt(first), true);
  message.set(payload, 9);
  return message;
}

function tick() {
  if (!socket || over) return;
  if (now() - lastHeard > SILENCE_MS) {
    abandon();
    lost(0, "silent");
    return;
  }
  if (!attached || socket.readyState !== WebSocket.OPEN) return;
  pump();
  watchUplink();
  keepTime();
}

/** Falls back to mu-law when too much waits, and says so when even that is not enough. */
function watchUplink() {
  const waiting = queueMs();
  if (waiting > SLOW_MS) {
    mulaw = true;
    goodSince = now();
  } else if (mulaw && now() - goodSince > GOOD_FOR_MS) {
    mulaw = false;
  }
  const level = waiting > STALLED_MS ? 2 : waiting > SLOW_MS ? 1 : 0;
  if (level !== queueLevel) {
    queueLevel = level;
    state(stateFact());
    tell({ kind: "uplink", waiting, mulaw });
  }
}

function keepTime() {
  const flowing = now() - lastAudio < 400;
  if (flowing) lastElapsed = now();
  const quiet = now() - lastSent;
  if (!flowing && now() - lastElapsed >= 250) {
    const ms = Math.round(now() - lastElapsed);
    lastElapsed = now();
    socket.send(JSON.stringify({ type: "elapsed", ms }));
    lastSent = now();
  } else if (quiet > (flowing ? 1000 : 250)) {
    socket.send('{"type":"heartbeat"}');
    lastSent = now();
  }
}

function leave() {
  state({ type: "bye" });
  if (!attached) {
    over = true;
    clearTimeout(retry);
    socket?.close();
    tell({ kind: "server", message: { type: "end", reason: "candidate_left" } });
  }
}
