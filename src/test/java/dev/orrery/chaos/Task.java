package dev.orrery.chaos;

import dev.orrery.chaos.Fact.Execution;

/** The program that tasks run: it writes down its own executions, outside of the cluster. */
final class Task {
    /**
     * Called with the seconds to work, and a second word when a daemon shall stay behind.
     *
     * <p>It writes first that it began, and then looks for others of its task: of two that begin
     * together, the one that writes last sees the other. Each line is one write to a file opened
     * for appending.
     */
    static final String SCRIPT =
            """
            #!/bin/sh
            file=${0%/*}/$ORRERY_JOB.$ORRERY_INDEX
            who="$ORRERY_ATTEMPT $ORRERY_WORKER $$"
            echo "start $who $(date +%s%N)" >>"$file"
            if [ "$(wc -l <"$file")" -gt 1 ]; then
                others=0
                own=$(ps -o sid= -p $$)
                for each in $(grep -lsaz "^ORRERY_TASK=$ORRERY_TASK\\$" /proc/[0-9]*/environ); do
                    pid=${each#/proc/}
                    session=$(ps -o sid= -p "${pid%/environ}")
                    [ -z "$session" ] || [ "$session" = "$own" ] || others=$((others + 1))
                done
                echo "met $who $others" >>"$file"
            fi
            [ -z "$2" ] || setsid sh -c "sleep $1; sleep 5" </dev/null >/dev/null 2>&1 &
            sleep "$1"
            echo "result $ORRERY_JOB $ORRERY_ATTEMPT $$"
            echo "finish $who $(date +%s%N)" >>"$file"
            """;

    private Task() {}

    /** What an execution that came to its end has printed. */
    static String output(Execution execution) {
        return "result "
                + execution.job()
                + " "
                + execution.attempt()
                + " "
                + execution.pid()
                + "\n";
    }
}
