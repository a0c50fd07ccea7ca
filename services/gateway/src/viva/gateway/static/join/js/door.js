// The way in: the link's token is swapped for a credential, and forgotten.

const KEY = "viva.join";

export class DoorError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export function tokenInAddress() {
  return new URLSearchParams(location.hash.slice(1)).get("t") ?? "";
}

/** The visit of this tab, or null: it outlives a reload. */
export function storedVisit() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

export function storeVisit(visit) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(visit));
  } catch {
    // A browser that keeps nothing asks for the link again after a reload.
  }
}

export function forgetVisit() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

/** Swaps the token for a visit, and takes it out of the address bar and the history. */
export async function exchange(token) {
  let answer;
  try {
    answer = await fetch("/v1/join/exchange", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
      cache: "no-store",
    });
  } catch {
    throw new DoorError("offline");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new DoorError(body.code ?? (answer.status === 429 ? "busy" : "unavailable"));
  }
  const visit = { credential: body.credential, interview: body.interview, stage: "welcome" };
  storeVisit(visit);
  history.replaceState(null, "", location.pathname);
  return visit;
}

/** What keeps this browser from an interview, or an empty string. */
export function obstacle() {
  if (!window.isSecureContext) return "insecure";
  const able = navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode && window.Worker;
  if (!able) return inAppBrowser() ? "in_app" : "old_browser";
  return "";
}

export function inAppBrowser() {
  const agent = navigator.userAgent;
  return /FBAN|FBAV|FB_IAB|Instagram|LinkedInApp|MicroMessenger|Snapchat|musical_ly|BytedanceWebview|Line\/|; wv\)/.test(agent);
}

/** Kilobits per second that go up, or null where it could not be measured. */
export async function measureUplink() {
  const size = 64 * 1024;
  const noise = new Uint8Array(size);
  crypto.getRandomValues(noise);
  try {
    await fetch("/join/probe", { method: "POST", body: new Uint8Array(1) });
    const began = performance.now();
    const answer = await fetch("/join/probe", { method: "POST", body: noise, signal: AbortSignal.timeout(8000) });
    if (!answer.ok) return null;
    return (size * 8) / Math.max(1, performance.now() - began);
  } catch {
    return null;
  }
}
