"use strict";
// The form is the request: every change rewrites the body and its samples. Text from the server only ever
// becomes text, never markup.

const KEY = "any";
const API = location.origin + "/api/v6/images";
const find = (id) => document.getElementById(id);
const form = find("form");
const state = { style: null, tab: "request", answer: null };

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

const body = () => {
  const data = new FormData(form);
  const [width, height] = data.get("size").split("x").map(Number);
  const flag = (name) => (data.has(name) ? "yes" : "no");
  const asked = { key: KEY, model_id: "flux", prompt: data.get("prompt").trim() };
  if (data.get("negative_prompt").trim()) asked.negative_prompt = data.get("negative_prompt").trim();
  if (state.style) asked.enhance_style = state.style;
  return Object.assign(asked, {
    width,
    height,
    samples: Number(data.get("samples")),
    num_inference_steps: Number(data.get("num_inference_steps")),
    guidance_scale: Number(data.get("guidance_scale")),
    seed: data.get("seed") === "" ? null : Number(data.get("seed")),
    enhance_prompt: flag("enhance_prompt"),
    panorama: flag("panorama"),
    self_attention: flag("self_attention"),
    safety_checker: flag("safety_checker"),
    watermark: flag("watermark"),
  });
};

const text = () => {
  if (state.tab === "request") return JSON.stringify(body(), null, 2);
  if (state.tab === "answer") return state.answer ? JSON.stringify(state.answer, null, 2) : "no answer yet";
  return samples[state.tab](API + "/text2img", body());
};

const show = () => {
  find("code").textContent = text();
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.setAttribute("aria-selected", String(tab.dataset.tab === state.tab));
  }
};

const stage = (kind, ...children) => {
  find("stage").className = kind;
  find("stage").replaceChildren(...children);
};

const ask = async (url, asked) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(asked),
  });
  return response.json();
};

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

const settled = async (answer) => {
  while (answer.status === "processing") {
    stage("busy", make("p", { textContent: `processing, about ${Math.ceil(answer.eta ?? 1)} s left` }));
    await pause(Math.min(3, answer.eta ?? 1));
    const meta = answer.meta;
    answer = await ask(`${API}/fetch/${answer.id}`, { key: KEY });
    if (answer.status === "processing" || !answer.meta) answer.meta = meta;
  }
  return answer;
};

const told = (message) =>
  typeof message === "string" ? message : Object.values(message ?? {}).flat().join(" ") || "no reason given";

const facts = (answer, seconds) => {
  const seed = answer.meta?.seed;
  const again = make("button", { type: "button", textContent: "keep this seed" });
  again.addEventListener("click", () => { form.elements.seed.value = seed; show(); });
  const parts = [`seed ${seed}`, `${seconds.toFixed(1)} s`, `id ${answer.id}`];
  if (answer.nsfw_content_detected) parts.push("altered by the safety checker");
  find("facts").replaceChildren(...parts.map((part) => make("span", { textContent: part })), again);
};

const figure = (link, number) => {
  const path = new URL(link).pathname;
  const picture = make("img", { src: path, alt: `picture ${number + 1}` });
  return make("figure", {}, make("a", { href: path, target: "_blank", title: "open in full size" }, picture));
};

const generate = async () => {
  const began = performance.now();
  find("go").disabled = true;
  find("facts").replaceChildren();
  stage("busy", make("p", { textContent: "painting" }));
  find("stage").scrollIntoView({ block: "nearest" });
  try {
    state.answer = await settled(await ask(API + "/text2img", body()));
    if (state.answer.status === "success") {
      stage("", ...state.answer.output.map(figure));
      facts(state.answer, (performance.now() - began) / 1000);
    } else {
      stage("refused", make("p", { textContent: told(state.answer.message ?? state.answer.messege) }));
    }
  } catch (problem) {
    stage("refused", make("p", { textContent: `no answer: ${problem.message}` }));
  }
  find("go").disabled = false;
  show();
  await balance();
};

const balance = async () => {
  const answer = await ask(location.origin + "/api/wallet_balance", { key: KEY });
  if (answer.data) find("balance").textContent = `wallet ${answer.data.balance.toLocaleString("en", { minimumFractionDigits: 4 })} ${answer.data.currency}`;
};

const choose = (name) => {
  state.style = name;
  find("style-name").textContent = name ?? "none";
  find("style-preview").hidden = !name;
  if (name) find("style-preview").src = preview(name);
  find("styles").close();
  show();
};

const preview = (name) => `/playground/styles/${encodeURIComponent(name)}.png`;

const card = (name) => {
  const picture = make("img", { src: preview(name ?? "none"), alt: "", loading: "lazy", width: 160, height: 120 });
  const button = make("button", { type: "button" }, picture, make("span", { textContent: name ?? "none" }));
  button.setAttribute("aria-pressed", String(state.style === name));
  button.addEventListener("click", () => choose(name));
  return button;
};

let names = [];

const cards = () => {
  const wanted = find("search").value.trim().toLowerCase().split(/\s+/);
  const shown = names.filter((name) => wanted.every((word) => name.includes(word)));
  find("cards").replaceChildren(...(wanted[0] ? [] : [card(null)]), ...shown.map(card));
};

const open = async () => {
  if (!names.length) names = await (await fetch("/playground/styles.json")).json();
  find("search").value = "";
  cards();
  find("styles").showModal();
};

for (const range of form.querySelectorAll("input[type=range]")) {
  range.addEventListener("input", () => { range.parentElement.querySelector("output").textContent = range.value; });
}
for (const tab of document.querySelectorAll("[role=tab]")) {
  tab.addEventListener("click", () => { state.tab = tab.dataset.tab; show(); });
}
form.addEventListener("input", show);
form.addEventListener("submit", (event) => { event.preventDefault(); generate(); });
form.elements.prompt.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
find("dice").addEventListener("click", () => {
  form.elements.seed.value = crypto.getRandomValues(new Uint32Array(1))[0];
  show();
});
find("style").addEventListener("click", open);
find("search").addEventListener("input", cards);
find("close").addEventListener("click", () => find("styles").close());
find("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(find("code").textContent);
  find("copy").textContent = "Copied";
  await pause(1.2);
  find("copy").textContent = "Copy";
});
show();
balance();
