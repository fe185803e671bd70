package dev.orrery.protocol;

/** Anything that travels over the event bus; each may be lost, delayed or repeated without harm. */
public sealed interface Message
        permits SchedulerRequest,
                SchedulerReply,
                WorkerMessage,
                WorkerReply,
                WorkerCommand,
                WorkerCommandReply,
                TopicMessage {}
