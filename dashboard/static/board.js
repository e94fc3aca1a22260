// Enhances the board; nothing needs it. Expired figures go, neighbouring areas load ahead, the position stays in the browser.
"use strict";
(() => {
  const find = (selector) => [...document.querySelectorAll(selector)];
  const day = (date) => date.toLocaleDateString("sv-SE", { timeZone: "Europe/Amsterdam" });
  const dutch = (iso) => iso.split("-").reverse().join("-");
  const next = (iso) => new Date(Date.parse(iso + "T12:00:00Z") + 864e5).toISOString().slice(0, 10);

  const blank = (element, until) => {
    const label = ["[data-label]", "h1, h2, h3", "th", "a"].map((kind) => element.querySelector(kind)).find(Boolean);
    const gone = document.createElement(element.tagName === "TR" ? "td" : "span");
    gone.className = "expired";
    gone.textContent = "Niet meer toonbaar sinds " + dutch(next(until)) + ": geen nieuwe levering";
    if (element.tagName === "TR") gone.colSpan = 9;
    element.replaceChildren(...(label ? [label, " ", gone] : [gone]));
  };
  const expire = () => {
    const today = day(new Date());
    for (const element of find("[data-until]")) {
      if (element.dataset.until >= today || !element.isConnected) continue;
      blank(element, element.dataset.until);
      element.removeAttribute("data-until");
    }
    // Charts, maps and figures without a day of their own go with the first figure of the page.
    for (const all of find("[data-earliest]")) {
      if (all.dataset.earliest >= today) continue;
      for (const part of all.querySelectorAll("data, svg[role], section table, .judge, .why")) {
        const panel = part.closest("section, figure, tr, p, li, div");
        if (part.isConnected && !part.closest("[data-until]") && all.contains(panel)) blank(panel, all.dataset.earliest);
      }
    }
  };
  expire();
  setInterval(expire, 60_000);
  addEventListener("pageshow", expire);
  document.addEventListener("visibilitychange", expire);

  const ahead = new Set();
  const load = (event) => {
    const link = event.target.closest && event.target.closest("a[data-near]");
    if (!link || ahead.has(link.href) || navigator.connection?.saveData) return;
    ahead.add(link.href);
    fetch(link.href, { headers: { "X-Ahead": "1" } }).catch(() => ahead.delete(link.href));
  };
  for (const name of ["pointerover", "touchstart", "focusin"]) document.addEventListener(name, load, { passive: true });

  const inside = ([x, y], rings) =>
    rings.reduce((odd, ring) => ring.reduce((is, [x1, y1], i) => {
      const [x2, y2] = ring[(i || ring.length) - 1];
      return y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1 ? !is : is;
    }, odd), false);
  const locate = (button) => {
    const answer = document.querySelector("[data-locate-answer]");
    const say = (text) => { if (answer) answer.textContent = text; };
    say("Bezig met zoeken…");
    navigator.geolocation.getCurrentPosition(async ({ coords }) => {
      const { features } = await (await fetch("/omtrekken.json")).json();
      const place = [coords.longitude, coords.latitude];
      const here = features.find(({ geometry: { type, coordinates } }) =>
        (type === "Polygon" ? [coordinates] : coordinates).some((rings) => inside(place, rings)));
      if (here) location.assign("/b/" + encodeURIComponent(here.properties.code));
      else say("U bent niet in een buurt van deze gemeente.");
    }, () => say("Uw locatie is niet bekend. Typ de naam van de buurt."), { maximumAge: 60_000, timeout: 10_000 });
  };
  if (navigator.geolocation && isSecureContext) for (const button of find("[data-locate]")) {
    button.hidden = false;
    button.addEventListener("click", () => locate(button));
  }

  const offline = () => {
    for (const bar of find("[data-offline]")) {
      bar.hidden = navigator.onLine;
      bar.textContent = "Zonder verbinding. Cijfers van " + document.body.dataset.releaseDate;
    }
  };
  offline();
  addEventListener("online", offline);
  addEventListener("offline", offline);
  if ("serviceWorker" in navigator) {
    // After the page, with which it would compete for the line.
    addEventListener("load", () => setTimeout(() => navigator.serviceWorker.register("/sw.js"), 500));
    const here = location.href.split("#")[0];
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      if (data.newer === here) for (const link of find("[data-newer]")) link.hidden = false;
    });
    navigator.serviceWorker.controller?.postMessage({ shown: here });
  }
})();
