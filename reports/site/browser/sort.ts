/** A click on the head of a column sorts its board: the better side first, then the other. Cells without a value stay last. */
export function sortable(table: HTMLTableElement): void {
  const heads = Array.from(table.tHead?.rows[0]?.cells ?? [])
  table.classList.add('ranked')
  for (const [c, head] of heads.entries()) {
    const button = head.querySelector<HTMLButtonElement>('button.sort')
    button?.addEventListener('click', () => {
      const isAscending = directionOf(head, button) === 'ascending'
      for (const other of heads) other.removeAttribute('aria-sort')
      head.setAttribute('aria-sort', isAscending ? 'ascending' : 'descending')
      table.classList.toggle('ranked', c === 0 && isAscending)
      sortRows(table.tBodies[0]!, c, isAscending)
    })
  }
}

function directionOf(head: HTMLTableCellElement, button: HTMLButtonElement): string {
  const now = head.getAttribute('aria-sort')
  if (now === null) return button.dataset.first ?? 'ascending'
  return now === 'ascending' ? 'descending' : 'ascending'
}

/** Rows that are equal keep the order of the ranks, in which they came. */
function sortRows(body: HTMLTableSectionElement, column: number, isAscending: boolean): void {
  const rows = Array.from(body.rows, (row, i) => {
    row.dataset.place ??= String(i)
    return { row, place: Number(row.dataset.place), value: row.cells[column]?.dataset.v ?? '' }
  })
  rows.sort((a, b) => {
    const isLast = Number(a.value === '') - Number(b.value === '')
    const order = compare(a.value, b.value)
    return isLast || (isAscending ? order : -order) || a.place - b.place
  })
  body.append(...rows.map(({ row }) => row))
}

function compare(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)]
  if (Number.isFinite(x) && Number.isFinite(y)) return x - y
  return a < b ? -1 : a > b ? 1 : 0
}
