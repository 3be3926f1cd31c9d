/** Everything the pages of a site do beyond being read. A page has some of these parts; what it has not is passed over. */
import { filters } from './filter.ts'
import { recomputeButtons } from './recompute-dialog.ts'
import { rowViewer } from './row-viewer.ts'
import { sortable } from './sort.ts'
import { themeButton } from './theme-button.ts'

themeButton()
for (const table of document.querySelectorAll<HTMLTableElement>('table.board')) sortable(table)
const form = document.querySelector<HTMLFormElement>('form#filters')
if (form !== null) filters(form)
const viewer = document.getElementById('viewer')
if (viewer !== null) rowViewer(viewer)
recomputeButtons()
