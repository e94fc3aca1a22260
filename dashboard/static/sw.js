// Keeps visited pages and the pocket book. A kept page goes as soon as its first figure expires.
"use strict";
const PAGES = "pages", BOOK = "/zakboek.json", SHELL = "/zonder-verbinding";
const FILES = /^\/(static\/|omtrekken\.json)/;
const MOST_PAGES = 200;

const today = () => new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Amsterdam" });
const shown = (answer) => answer && (answer.headers.get("X-Fresh-Until") ?? "9999-12-31") >= today();
const text = (value) => String(value ?? "").replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const dutch = (iso) => iso.split("-").reverse().join("-");

const keep = async (request, answer) => {
  const pages = await caches.open(PAGES);
  if (!answer.ok || answer.redirected) return;
  await pages.delete(request);
  await pages.put(request, answer);
  const kept = (await pages.keys()).filter(({ url }) => ![BOOK, SHELL].includes(new URL(url).pathname));
  await Promise.all(kept.slice(0, Math.max(0, kept.length - MOST_PAGES)).map((old) => pages.delete(old)));
};
const refreshBook = async () => {
  for (const path of [BOOK, SHELL]) {
    await fetch(path, { cache: "no-cache" }).then((answer) => keep(new Request(path), answer)).catch(() => 0);
  }
};

self.addEventListener("install", (event) => event.waitUntil(refreshBook().then(() => self.skipWaiting())));
// The page that brought this worker was loaded without it.
const keepOpen = async () => {
  for (const { url } of await self.clients.matchAll({ includeUncontrolled: true, type: "window" })) {
    const key = new Request(url.split("#")[0]);
    await fetch(key).then((answer) => keep(key, answer)).catch(() => 0);
  }
};
self.addEventListener("activate", (event) => event.waitUntil(keepOpen().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const isPage = request.mode === "navigate" || request.headers.has("X-Ahead");
  if (isPage) event.respondWith(page(request, url, event));
  else if (url.pathname === BOOK || FILES.test(url.pathname)) event.respondWith(file(request, event));
});

// Addresses of pages that were shown while the network had newer ones. The network may answer before the page can listen.
const newer = new Set();
self.addEventListener("message", ({ data, source }) => {
  if (newer.has(data.shown)) source.postMessage({ newer: data.shown });
});

// Kept first, because a round trip on a telephone costs more than the page; the network's answer follows in the background.
const page = async (request, url, event) => {
  const key = new Request(url.href.split("#")[0]);
  const kept = await (await caches.open(PAGES)).match(key);
  newer.delete(key.url);
  const fresh = fetch(request).then(async (answer) => {
    await keep(key, answer.clone());
    const changed = kept && kept.headers.get("ETag") !== answer.headers.get("ETag");
    if (kept && kept.headers.get("X-Release") !== answer.headers.get("X-Release")) await refreshBook();
    if (changed) {
      newer.add(key.url);
      for (const client of await self.clients.matchAll()) client.postMessage({ newer: key.url });
    }
    return answer;
  });
  event.waitUntil(fresh.catch(() => 0));
  // The reload button of the browser asks for the newest page.
  if (shown(kept) && request.cache !== "no-cache" && request.cache !== "reload") return kept;
  return fresh.catch(() => (shown(kept) ? kept : fromBook(url)));
};
const file = async (request, event) => {
  const kept = await (await caches.open(PAGES)).match(request);
  const fresh = fetch(request).then(async (answer) => (await keep(request, answer.clone()), answer));
  event.waitUntil(fresh.catch(() => 0));
  return shown(kept) ? kept : fresh;
};

const REASONS = {
  suppressed: "Te weinig personen om te tonen",
  impossible: "Niet te berekenen: er is niets om door te delen",
  running: "De periode is nog niet voorbij",
  not_yet_published: "Nog niet gepubliceerd",
};
const plain = (words) => words.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
const fits = (words, query) => query.reduce((sum, word) => sum + (words.includes(word) ? 1 : 0), 0);

const fromBook = async (url) => {
  const pages = await caches.open(PAGES);
  const [shell, kept] = [await pages.match(SHELL), await pages.match(BOOK)];
  if (!shell || !kept) return Response.error();
  const book = await kept.json();
  const [, kind, first, second] = url.pathname.split("/").map(decodeURIComponent);
  const query = kind === "zoek" ? url.searchParams.get("q") ?? "" : "";
  const words = plain(query).split(/[^0-9a-z]+/).filter((word) => word.length > 1);
  const areas = book.areas.map(([code, , name, postcode], place) => ({ place, score:
    code === (kind === "b" ? first : kind === "k" ? second ?? book.areas[0][0] : 0) ? 9 : fits(plain(`${name} ${postcode ?? ""}`), words) }));
  const best = Math.max(...areas.map(({ score }) => score));
  const here = new Set(areas.filter(({ score }, place) => (best ? score === best : place === 0)).map(({ place }) => place));
  const rows = book.figures.map((figure) => ({ figure, score: here.has(figure[1]) ? 1 : 0 })).filter(({ score }) => score);
  for (const row of rows) {
    const [code, short, , , all, theme] = book.indicators[row.figure[0]];
    row.score = kind === "k" ? (code === first ? 2 : 0)
      : 1 + 3 * fits(plain(short), words) + 2 * fits(plain(all), words) + fits(plain(theme), words);
  }
  const most = Math.max(0, ...rows.map(({ score }) => score));
  const found = rows.filter(({ score }) => score && (score === most || score >= 3)).sort((a, b) => b.score - a.score || a.figure[0] - b.figure[0]);
  const page = await shell.text();
  const part = (name) => page.match(new RegExp(`<template ${name}>(.*?)</template>`, "s"))[1];
  const parts = { result: part("data-result"), none: part("data-none") };
  const list = found.slice(0, 24).map(({ figure }) => row(book, figure, parts)).join("");
  const body = page.replace("<!--zakboek-->", () => list || "<li>Niets gevonden in het zakboek.</li>")
    .replace('value=""', () => `value="${text(query)}"`)
    .replace("data-offline hidden>", () => `data-offline>Zonder verbinding. Cijfers van ${text(dutch(book.released_on))}`);
  return new Response(body, { headers: shell.headers });
};
const fill = (part, values) => part.replace(/\{(\w+)\}/g, (_, name) => text(values[name]));
const row = (book, [indicator, area, period, value, before, provisional, reason, until], parts) => {
  const [code, label, noun, decimals, , , unit] = book.indicators[indicator];
  const [areaCode, , name] = book.areas[area];
  const number = (figure) => figure.toLocaleString("nl-NL", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replace("-", "\u2212");
  const day = book.days[until], when = book.periods[period];
  const known = { href: `/k/${encodeURIComponent(code)}/${encodeURIComponent(areaCode)}`, label: `${label} in ${name}` };
  if (day < today()) return fill(parts.none, { ...known, words: when, absence: `Niet meer toonbaar na ${dutch(day)}: geen nieuwe levering` });
  const words = `${when}${provisional ? ", voorlopig" : ""}. Toonbaar t/m ${dutch(day)}.`;
  if (value === null) return fill(parts.none, { ...known, words, absence: REASONS[reason] ?? "De bron levert geen cijfer" });
  const change = before === null ? "Geen cijfer van een jaar eerder." : `Een jaar eerder: ${number(before)}.`;
  return fill(parts.result, { ...known, words: `${words} ${change}`, value: number(value), unit: unit === "pct" ? "%" : noun });
};
