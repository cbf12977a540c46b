// The link to the other edition leads to the same place on the page, with the same query.
function keepPlaceInEditions() {
  for (const link of document.querySelectorAll("a.lc-edition")) {
    link.search = window.location.search;
    link.hash = window.location.hash;
  }
}
document.addEventListener("DOMContentLoaded", keepPlaceInEditions);
window.addEventListener("hashchange", keepPlaceInEditions);
window.addEventListener("popstate", keepPlaceInEditions);
