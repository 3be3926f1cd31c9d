/**
 * Keeps random numbers out of a step. TensorFlow.js draws them in JavaScript, so a trace would bake one mask in as a
 * constant and use it at every step, silently. Inside `withoutRandomness` every random op throws, and so does
 * Math.random, which is where the ones that are not listed here take their seed from.
 */

/** Runs f; any random op in it is an error that says what to do instead. */
export function withoutRandomness<T>(f: () => T): T {
  const before = Math.random
  Math.random = refusing
  try {
    return f()
  } finally {
    Math.random = before
  }
}

/** The same op, except that it refuses to run inside a step. */
export function guarded<F extends (...args: never[]) => unknown>(name: string, op: F): F {
  return ((...args: Parameters<F>) => (isForbidden() ? refuse(`tf.${name}`) : op(...args))) as F
}

const refusing = Object.assign(() => refuse('Math.random'), { refuses: true })

/** What is on says so itself: a process may hold this module twice, but only one Math. */
function isForbidden(): boolean {
  return 'refuses' in Math.random
}

function refuse(name: string): never {
  throw new Error(
    `${name}: random numbers cannot be drawn inside a step, one draw would be repeated at every step. ` +
      `Ask the step's noise for them: noise(name, shape, law)`,
  )
}
