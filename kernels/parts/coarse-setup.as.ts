/**
 * Interpolation and Galerkin operators of the nine-point levels. A level is set up from its couplings and its diagonal, which
 * lies in x until the first cycle; the weights of a center lie in {a b x rhs}, which centers have no other use for yet.
 */
import { splat } from './lanes.as'
import { both, gain, part } from './fine-setup.as'
import { CA, CB, CBB, CE, CI, CN, CNE, CNW, CX, NODE, levelBytes, levelRow, origin } from './multigrid-memory.as'

const SW: usize = CA
const SE: usize = CBB
const NW: usize = CX
const NE: usize = CB

export function setUpCoarse<T>(level: usize, side: i32): void {
  while (side > 1) {
    const next = level + levelBytes(side)
    const up = levelRow(side) * NODE
    for (let j = 2; j <= side; j += 2) weighHorizontal<T>(origin(level) + <usize>j * up, up, side)
    for (let j = 1; j <= side; j += 2) weighVertical<T>(origin(level) + <usize>j * up, up, side)
    for (let j = 1; j <= side; j += 2) weighCenters<T>(origin(level) + <usize>j * up, up, side)
    const half = side >> 1
    for (let j = 1; j <= half; j++) {
      galerkinRow<T>(origin(level) + <usize>(2 * j) * up, up, half, origin(next) + (<usize>j * levelRow(half) + 1) * NODE)
    }
    level = next
    side = half
  }
}

// @ts-ignore: decorator
@inline function three<T>(a: v128, b: v128, c: v128): v128 {
  return v128.add<T>(v128.add<T>(a, b), c)
}

function weighHorizontal<T>(p: usize, up: usize, side: i32): void {
  for (let i = 1; i <= side; i += 2) {
    const q = p + <usize>i * NODE
    const west = three<T>(v128.load(q - NODE, CE), v128.load(q, CNW), v128.load(q - up - NODE, CNE))
    const east = three<T>(v128.load(q, CE), v128.load(q, CNE), v128.load(q - up + NODE, CNW))
    const beside = v128.add<T>(v128.load(q, CN), v128.load(q - up, CN))
    const den = v128.max<T>(v128.sub<T>(v128.load(q, CX), beside), v128.add<T>(west, east))
    v128.store(q, part<T>(west, den), CA)
    v128.store(q, part<T>(east, den), CBB)
  }
}

function weighVertical<T>(p: usize, up: usize, side: i32): void {
  for (let i = 2; i <= side; i += 2) {
    const q = p + <usize>i * NODE
    const south = three<T>(v128.load(q - up, CN), v128.load(q - up - NODE, CNE), v128.load(q - up + NODE, CNW))
    const north = three<T>(v128.load(q, CN), v128.load(q, CNE), v128.load(q, CNW))
    const beside = v128.add<T>(v128.load(q, CE), v128.load(q - NODE, CE))
    const den = v128.max<T>(v128.sub<T>(v128.load(q, CX), beside), v128.add<T>(south, north))
    v128.store(q, part<T>(south, den), CA)
    v128.store(q, part<T>(north, den), CBB)
  }
}

/** From the equation of the center: its coupling to the coarse node, and those to the edges beside times their weights. */
function weighCenters<T>(p: usize, up: usize, side: i32): void {
  for (let i = 1; i <= side; i += 2) {
    const q = p + <usize>i * NODE
    const south = q - up
    const north = q + up
    const inverse = v128.load(q, CI)
    const east = v128.load(q, CE)
    const west = v128.load(q - NODE, CE)
    const above = v128.load(q, CN)
    const below = v128.load(south, CN)
    const sw = both<T>(below, v128.load(south, CA), west, v128.load(q - NODE, CA))
    const se = both<T>(below, v128.load(south, CBB), east, v128.load(q + NODE, CA))
    const nw = both<T>(above, v128.load(north, CA), west, v128.load(q - NODE, CBB))
    const ne = both<T>(above, v128.load(north, CBB), east, v128.load(q + NODE, CBB))
    v128.store(q, v128.mul<T>(v128.add<T>(v128.load(south - NODE, CNE), sw), inverse), SW)
    v128.store(q, v128.mul<T>(v128.add<T>(v128.load(south + NODE, CNW), se), inverse), SE)
    v128.store(q, v128.mul<T>(v128.add<T>(v128.load(q, CNW), nw), inverse), NW)
    v128.store(q, v128.mul<T>(v128.add<T>(v128.load(q, CNE), ne), inverse), NE)
  }
}

