extension GalleryPage {
  /// Selects and sorts the images that are shown. That state is in the address after `#`, so that a view can be kept or
  /// passed on: `q` (words), `filter`, `sort`, `item` (the image whose details are open).
  static let script = #"""
    "use strict";
    const element = id => document.getElementById(id);
    const items = [];
    for (const data of document.querySelectorAll('script[type="application/json"]')) {
      for (const item of JSON.parse(data.textContent)) items.push(item);
    }
    items.sort((a, b) => a.ordinal - b.ordinal);
    items.forEach((item, index) => {
      item.number = index + 1;
      item.isFailure = item.code !== undefined;
      item.text = item.isFailure ? item.message : item.note ?? item.caption;
      item.name = item.path.slice(item.path.lastIndexOf("/") + 1) || item.path;
    });

    const numbers = new Intl.NumberFormat("en");
    const filters = {
      all: () => true,
      captioned: item => !item.isFailure,
      failures: item => item.isFailure,
    };
    const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
    const rising = key => (a, b) => {
      const [left, right] = [key(a), key(b)];
      // What has no such value comes last either way.
      if (left == null || right == null) return (left == null) - (right == null);
      return left - right;
    };
    const falling = key => rising(item => key(item) == null ? null : -key(item));
    const length = item => item.isFailure ? null : (item.length ??= [...item.caption].length);
    const orders = {
      list: () => 0,
      confidence: rising(item => item.confidence),
      "-confidence": falling(item => item.confidence),
      name: (a, b) => names.compare(a.path, b.path),
      length: rising(length),
      "-length": falling(length),
    };

    const words = query => query.toLowerCase().split(/\s+/).filter(word => word);
    const searched = item => item.searched ??= [item.text, item.path, item.code].join("\n").toLowerCase();

    const state = { q: "", filter: "all", sort: "list", item: 0 };
    let found = [];
    let shown = [];

    function readAddress() {
      const address = new URLSearchParams(location.hash.slice(1));
      const known = (name, choices, fallback) =>
        Object.hasOwn(choices, address.get(name) ?? "") ? address.get(name) : fallback;
      state.q = address.get("q") ?? "";
      state.filter = known("filter", filters, "all");
      state.sort = known("sort", orders, "list");
      state.item = Number(address.get("item")) || 0;
    }

    function writeAddress() {
      const address = new URLSearchParams();
      if (state.q) address.set("q", state.q);
      if (state.filter !== "all") address.set("filter", state.filter);
      if (state.sort !== "list") address.set("sort", state.sort);
      if (state.item) address.set("item", state.item);
      // Not `location.hash`, which would leave a step behind for every letter that is typed.
      history.replaceState(null, "", "#" + address);
    }

    function select() {
      const wanted = words(state.q);
      found = items.filter(item => wanted.every(word => searched(item).includes(word)));
      shown = found.filter(filters[state.filter]);
      // Sorting is stable: equals stay in the list's order.
      if (state.sort !== "list") shown.sort(orders[state.sort]);
    }
    """#
}
