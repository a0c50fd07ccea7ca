// The REST API with the key of this tab. The key is kept in sessionStorage and nowhere else.

const KEY = "viva.console";

export class ApiError extends Error {
  constructor(status, problem) {
    const where = (problem.errors ?? []).map((fault) => `${fault.pointer} ${fault.detail}`);
    super([problem.detail ?? "The API does not answer.", ...where].join(" "));
    this.status = status;
    this.code = problem.code ?? "";
  }
}

export function signedIn() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? null;
  } catch {
    return null;
  }
}

export const signIn = (key, name) => sessionStorage.setItem(KEY, JSON.stringify({ key, name }));
export const signOut = () => sessionStorage.removeItem(KEY);

/** Sends one request; throws an ApiError where the answer is a problem. */
export async function call(method, path, body) {
  const answer = await send(method, path, body);
  return answer.status === 204 ? null : answer.json();
}

/** The recording as something that an audio element plays: it cannot send the key itself. */
export async function recording(interviewId) {
  const answer = await send("GET", `/v1/interviews/${interviewId}/recording`);
  return URL.createObjectURL(await answer.blob());
}

async function send(method, path, body) {
  const headers = { Authorization: `Bearer ${signedIn()?.key ?? ""}` };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    headers["Idempotency-Key"] = `"${crypto.randomUUID?.() ?? Date.now()}"`;
  }
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), cache: "no-store" });
  } catch {
    throw new ApiError(0, { detail: "The API cannot be reached. Check your connection and try again." });
  }
  if (!answer.ok) throw new ApiError(answer.status, await answer.json().catch(() => ({})));
  return answer;
}
