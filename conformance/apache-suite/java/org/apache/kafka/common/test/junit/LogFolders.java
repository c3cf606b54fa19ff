package org.apache.kafka.common.test.junit;

import org.apache.kafka.common.TopicPartition;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folders of a broker's logs, as they lie on disk: `TOPIC-PARTITION` in one of `log.dirs`. */
final class LogFolders {
    private final List<File> folders;

    LogFolders(Map<String, String> properties) {
        folders = Stream.of(properties.get("log.dirs").split(",")).map(File::new).toList();
    }

    List<File> logDirs() {
        return folders;
    }

    /** Folders that wait for their deletion, or for the end of a move between disks, have other names and are not among them. */
    List<File> of(String topic) {
        Pattern name = Pattern.compile(Pattern.quote(topic) + "-\\d+");
        return folders.stream().map(folder -> folder.listFiles((parent, each) -> name.matcher(each).matches()))
            .filter(found -> found != null).flatMap(Arrays::stream).toList();
    }

    Optional<File> of(TopicPartition partition) {
        return folders.stream().map(folder -> new File(folder, partition.toString())).filter(File::isDirectory).findFirst();
    }

    Optional<File> ofFuture(TopicPartition partition) {
        Pattern name = Pattern.compile(Pattern.quote(partition.toString()) + "\\..*-future");
        return folders.stream().map(folder -> folder.listFiles((parent, each) -> name.matcher(each).matches()))
            .filter(found -> found != null).flatMap(Arrays::stream).findFirst();
    }
}
