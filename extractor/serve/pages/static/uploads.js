// Uploading: files can be dropped, and the share that is sent is shown. A job: its files are shown anew when they change.
(function () {
  "use strict";
  var bench = window.bench, form = document.getElementById("upload"), job = document.getElementById("job");

  function sized(bytes) {
    var units = ["B", "KB", "MB", "GB"], at = 0;
    while (bytes >= 1000 && at < 3) { bytes /= 1000; at += 1; }
    return bytes.toFixed(at > 1 ? 1 : 0) + " " + units[at];
  }

  function uploading() {
    var input = document.getElementById("files"), drop = document.getElementById("drop"), list = document.getElementById("chosen");
    var bar = document.getElementById("sending"), told = document.getElementById("told"), most = 12;
    drop.classList.add("ready");
    drop.querySelector(".drop-text").hidden = false;
    function show() {
      var files = Array.prototype.slice.call(input.files), all = files.reduce(function (sum, file) { return sum + file.size; }, 0);
      list.textContent = "";
      files.slice(0, most).forEach(function (file) {
        var item = document.createElement("li"), size = document.createElement("span");
        item.textContent = file.name + " ";
        size.textContent = sized(file.size);
        item.appendChild(size);
        list.appendChild(item);
      });
      if (files.length > most) {
        var rest = document.createElement("li");
        rest.textContent = form.dataset.more.replace("#", files.length - most);
        list.appendChild(rest);
      }
      told.textContent = files.length ? form.dataset.chosen.replace("#", files.length).replace("@", sized(all)) : "";
    }
    input.addEventListener("change", show);
    ["dragenter", "dragover"].forEach(function (name) {
      addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("over"); });
    });
    addEventListener("dragleave", function (event) { if (!event.relatedTarget) { drop.classList.remove("over"); } });
    addEventListener("drop", function (event) {
      event.preventDefault();
      drop.classList.remove("over");
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; show(); }
    });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var request = new XMLHttpRequest(), button = form.querySelector("button[type=submit]");
      button.disabled = true;
      bar.hidden = false;
      request.upload.addEventListener("progress", function (sent) {
        var percent = sent.total ? Math.floor(100 * sent.loaded / sent.total) : 0;
        bar.value = percent;
        told.textContent = percent < 100 ? form.dataset.sending.replace("#", percent) : form.dataset.sent;
      });
      function failed(reason) {
        told.textContent = form.dataset.failed.replace("#", reason);
        button.disabled = false;
        bar.hidden = true;
      }
      request.addEventListener("load", function () {
        if (request.status < 400) { location.assign(request.responseURL); return; }
        var page = new DOMParser().parseFromString(request.responseText, "text/html"), title = page.querySelector("main");
        failed(title ? title.textContent.trim().replace(/\s+/g, " ") : String(request.status));
      });
      request.addEventListener("error", function () { failed(form.dataset.network); });
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "text/html");
      request.setRequestHeader("X-CSRF-Token", form.elements.csrf.value);
      request.send(new FormData(form));
    });
  }

  function watching() {
    var asking = false, again = false, events = new EventSource("/v1/jobs/" + job.dataset.job + "/events");
    function refresh() {
      if (asking) { again = true; return; }
      asking = true;
      fetch("/jobs/" + job.dataset.job + "?part=documents", { headers: { Accept: "text/html" } }).then(function (answer) {
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.text();
      }).then(function (text) {
        var found = new DOMParser().parseFromString(text, "text/html").getElementById("documents");
        job.textContent = "";
        job.appendChild(document.adoptNode(found));
        if (found.dataset.ended === "yes") {
          events.close();
          bench.announce(found.querySelector(".job-state").textContent);
        }
      }).catch(function () { return null; }).then(function () {
        asking = false;
        if (again) { again = false; refresh(); }
      });
    }
    ["progress", "message", "end", "done", "job"].forEach(function (name) { events.addEventListener(name, refresh); });
    events.addEventListener("error", refresh);
  }

  if (form) { uploading(); }
  if (job && job.dataset.job) { watching(); }
}());
