// The inbox works as plain pages and forms; these modules make it quick and live.
import htmx from "htmx.org";
import { startComposer } from "./composer";
import { startKeys } from "./keys";
import { startLive } from "./live";
import { startMenus } from "./menus";
import { startPlayers } from "./player";
import { startSearch } from "./search";
import { startToasts } from "./toasts";
import { startVerbs } from "./verbs";
import { startViewer } from "./viewer";

// Set before htmx looks at the page. Its own style element and eval are against our content policy,
// and customers' words do not belong into the browser's storage.
Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
});

document.addEventListener("htmx:configRequest", (event) => {
  const { headers } = (event as CustomEvent<{ headers: Record<string, string> }>).detail;
  headers["X-CSRF-Token"] = document.body.dataset.csrf ?? "";
});

startMenus();
startToasts();
startComposer();
startVerbs();
startSearch();
startLive();
startViewer();
startPlayers();
if (document.body.dataset.keys === "on") startKeys();
