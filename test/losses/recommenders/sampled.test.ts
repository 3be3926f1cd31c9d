/** CE−, BCE, BCE+, gBCE, BPR and BPR-max against numbers that anyone can type in again, and against plain loops. */
import assert from 'node:assert/strict'
import bce from '../../../losses/recommenders/bce.ts'
import bcePlus from '../../../losses/recommenders/bce-plus.ts'
import bpr from '../../../losses/recommenders/bpr.ts'
import bprMax, { bprMaxOf } from '../../../losses/recommenders/bpr-max.ts'
import ceSampled from '../../../losses/recommenders/ce-sampled.ts'
import gbce, { positiveWeight } from '../../../losses/recommenders/gbce.ts'
import { tf } from '../../../tensor/index.ts'
import { golden } from './reference.ts'
import * as plain from './sampled-reference.ts'
import { batchOf, F32, negativesAre, numberOf, output, worked } from './worked.ts'

const { X, W, y } = golden
const shared = [1, 4, 6, 8] // catalog rows; none is a next item of the worked case
const near = (found: number, right: number, about = '') =>
  assert.ok(Math.abs(found - right) < F32, `${about}: ${found}, expected ${right}`)
const perSequence = () => negativesAre([...shared, ...shared], [2, 4])
const perPosition = () => negativesAre(Array(6).fill(shared).flat(), [6, 4])
const each = plain.logitsOf(X, W, y, () => shared)
const over = (loss: (at: ReturnType<plain.Each>) => number) => plain.average(y.map((_, i) => loss(each(i))))

