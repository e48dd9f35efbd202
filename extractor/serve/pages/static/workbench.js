// What every page shares: dialogs, the keyboard help, announcements, forms that are sent without leaving the page.
// Every page works without script; this makes it faster.
(function () {
  "use strict";
  var bench = window.bench = { keys: {} };

  bench.all = function (selector, root) {
    return Array.prototype.slice.call((root || document).querySelectorAll(selector));
  };
  bench.announce = function (text) {
    document.getElementById("announce").textContent = text;
  };
  // An open dialog or a field that takes text: keys belong to it.
  bench.busy = function () {
    var at = document.activeElement;
    return Boolean(document.querySelector("dialog[open]"))
      || Boolean(at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !/^(checkbox|radio)$/.test(at.type));
  };

  document.addEventListener("click", function (event) {
    var opener = event.target.closest("[data-opens]");
    if (opener) { document.getElementById(opener.dataset.opens).showModal(); }
  });
  bench.keys["?"] = function () { document.getElementById("keys").showModal(); };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) { return; }
    if (bench.busy()) {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) { document.activeElement.blur(); }
      return;
    }
    var action = bench.keys[event.key];
    if (action && action(event) !== false) { event.preventDefault(); }
  });
  bench.all(".help-button").forEach(function (button) { button.hidden = false; });

  // A form of buttons: the one that is wanted is pressed, as a click would.
  bench.press = function (button) {
    if (button) { button.form.requestSubmit(button); }
  };

  // A comment decides nothing by itself: Enter leaves it, and a button says what is decided.
  bench.all("input[name=comment]").forEach(function (input) {
    input.addEventListener("keydown", function (event) {
      if (event.key === "Enter") { event.preventDefault(); input.blur(); }
    });
  });

  // Everything folded away is printed.
  var folded = [];
  addEventListener("beforeprint", function () {
    folded = bench.all("details:not([open])");
    folded.forEach(function (element) { element.open = true; });
  });
  addEventListener("afterprint", function () {
    folded.forEach(function (element) { element.open = false; });
  });
}());
