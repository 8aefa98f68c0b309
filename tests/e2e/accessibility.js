// What somebody with weak eyes or without a mouse could not use on this page, one line each.
() => {
  const parse = (text) => {
    const found = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
    return [found[0], found[1], found[2], found[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    return element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && box.width > 2 && box.height > 2;
  };
  const called = (element) => `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ""}.${[...element.classList].join(".")} “${(element.textContent || element.value || "").trim().slice(0, 20)}”`;
  const faults = [];
  for (const element of document.body.querySelectorAll("*")) {
    if (!visible(element) || element.closest(":disabled, svg, option, .visually-hidden")) continue;
    const style = getComputedStyle(element);
    const texts = [...element.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
    const field = element.matches("input:not([type=hidden], [type=checkbox]), select, textarea");
    if (texts || field) {
      const below = ground(element);
      const size = parseFloat(style.fontSize);
      const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
      const got = ratio(over(parse(style.color), below), below);
      if (got < needed) faults.push(`text ${got.toFixed(2)} ${called(element)}`);
    }
    if (field || element.matches("button:not(.plain, [role=tab]), .button")) {
      const around = ground(element.parentElement);
      const edge = over(parse(style.borderTopColor), around);
      const filled = ratio(ground(element), around);
      const got = Math.max(filled, style.borderTopWidth === "0px" ? 1 : ratio(edge, around));
      if (got < 3) faults.push(`edge ${got.toFixed(2)} ${called(element)}`);
    }
    if (field || element.matches("button, a[href]")) {
      element.focus({ preventScroll: true });
      const ring = parse(getComputedStyle(element).outlineColor);
      const got = ratio(over(ring, ground(element.parentElement)), ground(element.parentElement));
      if (element.matches(":focus-visible") && got < 3) faults.push(`focus ${got.toFixed(2)} ${called(element)}`);
      element.blur();
      const label = element.getAttribute("aria-label") || element.getAttribute("aria-labelledby") || element.labels?.length || element.title || element.textContent.trim() || element.querySelector("img[alt]");
      if (!label) faults.push(`nameless ${called(element)}`);
    }
  }
  for (const box of document.querySelectorAll("svg polygon")) {
    const got = ratio(over(parse(getComputedStyle(box).stroke), [255, 255, 255]), [255, 255, 255]);
    if (got < 3) faults.push(`box ${got.toFixed(2)} ${called(box)}`);
  }
  if (document.documentElement.scrollWidth > window.innerWidth) faults.push(`wider than the screen: ${document.documentElement.scrollWidth}`);
  return faults;
}
