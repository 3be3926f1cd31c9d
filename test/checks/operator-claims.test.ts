import assert from 'node:assert/strict'
import type { Board, Line, Standing } from '../../reports/board.ts'
import { claimsOf, compared } from './operator-claims.ts'

const line = (model: string, value: number, loss = 'l2') =>
  ({
    model,
    loss,
    runs: ['a run'],
    about: [`${model} trained with ${loss} for 7 epochs`],
    scores: { 'relative-l2': { value, stderr: 0.01, rows: 4 } },
  }) as unknown as Line
const standing = (name: string, lines: Line[]) => ({ dataset: { name }, lines }) as unknown as Standing
const bars = [line('mean', 1, 'none'), line('nearest', 1.4, 'none')]
const board = (...standings: Standing[]) => ({ standings }) as unknown as Board
const verdicts = (...standings: Standing[]) => claimsOf(board(...standings)).map(({ holds }) => holds)

describe('test/checks/operator-claims', () => {
  it('compares the worst convolutional network with the best spectral one on Poisson', () => {
    const set = (unet: number, fno = 0.3) => [
      ...[line('unet', unet), line('dilresnet', 0.1)],
      ...[line('sno', 0.4), line('ffno', 0.3), line('fno', fno), ...bars],
    ]
    assert.deepEqual(verdicts(standing('poisson_grid32', set(0.2))), [true, true, true])
    assert.deepEqual(verdicts(standing('poisson_grid32', set(0.31))), [false, false, true])
    assert.deepEqual(verdicts(standing('cubic0.1_grid32', set(0.31))), [true])
  })

  it('only tells of networks that nobody has compared in print', () => {
    const lines = [line('unet', 0.2), line('dilresnet', 0.1), line('sno', 0.4), line('fno', 0.15), ...bars]
    const claims = claimsOf(board(standing('poisson_grid32', lines)))
    assert.deepEqual(
      claims.map(({ holds, own }) => [holds, own ?? false]),
      [
        [true, false],
        [false, true],
        [true, false],
      ],
    )
  })

  it('asks every learned method to beat mean and nearest, whatever its loss', () => {
    const lines = [line('unet', 0.2), line('unet', 1.1, 'energy'), ...bars]
    assert.deepEqual(verdicts(standing('cubic0.1_grid32', lines)), [false])
    assert.deepEqual(verdicts(standing('cubic0.1_grid32', bars)), [false]) // nothing learned is no success
  })

  it('asks the error to grow from each variance to the next, on one grid', () => {
    const at = (name: string, fno: number) => standing(name, [line('fno', fno), ...bars])
    assert.deepEqual(verdicts(at('cubic0.1_grid8', 0.1), at('cubic1.0_grid8', 0.2)), [true, true, true])
    assert.deepEqual(verdicts(at('cubic0.1_grid8', 0.2), at('cubic1.0_grid8', 0.1)), [true, true, false])
    assert.deepEqual(verdicts(at('cubic0.1_grid8', 0.2), at('cubic1.0_grid16', 0.1)), [true, true])
  })

  it('lays the published numbers beside ours, best loss and epochs', () => {
    const found = compared(board(standing('poisson_grid32', [line('unet', 0.3), line('unet', 0.2, 'h1')])))
    const unet = found.find(({ set, model }) => set === 'poisson' && model === 'unet')!
    assert.deepEqual([unet.error, unet.ours!.value, unet.loss, unet.epochs], [0.02, 0.2, 'h1', 7])
    assert.equal(found.find(({ model }) => model === 'sno')!.ours, null)
  })
})
