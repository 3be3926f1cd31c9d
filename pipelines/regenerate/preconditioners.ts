/** The same rows as those of the operators, for another track. */
export { default } from './operators.ts'
