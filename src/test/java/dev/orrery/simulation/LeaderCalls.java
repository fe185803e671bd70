package dev.orrery.simulation;

import dev.orrery.protocol.Message;
import dev.orrery.protocol.Message.LeaderNotice;
import dev.orrery.simulation.Host.Life;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a process finds the leader, as {@code LeaderBus} does: it asks who was last heard to lead, or
 * any master, and follows notices.
 */
final class LeaderCalls {

    private static final long PAUSE = 200 * Dice.MILLI;

    private final World world;
    private final Host host;
    private final Runnable onNews;
    private final List<Asking> pending = new ArrayList<>();
    private LeaderNotice leader = new LeaderNotice(0, "", List.of());

    LeaderCalls(World world, Host host, Runnable onNews) {
        this.world = world;
        this.host = host;
        this.onNews = onNews;
    }

    /** A new life knows nobody. */
    void forgetAll() {
        pending.clear();
        leader = new LeaderNotice(0, "", List.of());
    }

    /** What was last heard. */
    LeaderNotice leader() {
        return leader;
    }

    /** Takes what is newer. */
    void heard(LeaderNotice notice) {
        LeaderNotice before = leader;
        if (notice.epoch() < before.epoch() || notice.equals(before)) {
            return;
        }
        leader = notice;
        if (!notice.node().isEmpty()) {
            List.copyOf(pending).forEach(asking -> asking.redirect(notice.node()));
        }
        onNews.run();
    }

    private void forget(String node) {
        if (leader.node().equals(node)) {
            leader = new LeaderNotice(leader.epoch(), "", List.of());
        }
    }

    /** Asks the leader, wherever it is. */
    void request(Message message, long timeout, Network.Answer<Message> answer) {
        Asking asking = new Asking(message, host.nanos() + timeout, answer);
        pending.add(asking);
        asking.ask();
    }

    private final class Asking {
        private final Message message;
        private final long end;
        private final Network.Answer<Message> answer;
        private String asked = "";
        private int questions;
        private boolean over;

        Asking(Message message, long end, Network.Answer<Message> answer) {
            this.message = message;
            this.end = end;
            this.answer = answer;
        }

        private void ask() {
            asked = leader.node();
            questions++;
            int question = questions;
            String node = asked;
            Life to =
                    Optional.ofNullable(world.lives.get(node))
                            .orElseGet(() -> world.anyMaster().life());
            world.network.<Message>request(
                    host,
                    to,
                    reply -> world.masterAt(to.host()).serve(message, reply),
                    Math.max(Dice.MILLI, end - host.nanos()),
                    new Network.Answer<>() {
                        @Override
                        public void came(Message value) {
                            answered(question, node, value);
                        }

                        @Override
                        public void missing() {
                            forget(node);
                            again(question, node);
                        }
                    });
        }

        private void redirect(String node) {
            if (!node.equals(asked) && !over) {
                ask();
            }
        }

        private void answered(int question, String node, Message value) {
            if (value instanceof LeaderNotice notice) {
                heard(notice);
                again(question, node);
            } else if (!over) {
                over = true;
                pending.remove(this);
                answer.came(value);
            }
        }

        private void again(int question, String node) {
            if (question != questions || over) {
                return;
            }
            String known = leader.node();
            if (!known.isEmpty() && !known.equals(node)) {
                ask();
            } else if (end - host.nanos() > PAUSE) {
                host.after(
                        PAUSE,
                        () -> {
                            if (question == questions && !over) {
                                ask();
                            }
                        });
            } else {
                over = true;
                pending.remove(this);
                answer.missing();
            }
        }
    }
}
