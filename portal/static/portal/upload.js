// Sends files piece by piece over the API, goes on after a break, and says of each what became of it.

const section = document.getElementById("upload");
const list = document.getElementById("uploads");
const drop = document.getElementById("drop");
const picker = document.getElementById("files");
const folder = document.getElementById("folder");
const kind = document.getElementById("kind");
const own = document.getElementById("own");
const submitButton = document.querySelector("#submit button");
const { dossier, api } = section.dataset;
const chunkBytes = Number(section.dataset.chunk);
const csrf = section.querySelector("[name=csrfmiddlewaretoken]").value;
const unfinished = JSON.parse(document.getElementById("unfinished").textContent);
const PAUSES = [1000, 2000, 4000, 8000, 15000, 30000];
const LOST = "连接中断";

class Refusal extends Error {
  constructor(answer, status) {
    super(answer.message ?? "系统没有正常回答，请稍后重试。");
    this.answer = answer;
    this.again = status >= 500;
  }
}

async function ask(method, path, { json, body, headers = {} } = {}) {
  const sent = { Accept: "application/json", "X-CSRFToken": csrf, ...headers };
  if (json) sent["Content-Type"] = "application/json";
  if (body) sent["Content-Type"] = "application/octet-stream";
  const response = await fetch(api + path, {
    method, headers: sent, body: json ? JSON.stringify(json) : body, credentials: "same-origin",
  });
  const answer = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(answer, response.status);
  return answer;
}

// A broken connection (fetch throws TypeError) is tried again by itself; what is refused is not.
async function patiently(row, work) {
  for (let round = 0; ; round += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TypeError) || round >= PAUSES.length) throw error;
      row.say(`${LOST}，正在重新连接……`);
      await new Promise((go) => setTimeout(go, PAUSES[round]));
    }
  }
}

class Row {
  constructor(name) {
    const made = document.getElementById("upload-row").content.cloneNode(true);
    this.item = made.querySelector("li");
    this.bar = made.querySelector("progress");
    this.bar.setAttribute("aria-label", name);
    this.message = made.querySelector(".message");
    this.retry = made.querySelector(".retry");
    this.cancel = made.querySelector(".cancel");
    this.inside = made.querySelector(".inside");
    made.querySelector(".name").textContent = name;
    list.append(made);
  }

  say(text, state = "") {
    this.message.textContent = text;
    this.item.className = state;
  }

  progress(received, size) {
    const percent = Math.floor((received / size) * 100);
    this.bar.hidden = false;
    this.bar.value = percent;
    this.say(`${percent}%（${megabytes(received)} / ${megabytes(size)} MB）`);
  }

  // The files of a ZIP, each with what became of it.
  list(files) {
    this.inside.hidden = false;
    for (const file of files) {
      const line = document.createElement("li");
      line.className = file.attachment ? "done" : "failed";
      const [name, message] = ["name", "message"].map((className) => Object.assign(document.createElement("span"), { className }));
      name.textContent = file.name;
      message.textContent = file.attachment ? `已收下，编号 ${file.attachment}` : file.message;
      line.append(name, message);
      this.inside.append(line);
    }
  }

  end(text, state) {
    this.bar.hidden = true;
    this.retry.hidden = true;
    this.cancel.hidden = true;
    this.say(text, state);
  }
}

function megabytes(bytes) {
  return (bytes / 1048576).toFixed(1);
}

async function send(file, row, key) {
  let received = (await patiently(row, () => ask("GET", `/uploads/${key}`))).received;
  while (received < file.size) {
    row.progress(received, file.size);
    const piece = file.slice(received, received + chunkBytes);
    received = await patiently(row, async () => {
      try {
        const headers = { "Upload-Offset": String(received) };
        return (await ask("PATCH", `/uploads/${key}`, { body: piece, headers })).received;
      } catch (error) {
        // The answer to the piece before was lost on the way: the server says where to go on.
        if (error instanceof Refusal && error.answer.code === "upload-offset") return error.answer.expected;
        throw error;
      }
    });
  }
  row.bar.value = 100;
  const archive = file.name.toLowerCase().endsWith(".zip");
  row.say(archive ? "已传完，正在解开并逐个检查……" : "已传完，正在检查……");
  // A large ZIP takes a while: its files show in the table as they are taken.
  const watch = archive ? setInterval(showAttachments, 2000) : null;
  try {
    return await patiently(row, () => ask("POST", `/uploads/${key}/expand`));
  } finally {
    clearInterval(watch);
  }
}

