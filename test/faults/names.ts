/** Names that a hostile manifest could give its files or itself. */
import type { Rng } from '../../contracts.ts'

export interface BadName {
  kind: 'file' | 'dataset'
  name: string
}

const NAMES = [
  '..',
  '.',
  '',
  '../x.parquet',
  '../../x.parquet',
  'a/../../x.parquet',
  'a/../x.parquet',
  './x.parquet',
  '/x.parquet',
  '/etc/x.parquet',
  '//host/share/x.parquet',
  '\\\\host\\share\\x.parquet',
  'c:\\x.parquet',
  'c:x.parquet',
  'C:/x.parquet',
  '..\\x.parquet',
  'a\\..\\x.parquet',
  '../out-evil/x.parquet',
  'x.parquet\0',
  'x\0.parquet',
  'con',
  'con.parquet',
  'nul.parquet',
  'a/aux.parquet',
  'com1.parquet',
  'lpt9.parquet',
  'prn.parquet',
  `${'x'.repeat(300)}.parquet`,
  `${'x/'.repeat(200)}x.parquet`,
  'X.parquet',
  'x.Parquet',
  'caf\u00e9.parquet',
  'cafe\u0301.parquet',
  '\u212b.parquet',
  'x .parquet',
  ' x.parquet',
  'x.parquet ',
  'x.parquet.',
  'x./x.parquet',
  'x.parquet:stream',
  '~/x.parquet',
  '%2e%2e/x.parquet',
  '..%2fx.parquet',
  '\u2025/x.parquet',
  '\uff0e\uff0e/x.parquet',
  'a\u202ex.parquet',
  'a\nb.parquet',
  'a\x1b[2J.parquet',
  'a//x.parquet',
  'x.parquet/',
  '...',
  '.../x.parquet',
  'manifest.json',
  'SHA256SUMS',
  'x.parquet.part',
  'x.parquet.part.json',
  'run.lock',
  '.parquet',
  'x',
  '\ud800.parquet',
  '__proto__',
  'constructor',
  '*.parquet',
  'x|y.parquet',
  '$HOME.parquet',
]
const DATASETS = [
  '..',
  '.',
  '',
  '../x',
  '/x',
  '.quarantine',
  '.git',
  'a/b',
  'con',
  'nul.x',
  'A',
  'a.',
  'x\0',
  'é',
  '...',
]
const PIECES = [
  '..',
  '.',
  '/',
  '\\',
  '\0',
  'a',
  'A',
  'con',
  ':',
  ' ',
  '%2e',
  '\u0301',
  'e',
  '~',
  '.parquet',
  '//',
  '...',
]

/** Words that may be a name, or are none for a reason that is among NAMES. */
const HARMLESS = /^([ae]|con|\.|\.parquet|\/)*\.parquet$/

/** The named ones first, then words of PIECES; none of them is the name of a file of a dataset. */
export function badNames(count: number, rng: Rng): BadName[] {
  const named: BadName[] = [
    ...NAMES.map((name): BadName => ({ kind: 'file', name })),
    ...DATASETS.map((name): BadName => ({ kind: 'dataset', name })),
  ]
  const words = new Set<string>()
  while (named.length + words.size < count) {
    const word = Array.from({ length: 1 + rng.integer(8) }, () => PIECES[rng.integer(PIECES.length)]!).join(
      '',
    )
    if (!HARMLESS.test(word)) words.add(word)
  }
  return [...named, ...[...words].map((name): BadName => ({ kind: 'file', name }))].slice(0, count)
}
