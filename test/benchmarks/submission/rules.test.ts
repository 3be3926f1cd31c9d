import assert from 'node:assert/strict'
import fc from 'fast-check'
import { refuse } from '../../../benchmarks/submission/rule.ts'
import { bytesRules } from '../../../benchmarks/submission/rules/bytes.ts'
import { columnRules, readingRules } from '../../../benchmarks/submission/rules/columns.ts'
import { footerRules } from '../../../benchmarks/submission/rules/footer.ts'
import { statementRules } from '../../../benchmarks/submission/rules/statement.ts'
import { rng } from '../../../math/rng.ts'
import { breaks } from '../../faults/broken-submissions.ts'
import { ends, fields, footer, lists, statement } from '../../faults/submissions/valid.ts'

const seed = 11
const all = [...bytesRules, ...footerRules, ...columnRules, ...statementRules]

describe('benchmarks/submission/rules', () => {
  it('are sixty or more, each with a name of its own, each with a way to break it', () => {
    const ids = all.map(({ id }) => id)
    assert.ok(ids.length >= 60, `${ids.length}`)
    assert.equal(
      new Set([...ids, ...readingRules.map(({ id }) => id)]).size,
      ids.length + readingRules.length,
    )
    assert.deepEqual(breaks.map(({ id }) => id).sort(), ids.sort())
    assert.ok(all.every(({ says }) => says.endsWith('.')))
  })

  for (const { id, draw } of breaks) {
    it(`refuses by ${id}, and says where (seed ${seed})`, () => {
      fc.assert(
        fc.property(fc.nat(2 ** 30), (variant) => {
          const { rules, given, names } = draw(rng(seed, id, variant))
          assert.throws(
            () => refuse('submission x', rules, given),
            ({ message, name }: Error) => {
              assert.equal(name, 'UserError')
              assert.ok(message.startsWith('submission x: ') && message.endsWith(` [${id}]`), message)
              assert.ok(message.includes(names), `${message} does not say ${names}`)
              return true
            },
          )
        }),
        { numRuns: 5, seed },
      )
    })
  }

  it(`refuse nothing that is right (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.nat(2 ** 30), (variant) => {
        const stream = rng(seed, 'valid', variant)
        refuse('x', bytesRules, ends(stream))
        refuse('x', footerRules, footer(stream))
        refuse('x', columnRules, fields(stream))
        refuse('x', columnRules, lists(stream))
        refuse('x', statementRules, statement(stream))
      }),
      { numRuns: 100, seed },
    )
  })
})
