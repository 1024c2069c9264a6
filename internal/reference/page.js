"use strict";
const root = document.documentElement;
root.classList.add("js");
const sections = [...document.querySelectorAll("main > section")];
const main = document.querySelector("main");

// Show the section of the address, and in it the row that it names.
function show() {
  const id = decodeURIComponent(location.hash.slice(1)) || "overview";
  const target = document.getElementById(id) || sections[0];
  const section = target.closest("section") || sections[0];
  for (const s of sections) s.classList.toggle("shown", s === section);
  for (const row of document.querySelectorAll("tr.here")) row.classList.remove("here");
  for (const a of document.querySelectorAll("nav a")) {
    const here = a.hash.slice(1) === section.id;
    if (here) { a.setAttribute("aria-current", "page"); a.scrollIntoView({ block: "nearest" }); } else a.removeAttribute("aria-current");
  }
  document.title = (section.id === "overview" ? "" : section.id + " · ") + "Nightjar reference";
  if (target === section) window.scrollTo(0, 0);
  else { if (target.tagName === "TR") target.classList.add("here"); target.scrollIntoView({ block: "center" }); }
}
window.addEventListener("hashchange", () => { show(); main.focus({ preventScroll: true }); });
show();

// Search: every word must occur; a name that begins so comes first, models before columns.
const entries = [...document.querySelectorAll("[data-find]")].map((e, i) => ({
  i, id: e.id, find: e.dataset.find, says: e.dataset.says, what: e.dataset.what,
  name: e.dataset.find.toLowerCase(), text: (e.dataset.find + " " + e.id + " " + (e.dataset.what === "column" ? e.cells[1].textContent : e.dataset.says)).toLowerCase(),
}));
const box = document.getElementById("search");
const list = document.getElementById("results");
let at = -1;

function rank(entry, words) {
  const begins = entry.name.startsWith(words[0]) ? 0 : entry.name.includes(words[0]) ? 2 : 4;
  return begins + (entry.what === "column" ? 1 : 0);
}
function search() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  list.hidden = words.length === 0;
  const found = entries.filter((e) => words.every((w) => e.text.includes(w)))
    .sort((a, b) => rank(a, words) - rank(b, words) || a.i - b.i).slice(0, 40);
  list.replaceChildren(...found.map((e) => {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = "#" + e.id;
    link.append(part("span", e.find), part("small", e.says), part("i", e.what));
    item.append(link);
    return item;
  }));
  if (found.length === 0) { const none = part("li", "Nothing has these words."); none.className = "none"; list.append(none); }
  mark(found.length ? 0 : -1);
}
function part(tag, text) { const e = document.createElement(tag); e.textContent = text; return e; }
function mark(next) {
  const links = list.querySelectorAll("a");
  links[at]?.removeAttribute("aria-current");
  at = links.length ? Math.max(0, Math.min(next, links.length - 1)) : -1;
  links[at]?.setAttribute("aria-current", "true");
  links[at]?.scrollIntoView({ block: "nearest" });
}
function close() { list.hidden = true; box.value = ""; box.blur(); }
box.addEventListener("input", search);
box.addEventListener("keydown", (e) => {
  if (e.key === "ArrowDown") { mark(at + 1); e.preventDefault(); }
  if (e.key === "ArrowUp") { mark(at - 1); e.preventDefault(); }
  if (e.key === "Escape") close();
  if (e.key === "Enter") { const link = list.querySelectorAll("a")[at]; if (link) { location.hash = link.hash; close(); } }
});
list.addEventListener("click", (e) => { if (e.target.closest("a")) close(); });
document.addEventListener("click", (e) => { if (!e.target.closest(".search")) list.hidden = true; });
document.addEventListener("keydown", (e) => {
  if (e.key === "/" && document.activeElement !== box) { box.focus(); box.select(); e.preventDefault(); }
});

document.getElementById("theme").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
