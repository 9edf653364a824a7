// The list answers while one types; Enter opens the plain page of the search.
import { refresh } from "./live";
import { all, calm, one } from "./page";

function look(field: HTMLInputElement): void {
  const words = field.value.trim();
  const home = document.body.dataset.home ?? "";
  const query = words ? `?${new URLSearchParams({ q: words })}` : home;
  if (query === document.body.dataset.query) return;
  document.body.dataset.query = query;
  for (const other of all<HTMLInputElement>("[data-search]")) if (other !== field) other.value = field.value;
  one(".rows")?.scrollTo({ top: 0 });
  void refresh();
}

export function startSearch(): void {
  if (!one("#rows")) return;
  document.body.dataset.home = document.body.dataset.query?.startsWith("?q=") ? "?view=all" : (document.body.dataset.query ?? "");
  for (const field of all<HTMLInputElement>("[data-search]")) {
    field.addEventListener("input", calm(180, () => look(field)));
  }
}
