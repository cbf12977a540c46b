// What is too wide for the page is made smaller; then the title tells that all is in place.
function fit() {
  const room = document.querySelector("article.bd-article").clientWidth;
  for (const wide of document.querySelectorAll("table, mjx-container[display=true]")) {
    const parent = wide.parentElement.getBoundingClientRect();
    const space = Math.min(room, parent.width || room);
    const needed = Math.max(wide.scrollWidth, wide.getBoundingClientRect().width);
    if (needed > space + 1) wide.style.zoom = Math.max(0.45, (space / needed) * 0.98);
  }
}
function faultsInDocument() {
  const faults = [];
  for (const image of document.images) {
    if (!image.naturalWidth) faults.push(`picture ${image.src.split("/").pop()} is broken`);
  }
  for (const error of document.querySelectorAll("mjx-merror, [data-mjx-error]")) {
    faults.push(`mathematics is wrong: ${error.textContent}`);
  }
  return faults;
}
window.addEventListener("load", async () => {
  if (window.MathJax && MathJax.startup) await MathJax.startup.promise;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  fit();
  const [fault] = faultsInDocument();
  document.title = fault ? `${unfinished}: ${fault}` : finalTitle;
});
