import assert from 'node:assert/strict'
import { trainedClaims } from './log-claims.ts'

describe('test/checks/log-claims', () => {
  const five = (value: number) => [0, 1, 2, 3, 4].map((seed) => value + seed * 1e-4)
  const real = { markov_none: [0.05], sasrec_ce: five(0.06), sasrec_sce: five(0.056) }

  it('asks that ce beats markov', () => {
    const passes = (ce: number) => trainedClaims({ ...real, sasrec_ce: five(ce) }, real, 'sasrec')[0]!.passes
    assert.equal(passes(0.051), true)
    assert.equal(passes(0.049), false)
    assert.equal(trainedClaims({ markov_none: [0.05] }, real, 'sasrec')[0]!.passes, null)
  })

  it('asks that no approximation is above ce by more than two standard errors of five seeds', () => {
    const claim = (sce: number[]) => trainedClaims({ ...real, sasrec_sce: sce }, real, 'sasrec')[1]!
    assert.equal(claim(five(0.059)).passes, true)
    // the same 0.001 above in each seed: no noise at all
    assert.equal(claim(five(0.061)).passes, false)
    // differences -3, -1, 1, -3, 1 thousandths: mean -1, standard deviation 2, error 0.894; two are 1.79
    const noisy = five(0.06).map((value, seed) => value + [3, 1, -1, 3, -1][seed]! / 1000)
    assert.equal(claim(noisy).passes, true)
    assert.match(
      claim(noisy).because,
      /^ce ahead of: sce -0\.0010 ± 0\.0009 \(log \+0\.0040 ± 0\.0000\); 5 seeds$/,
    )
    assert.equal(claim(five(0.059).slice(0, 4)).passes, null) // four seeds are no answer
  })
})
