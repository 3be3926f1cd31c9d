/**
 * One call of a sheet (team.ts), by whatever thread comes to it: its items into the memory of the kernel, the call, its items out.
 * JavaScript, because a thread starts from a file of it, from sources as from dist/; the types are checked all the same.
 */

/**
 * @param {import('./load.ts').Kernel} kernel
 * @param {import('./team.ts').Sheet} sheet
 * @param {number} first the number of the first item of this call
 */
export function step({ memory, call }, { name, args, items, lanes, inputs, outputs }, first) {
  const some = items.subarray(first, first + lanes)
  some.forEach((item, lane) => {
    for (const part of inputs) inMemory(memory, part, lane).set(inArray(part, item))
  })
  call(name, some.length, ...args)
  some.forEach((item, lane) => {
    for (const part of outputs) inArray(part, item).set(inMemory(memory, part, lane))
  })
}

/**
 * @param {import('./team.ts').Part} part
 * @param {number} item
 */
function inArray({ array, size }, item) {
  return array.subarray(item * size, (item + 1) * size)
}

/**
 * @param {import('./load.ts').Memory} memory
 * @param {import('./team.ts').Part} part
 * @param {number} lane
 */
function inMemory(memory, { size, at }, lane) {
  return new Float64Array(memory.buffer, at[lane], size)
}
