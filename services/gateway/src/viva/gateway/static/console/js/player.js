// The recording: fetched when it is first wanted, then played from any place in it.

import { recording } from "./api.js";
import { clock, el, say } from "./dom.js";

export class Player {
  /** `answers` of the verdict: quotes count from the first sample of theirs. */
  constructor(interviewId, answers) {
    this.interviewId = interviewId;
    this.starts = new Map(answers.map((answer) => [answer.id, answer.recording_start_ms]));
    this.audio = el("audio", { controls: true, preload: "none", "aria-label": "Recording of the interview" });
    this.audio.addEventListener("timeupdate", () => {
      if (this.until !== null && this.audio.currentTime >= this.until) this.audio.pause();
    });
    this.audio.addEventListener("seeking", () => {
      if (!this.jumping) this.until = null;
      this.jumping = false;
    });
    this.until = null;
    this.element = el(
      "div",
      { class: "listen" },
      el("button", { class: "secondary", type: "button", onclick: () => this.play(0, null) }, "Play recording"),
      el("span", { class: "muted small" }, "Candidate left, interviewer right"),
    );
  }

  /** A button that plays a quote where it was said, or plain text where that is not known. */
  quote({ answer_id, text, start_ms, end_ms }) {
    const start = this.starts.get(answer_id);
    if (start === null || start === undefined) return el("span", { class: "quote" }, `“${text}”`);
    const from = start + start_ms;
    return el(
      "button",
      { class: "quote", type: "button", onclick: () => this.play(from, start + end_ms), "aria-label": `Play at ${clock(from)}: ${text}` },
      el("time", {}, `▶ ${clock(from)}`),
      ` “${text}”`,
    );
  }

  /** Plays from a place; stops at `untilMs` where one is given. */
  async play(fromMs, untilMs) {
    try {
      await this.load();
    } catch (error) {
      say(error.message);
      this.element.append(el("span", { class: "problem", role: "alert" }, error.message));
      return;
    }
    this.until = untilMs === null ? null : untilMs / 1000 + 0.3;
    this.jumping = true;
    this.audio.currentTime = Math.max(0, fromMs / 1000 - 0.2);
    await this.audio.play().catch(() => undefined);
  }

  async load() {
    this.loading ??= (async () => {
      this.audio.src = await recording(this.interviewId);
      await new Promise((done, failed) => {
        this.audio.addEventListener("loadedmetadata", done, { once: true });
        this.audio.addEventListener("error", () => failed(new Error("The recording cannot be played.")), { once: true });
        this.audio.load();
      });
      this.element.replaceChildren(this.audio, this.element.lastChild);
    })();
    try {
      await this.loading;
    } catch (error) {
      this.loading = undefined;
      throw error;
    }
  }

  close() {
    this.audio.pause();
    if (this.audio.src) URL.revokeObjectURL(this.audio.src);
  }
}
