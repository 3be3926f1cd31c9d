/** The activation of the published operators: the exact one, see tensor/ops/activations.ts. */
export { gelu } from '../../tensor/index.ts'
