// A link to a row in a folded table opens the fold; not every browser does so by itself.
function openFoldsAroundTarget() {
  const id = decodeURIComponent(window.location.hash.slice(1));
  const target = id && document.getElementById(id);
  if (!target) return;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
  target.scrollIntoView();
}
window.addEventListener("hashchange", openFoldsAroundTarget);
document.addEventListener("DOMContentLoaded", openFoldsAroundTarget);

// The theme gives its folds in the table of contents no name that a screen reader could say.
document.addEventListener("DOMContentLoaded", () => {
  for (const fold of document.querySelectorAll("summary:has(.toctree-toggle)")) {
    const chapter = fold.closest("li").querySelector("a");
    fold.setAttribute("aria-label", chapter.textContent.trim());
  }
});

// Who reads with the keyboard must be able to scroll a formula that is wider than the page.
function letFormulaeScroll() {
  for (const formula of document.querySelectorAll('mjx-container[display="true"]')) {
    const box = [formula, formula.parentElement].find((one) => one.scrollWidth > one.clientWidth);
    if (box) box.tabIndex = 0;
  }
}
window.addEventListener("load", () => window.MathJax?.startup?.promise?.then(letFormulaeScroll));
window.addEventListener("resize", letFormulaeScroll);
