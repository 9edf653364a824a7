// What outlives the page. Where storage is blocked everything is kept for this page only.
export interface Pending { cid: string; text: string; person?: boolean; offline?: boolean; profile?: Record<string, string>; at: number; }
export interface Kept { token?: string; started?: boolean; sound?: boolean; accent?: string; accentDark?: string; pending: Pending[]; }

export class Keep {
  private memory: Kept = { pending: [] };
  constructor(private key: string) {}

  get(): Kept {
    if (!this.blocked) try {
      const found = localStorage.getItem(this.key);
      if (found) this.memory = { pending: [], ...(JSON.parse(found) as Partial<Kept>) };
      else this.memory = { pending: [] };
    } catch { this.blocked = true; }
    return this.memory;
  }

  /** Another tab may have written meanwhile: what is there now is changed, not what was read before. */
  change(how: (kept: Kept) => void): void {
    const kept = this.get();
    how(kept);
    this.memory = kept;
    if (!this.blocked) try { localStorage.setItem(this.key, JSON.stringify(kept)); } catch { this.blocked = true; }
  }

  forget(): void {
    this.memory = { pending: [] };
    try { localStorage.removeItem(this.key); } catch { /* kept in memory alone */ }
  }

  private blocked = false;
}
