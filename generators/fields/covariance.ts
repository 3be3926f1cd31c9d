/**
 * Correlation ρ(r) of a stationary isotropic Gaussian field, r = distance / correlation length; ρ(0) = 1.
 * The covariance at distance d is variance · ρ(d / length).
 *
 *   exponential   e^{−r}                                              rough: continuous, nowhere differentiable
 *   gaussian      e^{−r²}          no ½ in the exponent               smooth to every order
 *   cubic         1 − 7r² + 8.75r³ − 3.5r⁵ + 0.75r⁷, 0 from r = 1     once differentiable, compact
 *
 * They are those of ConDiff (arXiv:2406.04709), whose fields come from parafields with the same conventions.
 */
import { exp } from '../../math/elementary.ts'

export const covariances = {
  cubic: (r: number): number => {
    if (r >= 1) return 0
    const square = r * r
    return 1 + square * (-7 + r * (8.75 + square * (-3.5 + 0.75 * square)))
  },
  exponential: (r: number): number => exp(-r),
  gaussian: (r: number): number => exp(-(r * r)),
} as const

export type Covariance = keyof typeof covariances

export function isCovariance(name: string): name is Covariance {
  return Object.hasOwn(covariances, name)
}
