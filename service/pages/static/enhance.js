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
