// The page's elements: which screen shows, and how its words are filled in.

import { fill } from "./words.js";

export const by = (id) => document.getElementById(id);

/** Shows one screen and moves the focus to its heading. */
export function show(name) {
  for (const section of document.querySelectorAll("[data-screen]")) {
    section.hidden = section.dataset.screen !== name;
  }
  document.body.dataset.showing = name;
  by("leave").hidden = name !== "talk";
  scrollTo(0, 0);
  document.querySelector(`[data-screen="${name}"] h1`)?.focus({ preventScroll: true });
}

export const showing = () => document.body.dataset.showing;

export function fillWords(values) {
  for (const element of document.querySelectorAll("[data-fill]")) {
    element.textContent = fill(element.dataset.fill, values);
  }
}

/** Follows the company's colour where text on it stays readable. */
export function brand(company, colour) {
  const [initial] = (company ?? "").trim();
  if (initial) by("mark").textContent = initial.toUpperCase();
  if (!/^#[0-9a-f]{6}$/i.test(colour ?? "")) return;
  const root = document.documentElement.style;
  root.setProperty("--brand", colour);
  root.setProperty("--brand-ink", luminance(colour) > 0.36 ? "#14202a" : "#ffffff");
}

function luminance(colour) {
  const [r, g, b] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export const onTap = (id, action) => by(id).addEventListener("click", action);

/** Resolves at the next tap on the element. */
export const nextTap = (id) => new Promise((done) => by(id).addEventListener("click", done, { once: true }));
