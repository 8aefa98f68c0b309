// Two panes that show the same place of a page: zoom and pan together, boxes, drawing, crops.

const ZOOMS = [1, 1.25, 1.5, 2, 2.5, 3, 4, 6, 8];
const SVG = "http://www.w3.org/2000/svg";

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

class Pane {
  constructor(root) {
    this.root = root;
    this.title = root.querySelector("h2");
    this.sheet = root.querySelector(".sheet");
    this.image = root.querySelector("img");
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("viewBox", "0 0 1 1");
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.sheet.append(this.svg);
    this.images = [];
  }

  // What is shown already stays: after a decision only the links are new.
  show(side, sheet) {
    this.title.textContent = side.label;
    this.name = `${side.label}第 ${sheet.page} 页`;
    this.ratio = sheet.ratio;
    this.images = side.images;
    const key = `${sheet.attachment} ${side.code} ${sheet.page}`;
    if (key === this.key) return;
    this.key = key;
    const there = side.images.find(([, url]) => url === this.image.getAttribute("src"));
    this.loaded = there?.[0] ?? 0;
    if (there && !this.image.complete) this.image.addEventListener("load", () => this.onload?.(), { once: true });
    this.#dress(this.image);
    // Another page's picture must not stand under this page's boxes.
    this.sheet.classList.toggle("busy", !there);
  }

  // The smallest picture that has a pixel for each of the screen's; a larger one takes its place
  // when it is there.
  sharpen() {
    const wanted = this.sheet.clientWidth * Math.min(2, window.devicePixelRatio || 1) * 0.85;
    const [width, url] = this.images.find(([w]) => w >= wanted) ?? this.images.at(-1);
    const { key } = this;
    if (width <= this.loaded || `${key} ${width}` === this.loading) return;
    this.loading = `${key} ${width}`;
    const load = new Image();
    load.addEventListener("load", () => {
      if (this.loading === `${key} ${width}`) this.loading = null;
      if (key !== this.key || width <= this.loaded) return;
      this.loaded = width;
      this.#dress(load);
      // The element itself: its address would be asked for once more, because nothing is cached.
      this.image.replaceWith(load);
      this.image = load;
      this.sheet.classList.remove("busy");
      this.onload?.();
    });
    load.addEventListener("error", () => {
      if (this.loading !== `${key} ${width}`) return;
      this.loading = null;
      this.onerror?.();
    });
    load.src = url;
  }

  #dress(image) {
    image.alt = this.name;
    image.style.aspectRatio = `1 / ${this.ratio}`;
  }

  boxes(boxes, pick) {
    this.svg.replaceChildren();
    this.sheet.querySelectorAll(".tag").forEach((tag) => tag.remove());
    for (const box of boxes) {
      const polygon = document.createElementNS(SVG, "polygon");
      polygon.setAttribute("points", box.points.map((p) => p.join(",")).join(" "));
      polygon.setAttribute("class", box.look);
      const name = document.createElementNS(SVG, "title");
      name.textContent = box.name;
      polygon.append(name);
      const chosen = box.pick ?? (box.key && (() => pick(box.key)));
      if (chosen) polygon.addEventListener("click", chosen);
      this.svg.append(polygon);
      const tag = element("span", box.look.includes("current") ? "tag current" : "tag", box.name);
      tag.style.left = `${100 * Math.min(...box.points.map((p) => p[0]))}%`;
      tag.style.top = `${100 * Math.min(...box.points.map((p) => p[1]))}%`;
      this.sheet.append(tag);
    }
  }

  // A place with some room around it, at least so wide: a mask is wider than what it hides.
  crop(points, room = 0.012, least = 0) {
    const xs = points.map((p) => p[0]);
    const ys = points.map((p) => p[1]);
    const { naturalWidth: w, naturalHeight: h } = this.image;
    if (!w || !this.image.complete || this.sheet.classList.contains("busy")) return null;
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const side = Math.max(2.5 * room, (least - (right - left)) / 2);
    const x = Math.max(0, left - side) * w;
    const y = Math.max(0, Math.min(...ys) - room) * h;
    const width = Math.min(w - x, (right - left + 2 * side) * w);
    const height = Math.min(h - y, (Math.max(...ys) - Math.min(...ys) + 2 * room) * h);
    const canvas = element("canvas");
    canvas.width = Math.max(1, Math.round(width));
    canvas.height = Math.max(1, Math.round(height));
    canvas.getContext("2d").drawImage(this.image, x, y, width, height, 0, 0, canvas.width, canvas.height);
    return canvas;
  }
}

export class Panes {
  constructor(left, right, output) {
    this.left = new Pane(left);
    this.right = new Pane(right);
    this.both = [this.left, this.right];
    this.output = output;
    this.zoom = 1;
    for (const pane of this.both) {
      pane.root.addEventListener("scroll", () => this.#follow(pane), { passive: true });
      pane.root.addEventListener("wheel", (event) => this.#wheel(event, pane), { passive: false });
      pane.root.addEventListener("pointerdown", (event) => this.#down(event, pane));
    }
    window.addEventListener("resize", () => this.both.forEach((pane) => pane.sharpen()));
  }

  show(sheet) {
    const before = this.both.map((pane) => pane.key?.replace(/ \S+ /, " "));
    this.left.show(sheet.left, sheet);
    this.right.show(sheet.right, sheet);
    this.both.forEach((pane) => pane.sharpen());
    const page = `${sheet.attachment} ${sheet.page}`;
    if (before.every((key) => key !== page)) this.left.root.scrollTop = this.right.root.scrollTop = 0;
  }

  step(by) {
    const at = ZOOMS.findIndex((zoom) => zoom >= this.zoom - 0.01);
    this.set(by === 0 ? 1 : ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, at + by))]);
  }

