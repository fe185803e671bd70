package dev.orrery.protocol.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

import dev.orrery.model.AttemptId;
import dev.orrery.model.Bytes;
import dev.orrery.model.JobId;
import dev.orrery.model.Problem;
import dev.orrery.model.ProblemCode;
import dev.orrery.model.Resources;
import dev.orrery.model.TaskRange;
import dev.orrery.model.TaskStatus;
import dev.orrery.protocol.wire.proto.AttemptForm;
import dev.orrery.protocol.wire.proto.DurationForm;
import dev.orrery.protocol.wire.proto.InstantForm;
import dev.orrery.protocol.wire.proto.JobIdForm;
import dev.orrery.protocol.wire.proto.ProblemForm;
import dev.orrery.protocol.wire.proto.ResourcesForm;
import dev.orrery.protocol.wire.proto.TaskRangeForm;
import dev.orrery.protocol.wire.proto.TaskStatusForm;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The wire form of the values that nearly every message holds.
 *
 * <p>In this package {@code form(value)} gives the protobuf message of a value, and a method named
 * after the value gives it back.
 */
final class ModelWire {
    private static final Map<Integer, ProblemCode> PROBLEM_CODES =
            Arrays.stream(ProblemCode.values())
                    .collect(Collectors.toMap(ProblemCode::number, Function.identity()));

    private ModelWire() {}

    static JobIdForm form(JobId job) {
        return JobIdForm.newBuilder()
                .setHigh(job.value().getMostSignificantBits())
                .setLow(job.value().getLeastSignificantBits())
                .build();
    }

    static JobId jobId(JobIdForm form) {
        return jobId(form.getHigh(), form.getLow());
    }

    private static JobId jobId(long high, long low) {
        if (high == 0 && low == 0) {
            throw new WireException("a job id is missing");
        }
        return new JobId(new UUID(high, low));
    }

    static TaskRangeForm form(TaskRange tasks) {
        return TaskRangeForm.newBuilder()
                .setJobHigh(tasks.job().value().getMostSignificantBits())
                .setJobLow(tasks.job().value().getLeastSignificantBits())
                .setFirst(tasks.first())
                .setLast(tasks.last())
                .build();
    }

    static TaskRange tasks(TaskRangeForm form) {
        JobId job = jobId(form.getJobHigh(), form.getJobLow());
        return new TaskRange(job, form.getFirst(), form.getLast());
    }

    static AttemptForm form(AttemptId attempt) {
        TaskRange tasks = attempt.tasks();
        return AttemptForm.newBuilder()
                .setJobHigh(tasks.job().value().getMostSignificantBits())
                .setJobLow(tasks.job().value().getLeastSignificantBits())
                .setFirst(tasks.first())
                .setLast(tasks.last())
                .setNumber(attempt.number())
                .build();
    }

    static AttemptId attempt(AttemptForm form) {
        JobId job = jobId(form.getJobHigh(), form.getJobLow());
        return new AttemptId(new TaskRange(job, form.getFirst(), form.getLast()), form.getNumber());
    }

    static InstantForm form(Instant instant) {
        return InstantForm.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    static Instant instant(InstantForm form) {
        return Instant.ofEpochSecond(form.getSeconds(), form.getNanos());
    }

    static DurationForm form(Duration duration) {
        return DurationForm.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    static Duration duration(DurationForm form) {
        return Duration.ofSeconds(form.getSeconds(), form.getNanos());
    }

    static ResourcesForm form(Resources resources) {
        return ResourcesForm.newBuilder()
                .setCpuMillis(resources.cpuMillis())
                .setMemoryBytes(resources.memoryBytes())
                .setGpus(resources.gpus())
                .putAllNamed(resources.named())
                .build();
    }

    static Resources resources(ResourcesForm form) {
        return new Resources(
                form.getCpuMillis(),
                form.getMemoryBytes(),
                form.getGpus(),
                new TreeMap<>(form.getNamedMap()));
    }

    /** Shares the bytes: nobody changes them. */
    static ByteString form(Bytes bytes) {
        return bytes.size() == 0
                ? ByteString.EMPTY
                : UnsafeByteOperations.unsafeWrap(bytes.asBuffer());
    }

    /** Copies the bytes, so that a small value does not keep a whole message alive. */
    static Bytes bytes(ByteString form) {
        return Bytes.copyOf(form.asReadOnlyByteBuffer());
    }

    static ProblemForm form(Problem problem) {
        ProblemForm.Builder form =
                ProblemForm.newBuilder()
                        .setCode(problem.code().number())
                        .setDetail(problem.detail());
        problem.field().ifPresent(form::setField);
        problem.remedy().ifPresent(form::setRemedy);
        return form.build();
    }

    static Problem problem(ProblemForm form) {
        ProblemCode code = PROBLEM_CODES.get(form.getCode());
        if (code == null) {
            throw WireException.unknown("problem code");
        }
        return new Problem(
                code,
                form.getDetail(),
                optional(form.hasField(), form.getField()),
                optional(form.hasRemedy(), form.getRemedy()));
    }

    static TaskStatusForm form(TaskStatus status) {
        return switch (status) {
            case WAITING -> TaskStatusForm.TASK_STATUS_WAITING;
            case QUEUED -> TaskStatusForm.TASK_STATUS_QUEUED;
            case ASSIGNED -> TaskStatusForm.TASK_STATUS_ASSIGNED;
            case RUNNING -> TaskStatusForm.TASK_STATUS_RUNNING;
            case FORWARDED -> TaskStatusForm.TASK_STATUS_FORWARDED;
            case SUCCEEDED -> TaskStatusForm.TASK_STATUS_SUCCEEDED;
            case FAILED -> TaskStatusForm.TASK_STATUS_FAILED;
            case CANCELLED -> TaskStatusForm.TASK_STATUS_CANCELLED;
            case EXPIRED -> TaskStatusForm.TASK_STATUS_EXPIRED;
        };
    }

    static TaskStatus status(TaskStatusForm form) {
        return switch (form) {
            case TASK_STATUS_WAITING -> TaskStatus.WAITING;
            case TASK_STATUS_QUEUED -> TaskStatus.QUEUED;
            case TASK_STATUS_ASSIGNED -> TaskStatus.ASSIGNED;
            case TASK_STATUS_RUNNING -> TaskStatus.RUNNING;
            case TASK_STATUS_FORWARDED -> TaskStatus.FORWARDED;
            case TASK_STATUS_SUCCEEDED -> TaskStatus.SUCCEEDED;
            case TASK_STATUS_FAILED -> TaskStatus.FAILED;
            case TASK_STATUS_CANCELLED -> TaskStatus.CANCELLED;
            case TASK_STATUS_EXPIRED -> TaskStatus.EXPIRED;
            case TASK_STATUS_UNSPECIFIED, UNRECOGNIZED ->
                    throw WireException.unknown("task status");
        };
    }

    static <T> Optional<T> optional(boolean present, T value) {
        return present ? Optional.of(value) : Optional.empty();
    }

    static <F, T> Optional<T> optional(boolean present, F form, Function<F, T> value) {
        return present ? Optional.of(value.apply(form)) : Optional.empty();
    }

    /** Each item in its other form, in the same order. */
    static <F, T> List<T> each(List<F> items, Function<? super F, ? extends T> other) {
        List<T> all = new ArrayList<>(items.size());
        for (F item : items) {
            all.add(other.apply(item));
        }
        return all;
    }
}
