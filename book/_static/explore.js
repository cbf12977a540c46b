// Figures to play with: sliders choose among results that were computed and put into words
// beforehand. Nothing is computed and no number is formatted here.
function playWith(figure) {
  const data = JSON.parse(figure.querySelector(".lc-explore-data").textContent);
  const sliders = data.knobs.map((knob) => document.getElementById(`${figure.id}-${knob.name}`));
  const rows = [...figure.querySelectorAll(".lc-explore-row")];
  const also = [...figure.querySelectorAll(".lc-explore-also dd")];
  const picture = figure.querySelector(".lc-explore-picture");
  const now = figure.querySelector(".lc-explore-now");
  const tools = figure.querySelector(".lc-explore-tools");

  const percent = (place) => `${2 + 0.096 * place}%`;
  const fill = (pattern, parts) => pattern.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
  const set = (element, names, place) =>
    names.forEach((name) => element.setAttribute(name, percent(place)));

  function mark(element, grade) {
    const [name, letter, word] = data.grades[grade];
    element.textContent = letter;
    if (element.localName !== "sup") return;
    element.className = `lc-mark lc-${name}`;
    element.title = word;
    element.setAttribute("aria-label", word);
  }

  function show(speak) {
    const stops = sliders.map((slider) => Number(slider.value));
    const point = stops.reduce((sum, stop, n) => sum * data.knobs[n].stops.length + stop, 0);
    sliders.forEach((slider, n) => {
      const [, words, grade] = data.knobs[n].stops[stops[n]];
      const told = slider.parentElement.querySelector(".lc-explore-stop");
      told.firstElementChild.textContent = words;
      mark(told.querySelector("sup"), grade);
      slider.setAttribute("aria-valuetext", words);
    });
    const said = data.rows.map((row, n) => {
      const value = data.words[row.value[point]];
      const range = data.words[row.range[point]];
      const [low, at, high] = [row.low[point], row.at[point], row.high[point]];
      const interval = rows[n].querySelector(".lc-explore-interval");
      rows[n].setAttribute("class", `lc-explore-row lc-${data.grades[row.grade[point]][0]}`);
      rows[n].querySelector(".lc-explore-value tspan").textContent = value;
      mark(rows[n].querySelector(".lc-explore-value .lc-explore-letter"), row.grade[point]);
      rows[n].querySelector(".lc-explore-range").textContent = range;
      set(rows[n].querySelector(".lc-explore-dot"), ["cx"], at);
      interval.setAttribute("visibility", low < 0 ? "hidden" : "visible");
      set(interval, ["x1"], low < 0 ? at : low);
      set(interval, ["x2"], low < 0 ? at : high);
      const claim = fill(data.say.claim, { claim: row.words, value });
      return range ? fill(data.say.range, { said: claim, range }) : claim;
    });
    data.also.forEach((row, n) => {
      also[n].firstElementChild.textContent = data.words[row.value[point]];
      mark(also[n].querySelector("sup"), row.grade[point]);
    });
    picture.setAttribute("aria-label", said.join(data.say.next));
    if (speak) now.textContent = said.join(data.say.next);
  }

  // The address names the figure and each parameter that is not where it was at first.
  function keep() {
    const chosen = new URLSearchParams();
    data.knobs.forEach((knob, n) => {
      const stop = Number(sliders[n].value);
      if (stop !== knob.start) chosen.set(knob.name, knob.stops[stop][0]);
    });
    const address = `${window.location.pathname}${window.location.search}`;
    const view = String(chosen) ? `#${figure.id}?${chosen}` : "";
    window.history.replaceState(window.history.state, "", address + view);
  }

  // Names and values that the figure does not have are passed over.
  function restore() {
    const [id, chosen] = window.location.hash.slice(1).split("?");
    if (id !== figure.id || !chosen) return false;
    const wanted = new URLSearchParams(chosen);
    data.knobs.forEach((knob, n) => {
      const stop = knob.stops.findIndex(([token]) => token === wanted.get(knob.name));
      sliders[n].value = stop < 0 ? knob.start : stop;
    });
    show(false);
    figure.scrollIntoView();
    return true;
  }

  sliders.forEach((slider) => {
    slider.hidden = false;
    slider.addEventListener("input", () => show(true));
    slider.addEventListener("change", keep);
  });
  tools.hidden = false;
  tools.querySelector("button").addEventListener("click", () => {
    sliders.forEach((slider, n) => (slider.value = data.knobs[n].start));
    show(true);
    keep();
  });
  window.addEventListener("hashchange", restore);
  restore();
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("figure.lc-explore").forEach(playWith);
});
