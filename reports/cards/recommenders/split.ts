/** What a card says of filter and split: the rules, every removed event by reason, and what was checked. */
import type { Dataset, Json, Params } from '../../../contracts.ts'
import type { Block } from '../../card.ts'
import { grouped } from '../../card-tables.ts'

export function splitOf({ facts, params }: Dataset): Block[] {
  const core = params.core as Params | null
  const filter = core === null ? 'Nothing was filtered.' : filterOf(core, Number(facts.corePasses))
  const how =
    params.strategy === 'rolling'
      ? rollingOf(facts, params)
      : params.strategy === 'temporal'
        ? `Split by time: T is the ${params.quantile} quantile of all times (T = ${facts.moment}). Users with an event at or after T are not trained on, and their events before T are thrown away; of the others, items that no training user has are dropped, and users who keep three or more are tested. Users trained on have all events before T.`
        : 'Leave-one-out: the last event of a user is the target of test, the one before it that of valid, the rest is trained on. Users with fewer than three events are trained on and not tested.'
  const counts = `${number(facts.trainUsers)} users with ${number(facts.trainEvents)} events are trained on; ${number(facts.testUsers)} users are tested. ${untestedOf(facts, params)}`
  const rows =
    'One row a user: history, the items before the target in the order of time, and target, the next item. Items are numbered from 1 in the byte order of their ids (items.parquet has the ids), 0 is kept for padding. Every method ranks the whole catalog, without the items of the history.'
  const canonical =
    'events-….parquet hold the same as one row an event in the order of user and time, in shards by user modulo their number: the first trained events of a user are training; of users with held = 1 the last event is the target of test, the one before of valid.'
  const texts = [duplicatesOf(params), filter, how, counts, ...coldOf(facts, params), rows, canonical]
  return [...texts.map((text): Block => ({ kind: 'text', text })), ...removedOf(facts)]
}

function rollingOf({ moment, windowEnd }: Params, { cuts, fold }: Params): string {
  const quantiles = cuts as readonly number[]
  const end = windowEnd === null ? 'the end' : `the next cut (${windowEnd})`
  return `Rolling split by time, fold ${fold} of ${quantiles.length}: T is the ${quantiles[Number(fold) - 1]} quantile of all times (T = ${moment}), the window goes from T to ${end}. All events before T are trained on, whoever's they are; events after the window are thrown away. Of the window, items that training has not are dropped; users with two or more events left there, and three or more with those before, are tested. The past of a tested user is trained on, as it is known.`
}

function duplicatesOf({ dedup }: Params): string {
  if (dedup === undefined || dedup === 'keep-all')
    return 'Events in which a user meets an item again were kept.'
  const which = dedup === 'first' ? 'earliest' : 'latest'
  return `Of the events of a user with an item the ${which} was kept.`
}

/** Users of the dataset who are not tested, and users who passed the filter and are not in it. */
function untestedOf({ usersNotTested, usersLeftOut }: Params, { strategy }: Params): string {
  const left = usersLeftOut
    ? ` ${users(usersLeftOut, 'who passed the filter is', 'who passed the filter are')} neither trained on nor tested: too few of their events could be used.`
    : ''
  if (strategy === 'temporal') return `Nobody who is trained on is tested.${left}`
  if (usersNotTested === 0) return `All of them are tested.${left}`
  const why = strategy === 'rolling' ? 'too few events in the window' : 'fewer than three events'
  return `${users(usersNotTested, 'has', 'have')} ${why} and ${usersNotTested === 1 ? 'is' : 'are'} trained on, not tested.${left}`
}

function users(count: Json | undefined, one: string, more: string): string {
  return `${number(count)} ${count === 1 ? `user ${one}` : `users ${more}`}`
}

/** Manifests without coldTargets did not count the items that stay. */
function coldOf({ coldItems, coldTargets }: Params, { strategy }: Params): string[] {
  const count = `${number(coldItems)} ${coldItems === 1 ? 'item has' : 'items have'} no event in training`
  if (strategy === 'temporal' || strategy === 'rolling')
    return coldItems ? [`${count} and ${coldItems === 1 ? 'is' : 'are'} not in the catalog.`] : []
  if (coldTargets === undefined) return []
  if (coldItems === 0) return ['Every item of the catalog has an event in training.']
  const { valid, test } = coldTargets as Params
  return [
    `${count}, since all their events are targets: ${number(test)} targets of test and ${number(valid)} of valid. They are in the catalog and can be hit by chance alone.`,
  ]
}

