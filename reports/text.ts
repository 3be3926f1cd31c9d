/**
 * Names and sentences come from datasets, submissions and strangers; each place they are written to has its own escape.
 * All three first make what cannot be seen visible: control characters and the marks that turn the direction of text
 * become U+FFFD, line breaks become spaces. What is not done: judging whether a name looks like another.
 */

/** One line of visible text. The joiners U+200C and U+200D stay, since some scripts are wrong without them. */
export function visible(text: string): string {
  return text.replace(BREAKS, ' ').replace(UNSEEN, '\uFFFD')
}

/** Inside an HTML element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (c) => `&#${c.charCodeAt(0)};`)
}

/** A Markdown paragraph, list item or table cell. An underscore within a word is no emphasis and stays as it is. */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .trim()
    .replace(/[\\`*[\]|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&')
    .replace(/^(?:#{1,6}\s|[-+]\s|[-+=]{2})/, '\\$&')
    .replace(/^(\d+)([.)]\s)/, '$1\\$2')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
}

/**
 * A CSV field (RFC 4180). Text that a spreadsheet would take for a formula is preceded by an apostrophe;
 * so is what it would take for one after a semicolon; numbers are written as they are, null is an empty field.
 */
export function escapeCsv(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = visible(value).replace(FORMULA, "$1'")
  return /[",']/.test(safe) || safe !== safe.trim() ? `"${safe.replace(/"/g, '""')}"` : safe
}

/** `url` if it is a plain https address, else null: nothing else becomes a link. */
export function httpsOnly(url: string | undefined): string | null {
  if (url === undefined || !URL.canParse(url)) return null
  const parsed = new URL(url)
  return parsed.protocol === 'https:' && parsed.username === '' ? parsed.href : null
}

/** Where a citation (`doi:…` or `arXiv:…`) leads, or null. */
export function citationLink(cite: string): string | null {
  const [, kind, id] = /^(doi|arxiv):\s*([\w./()-]+)$/i.exec(cite) ?? []
  if (kind === undefined || id === undefined) return null
  return httpsOnly(kind.toLowerCase() === 'doi' ? `https://doi.org/${id}` : `https://arxiv.org/abs/${id}`)
}

const BREAKS = /[\t\n\r\u0085\u2028\u2029]+/g
/** Control and format characters (marks of direction, tags, fillers of no width) and lone surrogates. */
const UNSEEN = /(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}]/gu
/** = + - @ and their full-width twins, also behind spaces and quotes; and behind a semicolon, which separates cells in half of the world. */
const FORMULA = /(^|;)(?=[\s"]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g
