// Small parts of the page of the diff: asking the server, telling and asking people, rows.

import { element } from "./diff-panes.js";

const $ = (id) => document.getElementById(id);
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

export async function request(address, options = {}) {
  const answer = await fetch(address, { credentials: "same-origin", ...options, headers: { Accept: "application/json", ...options.headers } });
  if (answer.redirected) { location.reload(); throw new Error("登录已失效，请重新登录。"); }
  const content = await answer.json().catch(() => ({ message: "系统没有回应，请稍后重试。" }));
  if (!answer.ok) throw new Error(content.message ?? "系统没有回应，请稍后重试。");
  return content;
}

let toastEnd = 0;
export function toast(text, wrong = false) {
  $("toast").textContent = text;
  $("toast").classList.toggle("error", wrong);
  clearTimeout(toastEnd);
  toastEnd = setTimeout(() => { $("toast").textContent = ""; }, wrong ? 9000 : 3500);
}

export async function post(address, fields) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== null && value !== undefined && value !== "") body.set(name, value);
  return request(address, { method: "POST", body, headers: { "X-CSRFToken": token } });
}

export function row(target, texts, chosen, open) {
  const item = element("li", chosen ? "current" : "");
  item.setAttribute("role", "button");
  item.tabIndex = 0;
  item.append(...texts);
  item.addEventListener("click", open);
  item.addEventListener("keydown", (event) => { if (event.key === "Enter") open(); });
  target.append(item);
  if (chosen) requestAnimationFrame(() => item.scrollIntoView({ block: "nearest" }));
  return item;
}

export function swatch(kind, masked) { return element("span", `swatch k-${kind}${masked ? "" : " kept"}`); }

function when(text) { return new Date(text).toLocaleString("zh-CN", { hour12: false }); }

export function ask(title, text, { kind, text: given }) {
  const dialog = $("ask");
  $("ask-title").textContent = title;
  $("ask-text").textContent = text;
  $("ask-kind").hidden = kind === undefined;
  $("ask-string").hidden = given === undefined;
  $("ask-select").value = kind ?? "person_name";
  $("ask-input").value = given ?? "";
  $("ask-input").required = given !== undefined;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? { kind: $("ask-select").value, text: $("ask-input").value } : null), { once: true });
  });
}

// What is drawn on a page: findings, the place of the doubt looked at, boxes no copy hides yet.
export function boxes(findings, { sheet, finding: chosen, doubt: open }) {
  const made = findings.map((f) => {
    const last = f.decisions.at(-1);
    const look = [`k-${f.kind}`, f.masked ? "masked" : "kept"];
    if (f.changed) look.push("changed");
    if (last?.kind === "reject" && f.masked) look.push("gone");
    if (f.id === chosen) look.push("current");
    return { key: f.id, points: f.box, look: look.join(" "), name: f.masked ? f.name : `${f.name}（保留）` };
  });
  for (const [id, points] of Object.entries(sheet.doubts)) {
    const now = Number(id) === open;
    if (now && !chosen) made.push({ key: null, points, look: "doubt current", name: "待核对" });
  }
  for (const drawn of sheet.drawn) made.push({ key: null, points: drawn.box, look: "drawn", name: `${drawn.name}（新增，待生成）` });
  return made;
}

// What the check of the applicant's own copy found, on the side that shows that copy.
export function ownBoxes({ sheet, mark: chosen }, side, pickMark) {
  if (sheet[side].code !== "own") return [];
  return sheet.own.marks.map((one) => ({ pick: () => pickMark(one.mark), points: one.box, look: `own ${one.leak ? "leak" : "differs"}${one.mark === chosen ? " current" : ""}`, name: one.leak ? "未遮盖" : "与原件不同" }));
}

