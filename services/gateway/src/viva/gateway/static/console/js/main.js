// The console: who is signed in, and which page the address names.

import { call, signedIn, signIn, signOut } from "./api.js";
import { by, el, say } from "./dom.js";
import { interviews, reviews } from "./lists.js";
import { verdict } from "./verdict.js";

let leave = () => undefined;
let shown = 0;

async function show() {
  const mine = (shown += 1);
  const visitor = signedIn();
  by("sign-in").hidden = Boolean(visitor);
  by("page").hidden = by("nav").hidden = by("sign-out").hidden = !visitor;
  by("who").textContent = visitor?.name ?? "";
  if (!visitor) {
    by("key").focus();
    return;
  }
  const [route, choice] = location.hash.slice(1).split("/");
  for (const link of document.querySelectorAll("#nav a")) {
    if (link.hash === `#${route || "reviews"}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  leave();
  leave = () => undefined;
  const page = el("div", { class: "page", id: "page" }, el("div", { class: "spinner", role: "img", "aria-label": "Loading" }));
  by("page").replaceWith(page);
  try {
    leave = (await draw(page, route, choice)) ?? leave;
    if (mine === shown) page.querySelector("h1")?.focus();
  } catch (error) {
    if (mine !== shown) return;
    if (error.status === 401) refuse(error);
    else page.replaceChildren(el("h1", { tabindex: -1 }, "That did not work"), el("p", { class: "problem", role: "alert" }, error.message));
  }
}

function draw(page, route, choice) {
  if (route.startsWith("iv_")) return verdict(page, route);
  return route === "interviews" ? interviews(page, choice) : reviews(page, choice);
}

function refuse(error) {
  signOut();
  by("sign-in-problem").textContent = error.message;
  by("sign-in-problem").hidden = false;
  show();
}

by("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  by("sign-in-problem").hidden = true;
  signIn(by("key").value.trim(), by("name").value.trim());
  try {
    await call("GET", "/v1/interviews?limit=1");
  } catch (error) {
    refuse(error);
    return;
  }
  by("key").value = "";
  say("Signed in");
  await show();
});

by("sign-out").addEventListener("click", () => {
  signOut();
  leave();
  location.hash = "";
  by("page").replaceChildren();
  show();
});

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  by("main").focus();
});

addEventListener("hashchange", show);
show();