/** A row of Pᵀ A P; p is the row of the coarse nodes at the finer level. */
function galerkinRow<T>(p: usize, up: usize, half: i32, k: usize): void {
  for (let i = 1; i <= half; i++) {
    const q = p + <usize>(2 * i) * NODE
    own<T>(k, q, up)
    atEast<T>(k, q + NODE, up)
    atWest<T>(k, q - NODE, up)
    atNorth<T>(k, q + up, up)
    atSouth<T>(k, q - up, up)
    v128.store(k, v128.div<T>(splat<T>(1), v128.load(k, CX)), CI)
    k += NODE
  }
}

/** The row of the coarse node itself. */
function own<T>(k: usize, q: usize, up: usize): void {
  const north = q + up
  const south = q - up
  const e = v128.load(q, CE)
  const w = v128.load(q - NODE, CE)
  const n = v128.load(q, CN)
  const s = v128.load(south, CN)
  const ne = v128.load(q, CNE)
  const nw = v128.load(q, CNW)
  const sw = v128.load(south - NODE, CNE)
  const se = v128.load(south + NODE, CNW)
  const across = both<T>(e, v128.load(q + NODE, CA), w, v128.load(q - NODE, CBB))
  const along = both<T>(n, v128.load(north, CA), s, v128.load(south, CBB))
  const above = both<T>(ne, v128.load(north + NODE, SW), nw, v128.load(north - NODE, SE))
  const below = both<T>(se, v128.load(south + NODE, NW), sw, v128.load(south - NODE, NE))
  const around = v128.add<T>(v128.add<T>(across, along), v128.add<T>(above, below))
  v128.store(k, v128.sub<T>(v128.load(q, CX), around), CX)
  const east = both<T>(ne, v128.load(north + NODE, SE), se, v128.load(south + NODE, NE))
  v128.store(k, v128.add<T>(v128.mul<T>(e, v128.load(q + NODE, CBB)), east), CE)
  const up2 = both<T>(ne, v128.load(north + NODE, NW), nw, v128.load(north - NODE, NE))
  v128.store(k, v128.add<T>(v128.mul<T>(n, v128.load(north, CBB)), up2), CN)
  v128.store(k, v128.mul<T>(ne, v128.load(north + NODE, NE)), CNE)
  v128.store(k, v128.mul<T>(nw, v128.load(north - NODE, NW)), CNW)
}

/** The row of the horizontal edge q east of the coarse node. */
function atEast<T>(k: usize, q: usize, up: usize): void {
  const weight = v128.load(q, CA)
  const above = q + up
  const below = q - up
  const d = v128.load(q, CX)
  const n = v128.load(q, CN)
  const s = v128.load(below, CN)
  const nw = v128.load(q, CNW)
  const ne = v128.load(q, CNE)
  const sw = v128.load(below - NODE, CNE)
  const se = v128.load(below + NODE, CNW)
  const west = v128.add<T>(
    v128.add<T>(v128.load(q - NODE, CE), both<T>(n, v128.load(above, SW), s, v128.load(below, NW))),
    both<T>(nw, v128.load(above - NODE, CA), sw, v128.load(below - NODE, CBB)),
  )
  const east = v128.add<T>(
    v128.add<T>(v128.load(q, CE), both<T>(n, v128.load(above, SE), s, v128.load(below, NE))),
    both<T>(ne, v128.load(above + NODE, CA), se, v128.load(below + NODE, CBB)),
  )
  gain<T>(k + CX, weight, v128.sub<T>(v128.mul<T>(d, weight), west))
  gain<T>(k + CE, weight, v128.sub<T>(east, v128.mul<T>(d, v128.load(q, CBB))))
  gain<T>(k + CN, weight, both<T>(n, v128.load(above, NW), nw, v128.load(above - NODE, CBB)))
  gain<T>(k + CNE, weight, both<T>(n, v128.load(above, NE), ne, v128.load(above + NODE, CBB)))
}