  // Zoom, and keep a point of the view (fractions of the pane) where it is.
  set(zoom, pane = this.left, x = 0.5, y = 0.5) {
    const { root } = pane;
    const [w, h] = [root.clientWidth, root.clientHeight];
    const factor = zoom / this.zoom;
    const left = (root.scrollLeft + x * w) * factor - x * w;
    const top = (root.scrollTop + y * h) * factor - y * h;
    this.zoom = zoom;
    this.both.forEach((one) => { one.sheet.style.width = `${100 * zoom}%`; });
    root.scrollTo(left, top);
    this.output.textContent = `${Math.round(100 * zoom)}%`;
    this.both.forEach((one) => one.sharpen());
  }

  // Bring a place into the middle of the view.
  focus(points) {
    const { root, sheet } = this.left;
    if (!sheet.clientHeight) return;
    const [x, y] = [0, 1].map((i) => points.reduce((sum, p) => sum + p[i], 0) / points.length);
    root.scrollTo(x * sheet.clientWidth - root.clientWidth / 2, y * sheet.clientHeight - root.clientHeight / 2);
  }

  // Let somebody draw a box on the left page; resolves to [x0, y0, x1, y1] or null.
  draw() {
    this.cancel?.();
    const { root, sheet, svg } = this.left;
    const polygon = document.createElementNS(SVG, "polygon");
    polygon.setAttribute("class", "drawing");
    svg.append(polygon);
    let box = this.#middle();
    const paint = () => {
      const [x0, y0, x1, y1] = box;
      polygon.setAttribute("points", `${x0},${y0} ${x1},${y0} ${x1},${y1} ${x0},${y1}`);
    };
    const limited = (value) => Math.max(0, Math.min(1, value));
    const at = (event) => {
      const area = sheet.getBoundingClientRect();
      return [limited((event.clientX - area.left) / area.width), limited((event.clientY - area.top) / area.height)];
    };
    paint();
    this.both.forEach((pane) => pane.root.classList.add("drawing"));
    root.focus({ preventScroll: true });
    return new Promise((resolve) => {
      let start = null;
      const down = (event) => { start = at(event); root.setPointerCapture(event.pointerId); event.preventDefault(); event.stopPropagation(); };
      const move = (event) => {
        if (!start) return;
        const [x, y] = at(event);
        box = [Math.min(start[0], x), Math.min(start[1], y), Math.max(start[0], x), Math.max(start[1], y)];
        paint();
      };
      const up = () => {
        const large = start && box[2] - box[0] > 0.004 && box[3] - box[1] > 0.003;
        start = null;
        if (large) end(box);
      };
      const key = (event) => {
        const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
        if (event.key === "Escape") end(null);
        else if (event.key === "Enter") end(box);
        else if (event.key in arrows) {
          const [dx, dy] = arrows[event.key].map((d) => (d * 0.006) / Math.sqrt(this.zoom));
          const next = event.shiftKey ? [box[0], box[1], box[2] + dx, box[3] + dy] : [box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy];
          if (Math.min(...next) >= 0 && Math.max(...next) <= 1 && next[2] - next[0] > 0.005 && next[3] - next[1] > 0.004) box = next;
          paint();
        } else return;
        event.preventDefault();
        event.stopPropagation();
      };
      const end = (made) => {
        root.removeEventListener("pointerdown", down, true);
        root.removeEventListener("pointermove", move);
        root.removeEventListener("pointerup", up);
        document.removeEventListener("keydown", key, true);
        this.both.forEach((pane) => pane.root.classList.remove("drawing"));
        this.cancel = null;
        polygon.remove();
        resolve(made);
      };
      this.cancel = () => end(null);
      root.addEventListener("pointerdown", down, true);
      root.addEventListener("pointermove", move);
      root.addEventListener("pointerup", up);
      document.addEventListener("keydown", key, true);
    });
  }

  #middle() {
    const { root, sheet } = this.left;
    const x = (root.scrollLeft + root.clientWidth / 2) / sheet.clientWidth;
    const y = Math.min(0.98, (root.scrollTop + root.clientHeight / 2) / sheet.clientHeight);
    const [w, h] = [0.1 / this.zoom, 0.015 / this.zoom];
    return [x - w, y - h, x + w, y + h];
  }

  #follow(pane) {
    const other = pane === this.left ? this.right.root : this.left.root;
    const { scrollLeft, scrollTop } = pane.root;
    if (Math.abs(other.scrollLeft - scrollLeft) > 1 || Math.abs(other.scrollTop - scrollTop) > 1) other.scrollTo(scrollLeft, scrollTop);
  }

  #wheel(event, pane) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const area = pane.root.getBoundingClientRect();
    const zoom = Math.max(1, Math.min(8, this.zoom * (event.deltaY < 0 ? 1.2 : 1 / 1.2)));
    this.set(zoom, pane, (event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height);
  }

  #down(event, pane) {
    if (event.button !== 0 || this.cancel) return;
    const { root } = pane;
    const from = { x: event.clientX, y: event.clientY, left: root.scrollLeft, top: root.scrollTop };
    const move = (moved) => {
      root.classList.add("dragging");
      root.scrollTo(from.left + from.x - moved.clientX, from.top + from.y - moved.clientY);
    };
    const up = () => {
      root.classList.remove("dragging");
      window.removeEventListener("pointermove", move);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up, { once: true });
  }
}
