package dev.orrery.house;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One of the thirteen rooms under {@code dev.orrery}, with the rooms that it may use: the table of
 * DESIGN.md, "The house". A room's sub-packages belong to it.
 */
enum Room {
    MODEL,
    PROTOCOL(MODEL),
    SCHEDULING(PROTOCOL, MODEL),
    DATAFLOW(PROTOCOL, MODEL),
    EXCHANGE(PROTOCOL, MODEL),
    CONFIG(MODEL),
    STORE(PROTOCOL, MODEL, CONFIG),
    BUS(PROTOCOL, MODEL, CONFIG),
    EXECUTION(PROTOCOL, MODEL, CONFIG),
    API(BUS, STORE, PROTOCOL, MODEL, CONFIG),
    GATEWAY(BUS, STORE, PROTOCOL, MODEL, CONFIG),
    NODE(
            MODEL,
            PROTOCOL,
            SCHEDULING,
            DATAFLOW,
            EXCHANGE,
            CONFIG,
            STORE,
            BUS,
            EXECUTION,
            API,
            GATEWAY),
    CLI(MODEL, PROTOCOL, CONFIG);

    /** The package above all rooms. It holds the program's entry, which wires them. */
    static final String HOUSE = "dev.orrery";

    private final List<Room> mayUse;

    Room(Room... mayUse) {
        this.mayUse = List.of(mayUse);
    }

    /** The room's package and its sub-packages, as ArchUnit writes them. */
    String packages() {
        return HOUSE + "." + name().toLowerCase(Locale.ROOT) + "..";
    }

    /** The packages of the house that the room must not use, the program's entry among them. */
    String[] forbiddenPackages() {
        List<String> forbidden = new ArrayList<>();
        forbidden.add(HOUSE);
        Arrays.stream(values())
                .filter(room -> room != this && !mayUse.contains(room))
                .map(Room::packages)
                .forEach(forbidden::add);
        return forbidden.toArray(String[]::new);
    }

    static String[] allPackages() {
        return Arrays.stream(values()).map(Room::packages).toArray(String[]::new);
    }
}
