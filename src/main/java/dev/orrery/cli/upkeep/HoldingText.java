package dev.orrery.cli.upkeep;

import dev.orrery.cli.Upkeep;
import dev.orrery.cli.text.TerminalText;
import dev.orrery.cli.text.Times;
import dev.orrery.model.Quantities;

import java.util.List;

/** What a backup holds, for people; what it says itself is cleaned. */
final class HoldingText {

    private static final int SHOWN_MAX = 10;

    private HoldingText() {}

    static String of(Upkeep.Holding holding) {
        return TerminalText.clean(
                "%d jobs, %d files, %s, taken %s by Orrery %s"
                        .formatted(
                                holding.jobs(),
                                holding.files(),
                                Quantities.describeSize(holding.bytes()),
                                Times.show(holding.takenAt().toString()),
                                holding.version()));
    }

    /** What was lost before the backup was taken. */
    static List<String> missing(Upkeep.Holding holding) {
        int count = holding.missing().size();
        if (count == 0) {
            return List.of();
        }
        String first = String.join(", ", holding.missing().subList(0, Math.min(SHOWN_MAX, count)));
        return List.of(
                "orrery: all but "
                        + count
                        + " files that jobs refer to and that the server does not have: "
                        + TerminalText.clean(first)
                        + (count > SHOWN_MAX ? ", …" : ""));
    }
}
