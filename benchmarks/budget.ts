/** What a training run may spend and how: one flat list, whose defaults are its schema. */

import type { Params } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { withDefaults } from '../io/params.ts'

export const budgetDefaults = {
  epochs: 1,
  batch: 32, // a dataset with fewer training rows is one batch
  rate: 1e-3, // learning rate at the start
  decay: 'none', // 'none'; 'cosine' to 0 at the last step; 'halve' after every `every` epochs
  every: 50,
  warmup: 0, // steps in which the rate rises from 0 in equal parts; a cosine starts after them, 'halve' counts all epochs
  optimizer: 'adam', // a name in tensor/optimizers.ts: adam, adamw, lion, muon, sgd, soap
  settings: {}, // of the optimizer: { beta2: 0.98 }
  clip: 0, // the largest norm of the gradient over all weights; 0: any
  ema: 0, // decay of an exponential moving average of the weights, which is then what is validated and kept; 0: none
  patience: 0, // stop after so many epochs without a better valid value and keep the best; 0: never, keep the last
  checkpoint: 10, // minutes between states on disk that a killed run goes on from, with the same result; 0: none
}
export type Budget = typeof budgetDefaults

/** The loop's part and the track's part of a budget: each key belongs to one of them. */
export function openBudget(
  track: string,
  trackDefaults: Params,
  given: Params,
): { budget: Budget; forTrack: Params } {
  const whole = withDefaults(`budget of ${track}`, { ...budgetDefaults, ...trackDefaults }, given)
  const part = (wanted: (key: string) => boolean) =>
    Object.fromEntries(Object.entries(whole).filter(([key]) => wanted(key)))
  const budget = part((key) => key in budgetDefaults) as Budget
  check(budget)
  return { budget, forTrack: part((key) => key in trackDefaults) }
}

/** The learning rate of a step, where `done` of `total` steps lie behind it and its epoch counts from 1. */
export function rateAt(budget: Budget, epoch: number, done: number, total: number): number {
  const { rate, decay, every, warmup } = budget
  if (done < warmup) return (rate * (done + 1)) / warmup
  if (decay === 'cosine') return (rate * (1 + Math.cos((Math.PI * (done - warmup)) / (total - warmup)))) / 2
  if (decay === 'halve') return rate / 2 ** Math.floor((epoch - 1) / every)
  return rate
}

const DECAYS = ['none', 'cosine', 'halve']

function check(budget: Budget): void {
  const whole = { epochs: 1, batch: 1, every: 1, warmup: 0, patience: 0 }
  for (const [key, least] of Object.entries(whole)) {
    const value = budget[key as keyof typeof whole]
    if (!Number.isInteger(value) || value < least)
      throw new UserError(`budget: ${key} must be a whole number from ${least} (got ${value})`)
  }
  if (!(budget.rate > 0 && Number.isFinite(budget.rate)))
    throw new UserError(`budget: rate must be a positive number (got ${budget.rate})`)
  for (const key of ['clip', 'checkpoint'] as const)
    if (!(budget[key] >= 0 && Number.isFinite(budget[key])))
      throw new UserError(`budget: ${key} must be a number from 0 (got ${budget[key]})`)
  if (!(budget.ema >= 0 && budget.ema < 1))
    throw new UserError(`budget: ema must be a number from 0 to below 1 (got ${budget.ema})`)
  oneOf('decay', budget.decay, DECAYS)
}

/** Throws when a key of the budget has none of the values it may have. */
export function oneOf(key: string, value: string, names: readonly string[]): void {
  if (!names.includes(value))
    throw new UserError(
      `budget: ${key} must be one of ${names.join(', ')} (got '${value}').${suggest(value, names)}`,
    )
}
