// One interview: its scores with what they rest on, signals, reviews, overrides, answers.

import { call, signedIn } from "./api.js";
import { clock, day, el, field, form, say, tag, words } from "./dom.js";
import { Player } from "./player.js";

const LEVELS = ["A1", "A2", "B1", "B2", "C1", "C2"];
// A verdict has no field for it, so there is nothing that a person could replace.
const INTELLIGIBILITY = "language.intelligibility";
const DECISIONS = {
  upheld: "Upheld: what was noticed is so",
  dismissed: "Dismissed: it is not",
  inconclusive: "Inconclusive",
};

export async function verdict(page, id) {
  const interview = await call("GET", `/v1/interviews/${id}?include=transcript`).catch(async (error) => {
    if (error.code !== "interview_erased") throw error;
    return call("GET", `/v1/interviews/${id}`);
  });
  const queue = await call("GET", `/v1/reviews?interview_id=${id}`).catch(() => ({ data: [] }));
  const player = new Player(id, interview.answers);
  const again = async (what) => {
    player.close();
    await verdict(page, id);
    say(what);
  };
  const { explanation } = interview;
  page.replaceChildren(
    ...[
      head(interview),
      ...queue.data.map((review) => reviewCard(review, again)),
      ...(explanation ? scores(interview, player, again) : []),
      ...(explanation ? signals(explanation.fraud_signals, player) : []),
      ...answers(interview.answers, player),
      interview.recording ? player.element : null,
    ].filter(Boolean),
  );
  return () => player.close();
}

function head(interview) {
  const facts = [
    interview.external_id ? `Your id: ${interview.external_id}` : null,
    words(interview.channel),
    `Created ${day(interview.created_at)}`,
    interview.ended_at ? `Ended ${day(interview.ended_at)}` : null,
    interview.attempt > 1 ? `Attempt ${interview.attempt}` : null,
    interview.confidence === null ? null : `Confidence ${Math.round(interview.confidence * 100)}%`,
    ...interview.confidence_reasons.map(words),
    `${interview.questions.answered} of ${interview.questions.planned} questions answered`,
  ];
  return el(
    "div",
    { class: "card" },
    el("div", { class: "head" }, el("h1", { tabindex: -1 }, interview.role), el("span", { class: "tags" }, tag(interview.status), interview.mode === "test" ? tag("test") : null)),
    el("p", { class: "muted small" }, interview.id),
    el("div", { class: "facts-line" }, facts.filter(Boolean).map((fact) => el("span", {}, fact))),
    interview.failure ? el("p", { class: "problem" }, `${words(interview.failure.code)}: ${interview.failure.detail}`) : null,
  );
}

function scores(interview, player, again) {
  const { explanation, overrides, competencies, language } = interview;
  const card = (title, target, shown, why, more) =>
    scoreCard({ id: interview.id, title, target, shown, why, more, overrides, player, again });
  const overall = explanation.overall_score;
  const weights = Object.entries(overall.weights)
    .map(([key, weight]) => `${explanation.competencies[key].name || words(key)} ${Math.round(weight * 100)}%`)
    .join(", ");
  const { cefr, fluency, intelligibility } = explanation.language;
  return [
    el("h2", {}, "Scores"),
    el(
      "div",
      { class: "scores" },
      card("Overall", "overall_score", interview.overall_score, overall, `The weighted mean: ${weights}. ${error(overall)}`),
      ...Object.entries(explanation.competencies).map(([key, why]) =>
        card(why.name || words(key), `competencies.${key}`, competencies[key], why, error(why)),
      ),
      card("Language level (CEFR)", "language.cefr", language.cefr, cefr, cefr.low ? `Between ${cefr.low} and ${cefr.high}${cefr.provisional ? "; provisional" : ""}.` : ""),
      card("Fluency", "language.fluency", language.fluency, fluency, `${error(fluency)} ${fluency.basis ?? ""}`.trim()),
      card("Intelligibility", INTELLIGIBILITY, rounded(intelligibility.score), intelligibility, `How surely the words were recognized; in no other score. ${error(intelligibility)}`),
    ),
  ];
}

const error = (why) => (why.standard_error === null ? "" : `Standard error ${why.standard_error.toFixed(1)}.`);

const rounded = (score) => (score === null ? null : Math.round(score));

function scoreCard({ id, title, target, shown, why, more, overrides, player, again }) {
  const changed = overrides.filter((override) => override.target === target);
  const original = changed.length ? changed[0].original : null;
  return el(
    "section",
    { class: "card", "data-score": target, "aria-label": title },
    el(
      "div",
      { class: "head" },
      el("h3", {}, title),
      el("span", { class: "score" }, changed.length ? el("del", { "aria-label": `Originally ${original ?? "none"}` }, String(original ?? "–")) : null, changed.length ? " " : null, String(shown ?? "–")),
    ),
    why.validation ? el("p", { class: "tags" }, tag(`validation: ${why.validation}`, why.validation === "calibrated" ? "good" : "warm")) : null,
    why.null_reason ? el("p", { class: "muted" }, `No score: ${words(why.null_reason).toLowerCase()}.`) : null,
    more ? el("p", { class: "muted small" }, more) : null,
    changed.map((override) =>
      el("p", { class: "trail" }, `${override.original ?? "–"} → ${override.value} by ${override.by}, ${day(override.at)}: ${override.reason}`),
    ),
    why.contributions?.length
      ? el("details", {}, el("summary", {}, "What it rests on"), contributions(why, player))
      : null,
    target === INTELLIGIBILITY ? null : el("details", {}, el("summary", {}, "Override"), overrideForm(id, target, again)),
  );
}

