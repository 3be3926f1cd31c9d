/**
 * Public logs, by name: where each is to be had, in which form, under which license. No byte of them is in this
 * repository. `source: gowalla` in a profile reads one from data/cache (pipelines/stages/interactions/cached.ts).
 *
 * sha256 null: unknown to us; it is recorded beside the file when the file is first read, and held to from then on.
 * Counts are those of the file before any filter, null where we know of none that can be trusted.
 */
import type { About } from '../../contracts.ts'
import type { Format } from './format.ts'

export interface Source extends About {
  url: string // of the file, or of the page that leads to it
  steps: string | null // what is to be done with the download, as half a sentence; null: it is the file
  file: string // its name in data/cache
  sha256: string | null // of the file in data/cache
  license: string
  form: Format | null // null: as format.ts finds it
  counts: Counts
}
/** What the file should hold. */
export interface Counts {
  users: number | null
  items: number | null
  interactions: number | null
}

const UNKNOWN: Counts = { users: null, items: null, interactions: null }
const counts = (users: number, items: number, interactions: number): Counts => ({
  users,
  items,
  interactions,
})
const GROUPLENS = 'GroupLens terms: research, no redistribution without leave, cite'
const MCAULEY = 'data of Amazon, given out for research by the McAuley lab; no license stated'

export const sources: Readonly<Record<string, Source>> = {
  'ml-100k': movielens('100K', 'ml-100k/u.data', 'tsv', counts(943, 1682, 100_000)),
  'ml-1m': movielens('1M', 'ml-1m/ratings.dat', 'dat', counts(6040, 3706, 1_000_209)),
  'ml-10m': movielens('10M', 'ml-10M100K/ratings.dat', 'dat', UNKNOWN),
  'ml-20m': movielens('20M', 'ml-20m/ratings.csv', 'csv', UNKNOWN),
  'ml-25m': movielens('25M', 'ml-25m/ratings.csv', 'csv', UNKNOWN),

  'amazon-2014-beauty': amazon2014('Beauty', counts(22_363, 12_101, 198_502)),
  'amazon-2014-toys': amazon2014('Toys_and_Games', counts(19_412, 11_924, 167_597)),
  'amazon-2014-sports': amazon2014('Sports_and_Outdoors', counts(35_598, 18_357, 296_337)),
  'amazon-2014-video-games': amazon2014('Video_Games', UNKNOWN),
  'amazon-2014-digital-music': amazon2014('Digital_Music', UNKNOWN),
  'amazon-2014-grocery': amazon2014('Grocery_and_Gourmet_Food', UNKNOWN),
  'amazon-2014-books': amazon2014('Books', UNKNOWN),
  'amazon-2023-beauty': amazon2023('Beauty_and_Personal_Care'),
  'amazon-2023-toys': amazon2023('Toys_and_Games'),
  'amazon-2023-sports': amazon2023('Sports_and_Outdoors'),
  'amazon-2023-video-games': amazon2023('Video_Games'),
  'amazon-2023-books': amazon2023('Books'),
  'kindle-store': {
    about: 'Ratings of Kindle books, Amazon 2014, all of them; a set of arXiv:2409.18721',
    cite: 'arXiv:1506.04757',
    url: 'https://snap.stanford.edu/data/amazon/productGraph/categoryFiles/ratings_Kindle_Store.csv',
    steps: null,
    file: 'kindle-store.csv',
    sha256: null,
    license: MCAULEY,
    form: { separator: ',', header: false, width: 4, user: 0, item: 1, time: 3 },
    counts: { ...UNKNOWN, interactions: 3_205_467 },
  },

  beeradvocate: {
    about: 'Reviews of beers, 1998 to 2011; a set of arXiv:2409.18721',
    cite: 'arXiv:1210.3926',
    url: 'https://mcauleylab.ucsd.edu/public_datasets/data/beer/beeradvocate.json.gz',
    steps:
      'turn its Python dictionaries into lines of CSV under the header user,item,timestamp (review/profileName, beer/beerId, review/time)',
    file: 'beeradvocate.csv',
    sha256: null,
    license: 'given out for research by the McAuley lab; no license stated',
    form: null,
    counts: { users: 33_387, items: 66_055, interactions: null },
  },
  behance: {
    about: 'Appreciations of art works; a set of arXiv:2409.18721',
    cite: 'arXiv:1607.04373',
    url: 'https://mcauleylab.ucsd.edu/public_datasets/gdrive/behance/Behance_appreciate_1M.gz',
    steps: null,
    file: 'behance.txt.gz',
    sha256: null,
    license: 'given out for research by the McAuley lab; no license stated',
    form: { separator: ' ', header: false, width: 3, user: 0, item: 1, time: 2 },
    counts: UNKNOWN,
  },
  gowalla: {
    about: 'Check-ins at places, 2009 to 2010; a set of arXiv:2409.18721',
    cite: 'doi:10.1145/2020408.2020579',
    url: 'https://snap.stanford.edu/data/loc-gowalla_totalCheckins.txt.gz',
    steps: null,
    file: 'gowalla.txt.gz',
    sha256: null,
    license: 'given out for research by SNAP; no license stated',
    form: { separator: '\t', header: false, width: 5, user: 0, item: 4, time: 1 },
    counts: UNKNOWN,
  },
  yelp: {
    about:
      'Reviews of businesses; the file grows from year to year, so say which one you have; a set of arXiv:2409.18721',
    url: 'https://www.yelp.com/dataset',
    steps: 'take yelp_academic_dataset_review.json out of it',
    file: 'yelp.json',
    sha256: null,
    license: 'terms of the Yelp Open Dataset: academic use, no redistribution',
    form: null,
    counts: UNKNOWN,
  },
  steam: {
    about: 'Reviews of games',
    cite: 'arXiv:1808.09781',
    url: 'https://cseweb.ucsd.edu/~wckang/steam_reviews.json.gz',
    steps:
      'turn its Python dictionaries into lines of CSV under the header user,item,date (username, product_id, date)',
    file: 'steam.csv',
    sha256: null,
    license: 'given out for research by the McAuley lab; no license stated',
    form: null,
    counts: UNKNOWN,
  },
  'yambda-50m-likes': {
    about: 'Likes of music tracks, the smallest of three sizes; times in steps of 5 seconds',
    cite: 'arXiv:2505.22238',
    url: 'https://huggingface.co/datasets/yandex/yambda/resolve/main/flat/50m/likes.parquet',
    steps: null,
    file: 'yambda-50m-likes.parquet',
    sha256: null,
    license: 'Apache-2.0',
    form: null,
    counts: UNKNOWN,
  },
}

