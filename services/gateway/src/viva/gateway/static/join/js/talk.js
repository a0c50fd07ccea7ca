// The conversation's screen: whose turn it is, what can be done, and what is wrong.

import { meterShare } from "./hearing.js";
import { by, onTap } from "./page.js";
import { fill, HINT, NOTICE, STATE } from "./words.js";

/** The session says these again while they last. */
const PASSING = new Set(["microphone", "uplink"]);
const PASSING_MS = 10000;
const ANSWERING = new Set(["listening", "thinking"]);

export class Talk {
  /** `say(fact)` states a fact to the interview; `leave()` ends it. */
  constructor(interview, { say, leave }) {
    this.values = { name: interview.persona_name || "Your interviewer" };
    this.captionsOn = interview.captions;
    this.textAnswers = interview.text_answers;
    this.progress = { phase: "waiting", question: 0, questions: interview.questions, question_id: "", thinking_left_ms: 0 };
    this.connection = "connecting";
    this.interrupted = false;
    this.captions = new Map();
    this.notices = new Map();
    this.expiry = {};
    this.say = say;
    by("caption").lang = interview.language || "en";
    onTap("done", () => this.command("done"));
    onTap("repeat", () => this.command("repeat"));
    onTap("skip", () => this.command("skip"));
    onTap("captions", () => this.toggleCaptions());
    onTap("type", () => this.toggleTyping());
    by("typed").addEventListener("submit", (event) => this.sendText(event));
    onTap("leave", () => by("leaving").showModal());
    onTap("stay", () => by("leaving").close());
    onTap("leave-now", () => {
      by("leaving").close();
      leave();
    });
    setInterval(() => this.countDown(), 250);
    this.allow({ captions: this.captionsOn, text_answers: this.textAnswers });
    this.draw();
  }

  allow({ captions, text_answers: textAnswers }) {
    this.captionsOn ||= captions;
    this.textAnswers ||= textAnswers;
    by("type").hidden = !this.textAnswers;
    this.draw();
  }

  take(progress) {
    const another = progress.question_id !== this.progress.question_id;
    this.progress = progress;
    this.thinkingUntil = performance.now() + progress.thinking_left_ms;
    this.thinkingTotal = another || progress.phase !== "thinking" ? 0 : this.thinkingTotal;
    this.thinkingTotal = Math.max(this.thinkingTotal || 0, progress.thinking_left_ms);
    if (progress.phase === "listening") this.notice("microphone", "");
    this.draw();
  }

  connected(state) {
    this.connection = state;
    this.draw();
  }

  pause(interrupted) {
    this.interrupted = interrupted;
    this.draw();
  }

  /** The text of an utterance, shown when its sound begins. */
  addCaption(number, text) {
    this.captions.set(number, text);
  }

  speaking(number) {
    this.caption = this.captions.get(number) ?? "";
    this.drawCaption();
  }

  level({ rms, out }) {
    const own = meterShare(rms);
    by("own-meter").style.setProperty("--level", own.toFixed(3));
    if (own > 0.35) this.notice("microphone", "");
    const phase = by("orb").dataset.phase;
    const shown = phase === "listening" ? own : phase === "speaking" || phase === "closing" ? meterShare(out) : 0;
    by("orb").style.setProperty("--level", shown.toFixed(3));
  }

  /** Shows or (with an empty text) takes back a notice; the newest is on top. */
  notice(kind, text = NOTICE[kind]) {
    if ((this.notices.get(kind) ?? "") === text) return;
    this.notices.delete(kind);
    clearTimeout(this.expiry[kind]);
    if (text && PASSING.has(kind)) {
      this.expiry[kind] = setTimeout(() => this.notice(kind, ""), PASSING_MS);
    }
    if (text) this.notices.set(kind, text);
    by("notice").textContent = [...this.notices.values()].at(-1) ?? "";
    by("own-meter").parentElement.classList.toggle("off", this.notices.has("muted") || this.notices.has("lost"));
  }

  get phase() {
    if (this.interrupted) return "interrupted";
    if (this.connection === "connecting") return "connecting";
    if (this.connection !== "attached") return "reconnecting";
    return this.progress.phase;
  }

  draw() {
    const phase = this.phase;
    by("orb").dataset.phase = phase;
    const state = fill(STATE[phase], this.values);
    if (by("state").textContent !== state) by("state").textContent = state;
    by("hint").textContent = fill(HINT[phase], this.values);
    const answering = ANSWERING.has(phase);
    by("done").disabled = !answering;
    by("skip").disabled = !answering;
    by("repeat").disabled = !answering && phase !== "speaking";
    by("captions").setAttribute("aria-pressed", String(this.captionsOn));
    this.drawProgress();
    this.drawCaption();
    this.countDown();
  }

  drawProgress() {
    const { question, questions, phase } = this.progress;
    const asked = question > 0 && phase !== "closing";
    by("progress-text").textContent = asked ? `Question ${question} of ${questions}` : phase === "closing" ? "All questions done" : "Getting started";
    const steps = by("progress-steps");
    while (steps.children.length < questions) steps.append(document.createElement("li"));
    [...steps.children].forEach((step, index) => {
      step.className = phase === "closing" || index + 1 < question ? "past" : index + 1 === question ? "now" : "";
    });
  }

  drawCaption() {
    const text = this.captionsOn ? this.caption || this.progress.caption || "" : "";
    if (by("caption").textContent !== text) by("caption").textContent = text;
  }

  countDown() {
    if (this.phase !== "thinking") return;
    const left = Math.max(0, this.thinkingUntil - performance.now());
    by("seconds").textContent = left > 0 ? String(Math.ceil(left / 1000)) : "";
    const share = this.thinkingTotal ? left / this.thinkingTotal : 0;
    by("dial").style.strokeDashoffset = String(100 * (1 - share));
  }

  command(kind) {
    this.say({ type: "command", kind });
    if (kind !== "repeat") by("done").disabled = by("skip").disabled = true;
    navigator.vibrate?.(15);
  }

  toggleCaptions() {
    this.captionsOn = !this.captionsOn;
    this.draw();
  }

  toggleTyping(open = by("typed").hidden) {
    by("typed").hidden = !open;
    by("type").setAttribute("aria-expanded", String(open));
    if (open) by("answer").focus();
  }

  sendText(event) {
    event.preventDefault();
    const body = by("answer").value.trim();
    if (!body) return;
    this.say({ type: "text", question_id: this.progress.question_id, body });
    by("answer").value = "";
    by("typed-status").textContent = "Your answer was sent.";
    setTimeout(() => (by("typed-status").textContent = ""), 4000);
  }
}
