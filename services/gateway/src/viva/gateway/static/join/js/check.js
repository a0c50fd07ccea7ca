// The sound check: a microphone that hears speech, a loudspeaker that was heard, a line that carries.

import { inAppBrowser, measureUplink } from "./door.js";
import { Hearing, meterShare } from "./hearing.js";
import { by, onTap } from "./page.js";
import { chime } from "./sound.js";
import { MICROPHONE } from "./words.js";

const NEEDED_KBITS = 256;
const HINT_AFTER_SECONDS = 7;

export class Check {
  /** `sound` is opened in the first tap; `finished` is called when the candidate starts. */
  constructor(sound, { textAnswers, finished }) {
    this.sound = sound;
    this.finished = finished;
    this.passed = { mic: false, speaker: false };
    this.hearing = new Hearing();
    this.waited = 0;
    by("type-only").hidden = !textAnswers;
    onTap("mic-on", () => this.turnOn());
    onTap("play", () => this.play());
    onTap("heard", () => this.heard());
    onTap("unheard", () => this.unheard());
    onTap("start", () => this.start());
    onTap("type-only", () => this.start({ typing: true }));
    by("mic-choice").addEventListener("change", () => this.turnOn(by("mic-choice").value));
    by("speaker-choice").addEventListener("change", () => this.through(by("speaker-choice").value));
    this.onLevel = ({ detail }) => this.level(detail);
    this.onDevices = () => this.listDevices();
    this.onLost = () => this.turnOn();
    sound.addEventListener("level", this.onLevel);
    sound.addEventListener("devices", this.onDevices);
    sound.addEventListener("lost", this.onLost);
  }

  async turnOn(deviceId = "") {
    by("mic-on").disabled = true;
    try {
      await this.sound.open();
      await this.sound.listen(deviceId);
    } catch (error) {
      this.refused(error);
      return;
    } finally {
      by("mic-on").disabled = false;
    }
    by("mic-on").hidden = true;
    by("mic-live").hidden = false;
    this.mark("mic", "", "Say a sentence, for example: “Hello, I am ready for my interview.”");
    this.hearing = new Hearing();
    this.waited = 0;
    this.passed.mic = false;
    by("check-speaker").classList.remove("later");
    by("check-line").classList.remove("later");
    this.update();
    await this.listDevices();
    await this.measure();
  }

  refused(error) {
    const blocked = error.name === "NotAllowedError" && inAppBrowser();
    const known = blocked ? MICROPHONE.inApp : (MICROPHONE[error.name] ?? MICROPHONE.other);
    this.mark("mic", "failed", `${known.title}. ${known.text}`);
    by("mic-on").hidden = false;
    by("mic-on").textContent = "Try again";
  }

  async listDevices() {
    const { microphones, speakers } = await this.sound.choices();
    options(by("mic-choice"), microphones, this.sound.microphone?.getSettings().deviceId, "Microphone");
    options(by("speaker-choice"), speakers, this.sound.speaker?.sinkId, "Loudspeaker");
    by("speaker-live").hidden = speakers.length < 2;
    by("mic-name").textContent = by("mic-choice").selectedOptions[0]?.text ?? "Microphone";
    by("speaker-name").textContent = by("speaker-choice").selectedOptions[0]?.text ?? "Loudspeaker";
  }

  level({ rms, seconds, connected }) {
    if (!connected || by("mic-live").hidden) return;
    const share = meterShare(rms);
    by("meter").style.setProperty("--level", share.toFixed(3));
    by("meter").setAttribute("aria-valuenow", String(Math.round(100 * share)));
    // The page's own test sound must not pass for a voice.
    if (this.passed.mic || this.playing) return;
    this.waited += seconds;
    if (this.hearing.take(rms, seconds)) {
      this.passed.mic = true;
      this.mark("mic", "passed", "We can hear you well.");
      this.update();
    } else if (this.hearing.silentSeconds > 2) {
      this.mark("mic", "failed", "Your microphone is on, but gives no sound. Check its mute switch, or choose another one.");
    } else if (this.waited > HINT_AFTER_SECONDS && this.hearing.share < 0.4) {
      this.mark("mic", "", "We cannot hear you yet. Speak a little louder, or choose another microphone.");
    }
  }

  async play() {
    this.playing = true;
    by("play").disabled = true;
    await this.sound.open();
    await this.sound.play(chime());
    by("play").disabled = false;
    by("play").textContent = "Play again";
    by("play").className = "plain";
    this.mark("speaker", "", "Did you hear three notes?");
    by("heard").hidden = by("unheard").hidden = false;
    this.playing = false;
  }

  heard() {
    this.passed.speaker = true;
    this.mark("speaker", "passed", "Your sound works.");
    by("play").hidden = by("heard").hidden = by("unheard").hidden = true;
    this.update();
  }

  unheard() {
    this.mark("speaker", "failed", "Turn up the volume, switch off silent mode, or plug in headphones. Then play it again.");
    by("unheard").hidden = true;
    document.querySelector("#speaker-live details").open = true;
  }

  async through(deviceId) {
    await this.sound.speakThrough(deviceId).catch(() => undefined);
    by("speaker-name").textContent = by("speaker-choice").selectedOptions[0]?.text ?? "";
    by("play").hidden = false;
  }

  async measure() {
    if (this.measured) return;
    this.measured = true;
    const kbits = await measureUplink();
    if (kbits === null) this.mark("line", "", "It could not be measured. You can go on.");
    else if (kbits < NEEDED_KBITS) {
      this.mark("line", "failed", "Your connection is slow. Move closer to the router or close other apps; you can still go on.");
    } else this.mark("line", "passed", "Your connection is good.");
  }

  mark(part, state, text) {
    by(`check-${part}`).classList.toggle("passed", state === "passed");
    by(`check-${part}`).classList.toggle("failed", state === "failed");
    const name = part === "mic" ? "mic-text" : `${part}-text`;
    if (by(name).textContent === text) return;
    by(name).textContent = text;
    by("check-status").textContent = text;
  }

  update() {
    const ready = this.passed.mic && this.passed.speaker;
    by("start").disabled = !ready;
    by("start-hint").hidden = ready;
    by("start-hint").textContent = this.passed.mic
      ? "Play the sound and tell us that you hear it."
      : "Say a sentence so that we know your microphone works.";
  }

  async start(how = {}) {
    this.sound.removeEventListener("level", this.onLevel);
    this.sound.removeEventListener("devices", this.onDevices);
    this.sound.removeEventListener("lost", this.onLost);
    if (how.typing) await this.sound.open();
    this.finished(how);
  }
}

function options(select, devices, chosen, noun) {
  select.replaceChildren(
    ...devices.map((device, index) => {
      const option = new Option(device.label || `${noun} ${index + 1}`, device.deviceId);
      option.selected = device.deviceId === chosen;
      return option;
    }),
  );
}
