/** Statements that say too little, too much, or something hostile. */
import { type Statement, statementRules } from '../../../benchmarks/submission/rules/statement.ts'
import type { Rng } from '../../../contracts.ts'
import type { Break } from './break.ts'
import { pick, statement } from './valid.ts'

const wrongText = { '-given': '  ', '-visible': 'a\u202Eb' }
const texts = (['model', 'loss', 'by', 'about'] as const).flatMap((id) => {
  const put = (one: Statement, value: string) =>
    id === 'by' ? { ...one, by: { name: value } } : { ...one, [id]: value }
  return [
    ...Object.entries(wrongText).map(([end, value]) => stated(`${id}${end}`, (one) => put(one, value), id)),
    stated(`${id}-length`, (one) => put(one, 'x'.repeat(1001)), '1001'),
  ]
})
const links = (['url', 'code', 'by-url'] as const).flatMap((id) => {
  const put = (one: Statement, url: string) =>
    id === 'by-url' ? { ...one, by: { name: 'a', url } } : { ...one, [id]: url }
  const wrong = {
    address: 'not an address',
    https: 'javascript:alert(1)',
    plain: 'https://a:b@example.org',
    public: 'https://127.0.0.1/x',
  }
  return Object.entries(wrong).map(([end, url]) => stated(`${id}-${end}`, (one) => put(one, url), url))
})
const deep = () => Array.from({ length: 9 }).reduce<unknown>((inner) => ({ a: inner }), 1)

export const statementBreaks: Break[] = [
  stated('track-known', (one) => ({ ...one, track: 'operator' }), "'operator'"),
  stated('dataset-track', (one) => ({ ...one, dataset: { name: 'toy', track: 'recommenders' } }), 'toy'),
  stated(
    'name-form',
    (one, stream) => ({
      ...one,
      name: pick(stream, ['../x', 'A', '', 'a/b', 'a..b', `a${'b'.repeat(100)}`]),
    }),
    'name',
  ),
  stated(
    'name-reserved',
    (one, stream) => ({ ...one, name: pick(stream, ['con', 'nul.x', 'schema', 'com1']) }),
    'reserved',
  ),
  ...texts,
  stated('cite-form', (one) => ({ ...one, cite: 'see my page' }), 'see my page'),
  stated('seed-whole', (one, stream) => ({ ...one, seed: pick(stream, [-1, 0.5, Number.NaN]) }), 'seed'),
  stated('parameters-whole', (one) => ({ ...one, parameters: -3 }), '-3'),
  ...links,
  stated(
    'params-object',
    (one, stream) => ({ ...one, params: pick<unknown>(stream, [[], 'a', 1, null]) }),
    'object',
  ),
  stated('params-keys', (one) => ({ ...one, params: JSON.parse('{"a": [{"__proto__": 1}]}') }), '__proto__'),
  stated('params-depth', (one) => ({ ...one, params: deep() }), '8'),
  stated('params-size', (one) => ({ ...one, params: { a: 'x'.repeat(20_001) } }), '20,000'),
  stated('params-finite', (one) => ({ ...one, params: { a: [JSON.parse('1e999')] } }), 'finite'),
]

function stated(id: string, change: (statement: Statement, stream: Rng) => Statement, names: string): Break {
  return {
    id,
    draw: (stream) => ({ rules: statementRules as never, given: change(statement(stream), stream), names }),
  }
}
