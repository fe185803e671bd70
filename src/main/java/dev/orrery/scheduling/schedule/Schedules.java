package dev.orrery.scheduling.schedule;

import dev.orrery.model.Namespace;
import dev.orrery.model.schedule.Schedule;
import dev.orrery.model.schedule.ScheduleChange;
import dev.orrery.model.schedule.ScheduleId;
import dev.orrery.protocol.DurableEvent.ScheduleChanged;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** The schedules that a leader knows, by id, by name, and by the moment that is decided next. */
public final class Schedules {

    /** Each holds a job in memory, of some kilobytes. */
    static final int SCHEDULES_MAX = 10_000;

    /** Requests are repeated within seconds, and people do not delete that many in them. */
    private static final int DELETED_MAX = 1_000;

    private final Map<ScheduleId, Schedule> byId = new TreeMap<>();
    private final Map<Namespace, Map<String, ScheduleId>> byName = new TreeMap<>();
    private final TreeSet<Alarm> alarms = new TreeSet<>();
    private final Map<ScheduleId, Instant> held = new TreeMap<>();
    private final LinkedHashSet<ScheduleId> deleted = new LinkedHashSet<>();

    /** None yet. */
    public Schedules() {}

    private record Alarm(Instant at, ScheduleId schedule) implements Comparable<Alarm> {
        @Override
        public int compareTo(Alarm other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : schedule.compareTo(other.schedule);
        }
    }

    /** Takes up what the store tells of. */
    public void restore(List<Schedule> stored) {
        stored.forEach(this::put);
    }

    /** Takes a change in. */
    public void apply(ScheduleChanged event) {
        Schedule before = byId.get(event.schedule());
        switch (event.change()) {
            case ScheduleChange.Created it when before == null ->
                    put(Schedule.created(event.schedule(), event.at(), it.spec()));
            case ScheduleChange.Deleted it when before != null -> remove(before);
            case ScheduleChange.Created it -> throw impossible(event);
            case ScheduleChange.Deleted it -> throw impossible(event);
            case ScheduleChange.Paused it -> replace(event);
            case ScheduleChange.Resumed it -> replace(event);
            case ScheduleChange.Fired it -> replace(event);
            case ScheduleChange.Skipped it -> replace(event);
            case ScheduleChange.Triggered it -> replace(event);
        }
    }

    /** Looks at a schedule not before the given time, though a moment of it is due. */
    public void hold(ScheduleId id, Instant until) {
        Optional.ofNullable(byId.get(id))
                .ifPresent(schedule -> {
                    alarmOf(schedule).ifPresent(alarms::remove);
                    held.put(id, until);
                    alarmOf(schedule).ifPresent(alarms::add);
                });
    }

    private void replace(ScheduleChanged event) {
        Schedule before = byId.get(event.schedule());
        if (before == null) {
            throw impossible(event);
        }
        alarmOf(before).ifPresent(alarms::remove);
        held.remove(before.id());
        Schedule after = before.after(event.change(), event.at());
        byId.put(after.id(), after);
        alarmOf(after).ifPresent(alarms::add);
    }

    private void put(Schedule schedule) {
        byId.put(schedule.id(), schedule);
        byName.computeIfAbsent(schedule.spec().namespace(), first -> new TreeMap<>())
                .put(schedule.spec().name(), schedule.id());
        alarmOf(schedule).ifPresent(alarms::add);
    }

    private void remove(Schedule schedule) {
        alarmOf(schedule).ifPresent(alarms::remove);
        held.remove(schedule.id());
        byId.remove(schedule.id());
        byName.getOrDefault(schedule.spec().namespace(), new TreeMap<>())
                .remove(schedule.spec().name());
        deleted.add(schedule.id());
        if (deleted.size() > DELETED_MAX) {
            deleted.removeFirst();
        }
    }

    private Optional<Alarm> alarmOf(Schedule schedule) {
        return schedule.next()
                .map(next -> {
                    Instant until = held.getOrDefault(schedule.id(), next);
                    return new Alarm(until.isAfter(next) ? until : next, schedule.id());
                });
    }

    /** When there is something to decide next. */
    public Optional<Instant> nextAlarm() {
        return alarms.isEmpty() ? Optional.empty() : Optional.of(alarms.first().at());
    }

    /** Those with a moment to decide, the earliest first. */
    List<Schedule> due(Instant now) {
        List<Schedule> found = new ArrayList<>();
        for (Alarm alarm : alarms) {
            if (alarm.at().isAfter(now)) {
                break;
            }
            found.add(byId.get(alarm.schedule()));
        }
        return found;
    }

    /** All of them, by id. */
    public List<Schedule> all() {
        return List.copyOf(byId.values());
    }

    Optional<Schedule> find(ScheduleId id) {
        return Optional.ofNullable(byId.get(id));
    }

    boolean wasDeleted(ScheduleId id) {
        return deleted.contains(id);
    }

    boolean isTaken(Namespace namespace, String name) {
        return byName.getOrDefault(namespace, new TreeMap<>()).containsKey(name);
    }

    private static IllegalStateException impossible(ScheduleChanged event) {
        return new IllegalStateException("impossible for a schedule: " + event);
    }
}
