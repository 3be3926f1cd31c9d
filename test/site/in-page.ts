/** Questions that are asked inside a page. Each function stands alone: it is sent there as text. */

/** `a href rel`: every element with the names of its attributes, sorted, once each. */
export function elementsOf(): string[] {
  const names = (element: Element) => [element.localName, ...element.getAttributeNames().sort()].join(' ')
  return [...new Set(Array.from(document.querySelectorAll('*'), names))]
}

/** The models of the board. */
export function shownOf(): string[] {
  return Array.from(document.querySelectorAll('table.board tbody th'), (cell) => cell.textContent)
}

/**
 * A mark of direction anywhere, or words from right to left that stand beside other words of their block without being set
 * apart by <bdi>; null where there are none. A cell or a paragraph of its own is set apart, as is what a menu or a picture holds.
 */
export function turnedIn(): string | null {
  const marks = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/
  const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/
  for (const element of document.querySelectorAll('*'))
    for (const { name, value } of element.attributes)
      if (marks.test(value)) return `${element.localName} ${name}=${value.slice(0, 80)}`
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode as Text
    if (parentElement === null || parentElement.localName === 'script') continue
    if (marks.test(data)) return data.slice(0, 80)
    if (!rightToLeft.test(data) || parentElement.closest('bdi, option, title, svg, [dir=auto]')) continue
    let block = parentElement
    while (/^inline/.test(getComputedStyle(block).display) && block.parentElement) block = block.parentElement
    if (block.textContent.trim() !== data.trim())
      return `${block.localName}: ${block.textContent.slice(0, 120)}`
  }
  return null
}

/** How many lines are left by each choice of a model, then by its name as words. */
export function filtered(): [string, number][] {
  const form = document.querySelector<HTMLFormElement>('#filters')!
  const select = form.querySelector<HTMLSelectElement>('select[name=model]')!
  const text = form.querySelector<HTMLInputElement>('input[name=text]')!
  const left = () => document.querySelectorAll('table.board tbody tr:not([hidden])').length
  const input = () => form.dispatchEvent(new Event('input'))
  const counts = Array.from(select.options).flatMap(({ value }): [string, number][] => {
    ;[select.value, text.value] = [value, '']
    input()
    const chosen = left()
    ;[select.value, text.value] = ['', value]
    input()
    return [[value, Math.min(chosen, left())]]
  })
  form.reset()
  return counts
}
