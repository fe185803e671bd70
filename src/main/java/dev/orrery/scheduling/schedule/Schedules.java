package dev.orrery.scheduling.schedule;

import dev.orrery.model.Namespace;
import dev.orrery.model.schedule.KeptSchedules;
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
    public void restore(KeptSchedules kept) {
        kept.all().forEach(this::put);
        deleted.addAll(kept.deleted());
    }

    /** What a store keeps of them. */
    public KeptSchedules kept() {
        return new KeptSchedules(List.copyOf(byId.values()), List.copyOf(deleted));
    }

    /** Takes a change in. */
    public void apply(ScheduleChanged event) {
        Optional<Schedule> before = find(event.schedule());
        boolean isNew = event.change() instanceof ScheduleChange.Created;
        if (before.isPresent() == isNew) {
            throw new IllegalStateException("impossible for a schedule: " + event);
        }
        before.ifPresent(this::remove);
        switch (event.change()) {
            case ScheduleChange.Created it ->
                    put(Schedule.created(event.schedule(), event.at(), it.spec()));
            case ScheduleChange.Deleted it -> remember(event.schedule());
            case ScheduleChange.Paused it -> replace(before, event);
            case ScheduleChange.Resumed it -> replace(before, event);
            case ScheduleChange.Fired it -> replace(before, event);
            case ScheduleChange.Skipped it -> replace(before, event);
            case ScheduleChange.Triggered it -> replace(before, event);
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

    private void replace(Optional<Schedule> before, ScheduleChanged event) {
        put(before.orElseThrow().after(event.change(), event.at()));
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
    }

    private void remember(ScheduleId id) {
        deleted.add(id);
        if (deleted.size() > KeptSchedules.DELETED_MAX) {
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
            find(alarm.schedule()).ifPresent(found::add);
        }
        return found;
    }

    /** All of them, by id. */
    public List<Schedule> all() {
        return List.copyOf(byId.values());
    }

    boolean isFull() {
        return byId.size() >= SCHEDULES_MAX;
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
}
