/**
 * How many elements all arrays of one request may have together. To read a request and to write its answer cannot be
 * interrupted, and takes a microsecond or two for each element; nobody means to name so many things at once. A request
 * with more is not read, and its connection is closed.
 */
export const MAX_ELEMENTS = 100_000

/** For the acknowledgements of share groups, which may have a byte for each record; those are quickly read. */
export const MAX_ELEMENTS_TO_ACKNOWLEDGE = 1_000_000

/**
 * For what is decided in one go and takes longer for each: what the controller does, which takes no change of more than
 * 10,000 records in any case, and the appends of a producer.
 */
export const MAX_ELEMENTS_TO_DECIDE = 30_000