function tell(row, answer) {
  if (!answer.archive) {
    row.end(`已收下，编号 ${answer.files[0].attachment}`, "done");
    return true;
  }
  const taken = answer.files.filter((file) => file.attachment).length;
  const left = answer.files.length - taken;
  row.end(`压缩包已解开：收下 ${taken} 个文件${left ? `，${left} 个没有收下，原因见下` : ""}。`, left ? "failed" : "done");
  row.list(answer.files);
  return taken > 0;
}

async function upload(file, row, state) {
  row.retry.hidden = true;
  try {
    if (!state.key) {
      const content = { name: file.name, size: file.size, kind: state.kind, own_copy_of: state.own };
      state.key = (await patiently(row, () => ask("POST", `/dossiers/${dossier}/uploads`, { json: content }))).key;
    }
    return tell(row, await send(file, row, state.key));
  } catch (error) {
    if (error instanceof Refusal && !error.again) {
      row.end(error.message, "failed");
      return false;
    }
    row.say(error instanceof Refusal ? error.message : `${LOST}，已传的部分还在；网络恢复后请点“重试”。`, "failed");
    row.retry.hidden = false;
    row.retry.onclick = () => queue(file, row, state);
    return false;
  }
}

// One after the other: a slow line gains nothing from two at once, and the order is kept.
let last = Promise.resolve();
let waiting = 0;
let taken = false;

function queue(file, row, state) {
  waiting += 1;
  refreshSubmit();
  row.say("等待上传");
  last = last.then(async () => {
    taken = (await upload(file, row, state)) || taken;
    waiting -= 1;
    refreshSubmit();
    if (waiting === 0 && taken) await showAttachments();
  });
}

async function showAttachments() {
  const response = await fetch(location.href, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (response?.ok) document.getElementById("state").outerHTML = await response.text();
}

const byName = new Intl.Collator("zh-Hans", { numeric: true });

function add(files) {
  for (const file of [...files].sort((a, b) => byName.compare(a.name, b.name))) {
    const index = unfinished.findIndex((u) => u.name === file.name && u.size === file.size);
    const before = index < 0 ? null : unfinished.splice(index, 1)[0];
    const row = before?.row ?? new Row(file.name);
    row.cancel.hidden = true;
    if (file.size === 0) row.end("文件是空的（0 字节），没有收下。", "failed");
    else queue(file, row, { key: before?.key, kind: kind.value, own: own?.value ? Number(own.value) : null });
  }
}

function refreshSubmit() {
  if (!submitButton) return;
  const attachments = document.querySelector(".attachments .mono") !== null || taken;
  submitButton.disabled = waiting > 0 || unfinished.length > 0 || !attachments;
}

for (const entry of unfinished) {
  entry.row = new Row(entry.name);
  entry.row.progress(entry.received, entry.size);
  entry.row.say(`上次传到 ${Math.floor((entry.received / entry.size) * 100)}%，请重新选择这个文件，接着传。`, "failed");
  entry.row.cancel.hidden = false;
  entry.row.cancel.onclick = async () => {
    await ask("DELETE", `/uploads/${entry.key}`);
    unfinished.splice(unfinished.indexOf(entry), 1);
    entry.row.end("已放弃。", "");
    refreshSubmit();
  };
}
refreshSubmit();

// What operating systems leave in folders is nobody's attachment.
const isJunk = (name) => /^(\.|~\$)|^(thumbs\.db|desktop\.ini)$/i.test(name);

// All files of what was dropped, folders opened; the browser gives a folder's entries in portions.
async function filesOf(entry) {
  if (isJunk(entry.name)) return [];
  if (entry.isFile) return [await new Promise((done, wrong) => { entry.file(done, wrong); })];
  const reader = entry.createReader();
  const entries = [];
  for (;;) {
    const portion = await new Promise((done, wrong) => { reader.readEntries(done, wrong); });
    if (!portion.length) break;
    entries.push(...portion);
  }
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  add(entries.length ? (await Promise.all(entries.map(filesOf))).flat() : [...transfer.files]);
}

for (const input of [picker, folder]) {
  input.addEventListener("change", () => {
    add([...input.files].filter((file) => !isJunk(file.name)));
    input.value = "";
  });
}
for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
// A file that is dropped beside the field must not replace the page.
for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
drop.addEventListener("drop", (event) => { dropped(event.dataTransfer); });
window.addEventListener("beforeunload", (event) => {
  if (waiting > 0) event.preventDefault();
});
