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
