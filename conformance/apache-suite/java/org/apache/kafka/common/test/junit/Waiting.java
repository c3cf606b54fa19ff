package org.apache.kafka.common.test.junit;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waiting for what another process does, which tells nobody when it has done it. */
final class Waiting {
    private static final long LIMIT_SECONDS = 60;
    private static final long PAUSE_MS = 20;

    private Waiting() {
    }

    /**
     * Returns when the condition holds. A condition that throws does not hold yet, save that an IllegalStateException says that it
     * never will. Throws IllegalStateException when the limit is over.
     */
    static void until(String what, Callable<Boolean> condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        Exception last = null;
        while (System.nanoTime() < end) {
            try {
                if (condition.call()) return;
            } catch (IllegalStateException e) {
                throw e;
            } catch (Exception e) {
                last = e;
            }
            pause(PAUSE_MS);
        }
        throw new IllegalStateException("waited in vain for " + what, last);
    }

    static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }
}
