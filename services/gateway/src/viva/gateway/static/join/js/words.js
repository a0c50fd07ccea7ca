// Everything that the page says, in one place.

export const END = {
  finished: {
    tone: "good",
    title: "That’s it. Thank you!",
    text: "Your interview is complete and your answers have been saved. {company} will be in touch about the next step. You can close this page.",
  },
  total_limit: {
    tone: "good",
    title: "Time’s up. Thank you!",
    text: "The interview reached its time limit. Everything you said has been saved. You can close this page.",
  },
  candidate_left: {
    tone: "calm",
    title: "You left the interview",
    text: "What you said until now has been saved. If you left by mistake, contact {company}: they can invite you again.",
  },
  dropped: {
    tone: "calm",
    title: "We lost the connection",
    text: "You were away for too long, so the interview ended. What you said until then has been saved. {company} can send you a new link.",
  },
  silent: {
    tone: "calm",
    title: "We could not hear you",
    text: "No answer reached us, so the interview ended. If your microphone did not work, contact {company}: they can invite you again.",
  },
  consent_refused: {
    tone: "calm",
    title: "Nothing was recorded",
    text: "You did not agree to being recorded, so the interview did not take place. Contact {company} if you would like another way to take part.",
  },
  cancelled: {
    tone: "calm",
    title: "This interview was cancelled",
    text: "{company} cancelled this interview. Contact them if you did not expect this.",
  },
  interview_over: {
    tone: "calm",
    title: "This interview is over",
    text: "It has already ended, so there is nothing more to do here. {company} can tell you about the next step.",
  },
  link_expired: {
    tone: "calm",
    title: "This link has expired",
    text: "The time to take this interview has passed. Contact {company} and ask for a new link.",
  },
  link_replaced: {
    tone: "calm",
    title: "There is a newer link",
    text: "You were sent a newer invitation for this interview. Please use the link in the latest message.",
  },
  token_unknown: {
    tone: "calm",
    title: "This link does not work",
    text: "Some apps cut off long links. Open the link in your invitation again, or copy the whole of it into your browser.",
  },
  no_link: {
    tone: "calm",
    title: "Open your invitation",
    text: "To join an interview, use the personal link in the invitation that you received.",
  },
  credential_invalid: {
    tone: "calm",
    title: "Please open your link again",
    text: "This page has been open for too long. Open the link in your invitation once more to go on where you stopped.",
  },
  replaced: {
    tone: "calm",
    title: "Opened somewhere else",
    text: "This interview goes on in another tab or on another device. To keep it here instead, tap the button.",
    action: "Continue here",
  },
  offline: {
    tone: "calm",
    title: "No connection",
    text: "We cannot reach the interview. Check that you are online, then try again.",
    action: "Try again",
  },
  unavailable: {
    tone: "calm",
    title: "We’ll be right back",
    text: "The interview service does not answer at the moment. Nothing is lost: please try again in a minute.",
    action: "Try again",
  },
  busy: {
    tone: "calm",
    title: "A moment of patience",
    text: "Every interviewer is busy right now. Your place is safe: please try again in a minute.",
    action: "Try again",
  },
  insecure: {
    tone: "warn",
    title: "This page is not secure",
    text: "Browsers allow a microphone on secure pages only. Open the link with https:// at its beginning.",
  },
  in_app: {
    tone: "warn",
    title: "Open this in your browser",
    text: "The app that opened this page does not allow a microphone. Copy the link and open it in Safari, Chrome, Firefox or Edge.",
    action: "Copy link",
  },
  old_browser: {
    tone: "warn",
    title: "This browser is too old",
    text: "It cannot hold a spoken interview. Please use a current version of Safari, Chrome, Firefox or Edge.",
    action: "Copy link",
  },
};

export const MICROPHONE = {
  NotAllowedError: {
    title: "The microphone is blocked",
    text: "Tap the icon beside the address, allow the microphone for this page, and try again.",
  },
  NotFoundError: {
    title: "No microphone found",
    text: "Connect a microphone or a headset, or use a phone, and try again.",
  },
  NotReadableError: {
    title: "The microphone is busy",
    text: "Another app may be using it. Close calls and meetings, and try again.",
  },
  inApp: {
    title: "The microphone is blocked here",
    text: "The app that opened this page may not allow it. Open the link of your invitation in Safari, Chrome, Firefox or Edge.",
  },
  other: {
    title: "The microphone did not start",
    text: "Choose another one, or reload this page and try again.",
  },
};

export const STATE = {
  connecting: "Connecting",
  waiting: "{name} will be with you in a moment",
  speaking: "{name} is speaking",
  listening: "Your turn. {name} is listening",
  thinking: "Take a moment to think",
  paused: "Paused",
  closing: "{name} is closing the interview",
  reconnecting: "Reconnecting",
  interrupted: "Paused",
};

export const HINT = {
  connecting: "This takes a few seconds.",
  waiting: "Make yourself comfortable.",
  speaking: "You can answer as soon as {name} has finished.",
  listening: "Speak freely and take your time. A pause does not end your answer.",
  thinking: "Start whenever you are ready.",
  paused: "We will go on together in a moment.",
  closing: "Please stay until the end.",
  reconnecting: "What you say is kept on this device and sent when we are back.",
  interrupted: "Your device took the sound away.",
};

export const NOTICE = {
  microphone: "We cannot hear you. Check that your microphone is on and not muted.",
  uplink: "Your connection is slow. We wait for your voice to arrive; nothing is lost.",
  slow: "Your connection is slow, so your voice is sent in a lower quality.",
  muted: "Your microphone is muted by your device.",
  lost: "Your microphone was disconnected. We are looking for another one.",
};

/** Fills {placeholders}. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}
