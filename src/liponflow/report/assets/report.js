"use strict";
// The page reads without this: rows are not filtered then, and structures do not turn.
(() => {
  const form = document.querySelector(".filter");
  const rows = [...document.querySelectorAll(".topic tbody tr")];

  function filter() {
    const shown = new Set([...form.elements.verdict].filter((box) => box.checked).map((box) => box.value));
    const text = form.elements.text.value.trim().toLowerCase();
    let number = 0;
    for (const row of rows) {
      row.hidden = !shown.has(row.dataset.verdict) || !row.textContent.toLowerCase().includes(text);
      number += row.hidden ? 0 : 1;
    }
    for (const topic of document.querySelectorAll(".topic")) {
      topic.hidden = !topic.querySelector("tbody tr:not([hidden])");
    }
    form.querySelector("output").textContent = `${number} of ${rows.length} numbers`;
  }
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();

  // A link to a row opens it.
  function open() {
    const name = decodeURIComponent(location.hash.slice(1));
    const details = name && document.getElementById(name)?.querySelector("details");
    if (details && name.startsWith("number-")) details.open = true;
  }
  addEventListener("hashchange", open);
  open();

  const holder = document.getElementById("scene-data");
  if (!holder) return;
  const data = JSON.parse(holder.textContent);

  function cellEdges(viewer, [a, b, c]) {
    const at = (i, j, k) => ({
      x: i * a[0] + j * b[0] + k * c[0], y: i * a[1] + j * b[1] + k * c[1], z: i * a[2] + j * b[2] + k * c[2],
    });
    for (const [i, j] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
      for (const [start, end] of [
        [at(0, i, j), at(1, i, j)], [at(i, 0, j), at(i, 1, j)], [at(i, j, 0), at(i, j, 1)],
      ]) viewer.addLine({ start, end, color: "#9aa1a7" });
    }
  }

  function show(figure, scene) {
    const stage = figure.querySelector(".stage");
    let viewer;
    try {
      viewer = window["3Dmol"].createViewer(stage, { backgroundColor: "white", antialias: true });
    } catch { viewer = null; }
    if (!viewer) {
      stage.textContent = "This browser has no WebGL; the figures below show the structure.";
      return;
    }
    viewer.addModelsAsFrames(scene.frames.join("\n"), "xyz");
    const bonded = new Set(scene.bonded);
    const style = (symbol) => {
      const color = scene.colours[symbol];
      const sphere = { sphere: { radius: 1.3 * scene.radii[symbol], color } };
      return bonded.has(symbol) ? { ...sphere, stick: { radius: 0.09, color } } : sphere;
    };
    for (const symbol of Object.keys(scene.colours)) viewer.setStyle({ elem: symbol }, style(symbol));
    cellEdges(viewer, scene.cell);
    viewer.zoomTo();
    viewer.rotate(-70, "x");
    viewer.rotate(20, "y");
    viewer.render();

    const slider = figure.querySelector("input[type=range]");
    let timer = null;
    const frame = (number) => {
      viewer.setFrame(number).then(() => viewer.render());
      slider.value = number;
      figure.querySelector(".controls output").textContent = scene.labels[number];
    };
    const act = {
      left: () => viewer.rotate(-15, "y"), right: () => viewer.rotate(15, "y"),
      up: () => viewer.rotate(-15, "x"), down: () => viewer.rotate(15, "x"),
      nearer: () => viewer.zoom(1.2), farther: () => viewer.zoom(1 / 1.2),
      play: () => {
        if (timer) { clearInterval(timer); timer = null; return; }
        timer = setInterval(() => frame((Number(slider.value) + 1) % scene.frames.length), 600);
      },
    };
    figure.querySelector(".controls").hidden = false;
    figure.addEventListener("click", (event) => {
      const name = event.target.closest("button")?.dataset.do;
      if (name) { act[name](); viewer.render(); }
    });
    slider?.addEventListener("input", () => frame(Number(slider.value)));
    const keys = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", "+": "nearer", "-": "farther" };
    stage.addEventListener("keydown", (event) => {
      if (!keys[event.key]) return;
      event.preventDefault();
      act[keys[event.key]]();
      viewer.render();
    });
  }

  // A context of WebGL for each, made when it comes near the screen: browsers allow few.
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      show(entry.target, data[entry.target.dataset.scene]);
    }
  }, { rootMargin: "300px" });
  document.querySelectorAll(".scene").forEach((figure) => near.observe(figure));
})();
