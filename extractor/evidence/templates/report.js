// Lights an operand in every place where it is shown; the page is complete without it.
(function () {
  "use strict";
  var lit = [];
  function clear() {
    lit.forEach(function (element) { element.classList.remove("lit"); });
    lit = [];
  }
  function light(event) {
    var source = event.target.closest("[data-field]");
    clear();
    if (!source || !source.dataset.field) { return; }
    var scope = source.closest(".case") || document;
    var name = '[data-field="' + CSS.escape(source.dataset.field) + '"]';
    lit = Array.prototype.slice.call(scope.querySelectorAll(name));
    lit.forEach(function (element) { element.classList.add("lit"); });
  }
  document.addEventListener("mouseover", light);
  document.addEventListener("focusin", light);
  document.addEventListener("mouseleave", clear);
  var folded = [];
  addEventListener("beforeprint", function () {
    folded = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    folded.forEach(function (element) { element.open = true; });
  });
  addEventListener("afterprint", function () {
    folded.forEach(function (element) { element.open = false; });
  });
}());
