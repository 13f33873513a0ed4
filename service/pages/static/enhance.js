// Sends a form with a file while its page stays: how far it is, a way to stop, and the file is kept if it is refused.
"use strict";
for (const form of document.querySelectorAll("form[data-upload]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [button, sending] = [form.querySelector("[type=submit]"), form.querySelector(".sending")];
    const [bar, said, cancel] = [sending.querySelector("progress"), sending.querySelector("[role=status]"), sending.querySelector("button")];
    const request = new XMLHttpRequest();
    const begun = performance.now();
    const done = (text) => { button.disabled = false; sending.hidden = !text; said.textContent = text; bar.hidden = cancel.hidden = Boolean(text); };
    request.upload.addEventListener("progress", (sent) => {
      if (!sent.lengthComputable) return;
      const share = sent.loaded / sent.total;
      const left = Math.ceil((performance.now() - begun) / 1000 * (1 - share) / Math.max(share, 0.01));
      bar.value = share;
      said.textContent = share < 1 ? `${(sent.loaded / 1e6).toFixed(1)} of ${(sent.total / 1e6).toFixed(1)} MB, ${left} s left` : "Being read";
    });
    request.addEventListener("load", () => {
      if (request.status < 300) { location.assign(request.responseURL); return; }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const told = page.getElementById("told");
      if (!told) { document.documentElement.replaceWith(page.documentElement); return; }
      done("");
      told.querySelectorAll("[data-plain]").forEach((one) => one.remove());
      for (const field of told.querySelectorAll("[name]")) {
        form.querySelectorAll(`details [name="${field.name}"]`).forEach((other) => other.closest(".field").remove());
      }
      form.querySelector("#told").replaceWith(told);
      (told.querySelector("select, input") || told.querySelector("#refused")).focus();
    });
    request.addEventListener("error", () => done("The connection broke off. Send it again."));
    request.addEventListener("abort", () => done("Stopped; nothing was stored."));
    cancel.onclick = () => request.abort();
    button.disabled = true; sending.hidden = bar.hidden = cancel.hidden = false; bar.value = 0;
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "text/html");
    request.send(new FormData(form));
  });
}

// Asks again for the ranking beside the questions as they are answered; what has to be replayed is said to be.
for (const form of document.querySelectorAll("form[data-ranking]")) {
  const [replaying, announced] = [document.getElementById("replaying"), document.getElementById("announced")];
  const shown = () => document.getElementById("ranking");
  const answer = (part) => ["#h-ranking", ".lead b"].map((one) => part.querySelector(one)?.textContent || "").join(", ");
  let [latest, waiting] = [new AbortController(), 0];
  const tell = (text) => { replaying.textContent = text; replaying.hidden = !text; shown().classList.toggle("old", Boolean(text)); };
  const mark = (page) => {
    for (const note of form.querySelectorAll("small[id]")) {
      const fresh = page.getElementById(note.id);
      if (!fresh) continue;
      const field = form.querySelector(`[aria-describedby="${note.id}"]`);
      note.textContent = fresh.textContent; note.className = fresh.className;
      if (fresh.classList.contains("bad")) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    }
  };
  const put = (fresh) => {
    const [before, places] = [answer(shown()), new Map()];
    for (const row of shown().querySelectorAll("tbody tr")) places.set(row.querySelector("th").title, row.offsetTop);
    shown().replaceWith(fresh);
    document.querySelectorAll("[data-plain]").forEach((one) => { one.hidden = Boolean(fresh.querySelector("#h-ranking")); });
    if (answer(fresh) !== before) announced.textContent = fresh.querySelector("#h-ranking") ? `Now: ${answer(fresh)}` : fresh.textContent;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const row of fresh.querySelectorAll("tbody tr")) {
      const moved = (places.get(row.querySelector("th").title) ?? row.offsetTop) - row.offsetTop;
      if (moved) row.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], { duration: 300, easing: "ease-out" });
    }
  };
  const ask = async (show) => {
    latest.abort(); latest = new AbortController();
    const said = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, "", `${form.action}?${said}`);
    for (const step of document.querySelectorAll(".steps a[href*='/prices']")) step.search = said;
    if (show) said.set("show", "1");
    try {
      const sent = await fetch(`${form.action}?${said}`, { headers: { Accept: "text/html" }, signal: latest.signal });
      const page = new DOMParser().parseFromString(await sent.text(), "text/html");
      const fresh = page.getElementById("ranking");
      if (!fresh) { tell("The ranking could not be worked out. Reload the page to see why."); return; }
      mark(page);
      document.getElementById("stays").textContent = page.getElementById("stays").textContent;
      if (!show && fresh.dataset.seconds) { tell(`Replaying, about ${fresh.dataset.seconds} s`); announced.textContent = replaying.textContent; await ask(true); return; }
      put(document.adoptNode(fresh)); tell("");
    } catch (error) {
      if (error.name !== "AbortError") tell("The connection broke off. Change an answer to ask again.");
    }
  };
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 250, false); });
  form.addEventListener("submit", (event) => { if (event.submitter?.name !== "token") { event.preventDefault(); ask(true); } });
  document.querySelectorAll("[data-plain]").forEach((one) => { one.hidden = Boolean(document.getElementById("h-ranking")); });
  if (shown().dataset.seconds) { tell(`Replaying, about ${shown().dataset.seconds} s`); ask(true); }
}
