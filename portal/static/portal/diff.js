// The page of the diff: the queue of what needs a person, the findings, and what is decided.

import { ask, boxes, doubtTold, findingLine, findingTold, ownBoxes, post, recordRows, request, row, showPending, showTab, swatch, toast, told, wireTabs } from "./diff-page.js";
import { Panes, element } from "./diff-panes.js";

const root = document.getElementById("diff");
const $ = (id) => document.getElementById(id);
const data = (id) => JSON.parse($(id).textContent);
const base = root.dataset.base;
const may = root.dataset.may === "1";
const tools = $("tools");
const filters = $("filters");
const panes = new Panes($("left"), $("right"), $("zoom"));
const state = { sheet: data("sheet"), queue: data("queue-data"), pending: data("pending-data"), index: null, tab: "queue", doubt: null, finding: null, mark: null, asked: 0, waiting: false };
const SMALL_TAGS = "no-tags";

// --- where somebody looks -------------------------------------------------------------------

async function open(attachment, page, { left, right, finding = null, doubt = null, mark = null } = {}) {
  const { sheet } = state;
  const same = attachment === sheet.attachment;
  const wanted = { a: attachment, p: page };
  const sides = { left: left ?? (same ? sheet.left.code : ""), right: right ?? (same ? sheet.right.code : "") };
  for (const [name, code] of Object.entries(sides)) if (code) wanted[name] = code;
  state.finding = finding;
  state.doubt = doubt;
  state.mark = mark;
  if (same && page === sheet.page && left === undefined && right === undefined) { render(); focus(); return; }
  panes.cancel?.();
  const asked = ++state.asked;
  const query = new URLSearchParams(wanted);
  root.setAttribute("aria-busy", "true");
  try {
    const next = await request(`${base}sheet/?${query}`);
    if (asked !== state.asked) return;
    state.sheet = next;
    history.replaceState(null, "", `${base}?${query}`);
    panes.show(next);
    render();
    focus();
  } catch (error) { toast(error.message, true); } finally { if (asked === state.asked) root.removeAttribute("aria-busy"); }
}

// What nobody has seen yet is not decided on: a key that is pressed too early does nothing.
function isOpening() {
  const busy = root.hasAttribute("aria-busy");
  if (busy) toast("正在打开这一处，请看到页面后再操作。");
  return busy;
}

const reload = () => open(state.sheet.attachment, state.sheet.page, { left: state.sheet.left.code, right: state.sheet.right.code, finding: state.finding, doubt: state.doubt, mark: state.mark });

function turn(by) {
  const page = state.sheet.page + by;
  if (page >= 1 && page <= state.sheet.pages) open(state.sheet.attachment, page);
}

// Where it is on a side: an own copy was scanned for itself, and nothing stands in it just where the
// original has it.
function place(side = "left") {
  const { sheet } = state;
  const marked = sheet.own.marks.find((one) => one.mark === state.mark);
  const there = marked && sheet[side].code !== "own" ? marked.beside ?? marked.box : marked?.box;
  return found(state.finding)?.box ?? there ?? sheet.doubts[state.doubt] ?? null;
}

function focus() {
  const points = place();
  if (points) panes.focus(points);
}

const found = (id) => state.sheet.findings.find((f) => f.id === id) ?? null;
const current = () => state.queue.find((d) => d.id === state.doubt) ?? null;

// --- drawing the page -----------------------------------------------------------------------

function render() {
  const { sheet } = state;
  tools.elements.a.value = sheet.attachment;
  tools.elements.p.value = sheet.page;
  tools.elements.p.max = sheet.pages;
  $("pages").textContent = sheet.pages;
  for (const side of ["left", "right"]) {
    const select = tools.elements[side];
    select.replaceChildren(...sheet.sides.map((one) => new Option(one.label, one.code, false, one.code === sheet[side].code)));
  }
  panes.left.boxes([...boxes(sheet.beside ?? sheet.findings, state), ...ownBoxes(state, "left", pickMark)], pick);
  panes.right.boxes([...boxes(sheet.findings, state), ...ownBoxes(state, "right", pickMark)], pick);
  renderQueue();
  renderFindings();
  renderRecord();
  renderCard();
  renderPending();
}

