/**
 * How many elements all arrays of one request may have together. To read a request and to write its answer cannot be
 * interrupted, and takes a microsecond or two for each element; nobody means to name so many things at once. A request
 * with more is not read, and its connection is closed.
 */
export const MAX_ELEMENTS = 100_000

/** For what the controller decides in one go. It takes no change of more than 10,000 records in any case. */
export const MAX_ELEMENTS_TO_DECIDE = 30_000
