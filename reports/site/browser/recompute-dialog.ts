/** What a click on `recompute` opens: steps as they are taken, then board and browser side by side. */
import type { Traffic } from '../../../io/byte-source.ts'
import { type Outcome, type Published, type Recipe, recompute, TOLERANCE } from '../recompute.ts'
import { element } from './element.ts'
import { kilobytes, opener, pageData, whyChosen } from './page-data.ts'

export function recomputeButtons(): void {
  const recipes = pageData<Record<string, Recipe>>('recipes')
  if (recipes === null) return
  for (const button of document.querySelectorAll<HTMLButtonElement>('button.recompute')) {
    const recipe = recipes[button.dataset.recipe ?? '']
    const line = button.dataset.line ?? ''
    if (recipe?.lines[line] === undefined) button.hidden = true
    else button.addEventListener('click', () => open(recipe, line))
  }
}

function open(recipe: Recipe, line: string): void {
  const claim = recipe.lines[line]!
  const title = element('h2', { text: `${claim.name} on ${recipe.dataset}`, id: 'recompute-title' })
  const status = element('p', { class: 'status', role: 'status' })
  const result = element('div')
  const close = element('button', { type: 'button', text: 'close' })
  const dialog = element('dialog', { 'aria-labelledby': 'recompute-title' })
  const files = [...recipe.truth.shards, ...claim.runs]
  const reason = whyChosen(files)
  const run = (chosen: readonly File[]) => show(recipe, line, chosen, status, result)
  dialog.append(
    title,
    ...(reason === null ? [] : chooser(reason, files, run)),
    status,
    result,
    element('p', { class: 'buttons' }, [close]),
  )
  close.addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => dialog.remove()) // the focus goes back to the button by itself
  document.body.append(dialog)
  dialog.showModal()
  if (reason === null) void run([])
}

/** The sentence, what is wanted, and where to put it. */
function chooser(
  reason: string,
  files: readonly Published[],
  run: (chosen: readonly File[]) => void,
): Node[] {
  const input = element('input', { type: 'file', multiple: '', id: 'recompute-files' }) as HTMLInputElement
  input.addEventListener('change', () => run(Array.from(input.files ?? [])))
  const items = files.map(({ path, href }) => element('li', { text: href ?? path }))
  return [
    element('p', { text: reason }),
    element('ul', { class: 'files-wanted' }, items),
    element('p', {}, [element('label', { for: 'recompute-files', text: 'Files: ' }), input]),
  ]
}

async function show(
  recipe: Recipe,
  line: string,
  chosen: readonly File[],
  status: HTMLElement,
  result: HTMLElement,
): Promise<void> {
  const traffic: Traffic = { requests: 0, bytes: 0 }
  result.replaceChildren()
  try {
    const outcomes = await recompute(recipe, line, opener(chosen, traffic), async (step) => {
      status.textContent = `${step} …`
      await new Promise((done) => setTimeout(done)) // lets the browser draw it
    })
    const agrees = outcomes.every((outcome) => outcome.agrees)
    const read =
      traffic.requests > 0
        ? `${traffic.requests} range requests, ${kilobytes(traffic.bytes)}`
        : 'read from the chosen files'
    status.textContent = `Every hash was right (${read}).`
    const verdict = agrees
      ? `The board is right: all ${outcomes.length} scores agree to ${TOLERANCE}.`
      : `${outcomes.filter((outcome) => !outcome.agrees).length} of ${outcomes.length} scores differ by more than ${TOLERANCE}.`
    result.append(
      element('p', { class: `verdict ${agrees ? 'agrees' : 'fails'}`, role: 'status', text: verdict }),
      tableOf(outcomes),
    )
  } catch (error) {
    status.textContent = ''
    result.append(element('p', { class: 'verdict fails', role: 'alert', text: (error as Error).message }))
  }
}

function tableOf(outcomes: readonly Outcome[]): HTMLElement {
  const row = (cells: readonly string[], tag: 'th' | 'td') =>
    element(
      'tr',
      {},
      cells.map((text, c) =>
        element(c === 0 ? 'th' : tag, {
          text,
          ...(tag === 'th' ? { scope: 'col' } : c === 0 ? { scope: 'row' } : {}),
          ...(c > 0 && { class: 'number' }),
        }),
      ),
    )
  const rows = outcomes.map(({ metric, board, here, difference }) =>
    row([metric, String(board), String(here), difference === 0 ? '0' : difference.toExponential(1)], 'td'),
  )
  const head = row(['metric', 'on the board', 'in this browser', 'relative difference'], 'th')
  return element(
    'div',
    { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': 'Scores, board and browser' },
    [element('table', {}, [element('thead', {}, [head]), element('tbody', {}, rows)])],
  )
}
