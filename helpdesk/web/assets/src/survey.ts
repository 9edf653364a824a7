// A tap in a mail opens this page with the face chosen. Reading the page records nothing; a browser that a
// person looks at tells us the tap after a moment, so that one tap is enough. Programs that fetch links never do.
const form = document.querySelector<HTMLFormElement>("form[data-survey]");
const said = form?.querySelector<HTMLElement>("[data-said]");
const MOMENT = 700;

async function tell(): Promise<void> {
  const face = form?.querySelector<HTMLInputElement>("input[name=face]:checked")?.value;
  if (!form || !face || navigator.webdriver) return;
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams({ face, tap: "1" }),
    headers: { Accept: "application/json" },
  }).catch(() => null);
  if (!answer?.ok) return;
  if (said) said.hidden = false;
  history.replaceState(null, "", form.action); // loading it again must not tap again
}

function whenSeen(run: () => void): void {
  const later = (): void => {
    if (document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", later);
    window.setTimeout(run, MOMENT);
  };
  document.addEventListener("visibilitychange", later);
  later();
}

if (form?.hasAttribute("data-tapped")) whenSeen(() => void tell());
form?.addEventListener("change", (event) => {
  if ((event.target as HTMLInputElement).name === "face") void tell();
});