function atWest<T>(k: usize, q: usize, up: usize): void {
  const weight = v128.load(q, CBB)
  const above = q + up
  const below = q - up
  const n = v128.load(q, CN)
  const s = v128.load(below, CN)
  const nw = v128.load(q, CNW)
  const ne = v128.load(q, CNE)
  const se = v128.load(below + NODE, CNW)
  const east = v128.add<T>(
    v128.add<T>(v128.load(q, CE), both<T>(n, v128.load(above, SE), s, v128.load(below, NE))),
    both<T>(ne, v128.load(above + NODE, CA), se, v128.load(below + NODE, CBB)),
  )
  gain<T>(k + CX, weight, v128.sub<T>(v128.mul<T>(v128.load(q, CX), weight), east))
  gain<T>(k + CN, weight, both<T>(n, v128.load(above, NE), ne, v128.load(above + NODE, CBB)))
  gain<T>(k + CNW, weight, both<T>(n, v128.load(above, NW), nw, v128.load(above - NODE, CBB)))
}

/** The row of the vertical edge q north of the coarse node. */
function atNorth<T>(k: usize, q: usize, up: usize): void {
  const weight = v128.load(q, CA)
  const above = q + up
  const below = q - up
  const d = v128.load(q, CX)
  const e = v128.load(q, CE)
  const w = v128.load(q - NODE, CE)
  const nw = v128.load(q, CNW)
  const ne = v128.load(q, CNE)
  const sw = v128.load(below - NODE, CNE)
  const se = v128.load(below + NODE, CNW)
  const south = v128.add<T>(
    v128.add<T>(v128.load(below, CN), both<T>(e, v128.load(q + NODE, SW), w, v128.load(q - NODE, SE))),
    both<T>(se, v128.load(below + NODE, CA), sw, v128.load(below - NODE, CBB)),
  )
  const north = v128.add<T>(
    v128.add<T>(v128.load(q, CN), both<T>(e, v128.load(q + NODE, NW), w, v128.load(q - NODE, NE))),
    both<T>(ne, v128.load(above + NODE, CA), nw, v128.load(above - NODE, CBB)),
  )
  gain<T>(k + CX, weight, v128.sub<T>(v128.mul<T>(d, weight), south))
  gain<T>(k + CN, weight, v128.sub<T>(north, v128.mul<T>(d, v128.load(q, CBB))))
  gain<T>(k + CE, weight, both<T>(e, v128.load(q + NODE, SE), se, v128.load(below + NODE, CBB)))
  gain<T>(k + CNE, weight, both<T>(e, v128.load(q + NODE, NE), ne, v128.load(above + NODE, CBB)))
  gain<T>(k + CNW, weight, both<T>(w, v128.load(q - NODE, NW), nw, v128.load(above - NODE, CA)))
}

function atSouth<T>(k: usize, q: usize, up: usize): void {
  const weight = v128.load(q, CBB)
  const above = q + up
  const e = v128.load(q, CE)
  const w = v128.load(q - NODE, CE)
  const nw = v128.load(q, CNW)
  const ne = v128.load(q, CNE)
  const north = v128.add<T>(
    v128.add<T>(v128.load(q, CN), both<T>(e, v128.load(q + NODE, NW), w, v128.load(q - NODE, NE))),
    both<T>(ne, v128.load(above + NODE, CA), nw, v128.load(above - NODE, CBB)),
  )
  gain<T>(k + CX, weight, v128.sub<T>(v128.mul<T>(v128.load(q, CX), weight), north))
  gain<T>(k + CE, weight, both<T>(e, v128.load(q + NODE, NE), ne, v128.load(above + NODE, CBB)))
}