function renderQueue() {
  const list = $("queue-rows");
  list.replaceChildren();
  $("queue-count").textContent = state.queue.length;
  for (const doubt of state.queue) {
    const where = doubt.whole ? `${doubt.code} 整个附件` : `${doubt.code} 第 ${doubt.page} 页`;
    row(list, [element("b", "", where), ` ${doubt.kind} `, element("small", "", doubt.message)], doubt.id === state.doubt, () => go(doubt));
  }
  if (!state.queue.length) list.append(element("li", "empty", "没有待核对的内容。"));
}

// What is about the applicant's own copy is shown beside the original; with the next one the usual
// sides are back.
function go(doubt, { attachment, page, mark } = doubt) {
  const { sheet } = state;
  const same = attachment === sheet.attachment;
  const back = same && !doubt.left && sheet.left.code === "own";
  const [left, right] = back ? ["original", sheet.sides[0].code] : [doubt.left, doubt.right];
  const there = same && (!left || left === sheet.left.code) && (!right || right === sheet.right.code);
  const sides = there ? {} : { left: left || undefined, right: right || undefined };
  open(attachment, page, { ...sides, finding: doubt.finding, doubt: doubt.id, mark });
}

function wantedHere(f) {
  const { kind, doubtful } = filters.elements;
  return (!kind.value || f.kind === kind.value) && (!doubtful.checked || f.doubtful);
}

// Rows of the index: id, attachment, page, kind, doubtful, masked.
function matches() {
  const { kind, doubtful, scope } = filters.elements;
  return (state.index ?? []).filter(([, attachment, , k, d]) => (scope.value === "dossier" || attachment === state.sheet.attachment) && (!kind.value || k === kind.value) && (!doubtful.checked || d));
}

const LONGEST = 300;

function renderFindings() {
  const list = $("finding-rows");
  list.replaceChildren();
  const names = Object.fromEntries([...filters.elements.kind.options].map((o) => [o.value, o.text]));
  if (filters.elements.scope.value === "page") {
    const here = state.sheet.findings.filter(wantedHere);
    $("findings-count").textContent = here.length;
    for (const f of here) {
      const item = row(list, findingLine(f), f.id === state.finding, () => pick(f.id));
      const crop = state.tab === "findings" ? panes.left.crop(f.box, 0.004) : null;
      if (crop) { crop.style.maxHeight = "44px"; crop.style.objectFit = "contain"; item.append(crop); }
    }
    if (!here.length) list.append(element("li", "empty", "这一页没有符合条件的发现。"));
    return;
  }
  const all = matches();
  $("findings-count").textContent = all.length;
  const at = Math.max(0, all.findIndex(([id]) => id === state.finding));
  const from = Math.max(0, Math.min(at - LONGEST / 2, all.length - LONGEST));
  for (const entry of all.slice(from, from + LONGEST)) {
    const [id, attachment, page, kind, doubtful, masked] = entry;
    const where = ` a${String(attachment).padStart(3, "0")} 第 ${page} 页 ${masked ? "遮盖" : "保留"}${doubtful ? " 存疑" : ""}`;
    row(list, [swatch(kind, masked), element("b", "", names[kind]), where], id === state.finding, () => open(attachment, page, { finding: id }));
  }
  if (!all.length) list.append(element("li", "empty", state.index ? "没有符合条件的发现。" : "正在读取……"));
  else if (all.length > LONGEST) list.append(element("li", "empty", `共 ${all.length} 项，这里列出 ${LONGEST} 项；可用 j、k 逐项查看。`));
}

function renderRecord() {
  $("record-rows").replaceChildren(...recordRows(state.sheet, may ? (one) => decide({ kind: "resolve", replaces: one.id }) : null));
}

function renderCard() {
  const card = $("card");
  const finding = found(state.finding);
  const doubt = current();
  card.replaceChildren();
  card.hidden = !finding && !doubt;
  if (card.hidden) return;
  const title = element("h3");
  if (finding) title.append(swatch(finding.kind, finding.masked), `${finding.name} · ${finding.masked ? "遮盖" : "保留"} ${finding.label}`);
  else title.textContent = "待核对";
  card.append(title);
  if (doubt) card.append(...doubtTold(doubt, state.mark, (one) => go(doubt, one)));
  if (place()) {
    const crops = element("div", "crops");
    const made = ["left", "right"].map((side) => panes[side].crop(place(side), 0.012, 0.18));
    if (made.every(Boolean)) { crops.append(...made); card.append(crops); }
  }
  if (finding) {
    card.append(findingTold(finding));
  }
  if (!may) return;
  const buttons = element("div", "decide");
  const add = (key, text, act, main = false) => {
    const button = element("button", main ? "small primary" : "small");
    button.type = "button";
    button.append(element("kbd", "", key), ` ${text}`);
    button.addEventListener("click", act);
    buttons.append(button);
  };
  add("a", "确认", accept, true);
  if (finding?.masked) add("r", "取消遮盖", reject);
  if (finding) add("c", "改类别", change);
  add("b", "新增遮盖", drawBox);
  add("m", "全卷遮盖", everywhere);
  card.append(buttons);
}

