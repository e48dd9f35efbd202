// The report page: lights a number wherever it is shown, chooses cells, moves over the pages, and takes the keyboard.
(function () {
  "use strict";
  var bench = window.bench, desk = document.querySelector(".desk");
  var sheets = document.querySelector(".sheets"), finding = document.getElementById("finding");
  var reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;

  // ---- lighting: a number is one thing, in the table, on the page, in the arithmetic and in the prose
  var lit = [];
  function keyOf(target) {
    var element = target.closest && target.closest("[data-field], [data-figure], a[href^='#figure-'], tr[id^='figure-']");
    if (!element) { return ""; }
    if (element.dataset.field) { return "field " + element.dataset.field; }
    if (element.dataset.figure) { return "figure " + element.dataset.figure; }
    return "figure " + (element.getAttribute("href") || "#" + element.id).replace("#figure-", "");
  }
  function placesOf(key) {
    var name = CSS.escape(key.slice(key.indexOf(" ") + 1));
    if (key.indexOf("field ") === 0) { return bench.all('[data-field="' + name + '"]'); }
    return bench.all('[data-figure="' + name + '"]').concat(bench.all('mark a[href="#figure-' + name + '"]').map(
      function (link) { return link.parentNode; }));
  }
  function light(key) {
    lit.forEach(function (element) { element.classList.remove("lit"); });
    lit = key ? placesOf(key) : [];
    lit.forEach(function (element) { element.classList.add("lit"); });
  }
  // What comes under a resting pointer while the keyboard scrolls is not pointed at.
  var resting = false;
  document.addEventListener("keydown", function () { resting = true; });
  document.addEventListener("mousemove", function () { resting = false; });
  desk.addEventListener("mouseover", function (event) { if (!resting) { light(keyOf(event.target)); } });
  desk.addEventListener("mouseleave", function () { light(""); });
  // By keyboard there is no pointer to follow: the page is turned to the number as well.
  desk.addEventListener("focusin", function (event) {
    var key = keyOf(event.target);
    light(key);
    if (key && sheets && !sheets.contains(event.target) && event.target.matches(":focus-visible")) { showOnPage(key); }
  });

  // Scrolls `box` so that `element` is in its middle; only where it cannot be seen, unless `always`.
  function reveal(box, element, always) {
    if (!box || !element) { return; }
    var outer = box.getBoundingClientRect(), inner = element.getBoundingClientRect();
    var seen = inner.top >= outer.top && inner.bottom <= outer.bottom && inner.left >= outer.left && inner.right <= outer.right;
    if (seen && !always) { return; }
    box.scrollTo({ top: box.scrollTop + inner.top - outer.top - (outer.height - inner.height) / 2,
                   left: box.scrollLeft + inner.left - outer.left - (outer.width - inner.width) / 2,
                   behavior: reduced || always ? "auto" : "smooth" });
  }
  function showOnPage(key) {
    var place = placesOf(key).filter(function (element) { return sheets && sheets.contains(element); });
    reveal(sheets, place[place.length - 1]);
  }

  // ---- choosing a cell: its card is fetched and put above the arithmetic
  function choose(field) {
    var slot = document.getElementById("cell");
    if (!slot || !document.querySelector(".another")) { return; }
    var address = "/reports/" + desk.dataset.report + "/cell?field=" + encodeURIComponent(field)
      + (finding ? "&finding=" + encodeURIComponent(finding.dataset.key) : "");
    fetch(address, { headers: { Accept: "text/html" } }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.text();
    }).then(function (text) {
      slot.innerHTML = new DOMParser().parseFromString(text, "text/html").getElementById("cell").innerHTML;
      slot.scrollIntoView({ block: "nearest" });
      var typed = slot.querySelector("input[name=value]");
      if (typed) { typed.focus({ preventScroll: true }); }
      light("field " + field);
      showOnPage("field " + field);
    }).catch(function () { location.search = "?cell=" + encodeURIComponent(field); });
  }
  desk.addEventListener("click", function (event) {
    var spot = event.target.closest(".spot[data-field], .mark[data-field], td.number[data-field]");
    var link = event.target.closest("a[href^='#case-']");
    if (link) {
      var entry = document.querySelector(link.getAttribute("href") + " a");
      if (entry) { event.preventDefault(); entry.click(); }
      return;
    }
    if (event.target.closest("a[href^='#cell-']") && !spot) {
      showOnPage(keyOf(event.target));
      return;
    }
    if (spot && !panned) {
      event.preventDefault();
      choose(spot.dataset.field);
      var cell = document.getElementById("cell-" + spot.dataset.field);
      if (cell && !spot.closest("td")) { light("field " + spot.dataset.field); }
    }
    var ledger = event.target.closest(".ledger tr[data-field]");
    if (ledger) { showOnPage("field " + ledger.dataset.field); }
    var figure = event.target.closest(".spot[data-figure]");
    if (figure) { location.hash = "#figure-" + figure.dataset.figure; }
    if (event.target.closest("mark a")) { showOnPage(keyOf(event.target)); }
  });

  // ---- tables by keyboard: one stop of the tab key a table, arrows within
  bench.all("table.form").forEach(function (table) {
    var cells = bench.all("td.number", table);
    cells.forEach(function (cell, index) { cell.tabIndex = index ? -1 : 0; });
    table.addEventListener("keydown", function (event) {
      var cell = event.target.closest("td.number");
      if (!cell || event.target !== cell) { return; }
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(cell.dataset.field); return; }
      var next = neighbour(cells, cell, event.key);
      if (next) {
        event.preventDefault();
        cell.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
        showOnPage("field " + next.dataset.field);
      }
    });
  });
  // The nearest cell in the direction of an arrow: by place on the screen, since cells span columns.
  function neighbour(cells, cell, key) {
    var step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (!step) { return null; }
    var here = cell.getBoundingClientRect(), best = null, least = Infinity;
    cells.forEach(function (other) {
      var there = other.getBoundingClientRect();
      var x = (there.left + there.right - here.left - here.right) / 2, y = (there.top + there.bottom - here.top - here.bottom) / 2;
      var along = step[0] ? x * step[0] : y * step[1], across = Math.abs(step[0] ? y : x);
      if (along > 2 && across < (step[0] ? here.height : here.width) && along + across * 2 < least) {
        least = along + across * 2;
        best = other;
      }
    });
    return best;
  }

  // ---- the pages: zoom, pan, which page is in view
  var panned = false;
  if (sheets) {
    var levels = ["", "12", "15", "20", "30"], level = 0;
    var strip = bench.all(".strip-nav a"), output = document.querySelector(".zoom output");
    document.querySelector(".zoom").hidden = false;
    var zoom = function (to) {
      var middle = (sheets.scrollTop + sheets.clientHeight / 2) / sheets.scrollHeight;
      var centre = (sheets.scrollLeft + sheets.clientWidth / 2) / sheets.scrollWidth;
      if (levels[level]) { sheets.classList.remove("zoomed-" + levels[level]); }
      level = Math.max(0, Math.min(levels.length - 1, to));
      if (levels[level]) { sheets.classList.add("zoomed-" + levels[level]); }
      sheets.classList.toggle("pannable", level > 0);
      output.textContent = ["100", "125", "150", "200", "300"][level] + "%";
      sheets.scrollTop = middle * sheets.scrollHeight - sheets.clientHeight / 2;
      sheets.scrollLeft = centre * sheets.scrollWidth - sheets.clientWidth / 2;
      if (level > 1) { sharpen(); }
    };
    // Once magnified, the pages in view get their finer images.
    var sharpen = function () {
      bench.all(".sheet", sheets).forEach(function (sheet) {
        var box = sheet.getBoundingClientRect(), image = sheet.querySelector("img");
        if (image.dataset.large && box.bottom > 0 && box.top < innerHeight) {
          image.src = image.dataset.large;
          delete image.dataset.large;
        }
      });
    };
    document.querySelector(".zoom").addEventListener("click", function (event) {
      var button = event.target.closest("[data-zoom]");
      if (button) { zoom({ "in": level + 1, out: level - 1, fit: 0 }[button.dataset.zoom]); }
    });
    bench.keys["+"] = bench.keys["="] = function () { zoom(level + 1); };
    bench.keys["-"] = bench.keys["−"] = function () { zoom(level - 1); };
    bench.keys["0"] = function () { zoom(0); };
    sheets.addEventListener("wheel", function (event) {
      if (event.ctrlKey) { event.preventDefault(); zoom(level + (event.deltaY < 0 ? 1 : -1)); }
    }, { passive: false });

    var from = null;
    sheets.addEventListener("pointerdown", function (event) {
      panned = false;
      if (event.pointerType !== "mouse" || event.button !== 0 || !level) { return; }
      from = { x: event.clientX, y: event.clientY, left: sheets.scrollLeft, top: sheets.scrollTop };
    });
    addEventListener("pointermove", function (event) {
      if (!from) { return; }
      var x = event.clientX - from.x, y = event.clientY - from.y;
      if (!panned && Math.abs(x) + Math.abs(y) < 5) { return; }
      panned = true;
      sheets.classList.add("panning");
      sheets.scrollLeft = from.left - x;
      sheets.scrollTop = from.top - y;
    });
    addEventListener("pointerup", function () { from = null; sheets.classList.remove("panning"); });
    sheets.addEventListener("dragstart", function (event) { event.preventDefault(); });

    var current = function () {
      var middle = sheets.getBoundingClientRect().top + sheets.clientHeight / 3, found = 0;
      bench.all(".sheet", sheets).forEach(function (sheet, index) {
        if (sheet.getBoundingClientRect().top <= middle) { found = index; }
      });
      return found;
    };
    var turn = function (step) {
      var pages = bench.all(".sheet", sheets), to = Math.max(0, Math.min(pages.length - 1, current() + step));
      sheets.scrollTo({ top: sheets.scrollTop + pages[to].getBoundingClientRect().top - sheets.getBoundingClientRect().top - 10 });
    };
    bench.keys["["] = function () { turn(-1); };
    bench.keys["]"] = function () { turn(1); };
    sheets.addEventListener("scroll", function () {
      var at = current();
      strip.forEach(function (link, index) {
        if (index === at) { link.setAttribute("aria-current", "true"); } else { link.removeAttribute("aria-current"); }
      });
      if (level > 1) { sharpen(); }
    }, { passive: true });
    // At first the page is as large as its marks and tables allow: margins are not worth the room.
    var page = (sheets.querySelector(".mark") || sheets.querySelector(".spot") || sheets.firstElementChild).closest(".sheet");
    var spots = page ? bench.all(".spot, .mark rect", page).map(function (spot) { return spot.getBoundingClientRect(); }) : [];
    if (spots.length) {
      var right = Math.max.apply(null, spots.map(function (box) { return box.right; })) + 12;
      var frame = page.getBoundingClientRect(), margin = Math.max(0, frame.right - right);
      if (frame.width / (frame.width - 2 * margin) >= 1.2) { zoom(1); }
    }
    reveal(sheets, sheets.querySelector(".mark.suspected") || sheets.querySelector(".mark"), true);
    if (level) { sheets.scrollLeft = (sheets.scrollWidth - sheets.clientWidth) / 2; }
  }

  // ---- from finding to finding, and deciding, by keyboard
  function goTo(key) {
    if (!key) { return false; }
    location.assign("?finding=" + encodeURIComponent(key));
    return true;
  }
  bench.keys.j = function () { return finding ? goTo(finding.dataset.next) : false; };
  bench.keys.k = function () { return finding ? goTo(finding.dataset.previous) : false; };
  bench.keys.q = function () { location.assign("/queue"); };
  function button(key) { return document.querySelector(".decide button[data-key='" + key + "']"); }
  bench.keys.y = function () { bench.press(button("y")); };
  bench.keys.u = function () { bench.press(button("u")); };
  bench.keys.n = function () {
    var reason = document.querySelector(".decide select");
    if (reason) { reason.focus(); }
  };
  bench.keys.c = function () {
    var comment = document.querySelector(".decide .comment");
    if (comment) { comment.focus(); }
  };
  bench.all(".decide a[data-key=e]").forEach(function (link) {
    link.addEventListener("click", function (event) { event.preventDefault(); bench.keys.e(); });
  });
  bench.keys.e = function () {
    var typed = document.querySelector("#cell input[name=value]") || document.querySelector("#correct input[name=value]")
      || document.getElementById("another-cell");
    if (typed) { typed.focus(); typed.scrollIntoView({ block: "nearest" }); }
  };
  // In the list of reasons Enter dismisses.
  bench.all(".decide select").forEach(function (select) {
    select.addEventListener("keydown", function (event) {
      if (event.key === "Enter") { event.preventDefault(); bench.press(button("n")); }
    });
  });
  bench.all("#another-cell").forEach(function (select) {
    select.form.addEventListener("submit", function (event) { event.preventDefault(); choose(select.value); });
  });
  var chosen = document.querySelector(".entry a[aria-current]");
  if (chosen) { reveal(chosen.closest(".entries"), chosen); }
}());
