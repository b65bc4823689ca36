extension GalleryPage {
  /// The page's style sheet, light or dark as the reader's system is.
  static let style = """
    :root {
      color-scheme: light dark;
      --paper: #f6f7f8; --card: #fff; --well: #eceef0; --ink: #1b1e22; --faint: #5b636d; --line: #d9dde2;
      --accent: #2458c5; --mark: #ffe9a3; --bad: #a3261c; --bad-well: #faeae8;
      --shadow: 0 1px 2px #0f172a0f, 0 6px 16px #0f172a0f;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #101214; --card: #191c20; --well: #0b0d0f; --ink: #e9ecef; --faint: #9aa3ad; --line: #2b3037;
        --accent: #8db4ff; --mark: #6a5300; --bad: #ff9d92; --bad-well: #2e1a19;
        --shadow: 0 1px 2px #0006, 0 6px 16px #0006;
      }
    }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
    }
    button, input, select { font: inherit; color: inherit; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    header, main, #controls { padding-inline: max(20px, calc((100vw - 1560px) / 2)); }
    header { padding-block: 28px 14px; }
    h1 { margin: 0 0 4px; font-size: 26px; line-height: 1.2; letter-spacing: -.01em; overflow-wrap: anywhere; }
    header p { margin: 0; overflow-wrap: anywhere; }
    .by { color: var(--faint); font-size: 13px; }
    .by b { font-weight: 600; }
    .skip { position: absolute; left: -9999px; }
    .skip:focus { left: 12px; top: 8px; z-index: 3; padding: 6px 10px; background: var(--card); }

    #controls {
      position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 10px 12px; align-items: center;
      padding-block: 10px; background: var(--paper); border-bottom: 1px solid var(--line);
    }
    #query {
      flex: 1 1 260px; min-width: 0; height: 38px; padding: 0 12px; background: var(--card);
      border: 1px solid var(--line); border-radius: 9px;
    }
    #query::placeholder { color: var(--faint); opacity: 1; }
    .filters { display: flex; padding: 3px; gap: 2px; background: var(--well); border-radius: 9px; }
    .filters button {
      height: 32px; padding: 0 11px; background: none; border: 0; border-radius: 7px; cursor: pointer;
      white-space: nowrap;
    }
    .filters button span {
      margin-left: 3px; color: var(--faint); font-size: 13px;
      font-variant-numeric: tabular-nums;
    }
    .filters [aria-pressed=true] { background: var(--card); box-shadow: 0 1px 2px #0f172a26; font-weight: 600; }
    .filters [aria-pressed=true] span { font-weight: 400; }
    .filters .some:not([aria-pressed=true]), .filters .some span { color: var(--bad); }
    .sort { display: flex; gap: 8px; align-items: center; white-space: nowrap; }
    .sort span { color: var(--faint); }
    select {
      height: 38px; min-width: 0; padding: 0 8px; background: var(--card); border: 1px solid var(--line);
      border-radius: 9px;
    }
    #status {
      flex: 1 0 auto; min-width: 6em; text-align: right; color: var(--faint); font-size: 13px;
      font-variant-numeric: tabular-nums;
    }

    main { padding-block: 20px 60px; min-height: 70vh; }
    #items {
      display: grid; gap: 16px; margin: 0; padding: 0; list-style: none; outline: none;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 220px), 1fr));
    }
    #items > li { display: flex; min-width: 0; content-visibility: auto; contain-intrinsic-size: auto 280px; }
    #items button {
      position: relative; scroll-margin: 76px 0 16px; display: flex; flex-direction: column; flex: 1; min-width: 0;
      padding: 0; overflow: hidden; text-align: left;
      background: var(--card); border: 1px solid var(--line); border-radius: 11px; cursor: pointer;
    }
    #items button:hover { border-color: var(--faint); box-shadow: var(--shadow); }
    /* Inside and above the picture: a card clips what is outside. */
    #items button:focus-visible { outline: none; }
    #items button:focus-visible::after {
      content: ""; position: absolute; inset: -1px; border: 2px solid var(--accent); border-radius: inherit;
    }
    .picture { display: flex; align-items: center; justify-content: center; background: var(--well); }
    #items .picture { position: relative; width: 100%; aspect-ratio: 4 / 3; }
    #items img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
    .absent { color: var(--faint); font-size: 13px; }
    .failed .absent { background: var(--bad-well); color: var(--bad); }
    code, .code { font: 12.5px/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    .words { display: flex; flex-direction: column; flex: 1; gap: 8px; width: 100%; padding: 11px 13px 12px; }
    .text {
      display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden;
      overflow-wrap: anywhere;
    }
    .failed .text { font-size: 13.5px; }
    .facts {
      display: flex; gap: 10px; align-items: baseline; margin-top: auto; color: var(--faint);
      font-size: 12.5px;
    }
    .name { flex: 1; min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
    .confidence { flex: none; font-variant-numeric: tabular-nums; }
    .confidence::before {
      content: ""; display: inline-block; width: 34px; height: 4px; margin-right: 6px; vertical-align: 2.5px;
      border-radius: 2px;
      background: linear-gradient(var(--accent) 0 0) 0 / calc(var(--value) * 100%) no-repeat var(--line);
    }
    mark { background: var(--mark); color: inherit; border-radius: 2px; }
    .empty { padding: 60px 20px; text-align: center; color: var(--faint); overflow-wrap: anywhere; }

    #items.rows { display: block; border: 1px solid var(--line); border-radius: 11px; overflow: hidden; }
    .rows > li { contain-intrinsic-size: auto 46px; }
    #items.rows > li + li { border-top: 1px solid var(--line); }
    #items.rows button { flex-direction: row; align-items: baseline; border: 0; border-radius: 0; box-shadow: none; }
    #items.rows button:hover { background: var(--well); }
    #items.rows .picture {
      flex: none; width: 180px; aspect-ratio: auto; padding: 12px 0 12px 14px;
      background: none;
    }
    #items.rows .picture { justify-content: flex-start; }
    .rows .words { flex-direction: row-reverse; align-items: baseline; gap: 18px; min-width: 0; padding: 12px 14px; }
    .rows .text { flex: 3; -webkit-line-clamp: none; color: var(--faint); }
    .rows .facts { flex: 2; min-width: 0; margin: 0; color: inherit; font-size: 13.5px; }
    #items.rows .name { white-space: normal; overflow-wrap: anywhere; }

    .plain {
      display: inline-flex; align-items: center; justify-content: center; height: 34px; min-width: 34px;
      padding: 0 12px;
      background: var(--card); color: inherit; border: 1px solid var(--line); border-radius: 8px; cursor: pointer;
      font-size: 14px; text-decoration: none;
    }
    .plain:hover { border-color: var(--faint); }
    .plain:disabled { opacity: .4; cursor: default; }
    dialog {
      width: min(1080px, calc(100vw - 32px)); max-height: calc(100vh - 32px); padding: 0; background: var(--card);
      color: inherit; border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 20px 60px #0005;
      overflow: hidden;
    }
    dialog[open] { display: flex; flex-direction: column; }
    dialog::backdrop { background: #0b0d0fa6; }
    .bar {
      display: flex; gap: 6px; align-items: center; padding: 10px 12px 10px 18px;
      border-bottom: 1px solid var(--line);
    }
    .bar span { flex: 1; color: var(--faint); font-size: 13px; font-variant-numeric: tabular-nums; }
    .body { display: flex; min-height: 0; overflow: auto; }
    .body .picture { flex: 3 1 0; min-width: 0; min-height: 340px; padding: 14px; }
    .body img { width: 100%; height: 100%; max-height: calc(100vh - 140px); object-fit: contain; }
    .panel { flex: 2 1 0; min-width: 0; padding: 20px; overflow-wrap: anywhere; }
    #details-text { margin: 0 0 16px; font-size: 19px; line-height: 1.4; }
    .actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 0 0 20px; }
    dl { margin: 0; }
    dt { color: var(--faint); font-size: 12.5px; }
    dd { margin: 1px 0 12px; }
    @media (max-width: 700px) {
      header { padding-block: 20px 12px; }
      header, main, #controls { padding-inline: 14px; }
      .filters { flex: 1 1 100%; }
      .filters button { flex: 1; padding: 0 4px; }
      .sort span, .confidence::before { display: none; }
      #items { gap: 10px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 155px), 1fr)); }
      #items.rows button { display: block; padding: 10px 14px; }
      #items.rows .picture, #items.rows .words { width: auto; padding: 0; }
      #items.rows .words { flex-direction: column-reverse; gap: 2px; }
      .body { flex-direction: column; }
      .body .picture { flex: none; min-height: 200px; }
      .body img { max-height: 44vh; }
    }
    @media (max-width: 700px), (max-height: 560px) { #controls { position: static; } }
    """
}
