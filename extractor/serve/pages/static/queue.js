// The queue by keyboard: j and k move, y confirms, n dismisses with a reason, c comments, u takes back, x selects.
// What is decided is sent at once and shown in its line; without script the form below does the same for those selected.
(function () {
  "use strict";
  var bench = window.bench, table = document.getElementById("queue"), form = document.getElementById("decisions");
  if (!table) { return; }
  var rows = bench.all("tbody tr", table), dialog = document.getElementById("record");

  function rowAt() { return document.activeElement.closest ? document.activeElement.closest("#queue tbody tr") : null; }
  function go(row) {
    if (!row) { return; }
    row.querySelector(".what a").focus();
    row.scrollIntoView({ block: "nearest" });
  }
  var here = null;
  table.addEventListener("focusin", function () {
    if (here) { here.classList.remove("current"); }
    here = rowAt();
    if (here) { here.classList.add("current"); }
  });
  function move(step) {
    var at = rows.indexOf(rowAt() || here);
    go(at < 0 ? rows[0] : rows[Math.max(0, Math.min(rows.length - 1, at + step))]);
  }
  bench.keys.j = bench.keys.ArrowDown = function () { move(1); };
  bench.keys.k = bench.keys.ArrowUp = function () { move(-1); };
  if (!dialog) { return; }

  var chips = document.getElementById("chips").content;
  function show(row, decision) {
    var cell = row.querySelector(".decision");
    cell.textContent = "";
    row.className = "is-" + decision + " current";
    var chip = chips.querySelector(".decision-" + decision);
    if (chip) { cell.appendChild(chip.cloneNode(true)); }
    bench.announce(chip ? chip.textContent : "");
  }
  function send(row, decision, reason, comment) {
    var body = new URLSearchParams({ csrf: form.elements.csrf.value, decision: decision, reason: reason || "other",
                                     comment: comment || "", finding: row.dataset.findings });
    return fetch(form.action, { method: "POST", body: body, headers: { Accept: "application/json" } }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      show(row, decision);
    }).catch(function (error) { bench.announce(String(error)); row.classList.add("failed"); });
  }
  function ask(row, decision) {
    if (!row) { return; }
    var fields = dialog.querySelector("form").elements;
    dialog.querySelector(".about").textContent = row.querySelector(".what a").textContent + " · " + row.querySelector(".whose").textContent.trim();
    fields.decision.value = decision;
    fields.reason.value = "misread";
    fields.comment.value = "";
    reasons();
    dialog.returnValue = "cancel";
    dialog.showModal();
    (decision === "dismissed" ? dialog.querySelector("[name=reason]") : fields.comment).focus();
    dialog.onclose = function () {
      if (dialog.returnValue === "record") {
        send(row, fields.decision.value, fields.reason.value, fields.comment.value).then(function () {
          go(rows[rows.indexOf(row) + 1] || row);
        });
      } else { go(row); }
    };
  }
  function reasons() {
    var dismissed = dialog.querySelector("[name=decision][value=dismissed]").checked;
    dialog.querySelector(".reasons").hidden = !dismissed;
  }
  dialog.addEventListener("change", reasons);
  dialog.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.type === "radio") {
      event.preventDefault();
      dialog.querySelector("button[value=record]").click();
    }
  });
  bench.keys.y = function () {
    var row = rowAt();
    if (!row) { return false; }
    send(row, "confirmed").then(function () { go(rows[rows.indexOf(row) + 1] || row); });
  };
  bench.keys.n = function () { ask(rowAt(), "dismissed"); };
  bench.keys.c = function () { ask(rowAt(), "confirmed"); };
  bench.keys.u = function () {
    var row = rowAt();
    if (!row) { return false; }
    send(row, "open");
  };
  bench.keys.x = function () {
    var row = rowAt();
    if (!row) { return false; }
    row.querySelector("input[type=checkbox]").click();
  };

  // ---- several at once
  var all = document.getElementById("all"), boxes = bench.all("tbody input[type=checkbox]", table);
  var told = document.getElementById("selected"), untold = told.textContent, last = null;
  function count() {
    var chosen = boxes.filter(function (box) { return box.checked; }).length;
    told.textContent = chosen ? told.dataset.text.replace("#", chosen) : untold;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    bench.all(".bulk button", form).forEach(function (button) { button.disabled = !chosen; });
  }
  all.hidden = false;
  all.addEventListener("change", function () {
    boxes.forEach(function (box) { box.checked = all.checked; });
    count();
  });
  table.addEventListener("click", function (event) {
    var at = boxes.indexOf(event.target);
    if (at < 0) { return; }
    if (event.shiftKey && last !== null) {
      boxes.slice(Math.min(at, last), Math.max(at, last) + 1).forEach(function (box) { box.checked = event.target.checked; });
    }
    last = at;
    count();
  });
  count();
}());
