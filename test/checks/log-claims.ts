/** Acceptance tests f and g of made logs, from the scores of finished runs: pure. */
import type { Finding } from '../../benchmarks/made-logs/acceptance.ts'
import { mean, standardError } from '../../math/statistics.ts'

/** NDCG@10 of the seeds of each method, 'markov_none' or 'sasrec_ce', in the order of the seeds. */
export type Scores = { readonly [method: string]: readonly number[] }

export const LEAST_SEEDS = 5

export function trainedClaims(made: Scores, real: Scores, model: string): Finding[] {
  return [beatsMarkov(made, real, model), notBelow(made, real, model)]
}

function beatsMarkov(made: Scores, real: Scores, model: string): Finding {
  const ratio = (scores: Scores) => mean(scores[`${model}_ce`] ?? []) / mean(scores.markov_none ?? [])
  const here = ratio(made)
  return {
    test: 'f',
    says: `${model} trained with ce beats markov`,
    passes: Number.isNaN(here) ? null : here > 1,
    because: `ce / markov is ${here.toFixed(2)} (log ${ratio(real).toFixed(2)}), seeds ${made[`${model}_ce`]?.length ?? 0}`,
  }
}

/** By seed: two standard errors of the mean difference are the noise. */
function notBelow(made: Scores, real: Scores, model: string): Finding {
  const ce = made[`${model}_ce`] ?? []
  const others = Object.keys(made).filter((name) => name.startsWith(`${model}_`) && name !== `${model}_ce`)
  const found = others.map((name) => ({ name, ...ahead(made, name, model), there: ahead(real, name, model) }))
  const enough =
    ce.length >= LEAST_SEEDS && found.length > 0 && found.every(({ seeds }) => seeds >= LEAST_SEEDS)
  const text = found.map(({ name, value, error, there }) => {
    const signed = (one: number) => `${one >= 0 ? '+' : ''}${one.toFixed(4)}`
    return `${name.slice(model.length + 1)} ${signed(value)} ± ${error.toFixed(4)} (log ${signed(there.value)} ± ${there.error.toFixed(4)})`
  })
  return {
    test: 'g',
    says: `ce is not below its approximations by more than two standard errors over ${LEAST_SEEDS} seeds or more`,
    passes: enough ? found.every(({ value, error }) => value >= -2 * error) : null,
    because: `ce ahead of: ${text.join(', ') || 'nothing'}; ${ce.length} seeds`,
  }
}

function ahead(scores: Scores, name: string, model: string) {
  const [ce, other] = [scores[`${model}_ce`] ?? [], scores[name] ?? []]
  const seeds = Math.min(ce.length, other.length)
  const differences = Array.from({ length: seeds }, (_, n) => ce[n]! - other[n]!)
  return { seeds, value: mean(differences), error: standardError(differences) }
}
