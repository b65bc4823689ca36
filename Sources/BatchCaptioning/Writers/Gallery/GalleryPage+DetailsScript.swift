extension GalleryPage {
  /// The details of one image, in a dialog.
  static let detailsScript = #"""
    const details = element("details");

    function fact(name, value, isCode) {
      if (value == null) return [];
      const [term, description] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = name;
      description.textContent = value;
      if (isCode) description.className = "code";
      return [term, description];
    }

    function showDetails(number) {
      const place = shown.findIndex(item => item.number === number);
      if (place < 0) {
        state.item = 0;
        if (details.open) details.close();
        return;
      }
      const item = shown[place];
      state.item = number;
      writeAddress();
      element("details-place").textContent = `${numbers.format(place + 1)} of ${numbers.format(shown.length)}`;
      element("previous").disabled = place === 0;
      element("next").disabled = place + 1 === shown.length;
      const large = element("details-picture");
      large.className = "picture";
      details.classList.toggle("failed", item.isFailure);
      picture(large, item);
      if (item.link && !item.isFailure) {
        // The file itself, where the page can reach it; the small image stays where it cannot.
        const original = new Image();
        original.alt = "";
        original.onload = () => { if (state.item === number) large.replaceChildren(original); };
        original.src = item.link;
      }
      element("details-text").textContent = item.text || "(empty caption)";
      element("copy").textContent = item.isFailure ? "Copy message" : "Copy caption";
      element("original").hidden = !item.link;
      element("original").href = item.link ?? "";
      element("facts").replaceChildren(
        ...fact("Code", item.code, true),
        ...fact("Stage", item.stage),
        ...fact("Confidence", item.confidence?.toFixed(4)),
        ...fact("Path", item.path),
        ...fact("Size", item.width && `${numbers.format(item.width)} × ${numbers.format(item.height)} pixels`),
        ...fact("SHA-256", item.sha256, true));
      if (!details.open) details.showModal();
    }

    function step(by) {
      const place = shown.findIndex(item => item.number === state.item);
      const next = shown[place + by];
      if (next) showDetails(next.number);
    }

    async function copy() {
      const text = element("details-text").textContent;
      const button = element("copy");
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        // Not allowed here: marked, so that the reader's own keys do it.
        getSelection().selectAllChildren(element("details-text"));
        button.textContent = "Selected: press Ctrl+C";
      }
    }

    details.addEventListener("close", () => {
      const number = state.item;
      state.item = 0;
      writeAddress();
      const place = shown.findIndex(item => item.number === number);
      while (place >= list.childElementCount && !more.hidden) showMore();
      list.children[place]?.firstElementChild.focus();
    });
    details.addEventListener("click", event => { if (event.target === details) details.close(); });
    details.addEventListener("keydown", event => {
      if (event.key === "ArrowLeft") step(-1);
      if (event.key === "ArrowRight") step(1);
    });
    element("close").onclick = () => details.close();
    element("previous").onclick = () => step(-1);
    element("next").onclick = () => step(1);
    element("copy").onclick = copy;
    """#

  /// Handles the reader's actions, and starts the page.
  static let startScript = #"""
    let typing = 0;
    element("query").addEventListener("input", event => {
      clearTimeout(typing);
      typing = setTimeout(() => change({ q: event.target.value.trim() }), 120);
    });
    element("controls").addEventListener("submit", event => event.preventDefault());
    element("sort").addEventListener("change", event => change({ sort: event.target.value }));
    element("controls").addEventListener("click", event => {
      const button = event.target.closest("[data-filter]");
      if (button) change({ filter: button.dataset.filter });
    });
    element("empty").querySelector("button").onclick = () => change({ q: "", filter: "all" });
    element("skip").addEventListener("click", event => {
      // The address behind # is taken.
      event.preventDefault();
      list.focus();
    });
    list.addEventListener("click", event => {
      const button = event.target.closest("button");
      if (button) showDetails(Number(button.dataset.number));
    });
    list.addEventListener("keydown", event => {
      const focused = document.activeElement?.parentElement;
      if (focused?.parentElement !== list) return;
      const cards = [...list.children];
      const first = cards[0].offsetTop;
      const second = cards.findIndex(card => card.offsetTop !== first);
      const columns = second < 0 ? cards.length : second;
      const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
      const by = event.altKey || event.ctrlKey || event.metaKey ? undefined : steps[event.key];
      if (by === undefined) return;
      event.preventDefault();
      cards[cards.indexOf(focused) + by]?.firstElementChild.focus();
    });
    document.addEventListener("keydown", event => {
      const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      if (event.key === "/" && !isTyping && !details.open) {
        event.preventDefault();
        element("query").select();
      }
      if (event.key === "Escape" && event.target === element("query")) change({ q: "" });
    });
    function follow() {
      readAddress();
      const number = state.item;
      render();
      if (number) showDetails(number); else if (details.open) details.close();
    }
    addEventListener("hashchange", follow);
    follow();
    """#
}
