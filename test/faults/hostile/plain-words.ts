/** What no page, table or sentence of ours may hold: characters that cannot be seen, or that turn the direction of text. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /(?![\n\u200C\u200D])[\u0000-\u001F\u007F-\u009F\u180E\p{Cf}\p{Cs}\u2028\u2029]/u

/** The first, as U+202E, with a little of what stands around it; null where there is none. */
export function unseenIn(text: string): string | null {
  const at = text.search(UNSEEN)
  if (at === -1) return null
  const code = text.codePointAt(at)!.toString(16).toUpperCase().padStart(4, '0')
  return `U+${code} in ${JSON.stringify(text.slice(Math.max(0, at - 40), at + 40))}`
}
