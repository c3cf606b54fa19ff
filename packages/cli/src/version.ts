/** The release of Apache Kafka whose tools these are compared with. */
export const apacheVersion = '4.3.1'
