package dev.orrery.store.replica;

import dev.orrery.store.Copies.Scarce;

import java.io.IOException;
import java.util.Optional;

/**
 * The way through all that one master holds, a bounded part at a time, and again from the first
 * until nothing on it is scarce.
 */
final class ScarcePass<K> {

    private static final int ITEMS_MAX = 200;

    /** With a part a minute, some 4 MiB a second. */
    private static final long BYTES_MAX = 256L * 1024 * 1024;

    /** A million things take ten parts. */
    private static final int QUESTIONS_MAX = 50;

    private Optional<K> after = Optional.empty();
    private boolean isClean = true;
    private boolean isComplete;

    /** What may be spent on one part. */
    static final class Budget {
        private int items = ITEMS_MAX;
        private long bytes = BYTES_MAX;

        private Budget() {}

        /** These bytes are to be moved. */
        void spend(long moved) {
            bytes -= moved;
        }

        private boolean take() {
            items--;
            return items >= 0 && bytes > 0;
        }
    }

    /** Begins from the first, even if nothing was scarce. */
    void again() {
        after = Optional.empty();
        isClean = true;
        isComplete = false;
    }

    /** One part, unless all was looked at and nothing scarce; how many copies were made. */
    int goOn(Question<K> question, Work<K> work) throws IOException {
        Budget budget = new Budget();
        int made = 0;
        for (int i = 0; i < QUESTIONS_MAX && !isComplete; i++) {
            Scarce<K> scarce = question.ask(after);
            for (K key : scarce.found()) {
                isClean = false;
                if (!budget.take()) {
                    return made;
                }
                made += work.copy(key, budget) ? 1 : 0;
                after = Optional.of(key);
            }
            after = scarce.next();
            if (after.isEmpty()) {
                isComplete = isClean;
                isClean = true;
                return made;
            }
        }
        return made;
    }

    /** What is scarce after one of them. */
    interface Question<K> {
        Scarce<K> ask(Optional<K> after) throws IOException;
    }

    /** Makes a copy, and says whether it could. */
    interface Work<K> {
        boolean copy(K key, Budget budget) throws IOException;
    }
}