// Who decided what and when; `takeBack` is called for a correction that shall no longer hold.
export function recordRows(sheet, takeBack) {
  const rows = sheet.own.messages.map((message) => element("li", "", `申报人副本：${message}`));
  for (const one of sheet.record) {
    const what = `${one.what}${one.to ? `：${one.to}` : ""}${one.text ? `“${one.text}”` : ""}`;
    const item = element("li", "");
    item.append(element("b", "", what), element("small", "", `${one.who}　${when(one.when)}${one.page ? `　第 ${one.page} 页` : "　整份材料"}${one.open ? "　待生成新版" : ""}${one.taken_back ? "　已撤销" : ""}${one.replaces ? "　（撤销更正）" : ""}`));
    if (one.standing && takeBack) {
      const button = element("button", "small", "撤销这项更正");
      button.type = "button";
      button.addEventListener("click", () => takeBack(one));
      item.append(button);
    }
    rows.push(item);
  }
  return rows.length ? rows : [element("li", "empty", "还没有人对这个附件做过决定。")];
}

// A finding in one line of a list: what, whether masked, why, and what was decided last.
export function findingLine(f) {
  const look = `${f.masked ? f.label || "遮盖" : "保留"}${f.doubtful ? " 存疑" : ""}${f.changed ? " 两版不同" : ""}`;
  const why = `${f.evidence}；${f.recogniser} ${f.score.toFixed(2)}`;
  const texts = [swatch(f.kind, f.masked), element("b", "", f.name), ` ${look}`, element("small", "", why)];
  const last = f.decisions.at(-1);
  if (last) texts.push(element("small", "done", decided(last)));
  return texts;
}

// All that is known of a finding.
export function findingTold(f) {
  const list = element("dl");
  const say = (name, text) => { if (text) list.append(element("dt", "", name), element("dd", "", text)); };
  say("文字", f.text);
  say("理由", f.reason);
  say("依据", f.evidence);
  say("识别", `${f.recogniser}，把握 ${f.score.toFixed(2)}${f.doubtful ? "，存疑" : ""}`);
  for (const one of f.decisions) say("决定", `${decided(one)}　${when(one.when)}`);
  return list;
}

function decided(one) { return `${one.who} ${one.what}${one.to ? `：${one.to}` : ""}`; }

// What a person is asked about, what was found, and what comes next.
export function doubtTold(doubt, mark, openAt) {
  const told = [element("p", "todo", doubt.message)];
  if (doubt.found.length) {
    const list = element("ul");
    for (const one of doubt.found) {
      const item = element("li", one.mark !== null && one.mark === mark ? "current" : "");
      if (one.page) {
        const button = element("button", "", one.text);
        button.type = "button";
        button.addEventListener("click", () => openAt(one));
        item.append(button);
      } else item.textContent = one.text;
      list.append(item);
    }
    told.push(list);
  }
  if (doubt.next) told.push(element("p", "", doubt.next));
  return told;
}

// What waits for new copies, and how far their making is.
export function showPending({ pending: { count, making }, waiting }) {
  const bar = $("making");
  const busy = making ? "正在生成新版" : "已排队，等待生成新版";
  const far = making?.of ? `：附件 ${making.done + 1}/${making.of}` : "……";
  $("pending").textContent = making || waiting ? busy + far : count ? `${count} 项更正待生成新版` : "没有待落实的更正";
  bar.hidden = !making && !waiting;
  if (making?.of) { bar.max = making.of; bar.value = making.done; } else bar.removeAttribute("value");
  $("remake").querySelector("button").disabled = !count || Boolean(making) || waiting;
}

// What is left to do, after a decision.
export function told({ queue, pending }) {
  if (queue.length) return `还有 ${queue.length} 处待核对。`;
  if (pending.count) return "没有待核对的内容了；请点“生成新版”落实更正。";
  return pending.state === "ready" ? "没有待核对的内容了；回到材料页可以发布。" : "没有待核对的内容了。";
}

const TABS = ["queue", "findings", "record"];

export function showTab(name) {
  for (const one of TABS) {
    const chosen = one === name;
    $(one).hidden = !chosen;
    $(`tab-${one}`).setAttribute("aria-selected", String(chosen));
    $(`tab-${one}`).tabIndex = chosen ? 0 : -1;
  }
}

export function wireTabs(choose) {
  for (const name of TABS) {
    $(`tab-${name}`).addEventListener("click", () => choose(name));
    $(`tab-${name}`).addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by) return;
      const next = TABS[(TABS.indexOf(name) + by + TABS.length) % TABS.length];
      choose(next);
      $(`tab-${next}`).focus();
    });
  }
}
