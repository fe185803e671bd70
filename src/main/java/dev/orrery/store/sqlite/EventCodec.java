package dev.orrery.store.sqlite;

import dev.orrery.protocol.JobEvent;

/** The form of an event as bytes. */
interface EventCodec {

    byte[] encode(JobEvent event);

    JobEvent decode(byte[] bytes);
}
