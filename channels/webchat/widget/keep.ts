// What outlives the page. Where storage is blocked everything is kept for this page only.
import { site } from "./here.ts";

export interface Pending { cid: string; text: string; person?: boolean; offline?: boolean; profile?: Record<string, string>; at: number; user?: string | undefined; }
export interface Kept { token?: string; started?: boolean; sound?: boolean; email?: string; accent?: string; accentDark?: string; pending: Pending[]; }

const key = `pasokh:${site}`;
let blocked = false;
let memory: Kept = { pending: [] };

function attempt(what: () => void): void { if (!blocked) try { what(); } catch { blocked = true; } }

export function kept(): Kept {
  attempt(() => { memory = { pending: [], ...(JSON.parse(localStorage.getItem(key) || "{}") as Partial<Kept>) }; });
  return memory;
}

/** Another tab may have written meanwhile: what is there now is changed, not what was read before. */
export function keep(how: (kept: Kept) => void): void {
  how(kept());
  attempt(() => localStorage.setItem(key, JSON.stringify(memory)));
}

export function forget(): void {
  memory = { pending: [] };
  attempt(() => localStorage.removeItem(key));
}