/** Every event of the source is in the dataset or in this table. */
function removedOf({ removed, interactions, unfiltered }: Params): Block[] {
  if (removed === undefined) return []
  const events = removed as Readonly<Record<string, number>>
  const rows = Object.entries(REASONS).flatMap(([reason, text]) =>
    events[reason] ? [[text, number(events[reason])]] : [],
  )
  const total = Object.values(events).reduce((sum, count) => sum + count, 0)
  const source = Number((unfiltered as Params).interactions)
  const text =
    total === 0
      ? `All ${number(source)} events of the source are in the dataset.`
      : `${number(source - total)} of the ${number(source)} events of the source are in the dataset (${number(interactions)} passed the filter); removed were, by reason:`
  if (rows.length === 0) return [{ kind: 'text', text }]
  return [
    { kind: 'text', text },
    { kind: 'table', head: ['events removed because', ''], rows, numbers: [1] },
  ]
}

const REASONS: Readonly<Record<string, string>> = {
  duplicates: 'the user meets the item again',
  coreItems: 'their item has too few users',
  coreUsers: 'their user has too few items',
  pastOfTested: 'they lie before T and their user is active at or after it',
  afterWindow: 'they come after the window',
  coldItems: 'they lie at or after T and their item is not in training',
  shortUsers: 'they lie at or after T and their user has too few there to be tested',
}

function filterOf({ items, users, iterate }: Params, passes: number): string {
  const bounds = `Items with fewer than ${items} distinct users were removed, then users with fewer than ${users} distinct items`
  if (!iterate) return `${bounds}, once: some items fall below their bound by it, and stay.`
  return `${bounds}, again until both bounds held (${passes} ${passes === 1 ? 'pass' : 'passes'}).`
}

export function leakageOf({ facts, params }: Dataset): Block[] {
  const { strategy } = params
  const checked = [
    'One row per user in each split; every item is in the catalog.',
    'What is known at test is what was known at valid and its target, in the order of time.',
    ...(facts.filtered === undefined ? [] : [ORDER]), // older datasets were not asked
    CLAIMS[String(strategy)] ?? CLAIMS['leave-one-out']!,
  ]
  return [
    { kind: 'text', text: 'Asked of the written files; a dataset with one offender is not published:' },
    { kind: 'list', items: checked },
    { kind: 'text', text: seenOf(facts) },
    ...tiesOf(facts),
  ]
}

const ORDER =
  'Time rises along the events of a user, and between equal times the place in the source; the rows of each split are the first of them.'

const CLAIMS: Readonly<Record<string, string>> = {
  temporal:
    'No user is both trained on and tested; all of training lies before T, all targets at or after T; every item of test was seen in training.',
  rolling:
    'All of training lies before T, and it is all that lies there; all targets lie in the window; what is known of a tested user begins with what was trained on; every item of test was seen in training.',
  'leave-one-out':
    'Training of a tested user is the history of its valid row, and does not come after the valid target; every event is in training or is one of two targets.',
}

function seenOf({ targetsSeen, testUsers }: Params): string {
  if (targetsSeen === 0) return 'No target of test is in its own history.'
  return `${number(targetsSeen)} of ${number(testUsers)} targets of test are in their own history: since those items are excluded, they count as misses for every method.`
}

function tiesOf({ tiedEvents, tieOrder, hasTime }: Params): Block[] {
  if (!hasTime) return []
  if (tiedEvents === 0) return [{ kind: 'text', text: 'No user has two events at the same time.' }]
  const said = `${number(tiedEvents)} events share user and time with another one; the order of the source decides between them.`
  const order = tieOrder as Params | null
  const test =
    order === null
      ? 'Whether that order helps was not tried: of the users looked at none is tested.'
      : `Whether that order gives something away: NDCG@10 of a Markov chain on ${number(order.users)} users is ${order.markovSourceOrder} in it and ${order.markovSeededOrder} when ties are put in a seeded random order. A value much larger in the order of the source says: do not trust it.`
  const warning =
    order?.leaks === true
      ? [
          {
            kind: 'text',
            text: 'Warning: the two differ by more than 5 % and by more than two standard errors. The order of the source inside equal times says something of the targets; scores of methods that read the order are too high or too low by it.',
          } as const,
        ]
      : []
  return [{ kind: 'text', text: `${said} ${test}` }, ...warning]
}

function number(value: Json | undefined): string {
  return typeof value === 'number' ? grouped(value) : '—'
}
