/** On which side of its point a name stands, so that names do not cover each other: pixels in, sides out. */

export interface Labelled {
  x: number
  y: number
  width: number // of the name
}
export type Side = 'right' | 'left'

export const GAP = 7 // between a point and its name
const HEIGHT = 12 // of a line of text
const POINT = 4 // radius

/** From the top down: to the right, but to the left where only that is free. */
export function sidesOf(labels: readonly Labelled[]): Side[] {
  const sides = labels.map((): Side => 'right')
  const taken: Box[] = labels.map(({ x, y }) => ({ left: x - POINT, right: x + POINT, y, half: POINT }))
  const order = labels.map((_, n) => n).sort((a, b) => labels[a]!.y - labels[b]!.y)
  for (const n of order) {
    const others = taken.filter((_, other) => other !== n)
    const isFree = (side: Side) => !others.some((box) => meet(box, boxOf(labels[n]!, side)))
    if (!isFree('right') && isFree('left')) sides[n] = 'left'
    taken.push(boxOf(labels[n]!, sides[n]!))
  }
  return sides
}

interface Box {
  left: number
  right: number
  y: number
  half: number // of the height
}

function boxOf({ x, y, width }: Labelled, side: Side): Box {
  const [left, right] = side === 'right' ? [x + GAP, x + GAP + width] : [x - GAP - width, x - GAP]
  return { left, right, y, half: HEIGHT / 2 }
}

function meet(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && Math.abs(a.y - b.y) < a.half + b.half
}
