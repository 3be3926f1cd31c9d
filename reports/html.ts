/**
 * HTML by template: `html\`<td>${name}</td>\`` escapes what is put in, unless it is itself made by `html`.
 * Attributes must be quoted. false, null and undefined leave nothing; lists are joined.
 */
import { escapeHtml } from './text.ts'

/** A piece of finished HTML. */
export interface Markup {
  readonly markup: string
}
export type Part = string | number | boolean | null | undefined | Markup | readonly Part[]

export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return trusted(texts.map((text, i) => text + (i < parts.length ? render(parts[i]) : '')).join(''))
}

/** Marks text as HTML that this program made. Never for anything read from a file of someone else. */
export function trusted(markup: string): Markup {
  return { markup }
}

function render(part: Part): string {
  if (part === null || part === undefined || typeof part === 'boolean') return ''
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return 'markup' in part ? part.markup : part.map(render).join('')
}