describe('sampled losses', () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('the plain loops give the worked numbers', () => {
    near(over(plain.softmaxLoss), 2.188752)
    near(over(plain.binaryLoss), 0.899052)
    const transformed = [1.631151, 2.042633, 0.246823, -0.264429, 2.29683, -0.016487]
    transformed.forEach((right, i) => {
      near(plain.transformedLogit(each(i).right, 0.583333333333), right)
    })
    near(plain.bprMaxLoss({ right: 1.2, others: [0.3, -0.5, 0.9, 1.5] }, 0), 0.618709)
    near(plain.bprMaxLoss({ right: 1.2, others: [0.3, -0.5, 0.9, 1.5] }, 1), 2.006621)
  })

  it('ce-sampled: softmax over the next item and those of the sequence', () => {
    near(numberOf(ceSampled.value(output(), worked(), { negatives: 4 }, perSequence())), 2.188752)
  })

  it('bce-plus: the mean of K + 1 binary terms', () => {
    near(numberOf(bcePlus.value(output(), worked(), { negatives: 4 }, perPosition())), 0.899052)
  })

  it('ce-sampled and bce-plus: the worked number of each position, the others having no next item', () => {
    const softmax = [1.419588, 1.628716, 2.60201, 3.72991, 0.71448, 3.037809]
    const binary = [0.596738, 1.195581, 0.732052, 1.2666, 0.57317, 1.030171]
    for (const i of y.keys()) {
      const alone = () => batchOf(y.map((row, n) => (n === i ? row + 1 : 0)))
      const params = { negatives: 4 }
      near(numberOf(ceSampled.value(output(), alone(), params, perSequence())), softmax[i]!, `CE− of ${i}`)
      near(numberOf(bcePlus.value(output(), alone(), params, perPosition())), binary[i]!, `BCE of ${i}`)
    }
  })

  it('bce: the same with one negative', () => {
    const one = negativesAre([1, 1, 4, 4, 6, 6], [6, 1])
    const at = plain.logitsOf(X, W, y, (i) => [[1, 1, 4, 4, 6, 6][i]!])
    near(
      numberOf(bce.value(output(), worked(), {}, one)),
      plain.average(y.map((_, i) => plain.binaryLoss(at(i)))),
    )
  })

  it('gbce: the weight of the positive term, 4 of 10 items drawn', () => {
    const weights = [0, 0.75, 0.9, 1].map((t) => positiveWeight(4, 10, t))
    const right = [1, 7 / 12, 1 / 2, 4 / 9] // 1 − t · 5 / 9; 7 / 12 = 0.583333
    weights.forEach((weight, n) => {
      assert.ok(Math.abs(weight - right[n]!) < 1e-15, `${weight}, expected ${right[n]}`) // f64
    })
  })

  for (const [t, mean] of [
    [0, 0.899052],
    [0.75, 0.839306],
    [0.9, 0.827357],
    [1, 0.81939],
  ] as const)
    it(`gbce: calibration ${t}`, () => {
      const params = { negatives: 4, calibration: t }
      near(numberOf(gbce.value(output(), worked(), params, perPosition())), mean)
      const weight = positiveWeight(4, 10, t)
      const asPublished = over(({ right, others }) =>
        plain.binaryLoss({ right: plain.transformedLogit(right, weight), others }),
      )
      near(asPublished, mean, 'as a transformed logit')
    })

  it('bpr: pair by pair', () => {
    near(numberOf(bpr.value(output(), worked(), { negatives: 4 }, perPosition())), over(plain.pairLoss))
  })

  it('bpr-max: with and without its penalty', () => {
    for (const penalty of [0, 1]) {
      const found = bprMax.value(output(), worked(), { negatives: 4, penalty }, negativesAre(shared, [4]))
      near(
        numberOf(found),
        over((at) => plain.bprMaxLoss(at, penalty)),
        `penalty ${penalty}`,
      )
    }
  })

  it('bpr-max: the worked number', () => {
    // one user, one place, D = 1: the state is 1, so that logits are the catalog, 1.2 for the next item and four drawn ones
    const catalog = [1.2, 0.3, -0.5, 0.9, 1.5]
    const at = { states: tf.ones([1, 1, 1]), catalog: tf.tensor(catalog, [5, 1]) }
    const batch = { input: { history: tf.zeros([1, 1], 'int32') }, target: tf.ones([1, 1], 'int32') }
    for (const [penalty, right] of [
      [0, 0.618709],
      [1, 2.006621],
    ] as const) {
      const found = bprMax.value(at, batch, { negatives: 4, penalty }, (name, shape, law) => {
        assert.deepEqual([name, shape, law], ['negatives', [4], { integer: 5 }])
        return tf.tensor1d([1, 2, 3, 4], 'int32')
      })
      near(numberOf(found), right, `penalty ${penalty}`)
    }
  })

  it('bpr-max stays finite where every negative is far above', () => {
    const logits = tf.tensor2d([[200, 150]])
    const value = numberOf(bprMaxOf(tf.tensor1d([-200]), { logits, counts: tf.onesLike(logits) }, 0))
    assert.ok(Math.abs(value - (400 - Math.log(2))) < 1e-4, `${value}`) // e^−400 from each: s σ is 1 · e^−400 and e^−50 · e^−350
  })

  it('an item that the user took is masked, wherever in the batch row it stands', () => {
    // user 0 took rows 1 and 8 (items 2 and 9) as inputs; user 1 has row 4 (item 5) as a next item.
    const batch = batchOf([4, 1, 8, 10, 5, 6], [2, 9, 4, 0, 10, 5])
    const rows = [3, 0, 7, 9, 4, 5]
    const left = [
      [4, 6],
      [4, 6],
      [4, 6],
      [1, 6, 8],
      [1, 6, 8],
      [1, 6, 8],
    ]
    const at = plain.logitsOf(X, W, rows, (i) => left[i]!)
    const mean = (loss: (one: ReturnType<plain.Each>) => number) =>
      plain.average(rows.map((_, i) => loss(at(i))))
    near(numberOf(ceSampled.value(output(), batch, { negatives: 4 }, perSequence())), mean(plain.softmaxLoss))
    near(numberOf(bcePlus.value(output(), batch, { negatives: 4 }, perPosition())), mean(plain.binaryLoss))
    near(numberOf(bpr.value(output(), batch, { negatives: 4 }, perPosition())), mean(plain.pairLoss))
  })

  it('where everything drawn is masked, the next item stands alone', () => {
    const batch = batchOf([4, 1, 8, 10, 3, 6], [2, 5, 7, 2, 5, 7])
    const drawn = [1, 4, 6, 6]
    const six = negativesAre(Array(6).fill(drawn).flat(), [6, 4])
    near(
      numberOf(
        ceSampled.value(output(), batch, { negatives: 4 }, negativesAre([...drawn, ...drawn], [2, 4])),
      ),
      0,
    )
    near(numberOf(bpr.value(output(), batch, { negatives: 4 }, six)), 0)
    const alone = plain.logitsOf(X, W, y, () => [])
    const right = plain.average(y.map((_, i) => plain.binaryLoss(alone(i))))
    near(numberOf(bcePlus.value(output(), batch, { negatives: 4 }, six)), right)
  })

  it('positions without a next item do not count', () => {
    const batch = batchOf([0, 1, 0, 0, 0, 6])
    const right = (plain.softmaxLoss(each(1)) + plain.softmaxLoss(each(5))) / 2
    near(numberOf(ceSampled.value(output(), batch, { negatives: 4 }, perSequence())), right)
    const none = batchOf([0, 0, 0, 0, 0, 0])
    for (const loss of [bcePlus, bpr])
      assert.equal(numberOf(loss.value(output(), none, { negatives: 4 }, perPosition())), 0)
  })
})
