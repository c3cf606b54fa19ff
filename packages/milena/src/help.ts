export const HELP = `Milena: Apache Kafka in one process.

  milena [start] [options]        start a broker
  milena topics …                 kafka-topics: create, list, describe, alter, delete
  milena console-producer …       kafka-console-producer: lines from standard input to a topic
  milena console-consumer …       kafka-console-consumer: a topic to standard output
  milena consumer-groups …        kafka-consumer-groups: list, describe, reset offsets, delete
  milena dump-log …               kafka-dump-log: show the files of a log, and their damage
  milena log-dirs …               kafka-log-dirs: which logs lie in which folders, and how large they are
  milena delete-records …         kafka-delete-records: delete the records of partitions up to an offset
  milena get-offsets …            kafka-get-offsets: the offsets of partitions, now or at a time
  milena transactions …           kafka-transactions: list and describe transactions, find and end those that hang
  milena share-groups …           kafka-share-groups: list, describe, reset offsets, delete
  milena groups …                 kafka-groups: list groups of all types
  milena broker-api-versions …    kafka-broker-api-versions: which versions of which APIs each broker speaks
  milena cluster …                kafka-cluster: a cluster's id and nodes; forget a broker
  milena features …               kafka-features: show and change the features of a cluster
  milena metadata-quorum …        kafka-metadata-quorum: the controllers that agree on the metadata
  milena leader-election …        kafka-leader-election: let partitions have another leader
  milena reassign-partitions …    kafka-reassign-partitions: move partitions and replicas
  milena producer-perf-test …     kafka-producer-perf-test: write records, and say how fast that was
  milena consumer-perf-test …     kafka-consumer-perf-test: read records, and say how fast that was
  milena configs …                kafka-configs: show and change configs, quotas and credentials
  milena import --from DIR --to DIR   a data folder of Apache Kafka becomes one of Milena (import --help)
  milena --help | --version       each tool has its own --help

Options of start:
  --port N                        the port to listen on (default 9092; 0 is any free port)
  --host H                        the address to listen on (default localhost: 127.0.0.1 and ::1)
  --data DIR                      the data folder (default ./milena-data); short for --log.dirs=DIR
  --memory                        keep everything in memory, nothing on disk
  --durability auto|os            when acks=all is answered: auto flushes to the disk first where this broker holds
                                  the only copy; os leaves it to the operating system, as Kafka does
  --node-id N                     short for --node.id=N
  --config FILE                   a .properties file, such as Kafka's own server.properties
  --PROPERTY=VALUE                any Kafka property: --num.partitions=3 --auto.create.topics.enable=false

Any property may also come from the environment: KAFKA_LOG_DIRS is log.dirs, KAFKA_NUM_PARTITIONS is num.partitions.
Flags win over the environment, the environment over the file.`
