// From the link to the end: each step of the visit, in order.

import { Check } from "./check.js";
import { DoorError, exchange, forgetVisit, obstacle, storedVisit, storeVisit, tokenInAddress } from "./door.js";
import { brand, by, fillWords, nextTap, onTap, show, showing } from "./page.js";
import { Sound } from "./sound.js";
import { Talk } from "./talk.js";
import { END, fill, MICROPHONE } from "./words.js";

const STREAM = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/join/stream`;
const BUSY_AFTER = 6;

const sound = new Sound();
let visit = null;
let worker = null;
let talk = null;
let wakeLock = null;
let consent = null;
let finished = false;
let attached = null;

async function begin() {
  show("loading");
  const problem = obstacle();
  if (problem) return end(problem);
  const token = tokenInAddress();
  try {
    visit = token ? await exchange(token) : storedVisit();
  } catch (error) {
    if (!(error instanceof DoorError)) throw error;
    return end(error.code);
  }
  if (!visit) return end("no_link");
  introduce(visit.interview);
  if (visit.stage === "talk" || visit.interview.status === "in_progress") return rejoin();
  return welcome();
}

function introduce(interview) {
  const minutes = Math.max(3, Math.round(1 + interview.questions * 1.1));
  const values = {
    company: interview.company_name || "The company",
    name: interview.persona_name || "the interviewer",
    role: interview.role,
    minutes: String(Math.ceil(minutes * (interview.thinking_time_factor || 1))),
    questions: interview.questions === 1 ? "One question" : `${interview.questions} questions`,
  };
  fillWords(values);
  brand(interview.company_name, interview.accent_color);
  by("bar-company").textContent = interview.company_name || "Interview";
  by("bar-role").textContent = interview.role;
  document.title = `Interview · ${values.company}`;
  const granted = [
    interview.thinking_time_factor > 1 && "you have more time to think and to answer",
    interview.captions && "captions are on",
    interview.text_answers && "you may type your answers",
  ].filter(Boolean);
  const now = granted.length ? `For you, ${list(granted)}. ` : "Captions can be switched on during the interview. ";
  by("accommodations").textContent = `${now}If you need anything else, ask ${values.company} before you begin: your link stays valid.`;
}

function list(parts) {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

async function welcome() {
  show("welcome");
  await nextTap("to-consent");
  askConsent();
}

function askConsent() {
  const { company_name: company, consent_mode: mode } = visit.interview;
  const explicit = mode === "explicit";
  by("consent-title").textContent = explicit ? "May we record you?" : "This interview is recorded";
  by("consent-lead").textContent = explicit
    ? "We need your permission before anything is recorded."
    : `You have already agreed to this with ${company || "the company"}. Here is what it means.`;
  by("agree").textContent = explicit ? "I agree, continue" : "Continue";
  by("refuse").hidden = !explicit;
  onTap("agree", () => check(true));
  onTap("refuse", () => {
    consent = false;
    show("loading");
    connect();
  });
  show("consent");
}

function check(agreed) {
  consent = agreed;
  connect();
  new Check(sound, {
    textAnswers: visit.interview.text_answers,
    finished: (how) => converse(how),
  });
  show("check");
}

/** After a reload, or on a second device: one tap, since sound needs one. */
async function rejoin() {
  by("rejoin-problem").hidden = true;
  show("rejoin");
  for (;;) {
    await nextTap("rejoin");
    try {
      await sound.open();
      await sound.listen();
      break;
    } catch (error) {
      const known = MICROPHONE[error.name] ?? MICROPHONE.other;
      by("rejoin-problem").textContent = `${known.title}. ${known.text}`;
      by("rejoin-problem").hidden = false;
    }
  }
  consent = true;
  connect();
  converse({});
}

function connect() {
  worker?.terminate();
  worker = new Worker(new URL("link.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => fromWorker(data);
  worker.onerror = () => end("unavailable");
  worker.postMessage({ kind: "open", url: STREAM, credential: visit.credential });
}

const say = (fact) => worker.postMessage({ kind: "fact", fact });
const devices = (state) => worker?.postMessage({ kind: "devices", devices: state });

function converse({ typing = false }) {
  visit.stage = "talk";
  storeVisit(visit);
  talk ??= new Talk(visit.interview, { say, leave: () => worker.postMessage({ kind: "leave" }) });
  talk.connected(attached ? "attached" : "connecting");
  if (attached) takeUp(attached);
  sound.wire(worker);
  worker.postMessage({ kind: "capture" });
  say({ type: "command", kind: "ready" });
  watchSound();
  keepAwake();
  show("talk");
  if (typing) talk.toggleTyping(true);
}

function takeUp(message) {
  attached = message;
  talk?.allow(message);
  talk?.take(message.progress);
}

function fromWorker(data) {
  switch (data.kind) {
    case "connection":
      connection(data);
      break;
    case "server":
      fromServer(data.message);
      break;
    case "caption":
      talk?.addCaption(data.utterance, data.text);
      break;
    case "speaking":
      talk?.speaking(data.utterance);
      break;
    case "uplink":
      talk?.notice("slow", data.waiting > 500 ? undefined : "");
      break;
    case "closed":
      end(data.reason in END ? data.reason : closedReason(data.code));
      break;
  }
}

function closedReason(code) {
  return { 1000: "finished", 4401: "credential_invalid", 4409: "replaced", 4410: "interview_over" }[code] ?? "unavailable";
}

function connection({ state, tries, code }) {
  if (state === "attached") talk?.connected("attached");
  else if (attached) talk?.connected("reconnecting");
  if (!attached && tries > BUSY_AFTER) end(code === 1013 ? "busy" : "unavailable");
}

function fromServer(message) {
  switch (message.type) {
    case "attached":
      if (!talk && message.progress.phase !== "waiting" && consent) {
        // It has begun elsewhere: a tap takes it over, and what was said is said again.
        worker.terminate();
        rejoin();
        return;
      }
      if (message.consent_needed && consent !== null) say({ type: "consent", granted: consent });
      takeUp(message);
      break;
    case "progress":
      if (attached) attached.progress = message;
      talk?.take(message);
      break;
    case "heartbeat":
      if (talk && attached) talk.connected(message.live === false ? "reconnecting" : "attached");
      break;
    case "ask":
      if (message.need === "consent") say({ type: "consent", granted: consent === true });
      else if (talk) talk.notice(message.need);
      break;
    case "end":
    case "replaced":
      end(message.type === "replaced" ? "replaced" : message.reason in END ? message.reason : "interview_over");
      break;
  }
}

function watchSound() {
  sound.addEventListener("level", ({ detail }) => talk.level(detail));
  sound.addEventListener("muted", ({ detail }) => {
    devices({ muted: detail });
    talk.notice("muted", detail ? undefined : "");
  });
  sound.addEventListener("interrupted", () => {
    devices({ interrupted: true });
    talk.pause(true);
    recover();
  });
  sound.addEventListener("resumed", () => {
    devices({ interrupted: false });
    talk.pause(false);
    by("tap").close();
  });
  sound.addEventListener("lost", () => replaceMicrophone());
  sound.addEventListener("devices", ({ detail }) => (detail.gone ? replaceMicrophone() : devices({ device_changed: true })));
  document.addEventListener("visibilitychange", () => {
    devices({ hidden: document.hidden });
    if (!document.hidden) {
      keepAwake();
      recover();
    }
  });
}

/** Gets the sound back; where the browser wants a tap for it, asks for one. */
async function recover() {
  if (finished || sound.context.state === "running") return;
  const running = await sound.recover().catch(() => false);
  if (running || finished || by("tap").open) return;
  by("tap").showModal();
  await nextTap("tap-go");
  by("tap").close();
  await sound.recover().catch(() => false);
  if (sound.context.state !== "running") recover();
}

async function replaceMicrophone() {
  if (finished) return;
  devices({ muted: true });
  talk.notice("lost");
  try {
    await sound.listen();
    devices({ muted: false, device_changed: true });
    talk.notice("lost", "");
  } catch {
    talk.notice("lost", "Your microphone was disconnected. Connect one to go on.");
  }
}

async function keepAwake() {
  try {
    wakeLock = await navigator.wakeLock?.request("screen");
  } catch {
    // Power saving may refuse it; the interview goes on without.
  }
}

function end(reason) {
  if (finished) return;
  const words = END[reason] ?? END.unavailable;
  finished = true;
  const values = { company: visit?.interview.company_name || "the company that invited you" };
  by("end-icon").className = `end-icon ${words.tone}`;
  by("end-glyph").setAttribute("href", { good: "#i-check", warn: "#i-warn", calm: "#i-door" }[words.tone]);
  by("end-title").textContent = words.title;
  by("end-text").textContent = capitalized(fill(words.text, values));
  by("end-action").hidden = !words.action;
  by("end-action").textContent = words.action ?? "";
  by("end-action").onclick = () => act(words.action);
  by("tap").close();
  by("leaving").close();
  show("end");
  close(reason);
}

const capitalized = (text) => text.replace(/(^|[.!?] )(\p{Ll})/gu, (_, before, letter) => before + letter.toUpperCase());

function close(reason) {
  wakeLock?.release().catch(() => undefined);
  sound.close();
  // The worker sends the last facts before it is let go.
  const gone = worker;
  setTimeout(() => gone?.terminate(), 1500);
  if (!["replaced", "offline", "unavailable", "busy"].includes(reason)) forgetVisit();
}

async function act(action) {
  if (action !== "Copy link") {
    location.reload();
    return;
  }
  try {
    await navigator.clipboard.writeText(location.href);
    by("end-action").textContent = "Copied";
  } catch {
    by("end-text").textContent = location.href;
  }
}

addEventListener("pagehide", () => showing() === "talk" && devices({ hidden: true }));

begin();
