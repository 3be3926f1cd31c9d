import { visible } from '../../text.ts'

/** An element with attributes; `text` becomes its text, never markup, and what cannot be seen in it is shown. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { text, ...attributes }: Record<string, string> = {},
  children: readonly Node[] = [],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  if (text !== undefined) made.textContent = visible(text)
  made.append(...children)
  return made
}
