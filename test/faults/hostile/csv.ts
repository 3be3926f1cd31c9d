/** A CSV file as spreadsheets read it: with commas, and where the country writes decimals with one, with semicolons. */
import { unseenIn } from './plain-words.ts'

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i

/** What is wrong with a table of `rows` records below its head, a sentence each. */
export function csvFlaws(text: string, rows: number): string[] {
  const flaws: string[] = []
  const unseen = unseenIn(text)
  if (unseen !== null) flaws.push(`CSV: ${unseen}`)
  const [head, ...records] = recordsOf(text, ',')
  if (records.length !== rows) flaws.push(`CSV: ${records.length} records, expected ${rows}`)
  for (const [i, record] of records.entries())
    if (record.length !== head!.length)
      flaws.push(`CSV: record ${i} has ${record.length} fields of ${head!.length}`)
  for (const separator of [',', ';', '\t'])
    for (const cell of recordsOf(text, separator).flat())
      if (
        /^[\s\u00A0]*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20]/.test(cell) &&
        !NUMBER.test(cell) &&
        !isRow(cell, separator)
      )
        flaws.push(
          `CSV, cut at ${JSON.stringify(separator)}: ${JSON.stringify(cell.slice(0, 80))} begins a formula`,
        )
  return flaws
}

/** Cut at another separator, a cell may begin with a negative number of ours that goes on with a comma. */
function isRow(cell: string, separator: string): boolean {
  return separator !== ',' && NUMBER.test(cell.split(',')[0]!)
}

/** RFC 4180, as Excel and LibreOffice have it: a quote opens a field only where the field begins. */
function recordsOf(text: string, separator: string): string[][] {
  const records: string[][] = []
  let [record, field, isQuoted]: [string[], string, boolean] = [[], '', false]
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (isQuoted && c === '"' && text[i + 1] === '"') field += text[++i]
    else if (isQuoted && c === '"') isQuoted = false
    else if (isQuoted) field += c
    else if (c === '"' && field === '') isQuoted = true
    else if (c === separator) [field] = ['', record.push(field)]
    else if (c === '\n') [record, field] = [[], '', records.push([...record, field])]
    else field += c
  }
  return records
}
