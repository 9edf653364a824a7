// A tap in a mail opens this page with the face chosen. Reading the page records nothing; a browser that a
// person looks at tells us the tap after a moment, so that one tap is enough. Programs that fetch links never do;
// where one that draws pages does, the desk sees that it taps every face, and the page asks for a press.
const form = document.querySelector<HTMLFormElement>("form[data-survey]");
const said = form?.querySelector<HTMLElement>("[data-said]");
const choose = form?.querySelector<HTMLElement>("[data-choose]");
const MOMENT = 700;

async function tell(loaded = false): Promise<void> {
  const face = form?.querySelector<HTMLInputElement>("input[name=face]:checked")?.value;
  if (!form || !face || navigator.webdriver) return;
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams({ face, tap: "1", ...(loaded ? { loaded: "1" } : {}) }),
    headers: { Accept: "application/json" },
  }).catch(() => null);
  if (loaded && answer?.status === 409) {
    for (const input of form.querySelectorAll<HTMLInputElement>("input[name=face]")) input.checked = false;
    if (choose) choose.hidden = false;
    return;
  }
  if (!answer?.ok) return;
  if (choose) choose.hidden = true;
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

if (form?.hasAttribute("data-tapped")) whenSeen(() => void tell(true));
form?.addEventListener("change", (event) => {
  if ((event.target as HTMLInputElement).name === "face") void tell();
});