function movielens(size: string, inside: string, extension: string, held: Counts): Source {
  const name = `ml-${size.toLowerCase()}`
  return {
    about: `MovieLens ${size}: ratings of films`,
    cite: 'doi:10.1145/2827872',
    url: `https://files.grouplens.org/datasets/movielens/${name}.zip`,
    steps: `take ${inside} out of it`,
    file: `${name}.${extension}`,
    sha256: null,
    license: GROUPLENS,
    form: null,
    counts: held,
  }
}

/** Reviews of users and items that have five of them or more (5-core as published). */
function amazon2014(category: string, held: Counts): Source {
  return {
    about: `Amazon reviews of 2014, ${category.replaceAll('_', ' ')}, 5-core as published`,
    cite: 'arXiv:1506.04757',
    url: `https://snap.stanford.edu/data/amazon/productGraph/categoryFiles/reviews_${category}_5.json.gz`,
    steps: null,
    file: `amazon-2014-${category.toLowerCase()}-5.json.gz`,
    sha256: null,
    license: MCAULEY,
    form: null,
    counts: held,
  }
}

function amazon2023(category: string): Source {
  return {
    about: `Amazon reviews of 2023, ${category.replaceAll('_', ' ')}, 5-core as published`,
    cite: 'arXiv:2403.03952',
    url: `https://mcauleylab.ucsd.edu/public_datasets/data/amazon_2023/benchmark/5core/rating_only/${category}.csv.gz`,
    steps: null,
    file: `amazon-2023-${category.toLowerCase()}-5.csv.gz`,
    sha256: null,
    license: MCAULEY,
    form: null,
    counts: UNKNOWN,
  }
}
