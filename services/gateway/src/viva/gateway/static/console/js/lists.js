// The review queue and the list of interviews.

import { call } from "./api.js";
import { day, el, field, say, tag, words } from "./dom.js";

const STATUSES = [
  "created", "ready", "in_progress", "processing", "completed", "partial", "low_confidence",
  "failed", "expired", "cancelled", "erased",
];

export function reviews(page, status) {
  return listing(page, {
    title: "Reviews",
    lead: "Interviews that a person should look at: a signal was flagged, or confidence is low.",
    path: "/v1/reviews",
    filter: { name: "status", label: "Show", value: status ?? "open", choices: ["open", "decided"] },
    route: "reviews",
    columns: ["Interview", "Why", "Since", "Decision"],
    empty: "Nothing waits for a review.",
    row: (review) => [
      link(review.interview_id, review.interview_id),
      el("span", { class: "tags" }, review.reasons.map((reason) => tag(reason, "warm"))),
      day(review.created_at),
      review.decision ? `${words(review.decision)} by ${review.decided_by}` : "Open",
    ],
  });
}

export function interviews(page, status) {
  return listing(page, {
    title: "Interviews",
    path: "/v1/interviews",
    filter: { name: "status", label: "Status", value: status ?? "", choices: STATUSES },
    route: "interviews",
    columns: ["Interview", "Status", "Overall", "Created", "Note"],
    empty: "No interviews yet.",
    row: (interview) => [
      el("span", {}, link(interview.id, interview.role), el("br"), el("span", { class: "muted small" }, interview.external_id ?? interview.id)),
      tag(interview.status),
      interview.overall_score ?? "–",
      day(interview.created_at),
      el("span", { class: "tags" }, notes(interview)),
    ],
  });
}

function notes(interview) {
  const flagged = Object.entries(interview.fraud_signals).filter(([, seen]) => seen);
  return [
    ...flagged.map(([kind]) => tag(kind, "warm")),
    interview.reviews.some((review) => review.status === "open") ? tag("review open", "warm") : null,
    interview.overrides.length ? tag("score overridden") : null,
    interview.mode === "test" ? tag("test") : null,
  ];
}

const link = (id, text) => el("a", { href: `#${id}` }, text);

async function listing(page, list) {
  const body = el("tbody");
  const more = el("button", { class: "secondary", type: "button", hidden: true }, "Show more");
  const { filter } = list;
  const choice = field(
    filter.label,
    "select",
    { onchange: (event) => (location.hash = `#${list.route}/${event.target.value || "all"}`) },
    el("option", { value: "" }, "All"),
    filter.choices.map((code) => el("option", { value: code, selected: code === filter.value }, words(code))),
  );
  page.replaceChildren(
    ...[
      el("h1", { tabindex: -1 }, list.title),
      list.lead ? el("p", { class: "muted" }, list.lead) : null,
      el("div", { class: "filters" }, choice),
      el(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": list.title },
        el("table", {}, el("thead", {}, el("tr", {}, list.columns.map((name) => el("th", { scope: "col" }, name)))), body),
      ),
      el("div", {}, more),
    ].filter(Boolean),
  );
  let last = "";
  const load = async () => {
    const query = new URLSearchParams({ limit: "25" });
    if (filter.value && filter.value !== "all") query.set(filter.name, filter.value);
    if (last) query.set("starting_after", last);
    const found = await call("GET", `${list.path}?${query}`);
    body.append(...found.data.map((item) => el("tr", {}, list.row(item).map((cell) => el("td", {}, cell)))));
    if (!body.children.length) {
      body.append(el("tr", {}, el("td", { class: "empty", colspan: list.columns.length }, list.empty)));
    }
    last = found.data.at(-1)?.id ?? last;
    more.hidden = !found.has_more;
    say(`${body.rows.length} shown`);
  };
  more.addEventListener("click", load);
  await load();
}
