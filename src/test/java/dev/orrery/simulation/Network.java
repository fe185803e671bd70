package dev.orrery.simulation;

import dev.orrery.simulation.Host.Life;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Carries messages between hosts: each may be lost, doubled, delayed and reordered; a link may be
 * cut in one direction, or clogged, which holds its messages until it is free again.
 */
final class Network {

    private static final long DELAY_MIN = 100_000;
    private static final long LATE_MAX = 20 * Dice.SECOND;

    private final World world;
    private final Dice dice;
    private final Link[][] links;
    private Weather weather;

    private static final class Link {
        private int cuts;
        private int clogs;
        private final List<Runnable> held = new ArrayList<>();
    }

    /** Hosts are numbered from 0 to below {@code hosts}. */
    Network(World world, Dice dice, int hosts, Weather weather) {
        this.world = world;
        this.dice = dice;
        this.weather = weather;
        this.links = new Link[hosts][hosts];
        for (Link[] row : links) {
            for (int i = 0; i < row.length; i++) {
                row[i] = new Link();
            }
        }
    }

    int hosts() {
        return links.length;
    }

    void weather(Weather now) {
        weather = now;
    }

    /** Cuts one direction, or takes one such cut away. */
    void cut(int from, int to, boolean on) {
        links[from][to].cuts += on ? 1 : -1;
    }

    /** Clogs one direction, or frees it, and lets go what waited. */
    void clog(int from, int to, boolean on) {
        Link link = links[from][to];
        link.clogs += on ? 1 : -1;
        if (link.clogs == 0) {
            List<Runnable> waiting = List.copyOf(link.held);
            link.held.clear();
            waiting.forEach(it -> world.agenda.after(delay(), it));
        }
    }

    boolean isCut(int from, int to) {
        return links[from][to].cuts > 0;
    }

    /** Whether both directions are open. */
    boolean isOpen(Host one, Host other) {
        return isFree(links[one.number][other.number]) && isFree(links[other.number][one.number]);
    }

    private static boolean isFree(Link link) {
        return link.cuts == 0 && link.clogs == 0;
    }

    /** Sends something that is then done at a life of a host, perhaps. */
    void send(Host from, Life to, Runnable arrival) {
        int copies = dice.chance(weather.lost()) ? 0 : dice.chance(weather.doubled()) ? 2 : 1;
        for (int copy = 0; copy < copies; copy++) {
            carry(from, to, arrival, delay());
        }
        if (world.whims.has(Whim.MESSAGE_COMES_AGAIN_LATE)) {
            carry(from, to, arrival, dice.between(0, LATE_MAX));
        }
    }

    private void carry(Host from, Life to, Runnable arrival, long delay) {
        Link link = links[from.number][to.host().number];
        Runnable delivery = () -> deliver(link, to, arrival);
        if (link.clogs > 0) {
            link.held.add(delivery);
        } else {
            world.agenda.after(delay, delivery);
        }
    }

    private static void deliver(Link link, Life to, Runnable arrival) {
        if (link.clogs > 0) {
            link.held.add(() -> deliver(link, to, arrival));
        } else if (link.cuts == 0) {
            to.host().run(to.number(), arrival);
        }
    }

    private long delay() {
        return dice.skewed(DELAY_MIN, weather.delayMax());
    }

    /** How long one way takes when nothing is lost. */
    long transit() {
        return dice.skewed(DELAY_MIN, 2 * Dice.MILLI);
    }

    /**
     * Asks a life of a host something and waits for the answer.
     *
     * @param question done there; gives its answer, at once or later, to whom it is handed
     */
    <T> void request(
            Host from, Life to, Consumer<Consumer<T>> question, long timeout, Answer<T> answer) {
        Life asker = from.life();
        boolean[] settled = {false};
        from.after(
                timeout,
                () -> {
                    if (!settled[0]) {
                        settled[0] = true;
                        answer.missing();
                    }
                });
        Consumer<T> reply =
                value -> {
                    if (!world.whims.has(Whim.ANSWER_IS_LOST)) {
                        send(
                                to.host(),
                                asker,
                                () -> {
                                    if (!settled[0]) {
                                        settled[0] = true;
                                        answer.came(value);
                                    }
                                });
                    }
                };
        send(from, to, () -> question.accept(reply));
    }

    /** Who waits for an answer; exactly one of both is told. */
    interface Answer<T> {

        void came(T value);

        /** Nobody knows whether the question came. */
        void missing();
    }
}
