/** The card of a dataset: what the stage `card` left, else made now from the shards. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dataset } from '../../contracts.ts'
import { exists } from '../../io/files.ts'
import { load } from '../../io/lookup.ts'
import { type Card, cardOf, type Describer } from '../../reports/card.ts'
import { plainOf } from '../../reports/card-markdown.ts'

export async function readCard(root: string, dataset: Dataset, folder: string): Promise<Card> {
  const kept = join(root, 'cards', 'datasets', dataset.track, dataset.name)
  if (!(await exists(join(kept, 'card.json'))))
    return cardOf(await load<Describer>('card', 'reports/cards', dataset.track), dataset, folder)
  const card = JSON.parse(await readFile(join(kept, 'card.json'), 'utf8')) as Card
  for (const { blocks } of card.sections)
    for (const block of blocks)
      if (block.kind === 'figure')
        for (const picture of block.pictures)
          picture.svg = plainOf(await readFile(join(kept, picture.file), 'utf8'))
  return card
}
