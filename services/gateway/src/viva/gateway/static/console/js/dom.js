// Building elements. Text is always text: nothing that a candidate said becomes markup.

/** Makes an element: properties that begin with "on" listen, others are attributes. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat(4).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export const by = (id) => document.getElementById(id);

/** Tells people who listen to the page instead of looking at it. */
export function say(text) {
  by("status").textContent = text;
}

export const words = (code) => {
  const text = String(code ?? "").replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export const day = (at) =>
  at ? new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }) : "";

export function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const GOOD = new Set(["completed"]);
const WARM = new Set(["partial", "low_confidence", "failed", "open"]);

export const tag = (code, tone) =>
  el("span", { class: `tag ${tone ?? (GOOD.has(code) ? "good" : WARM.has(code) ? "warm" : "")}` }, words(code));

/** A form that sends once at a time and says what is wrong. */
export function form(fields, label, submit) {
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const button = el("button", { class: "secondary", type: "submit" }, label);
  return el(
    "form",
    {
      onsubmit: async (event) => {
        event.preventDefault();
        button.disabled = true;
        problem.hidden = true;
        try {
          await submit(new FormData(event.target));
        } catch (error) {
          problem.textContent = error.message;
          problem.hidden = false;
        } finally {
          button.disabled = false;
        }
      },
    },
    fields,
    problem,
    el("div", { class: "row" }, button),
  );
}

let fields = 0;

/** A labelled field. */
export function field(label, tagName, properties = {}, ...children) {
  const id = `field-${(fields += 1)}`;
  return el(
    "div",
    { class: properties.size ?? "wide" },
    el("label", { class: "field", for: id }, label),
    el(tagName, { id, ...properties, size: undefined }, ...children),
  );
}
