/** Footers that promise something else than the track asks for. */
import { type Footer, footerRules } from '../../../benchmarks/submission/rules/footer.ts'
import type { Break } from './break.ts'
import { footer } from './valid.ts'

export const footerBreaks: Break[] = [
  outline(
    'rows-some',
    (f) => ({ ...f.outline, rows: 0 }),
    () => 'no rows',
  ),
  outline(
    'rows-bound',
    (f) => ({ ...f.outline, rows: 2 * f.rows + 1 }),
    (f) => `the test split has ${f.rows}`,
  ),
  outline(
    'groups-bound',
    (f) => ({ ...f.outline, groups: f.rows + 1 }),
    (f) => `${f.rows + 1} row groups`,
  ),
  outline(
    'own-pages',
    (f) => ({ ...f.outline, outside: true }),
    () => 'other files',
  ),
  outline(
    'column-twice',
    (f) => ({ ...f.outline, columns: [...f.outline.columns, f.outline.columns[1]!] }),
    () => "'x'",
  ),
  outline(
    'column-there',
    (f) => ({ ...f.outline, columns: [f.outline.columns[0]!] }),
    () => "column 'x' is missing",
  ),
  outline(
    'column-known',
    (f) => ({ ...f.outline, columns: [...f.outline.columns, column('y', {})] }),
    () => "'y'",
  ),
  outline('column-scalar', replaced('row', { depth: 1 }), () => "'row'"),
  outline('column-list', replaced('x', { depth: 0 }), () => "'x'"),
  outline('column-plain', replaced('x', { leaves: 2 }), () => "'x'"),
  outline('column-depth', replaced('x', { depth: 3 }), () => "'x'"),
  outline('type-integer', replaced('row', { type: 'DOUBLE' }), () => "'row'"),
  outline('type-float', replaced('x', { type: 'BYTE_ARRAY' }), () => 'BYTE_ARRAY'),
  outline(
    'codec-known',
    (f) => ({ ...f.outline, codecs: ['LZO'] }),
    () => 'LZO',
  ),
  outline(
    'unpacked-bound',
    (f) => ({ ...f.outline, unpacked: 2 ** 40 }),
    () => String(2 ** 40),
  ),
  outline(
    'metadata-size',
    (f) => ({ ...f.outline, metadata: [['a', 'b'.repeat(2 ** 20)]] }),
    () => '1048577',
  ),
  outline(
    'metadata-keys',
    (f) => ({ ...f.outline, metadata: [['__proto__', '1']] }),
    () => '__proto__',
  ),
  outline(
    'metadata-script',
    (f) => ({ ...f.outline, metadata: [['note', '<ScRiPt src=x>']] }),
    () => "'note'",
  ),
  outline(
    'metadata-dataset',
    (f) => ({ ...f.outline, metadata: [['fieldrank.dataset', 'b'.repeat(64)]] }),
    () => 'bbbbbbbbbbbb…',
  ),
]

function outline(id: string, change: (footer: Footer) => unknown, names: (footer: Footer) => string): Break {
  return {
    id,
    draw(stream) {
      const good = footer(stream)
      return { rules: footerRules as never, given: { ...good, outline: change(good) }, names: names(good) }
    },
  }
}

function column(name: string, said: object) {
  return { name, type: 'FLOAT', depth: 1, leaves: 1, ...said }
}

function replaced(name: string, said: object) {
  return ({ outline }: Footer) => ({
    ...outline,
    columns: outline.columns.map((one) => (one.name === name ? { ...one, ...said } : one)),
  })
}
