package org.apache.kafka.common.test.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One broker: a process that CLUSTER_COMMAND starts, and its port. */
final class BrokerProcess {
    private static final int CONNECT_TIMEOUT_MS = 200;
    private static final int EXIT_TIMEOUT_SECONDS = 30;
    private static final int HANDOVER_MS = 250;
    private static final int EXIT_MS = 500;

    private final int id;
    private final int port;
    private final Path properties;
    private final Path output;
    private Process process;

    BrokerProcess(int id, int port, Path properties) {
        this.id = id;
        this.port = port;
        this.properties = properties;
        this.output = properties.resolveSibling("broker-" + id + ".out");
    }

    int port() {
        return port;
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    void launch() {
        List<String> command = new ArrayList<>(List.of(System.getenv("CLUSTER_COMMAND").split(" ")));
        command.add(properties.toString());
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile())).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitPort() {
        Waiting.until(this + " to open its port", () -> {
            if (!process.isAlive()) throw new IllegalStateException(this + " ended: " + lastLine());
            return isOpen();
        });
    }

    /**
     * SIGTERM, and the end of the process. Kafka's broker hands its partitions over before it lets its clients go, and its JVM lives on for
     * a while after that. Some tests count on the time that takes: a producer that has not found out yet that it knows no broker any more
     * keeps a record for as long as it may be delivered (two minutes), instead of refusing it.
     */
    void shutdown() {
        if (!isAlive()) return;
        Waiting.pause(HANDOVER_MS);
        // The listener is the broker itself: the command may have wrapped it.
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        if (!hasExited()) throw new IllegalStateException(this + " did not stop");
        Waiting.until(this + " to close its port", () -> !isOpen());
        Waiting.pause(EXIT_MS);
    }

    /** SIGKILL. Says whether the process has ended. */
    boolean kill() {
        if (process == null) return true;
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        return hasExited();
    }

    private boolean hasExited() {
        try {
            return process.waitFor(EXIT_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isOpen() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("localhost", port), CONNECT_TIMEOUT_MS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String lastLine() {
        try {
            List<String> lines = Files.readAllLines(output);
            return lines.isEmpty() ? "no output" : lines.get(lines.size() - 1);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public String toString() {
        return "broker " + id;
    }
}
