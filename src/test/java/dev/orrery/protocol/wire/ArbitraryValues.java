package dev.orrery.protocol.wire;

import dev.orrery.model.AttemptId;
import dev.orrery.model.BlobId;
import dev.orrery.model.Bytes;
import dev.orrery.model.JobId;
import dev.orrery.model.JobSpec;
import dev.orrery.model.Namespace;
import dev.orrery.model.Resources;
import dev.orrery.model.TaskRange;
import dev.orrery.model.Work;
import dev.orrery.model.WorkerId;
import dev.orrery.model.schedule.Cron;
import dev.orrery.model.schedule.ScheduleSpec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Random values of any record or sealed interface of the protocol, the same for the same seed.
 *
 * <p>It reads the components of records by reflection, so that a component, a record or an
 * alternative that is added later is generated, and thereby tested, without a change here.
 */
final class ArbitraryValues {
    /** Numbers of a specification that are not negative. */
    private static final List<String> BOUNDED = List.of("size", "maxParallel");

    private static final int ITEMS_MAX = 4;
    private static final String[] ZONES = {"UTC", "Europe/Berlin", "America/New_York"};
    private static final int[] CODE_POINTS = {'a', 'Z', '0', ' ', '\n', 0, 0xe9, 0x4e2d, 0x1f600};

    private final Random random;
    private final Set<String> recordsMade = new TreeSet<>();

    ArbitraryValues(long seed) {
        this.random = new Random(seed);
    }

    /** The names of all records of which a value was made. */
    Set<String> recordsMade() {
        return recordsMade;
    }

    <T> T of(Class<T> type) {
        return type.cast(value(type));
    }

    private Object value(Type type) {
        if (type instanceof ParameterizedType generic) {
            return container(generic);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == ZoneId.class) {
            return ZoneId.of(oneOf(ZONES));
        }
        if (plain.isRecord()) {
            return record(plain);
        }
        if (plain.isSealed()) {
            return value(oneOf(plain.getPermittedSubclasses()));
        }
        return plain.isEnum() ? oneOf(plain.getEnumConstants()) : simple(plain);
    }

    private Object container(ParameterizedType type) {
        Type[] arguments = type.getActualTypeArguments();
        return switch (((Class<?>) type.getRawType()).getSimpleName()) {
            case "Optional" ->
                    random.nextBoolean() ? Optional.of(value(arguments[0])) : Optional.empty();
            case "List" -> list(arguments[0], random.nextInt(ITEMS_MAX));
            case "SortedMap" -> {
                Map<Object, Object> map = new TreeMap<>();
                for (int i = random.nextInt(ITEMS_MAX); i > 0; i--) {
                    map.put(value(arguments[0]), amountOr(arguments[1]));
                }
                yield map;
            }
            default -> throw new AssertionError("a case for " + type + " is missing here");
        };
    }

    private Object amountOr(Type type) {
        return type == Long.class ? Long.valueOf(amount()) : value(type);
    }

    private List<Object> list(Type type, int size) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(value(type));
        }
        return list;
    }

    private Object simple(Class<?> type) {
        return switch (type.getSimpleName()) {
            case "String" -> text();
            case "int" -> number().intValue();
            case "long" -> number();
            case "boolean" -> random.nextBoolean();
            case "double" -> random.nextGaussian();
            case "UUID" -> new UUID(random.nextLong(), random.nextLong());
            case "Bytes" -> bytes();
            case "Instant" -> instant();
            case "Cron" -> Cron.parse(random.nextInt(60) + " 3 * * MON-FRI");
            case "Duration" -> Duration.ofSeconds(random.nextInt(), random.nextInt(1_000_000_000));
            default -> throw new AssertionError("a case for " + type + " is missing here");
        };
    }

    /** Records that refuse some values of their components come first. */
    private Object record(Class<?> type) {
        recordsMade.add(type.getName());
        if (type == Namespace.class) {
            return new Namespace(name());
        } else if (type == WorkerId.class) {
            return new WorkerId(name());
        } else if (type == BlobId.class) {
            return new BlobId("%064x".formatted(random.nextLong() & Long.MAX_VALUE));
        } else if (type == TaskRange.class) {
            int first = random.nextInt(1 << 30);
            return new TaskRange(of(JobId.class), first, first + random.nextInt(1 << 30));
        } else if (type == AttemptId.class) {
            return new AttemptId(of(TaskRange.class), 1 + random.nextInt(Integer.MAX_VALUE - 1));
        }
        return construct(type);
    }

    private Object construct(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = component(type, components[i]);
        }
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no value of " + type + " can be made", e);
        }
    }

    private Object component(Class<?> owner, RecordComponent component) {
        if (owner == Resources.class && component.getType() == long.class) {
            return amount();
        } else if (owner == Resources.class && component.getType() == int.class) {
            return random.nextInt(9);
        } else if (owner == JobSpec.class && BOUNDED.contains(component.getName())) {
            return 1 + random.nextInt(10_000_000);
        } else if (owner == ScheduleSpec.class && component.getName().equals("name")) {
            return name();
        } else if (owner == Work.Command.class) {
            return list(String.class, 1 + random.nextInt(ITEMS_MAX));
        }
        return value(component.getGenericType());
    }

    /** Small and large, below and above zero, and each bound now and then. */
    private Long number() {
        return switch (random.nextInt(5)) {
            case 0 -> 0L;
            case 1 -> (long) random.nextInt(1000);
            case 2 -> random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
            default -> random.nextLong();
        };
    }

    private long amount() {
        return random.nextLong() & Long.MAX_VALUE;
    }

    private Instant instant() {
        return switch (random.nextInt(8)) {
            case 0 -> Instant.MIN;
            case 1 -> Instant.MAX;
            default ->
                    Instant.ofEpochSecond(random.nextLong(1L << 33), random.nextInt(1_000_000_000));
        };
    }

    private Bytes bytes() {
        byte[] content = new byte[random.nextInt(50)];
        random.nextBytes(content);
        return Bytes.copyOf(content);
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.appendCodePoint(CODE_POINTS[random.nextInt(CODE_POINTS.length)]);
        }
        return text.toString();
    }

    private String name() {
        return "n" + Long.toString(amount(), 36);
    }

    private <T> T oneOf(T[] alternatives) {
        return alternatives[random.nextInt(alternatives.length)];
    }
}
