/**
 * Iterative refinement in f64 around a solver in T: x ← x + ‖r‖ A⁻¹ (r / ‖r‖), r = b − A x, until ‖r‖ ≤ tolerance ‖b‖ or rounding
 * lets no digit more be had. Every lane goes its own way: it takes part in the solves as long as it needs them.
 */
import { solveReduced } from './reduced-cg.as'
import { addSolution } from './fine-transfer.as'
import { lanesOf, laneOf, maskOf, setLane, setMask } from './lanes.as'
import { setUpFinest } from './fine-setup.as'
import { setUpCoarse } from './coarse-setup.as'
import { EMPTY, NOT_FINITE, NOT_POSITIVE, TOO_SMALL, begin, finish, magnitude, reportOf, residual } from './plain-system.as'
import {
  ACTIVE, FACTORS, FAILED, GAIN, ITERATIONS, LIMIT, NORM, RESIDUAL, SCALES, SPREAD, STATUS, STEPS, TAKEN, UNIT_A, UNIT_B,
  coarse, evens, scratch,
} from './multigrid-memory.as'

// statuses, in the order of the host
const CONVERGED: f64 = 0
const MAX_ITERATIONS: f64 = 1
const BREAKDOWN: f64 = 2
const NON_FINITE: f64 = 3
const RUNNING: f64 = -1

/**
 * Solves the systems of lanes 0 … used − 1. At most `outers` solves of each and `steps` conjugate-gradient steps in all, with
 * `turns` as in coarse-cycle. Systems whose largest diagonal is more than `spread` times the smallest are given back untried:
 * MAX_ITERATIONS after none.
 */
export function refine<T>(used: i32, tolerance: f64, steps: i32, outers: i32, turns: i32, spread: f64): void {
  for (let lane = 0; lane < lanesOf<T>(); lane++) start(lane, lane < used, spread)
  if (!anyRunning(used)) return
  setUpFinest<T>()
  if (evens > 0) setUpCoarse<T>(coarse, evens)
  for (let outer = 0; outer < outers && anyRunning(used); outer++) {
    for (let lane = 0; lane < lanesOf<T>(); lane++) ask<T>(lane, tolerance, steps)
    solveReduced<T>(turns, outer == 0 ? 3 : 5) // r = b at first
    for (let lane = 0; lane < lanesOf<T>(); lane++) settle<T>(lane)
    addSolution<T>()
    for (let lane = 0; lane < used; lane++) if (statusOf(lane) == RUNNING) judge(lane, tolerance, steps)
  }
  for (let lane = 0; lane < used; lane++) conclude(lane)
}

// @ts-ignore: decorator
@inline function statusOf(lane: i32): f64 {
  return load<f64>(reportOf(lane), STATUS)
}

function setStatus(lane: i32, status: f64): void {
  store<f64>(reportOf(lane), status, STATUS)
}

function anyRunning(used: i32): bool {
  for (let lane = 0; lane < used; lane++) if (statusOf(lane) == RUNNING) return true
  return false
}

function start(lane: i32, used: bool, spread: f64): void {
  store<f64>(reportOf(lane), 0, ITERATIONS)
  store<f64>(reportOf(lane), 0, GAIN)
  store<f64>(reportOf(lane), 0, RESIDUAL)
  setStatus(lane, CONVERGED)
  if (!used) return
  const found = begin(lane)
  if (found == EMPTY) return
  store<f64>(reportOf(lane), found == NOT_FINITE ? f64.NaN : 1, RESIDUAL)
  if (found == NOT_FINITE) setStatus(lane, NON_FINITE)
  else if (found == NOT_POSITIVE) setStatus(lane, BREAKDOWN)
  else if (found == TOO_SMALL) setStatus(lane, MAX_ITERATIONS)
  else if (load<f64>(reportOf(lane), SPREAD) > spread) giveBack(lane)
  else {
    store<f64>(reportOf(lane), load<f64>(reportOf(lane), NORM), RESIDUAL)
    setStatus(lane, RUNNING)
  }
}

