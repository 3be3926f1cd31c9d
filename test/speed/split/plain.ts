/**
 * What the split is measured against: the same rules over a log that lies in memory, as one would write them for a single
 * machine and nothing else. Typed arrays, one thread, nothing written. Users and items are whole numbers from 0, which
 * spares this one the tables of ids; events are in the order of their ordinals.
 *
 *   sort   events by user, by counting; a user's by time, by insertion, so that equal times keep the order of the source.
 *          Time is O(events · the longest stretch out of order): made logs have each user in order, and at most 200 events.
 *   dedup  first: of a user's events with an item the earliest stays
 *   core   items with at least `items` users, then users with at least `users` items, until nothing changes
 *   split  leave-one-out: of users with 3 or more events the last is the target of the test, the one before that of valid
 *
 * Memory: 12 bytes an event for the log, 8 while it is sorted, and 4 for each user and for each item.
 */
export interface Log {
  users: Int32Array // one entry an event
  items: Int32Array
  times: Int32Array
}

export interface Found {
  trainEvents: number
  testUsers: number
  targets: number // sum of the ids of all test targets: two splits that order events differently differ in it
}

/** The arrays of `log` are overwritten. */
export function splitPlainly(log: Log, core: { items: number; users: number }): Found {
  const users = mostOf(log.users) + 1
  const items = mostOf(log.items) + 1
  sortByUserAndTime(log, users)
  let kept = keepFirst(log, items)
  for (let before = -1; kept !== before; ) {
    before = kept
    kept = keepFrequent(log.items, log, kept, items, core.items)
    kept = keepFrequent(log.users, log, kept, users, core.users)
  }
  const found = { trainEvents: 0, testUsers: 0, targets: 0 }
  for (let from = 0, to = 0; from < kept; from = to) {
    while (to < kept && log.users[to] === log.users[from]) to++
    if (to - from < 3) {
      found.trainEvents += to - from
      continue
    }
    found.trainEvents += to - from - 2
    found.testUsers++
    found.targets += log.items[to - 1]!
  }
  return found
}

function sortByUserAndTime(log: Log, users: number): void {
  const ends = new Int32Array(users)
  for (const user of log.users) ends[user]!++
  for (let user = 1; user < users; user++) ends[user]! += ends[user - 1]!
  const items = new Int32Array(log.items.length)
  const times = new Int32Array(log.times.length)
  for (let event = log.users.length; event-- > 0; ) {
    const place = --ends[log.users[event]!]! // from behind: events of a user stay in order
    items[place] = log.items[event]!
    times[place] = log.times[event]!
  }
  const starts = ends // each has gone back to where its user begins
  for (let user = 0; user < users; user++) {
    const [from, to] = [starts[user]!, user + 1 < users ? starts[user + 1]! : items.length]
    log.users.fill(user, from, to)
    sortByTime(items, times, from, to)
  }
  log.items = items
  log.times = times
}

function sortByTime(items: Int32Array, times: Int32Array, from: number, to: number): void {
  for (let event = from + 1; event < to; event++) {
    const [item, time] = [items[event]!, times[event]!]
    let place = event
    for (; place > from && times[place - 1]! > time; place--) {
      items[place] = items[place - 1]!
      times[place] = times[place - 1]!
    }
    items[place] = item
    times[place] = time
  }
}

/** Moves the events that stay to the front, and returns their number; from here on times are not needed. */
function keepFirst({ users, items }: Log, itemCount: number): number {
  const lastUser = new Int32Array(itemCount).fill(-1) // who met the item last: events are sorted by user
  let kept = 0
  for (let event = 0; event < users.length; event++) {
    const [user, item] = [users[event]!, items[event]!]
    if (lastUser[item] === user) continue
    lastUser[item] = user
    users[kept] = user
    items[kept++] = item
  }
  return kept
}

/** Keeps what `by` has at least `least` times among the first `events`: no pair of user and item is left twice. */
function keepFrequent(
  by: Int32Array,
  { users, items }: Log,
  events: number,
  ids: number,
  least: number,
): number {
  const counts = new Int32Array(ids)
  for (let event = 0; event < events; event++) counts[by[event]!]!++
  let kept = 0
  for (let event = 0; event < events; event++) {
    if (counts[by[event]!]! < least) continue
    users[kept] = users[event]!
    items[kept++] = items[event]!
  }
  return kept
}

function mostOf(ids: Int32Array): number {
  let most = 0
  for (const id of ids) if (id > most) most = id
  return most
}
