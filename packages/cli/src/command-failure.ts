/** What a tool finds wrong beyond its command line; the tool says how it is reported. */
export class CommandFailure extends Error {}