/** conclude() divides by the norm of b. */
function giveBack(lane: i32): void {
  store<f64>(reportOf(lane), load<f64>(reportOf(lane), NORM), RESIDUAL)
  setStatus(lane, MAX_ITERATIONS)
}

/**
 * What the next solve shall reach in this lane: the whole way where T can, else a factor of 1e-3, or what the last one got where
 * f32 could not do better: steps beyond that are lost.
 */
function ask<T>(lane: i32, tolerance: f64, steps: i32): void {
  const record = reportOf(lane)
  const running = statusOf(lane) == RUNNING
  const norm = load<f64>(record, RESIDUAL)
  const missing = 0.9 * tolerance * load<f64>(record, NORM) / norm
  const whole: f64 = sizeof<T>() == 4 ? 1e-4 : 1e-12
  const inner: f64 = sizeof<T>() == 4 ? max(1e-3, min(load<f64>(record, GAIN), 0.03)) : 1e-12
  const target = missing >= whole && missing > 0.1 * inner ? missing : inner
  setLane<T>(scratch + LIMIT, lane, target * target)
  setLane<T>(scratch + STEPS, lane, <f64>steps - load<f64>(record, ITERATIONS))
  setMask<T>(scratch + ACTIVE, lane, running)
  store<f64>(scratch + FACTORS + <usize>lane * 8, running ? 1 / norm : 0)
}

/** Takes note of the solve; what is added to x is then masked by ACTIVE and scaled by FACTORS. */
function settle<T>(lane: i32): void {
  const record = reportOf(lane)
  const running = statusOf(lane) == RUNNING
  if (running) {
    const taken = laneOf<T>(scratch + TAKEN, lane)
    store<f64>(record, load<f64>(record, ITERATIONS) + taken, ITERATIONS)
    if (maskOf<T>(scratch + FAILED, lane)) setStatus(lane, BREAKDOWN)
  }
  const kept = statusOf(lane) == RUNNING
  setMask<T>(scratch + ACTIVE, lane, kept)
  const factor = load<f64>(record, RESIDUAL) * load<f64>(scratch + SCALES + <usize>lane * 8)
  store<f64>(scratch + FACTORS + <usize>lane * 8, kept ? factor : 0)
}

function judge(lane: i32, tolerance: f64, steps: i32): void {
  const record = reportOf(lane)
  const before = load<f64>(record, RESIDUAL)
  const after = residual(lane)
  store<f64>(record, after, RESIDUAL)
  store<f64>(record, after / before, GAIN)
  if (after <= tolerance * load<f64>(record, NORM)) setStatus(lane, CONVERGED)
  else if (!isFinite(after)) setStatus(lane, NON_FINITE)
  else if (after < 0.5 * before && load<f64>(record, ITERATIONS) < <f64>steps) return
  else setStatus(lane, after <= 4 * f64.EPSILON * magnitude(lane) ? CONVERGED : MAX_ITERATIONS)
}

function conclude(lane: i32): void {
  const record = reportOf(lane)
  const norm = load<f64>(record, NORM)
  if (!(norm > 0)) return
  if (statusOf(lane) == RUNNING) {
    const floor = 4 * f64.EPSILON * magnitude(lane)
    setStatus(lane, load<f64>(record, RESIDUAL) <= floor ? CONVERGED : MAX_ITERATIONS)
  }
  store<f64>(record, load<f64>(record, RESIDUAL) / norm, RESIDUAL)
  // a residual that is finite is that of an x that is; zeros of x are sums of zeros, and have one sign
  const whole = load<f64>(record, UNIT_A) == 1 && load<f64>(record, UNIT_B) == 1 && isFinite(load<f64>(record, RESIDUAL))
  if (whole || finish(lane)) return
  setStatus(lane, NON_FINITE)
  store<f64>(record, 1, RESIDUAL) // of x = 0
}
