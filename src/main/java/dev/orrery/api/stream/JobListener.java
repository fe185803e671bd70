package dev.orrery.api.stream;

import dev.orrery.protocol.JobEvent;

/** Who hears the events of one job in order; lives on the context of the fan-out. */
interface JobListener {
    /** Whether more history may be read for it. */
    boolean hasRoom();

    /** The topic is followed; its last event has this number. */
    void subscribed(long head);

    /** Events before this number are not kept any more. */
    void truncated(long first);

    /** The next durable event. */
    void event(JobEvent event, Frame frame);

    /** A live value. */
    void live(Frame frame);

    /** A client that gets each frame as it is. */
    static JobListener of(String topic, Subscriber subscriber) {
        return new JobListener() {
            @Override
            public boolean hasRoom() {
                return subscriber.hasRoom();
            }

            @Override
            public void subscribed(long head) {
                subscriber.deliver(Frame.subscribed(topic, head));
            }

            @Override
            public void truncated(long first) {
                subscriber.deliver(Frame.truncated(topic, first));
            }

            @Override
            public void event(JobEvent event, Frame frame) {
                subscriber.deliver(frame);
            }

            @Override
            public void live(Frame frame) {
                subscriber.deliver(frame);
            }
        };
    }
}