function renderPending() {
  $("state").textContent = state.pending.label;
  $("state").className = `state ${state.pending.state}`;
  if (may) showPending(state);
}

function pickMark(mark) {
  state.finding = null;
  state.doubt = state.queue.find((d) => d.mark !== null && d.attachment === state.sheet.attachment)?.id ?? null;
  state.mark = mark;
  render();
}

function pick(id) {
  state.finding = id;
  state.mark = null;
  state.doubt = state.queue.find((d) => d.finding === id)?.id ?? null;
  render();
}

// --- deciding -------------------------------------------------------------------------------

async function decide(fields, next = false) {
  if (!may || state.sending) return;
  state.sending = true;
  const { sheet } = state;
  const at = state.queue.findIndex((d) => d.id === state.doubt);
  try {
    const answer = await post(`${base}decide/`, { attachment: sheet.attachment, page: sheet.page, ...fields });
    Object.assign(state, { queue: answer.queue, pending: answer.pending });
    toast(`已记录，${told(answer)}`);
    const following = next && at >= 0 ? state.queue[Math.min(at, state.queue.length - 1)] : null;
    if (!state.queue.some((d) => d.id === state.doubt)) state.doubt = null;
    if (following) go(following); else await reload();
  } catch (error) { toast(error.message, true); } finally { state.sending = false; }
}

const subject = () => ({ version: state.sheet.version, finding: state.finding, doubt: state.doubt });

function accept() {
  if (isOpening()) return;
  // What stands open to be read is not confirmed as a mask, but as seen and in order.
  const shown = state.finding && !found(state.finding)?.masked;
  if (state.doubt && (shown || !state.finding)) decide({ kind: "resolve", doubt: state.doubt }, true);
  else if (state.finding) decide({ ...subject(), kind: "accept" }, true);
  else toast("先用 j、k 选一处。", true);
}

async function reject() {
  if (isOpening()) return undefined;
  const finding = found(state.finding);
  if (!finding?.masked) return toast("先选一处遮盖。", true);
  if (finding.decisions.at(-1)?.kind === "reject") return toast("这处已取消遮盖，待生成新版；要恢复，请到“记录”里撤销。", true);
  if (finding.kind.startsWith("applicant_") && !(await ask("取消这处遮盖？", "这是申报人自己的信息。取消后，新版核验会把它列为待核对，须有人再次确认才能发布。", {}))) return undefined;
  return decide({ ...subject(), kind: "reject" }, true);
}

async function change() {
  if (isOpening()) return undefined;
  const finding = found(state.finding);
  if (!finding) return toast("先选一条发现。", true);
  const answer = await ask("更改类别", `现在是“${finding.name}”。`, { kind: finding.kind });
  return answer && decide({ ...subject(), kind: "change-kind", finding_kind: answer.kind }, true);
}

async function drawBox() {
  if (!may || isOpening()) return;
  if (!panes.left.images.length || panes.cancel) return;
  toast("在左侧页面上拖出方框，或用方向键调整后按 Enter；Esc 放弃。");
  const box = await panes.draw();
  if (!box) return;
  const answer = await ask("新增遮盖", "方框内的内容会在新版里遮盖。", { kind: "person_name" });
  if (answer) await decide({ version: state.sheet.version, doubt: state.doubt, kind: "draw", finding_kind: answer.kind, box: JSON.stringify(box.map((x) => Number(x.toFixed(5)))) });
}

async function everywhere() {
  if (!may) return;
  const finding = found(state.finding);
  const answer = await ask("整份材料里遮盖同一文字", "识别有错字、中间有空格或断行的也会找到。", { kind: finding?.kind ?? "person_name", text: finding?.text ?? "" });
  if (answer) await decide({ kind: "mask-string", finding_kind: answer.kind, text: answer.text });
}

async function remake() {
  if (!may || !state.pending.count || state.pending.making || state.waiting) return;
  await follow(() => post(`${base}remake/`, {}));
}

