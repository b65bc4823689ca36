extension GalleryPage {
  /// Builds cards and rows: as many as are in view, and some more.
  static let cardScript = #"""
    const list = element("items");
    const more = element("more");
    const template = element("card").content.firstElementChild;
    const batch = 120;

    // Text with the words that were searched for marked.
    function setText(target, text) {
      const wanted = words(state.q).map(word => word.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&"));
      if (wanted.length === 0) { target.textContent = text; return; }
      const pieces = text.split(new RegExp("(" + wanted.join("|") + ")", "iu"));
      target.replaceChildren(...pieces.map((piece, index) => {
        if (index % 2 === 0) return piece;
        const mark = document.createElement("mark");
        mark.textContent = piece;
        return mark;
      }));
    }

    function picture(target, item) {
      if (item.thumbnail) {
        const image = document.createElement("img");
        image.loading = "lazy";
        image.decoding = "async";
        image.alt = "";
        image.src = "data:image/jpeg;base64," + item.thumbnail;
        target.replaceChildren(image);
      } else {
        target.classList.add("absent");
        target.classList.toggle("code", item.isFailure);
        target.textContent = item.isFailure ? item.code : "no picture";
      }
    }

    function card(item, isRow) {
      const card = template.cloneNode(true);
      const button = card.firstElementChild;
      const [text, name, confidence] = [".text", ".name", ".confidence"].map(part => card.querySelector(part));
      card.classList.toggle("failed", item.isFailure);
      button.dataset.number = item.number;
      picture(card.querySelector(".picture"), item);
      setText(text, item.text || "(empty caption)");
      setText(name, isRow ? item.path : item.name);
      name.title = item.path;
      if (item.confidence != null) {
        confidence.textContent = item.confidence.toFixed(2);
        confidence.title = "Confidence";
        confidence.style.setProperty("--value", item.confidence);
      } else {
        confidence.remove();
      }
      return card;
    }

    function showMore() {
      const start = list.childElementCount;
      const isRow = state.filter === "failures";
      list.append(...shown.slice(start, start + batch).map(item => card(item, isRow)));
      more.hidden = list.childElementCount >= shown.length;
      // Observed anew, or nobody would tell that the list's end is still near.
      observer.unobserve(more);
      observer.observe(more);
    }
    const observer = new IntersectionObserver(
      entries => { if (!more.hidden && entries.some(entry => entry.isIntersecting)) showMore(); },
      { rootMargin: "1500px" });

    function render() {
      select();
      if (element("query").value !== state.q) element("query").value = state.q;
      element("sort").value = state.sort;
      for (const button of document.querySelectorAll("[data-filter]")) {
        const count = found.filter(filters[button.dataset.filter]).length;
        button.setAttribute("aria-pressed", button.dataset.filter === state.filter);
        button.classList.toggle("some", button.dataset.filter === "failures" && count > 0);
        button.querySelector("span").textContent = numbers.format(count);
      }
      const unit = shown.length === 1 ? "image" : "images";
      element("status").value = `${numbers.format(shown.length)} ${unit}`;
      list.classList.toggle("rows", state.filter === "failures");
      list.replaceChildren();
      showMore();
      list.hidden = shown.length === 0;
      element("empty").hidden = shown.length > 0;
      element("empty").querySelector("button").hidden = items.length === 0;
      element("empty").querySelector("p").textContent =
        items.length === 0 ? "There are no images yet."
        : state.q ? `Nothing matches “${state.q}”.`
        : state.filter === "failures" ? "No image failed." : "No image was captioned.";
    }

    function change(changes) {
      Object.assign(state, changes);
      writeAddress();
      render();
      // Where the view is another, its beginning is wanted.
      scrollTo(scrollX, Math.min(scrollY, document.querySelector("header").offsetHeight));
    }
    """#
}
