/**
 * Names that --axis gives, and what became of them. A name of one track is left out by the others; one that no stage could
 * take is a mistake, and the sentence says all the places where it was looked for.
 */
import { suggest, UserError } from '../io/errors.ts'

export interface GivenNames {
  take(axis: string, name: string): void
  leave(axis: string, name: string, place: Place): void
  check(): void
}

export interface Place {
  folder: string | null // of the code; null: what the profile has on this axis
  has: readonly string[]
}

export function givenNames(): GivenNames {
  const taken = new Set<string>()
  const left = new Map<string, { axis: string; name: string; places: Place[] }>()
  const keyOf = (axis: string, name: string) => `${axis}=${name}`
  return {
    take: (axis, name) => void taken.add(keyOf(axis, name)),
    leave(axis, name, place) {
      const entry = left.get(keyOf(axis, name)) ?? { axis, name, places: [] }
      if (entry.places.every(({ folder }) => folder !== place.folder || folder === null))
        entry.places.push(place)
      left.set(keyOf(axis, name), entry)
    },
    check() {
      for (const [key, { axis, name, places }] of left)
        if (!taken.has(key)) throw new UserError(sentence(axis, name, places))
    },
  }
}

function sentence(axis: string, name: string, places: readonly Place[]): string {
  const all = [...new Set(places.flatMap(({ has }) => has))]
  const hint = suggest(name, all)
  const folders = places.filter(({ folder }) => folder !== null)
  if (folders.length === 0) return `--axis ${axis}: no '${name}' in this profile (${all.join(', ')}).${hint}`
  const said = folders.map(({ folder, has }) => `${folder} (${has.join(', ')})`)
  return `${axis} '${name}' not found in ${said.join(', ')}.${hint}`
}
