/**
 * The data card of a dataset: card.md with its pictures beside it, card.html with them inside, and card.json, all that both
 * say but the time. `card` names what knows how to describe it (reports/cards/<card>.ts). deps: the dataset.
 *
 * card.json and the pictures come out equal to the byte in every run. card.md and card.html show how long the stages took,
 * as tables show costs: they are made anew and never compared.
 */
import { join } from 'node:path'
import type { Params, Work } from '../../contracts.ts'
import { writeDurable } from '../../io/files.ts'
import { pretty } from '../../io/json.ts'
import { load } from '../../io/lookup.ts'
import { readManifest } from '../../io/manifest.ts'
import { type Block, type Card, cardOf, type Describer, type Picture } from '../../reports/card.ts'
import { cardMarkdown, standalone } from '../../reports/card-markdown.ts'
import { cardPage } from '../../reports/card-page.ts'
import { makingOf } from './card/making.ts'

const card: Work<Params & { card: string }> = async ({ params, deps, outs }, ctx) => {
  const folder = ctx.dep(deps[0]!)
  const describer = await load<Describer>('card', 'reports/cards', params.card)
  const made = await cardOf(describer, await readManifest(folder), folder)
  const making = makingOf(ctx.root, deps[0]!)
  const out = ctx.out(outs[0]!)
  const pictures = picturesOf(made)
  for (const { file, svg } of pictures) await writeDurable(join(out, file), standalone(svg))
  await writeDurable(join(out, 'card.json'), pretty(withoutSvg(made)))
  await writeDurable(join(out, 'card.md'), cardMarkdown(made, making))
  await writeDurable(join(out, 'card.html'), cardPage(made, making))
  return { sections: made.sections.length, pictures: pictures.length }
}

export default card

function picturesOf({ sections }: Card): Picture[] {
  return sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === 'figure' ? block.pictures : [])),
  )
}

/** Pictures lie beside it: card.json names their files. */
function withoutSvg(made: Card): unknown {
  const plain = (block: Block) =>
    block.kind === 'figure'
      ? { ...block, pictures: block.pictures.map(({ file, alt }) => ({ file, alt })) }
      : block
  return {
    ...made,
    sections: made.sections.map(({ title, blocks }) => ({ title, blocks: blocks.map(plain) })),
  }
}