function contributions(why, player) {
  return [
    el(
      "ul",
      { class: "contributions" },
      why.contributions.map((part) =>
        el(
          "li",
          {},
          el("span", { class: "points" }, `${part.points > 0 ? "+" : ""}${part.points.toFixed(1)}`),
          el("span", {}, part.label),
          part.quotes.length ? el("div", { class: "quotes" }, part.quotes.map((quote) => player.quote(quote))) : null,
        ),
      ),
    ),
    why.suggestions?.length ? el("p", { class: "muted small" }, `What would have raised it: ${why.suggestions.join("; ")}.`) : null,
  ];
}

function overrideForm(id, target, again) {
  const level = target === "language.cefr";
  const value = level
    ? field("New level", "select", { name: "value", size: "narrow" }, LEVELS.map((name) => el("option", {}, name)))
    : field("New score", "input", { name: "value", type: "number", min: 0, max: 100, required: true, size: "narrow" });
  const fields = el("div", { class: "row" }, value, field("Reason", "input", { name: "reason", required: true, maxlength: 2000 }));
  return form(fields, "Override this score", async (data) => {
    await call("POST", `/v1/interviews/${id}/overrides`, {
      target,
      value: level ? data.get("value") : Number(data.get("value")),
      reason: data.get("reason"),
      by: signedIn().name,
    });
    await again("The score was overridden.");
  });
}

function signals(found, player) {
  return [
    el("h2", {}, "Signals"),
    el("p", { class: "muted small" }, "Advice for you. A signal never changes a score."),
    el(
      "div",
      { class: "scores" },
      Object.entries(found).map(([kind, signal]) =>
        el(
          "section",
          { class: "card", "aria-label": words(kind) },
          el("div", { class: "head" }, el("h3", {}, words(kind)), signal.score === null ? tag("not assessed") : tag(signal.flagged ? "flagged" : "not flagged", signal.flagged ? "warm" : "good")),
          signal.score === null ? null : el("p", { class: "muted small" }, `Score ${signal.score.toFixed(2)}; flagged from ${signal.threshold.toFixed(2)} on${signal.calibration ? ` (${signal.calibration})` : ""}.`),
          signal.explanation ? el("p", {}, signal.explanation) : null,
          signal.quotes.length ? el("div", { class: "quotes" }, signal.quotes.map((quote) => player.quote(quote))) : null,
        ),
      ),
    ),
  ];
}

function reviewCard(review, again) {
  const by = signedIn().name;
  const post = async (path, body, said) => {
    await call("POST", `/v1/reviews/${review.id}/${path}`, body);
    await again(said);
  };
  return el(
    "section",
    { class: "card", "aria-label": "Review", "data-review": review.status },
    el("div", { class: "head" }, el("h2", {}, "Review"), tag(review.status)),
    el("p", { class: "tags" }, "Because of ", review.reasons.map((reason) => tag(reason, "warm"))),
    review.decision ? el("p", { class: "trail" }, `${words(review.decision)} by ${review.decided_by}, ${day(review.decided_at)}`) : null,
    review.notes.map((note) => el("p", { class: "trail" }, `${note.by}, ${day(note.at)}: ${note.text}`)),
    review.decision
      ? null
      : form(
          [
            el(
              "fieldset",
              {},
              el("legend", {}, "Decision"),
              Object.entries(DECISIONS).map(([code, text]) => el("label", {}, el("input", { type: "radio", name: "decision", value: code, required: true }), text)),
            ),
            field("Note", "textarea", { name: "note", rows: 2, maxlength: 2000 }),
          ],
          "Decide",
          (data) => post("decide", { decision: data.get("decision"), note: data.get("note"), by }, "The review was decided."),
        ),
    el(
      "details",
      {},
      el("summary", {}, "Add a note"),
      form(field("Note", "textarea", { name: "text", rows: 2, maxlength: 2000, required: true }), "Add note", (data) => post("notes", { text: data.get("text"), by }, "The note was added.")),
    ),
  );
}

function answers(found, player) {
  if (!found.length) return [];
  return [
    el("h2", {}, "Answers"),
    ...found.map((answer) =>
      el(
        "section",
        { class: "card", "aria-label": answer.question },
        el(
          "div",
          { class: "head" },
          el("h3", {}, answer.question),
          el("span", { class: "tags" }, answer.warm_up ? tag("warm-up, not scored") : null, answer.follow_up_id ? tag("follow-up") : null, answer.typed ? tag("typed") : null, answer.partial ? tag("cut short", "warm") : null, answer.words_of_others ? tag("words of others", "warm") : null),
        ),
        said(answer),
        answer.recording_start_ms === null
          ? null
          : el("div", {}, el("button", { class: "quote", type: "button", onclick: () => player.play(answer.recording_start_ms, answer.recording_start_ms + answer.duration_ms) }, el("time", {}, `▶ ${clock(answer.recording_start_ms)}`), ` ${clock(answer.duration_ms)} long`)),
      ),
    ),
  ];
}

/** The words; those of somebody else are marked: they are in no score. */
function said(answer) {
  const { transcript } = answer;
  if (!transcript) return el("p", { class: "muted" }, "There is no transcript.");
  if (!transcript.words.length) return el("p", { class: "said" }, transcript.text || "Nothing was heard.");
  const parts = transcript.words.map((word) => (word.dropped ? el("mark", { title: "Said by somebody else" }, word.text.trim()) : word.text.trim()));
  return el("p", { class: "said" }, parts.flatMap((part) => [part, " "]));
}
