import type { Metric } from '../../contracts.ts'
import { measureBand } from '../spectrum.ts'

/** The part of the relative error in the low third of the frequencies: spectrum.ts says which. */
const spectrum: Metric = {
  about: 'relative error in the low third of the frequencies, mean over the rows',
  cite: 'arXiv:2210.07182',
  unit: '1',
  better: 'lower',

  measure: (predicted, truth) => measureBand(predicted, truth, 'low'),
}

export default spectrum
