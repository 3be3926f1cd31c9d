/** Filters of the index: every line and every point of a plot has its model and loss in `data-model` and `data-loss`. */
export function filters(form: HTMLFormElement): void {
  const shown = document.getElementById('shown')
  const lines = Array.from(document.querySelectorAll<HTMLElement | SVGElement>('[data-model]'))
  const apply = () => {
    const given = new FormData(form)
    const said = (name: string) => String(given.get(name) ?? '')
    const words = said('text').toLowerCase().split(/\s+/)
    const isShown = ({ dataset: { model = '', loss = '' } }: HTMLElement | SVGElement) =>
      (said('model') === '' || said('model') === model) &&
      (said('loss') === '' || said('loss') === loss) &&
      words.every((word) => `${model} ${loss}`.toLowerCase().includes(word))
    for (const line of lines) line.toggleAttribute('hidden', !isShown(line))
    const rows = lines.filter((line) => line instanceof HTMLTableRowElement)
    const left = rows.filter((row) => !row.hasAttribute('hidden')).length
    if (shown !== null)
      shown.textContent = left === rows.length ? `${left} lines` : `${left} of ${rows.length} lines`
  }
  form.addEventListener('input', apply)
  form.addEventListener('reset', () => setTimeout(apply)) // after the fields are empty
  form.addEventListener('submit', (event) => event.preventDefault())
  apply() // a browser that goes back keeps the fields
}
