// Prints the config definitions of Apache Kafka, one a line: set, name, type, default, importance, internal, update
// mode; and what each definition makes of some values, probe by probe. Fields are separated by tabs and escaped.
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

public class KafkaConfigs {
    static final String[] PROBES = {"", "x", "-3", "-2", "-1", "0", "1", "2", "17", "50", "1.5", "true", "TRUE", "99999999999", " 5 ",
        "a,b", "compact,delete", "delete, compact", "gzip", "ZSTD", "LogAppendTime", "upgrade", "0:1,1:2", "*", "earliest",
        "by_duration:PT1H", "by_duration:P", "read_committed", "classic,consumer", "required", "PLAINTEXT", "1e3", "+7"};

    static String escape(Object value) {
        return value == null ? "\\N" : value.toString().replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
    }

    static void print(Object... fields) {
        StringBuilder line = new StringBuilder();
        for (Object field : fields) line.append(line.length() == 0 ? "" : "\t").append(escape(field));
        System.out.println(line);
    }

    static void definitions(String set, ConfigDef def, Map<String, String> modes) {
        for (ConfigDef.ConfigKey key : new TreeMap<>(def.configKeys()).values()) {
            Object fallback = key.defaultValue == ConfigDef.NO_DEFAULT_VALUE ? null : key.defaultValue;
            print("def", set, key.name, key.type, ConfigDef.convertToString(fallback, key.type), key.importance,
                key.internalConfig, modes.getOrDefault(key.name, "read-only"));
            for (String probe : PROBES) probe(set, key, probe);
        }
    }

    static void probe(String set, ConfigDef.ConfigKey key, String probe) {
        try {
            Object value = ConfigDef.parseType(key.name, probe, key.type);
            if (key.validator != null) key.validator.ensureValid(key.name, value);
            String text = key.type == ConfigDef.Type.PASSWORD ? probe : ConfigDef.convertToString(value, key.type);
            print("probe", set, key.name, probe, "ok", text);
        } catch (ConfigException e) {
            print("probe", set, key.name, probe, "refused", e.getMessage());
        }
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> modes = org.apache.kafka.server.config.DynamicBrokerConfig.dynamicConfigUpdateModes();
        definitions("broker", kafka.server.KafkaConfig.configDef(), modes);
        definitions("topic", org.apache.kafka.storage.internals.log.LogConfig.configDefCopy(), Map.of());
        definitions("group", org.apache.kafka.coordinator.group.GroupConfig.CONFIG_DEF, Map.of());
        definitions("client-metrics", org.apache.kafka.server.metrics.ClientMetricsConfigs.configDef(), Map.of());
        for (var entry : org.apache.kafka.server.config.ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.entrySet()) {
            StringBuilder synonyms = new StringBuilder();
            for (var synonym : entry.getValue()) synonyms.append(synonym.name()).append('=').append(synonym.converter().apply("1")).append(' ');
            print("topic-synonyms", entry.getKey(), synonyms.toString().trim());
        }
        for (var entry : org.apache.kafka.coordinator.group.GroupConfig.ALL_GROUP_CONFIG_SYNONYMS.entrySet())
            print("group-synonym", entry.getKey(), entry.getValue().orElse(null));
        for (String name : kafka.server.KafkaConfig.configDef().names())
            print("broker-synonyms", name, String.join(" ", org.apache.kafka.server.config.DynamicBrokerConfig.brokerConfigSynonyms(name, true)));
    }
}