// Wait until new copies are made; somebody else, or this page before it was loaded anew, may have
// asked for them.
async function follow(begin) {
  const { ended } = state.pending;
  state.waiting = true;
  renderPending();
  try {
    await begin?.();
    while (state.pending.ended === ended) {
      await new Promise((done) => { setTimeout(done, 2000); });
      const now = await request(`${base}index/?what=queue`);
      Object.assign(state, { queue: now.queue, pending: now.pending });
      renderPending();
    }
    const left = state.pending.count;
    toast(left ? `还有 ${left} 项更正没有做成，请看“待核对”里的说明。` : `新版已生成并重新核验，${told(state)}`, Boolean(left));
    state.index = null;
    await open(state.sheet.attachment, state.sheet.page, { right: "", left: state.sheet.left.code });
    load();
  } catch (error) { toast(error.message, true); }
  state.waiting = false;
  renderPending();
}

// --- going through --------------------------------------------------------------------------

function move(by) {
  if (state.tab === "findings") {
    if (filters.elements.scope.value === "page") {
      const here = state.sheet.findings.filter(wantedHere);
      const at = here.findIndex((f) => f.id === state.finding);
      const next = here[at < 0 ? (by > 0 ? 0 : here.length - 1) : at + by];
      if (next) { pick(next.id); focus(); } else turn(by);
      return;
    }
    const all = matches();
    const at = all.findIndex(([id]) => id === state.finding);
    const next = all[at < 0 ? 0 : at + by];
    if (next) open(next[1], next[2], { finding: next[0] });
    return;
  }
  const at = state.queue.findIndex((d) => d.id === state.doubt);
  const next = state.queue[at < 0 ? (by > 0 ? 0 : state.queue.length - 1) : at + by];
  if (next) go(next);
}

function tab(name) {
  state.tab = name;
  showTab(name);
  if (name === "findings") renderFindings();
}

// What is looked at stays in view.
function zoom(by) { panes.step(by); focus(); }

const KEYS = {
  j: () => move(1), k: () => move(-1), a: accept, r: reject, c: change, b: drawBox, m: everywhere, s: remake,
  "[": () => turn(-1), "]": () => turn(1), "+": () => zoom(1), "=": () => zoom(1), "-": () => zoom(-1), 0: () => zoom(0),
  t: () => root.classList.toggle(SMALL_TAGS), h: () => root.classList.toggle("hide-boxes"), "?": () => $("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const act = KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
});

async function load() {
  try {
    state.index = (await request(`${base}index/`)).findings;
    renderFindings();
  } catch (error) { toast(error.message, true); }
}

tools.addEventListener("change", (event) => {
  const { a, p, left, right } = tools.elements;
  if (event.target === a) open(Number(a.value), 1, { left: "", right: "" });
  else if (event.target === p) open(state.sheet.attachment, Math.max(1, Math.min(state.sheet.pages, Number(p.value) || 1)));
  else open(state.sheet.attachment, state.sheet.page, { left: left.value, right: right.value, finding: null });
});
tools.addEventListener("submit", (event) => event.preventDefault());
filters.addEventListener("change", () => { if (state.index) renderFindings(); else load(); renderFindings(); });
$("remake")?.addEventListener("submit", (event) => { event.preventDefault(); remake(); });
$("previous").addEventListener("click", () => turn(-1));
$("next").addEventListener("click", () => turn(1));
$("smaller").addEventListener("click", () => zoom(-1));
$("larger").addEventListener("click", () => zoom(1));
$("help").addEventListener("click", () => $("keys").showModal());
wireTabs(tab);
for (const pane of panes.both) {
  pane.onload = () => { renderCard(); if (state.tab === "findings") renderFindings(); };
  pane.onerror = () => {
    // Links end after half an hour; what fails with a new one too cannot be shown.
    const again = Date.now() - (state.retried ?? 0) > 60000;
    state.retried = Date.now();
    toast(again ? "图片链接已过期，正在重新打开……" : "这一页的图片打不开，请稍后重试，或下载文件查看。", true);
    if (again) reload();
  };
}
root.classList.add(SMALL_TAGS);
filters.hidden = false;
tab(state.queue.length ? "queue" : "findings");
const asked = new URLSearchParams(location.search);
const first = asked.has("a") ? null : state.queue[0];
state.doubt = first?.id ?? null;
state.finding = first?.finding ?? null;
state.mark = first?.mark ?? null;
panes.show(state.sheet);
render();
focus();
root.dataset.ready = "1";
if (may && state.pending.making) follow();
