// What several modules ask of the page.

export const one = <T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T | null =>
  within.querySelector<T>(selector);

export const all = <T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T[] => [
  ...within.querySelectorAll<T>(selector),
];

const figures = new Intl.NumberFormat(document.documentElement.lang === "fa" ? "fa-IR" : "en", { useGrouping: false });

/** A number in the digits of the page's language. */
export const number = (value: number): string => figures.format(value);

/** POST to our own server with the form token. */
export function post(url: string, body: BodyInit): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body,
    headers: { "X-CSRF-Token": document.body.dataset.csrf ?? "", Accept: "application/json" },
  });
}

/** The ticket on the page and its address. */
export const ticket = (): HTMLElement | null => one(".ticket");

/** Calls `run` when nothing has called again for `ms`. */
export function calm(ms: number, run: () => void): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(run, ms);
  };
}

/** Marks the row of the ticket that is open, and nothing else. */
export function markOpen(): void {
  const open = ticket()?.dataset.number;
  for (const row of all<HTMLAnchorElement>("#rows .row")) {
    if (row.parentElement?.id === `t${open}`) {
      row.setAttribute("aria-current", "true");
      row.classList.remove("new");
    } else row.removeAttribute("aria-current");
  }
}

/** The row below the open one. */
export function nextRow(): HTMLAnchorElement | undefined {
  const rows = all<HTMLAnchorElement>("#rows .row");
  return rows[rows.findIndex((row) => row.hasAttribute("aria-current")) + 1];
}
